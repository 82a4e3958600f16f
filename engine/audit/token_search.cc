#include "audit/token_search.h"

#include <algorithm>

#include "input/newlines.h"

namespace assay::audit {
namespace {

std::string_view without_return(std::string_view line) noexcept {
  return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

// The format of the line that begins at `at`.
const log::FileFormat& format_at(const LogBatch& batch, std::size_t at) noexcept {
  const auto behind = std::upper_bound(batch.changes.begin(), batch.changes.end(), at,
                                       [](std::size_t place, const FormatChange& change) { return place < change.at; });
  return behind == batch.changes.begin() ? *batch.format : *behind[-1].format;
}

// Bytes of a byte order mark.
std::size_t mark_size(std::string_view text) noexcept { return text.starts_with("\xEF\xBB\xBF") ? 3 : 0; }

LineMoment moment_of(const log::LineFacts& facts) noexcept {
  LineMoment moment{.at = facts.time, .repeated = facts.time && facts.repeated};
  if (!facts.time) moment.unreadable = facts.time_text;
  return moment;
}

void set_request(writers::Occurrence& occurrence, const log::LineFacts& facts) noexcept {
  occurrence.client = facts.client;
  occurrence.method = facts.method;
  occurrence.path = facts.path;
  occurrence.status = facts.status;
}

}  // namespace

void TokenSearch::search(LogBatch& batch) {
  const std::string_view bytes = batch.block.text;
  line_ = {.number = batch.block.first_line};
  line_.end = std::min(bytes.find('\n'), bytes.size());
  is_read_ = is_known_ = false;
  looked_back_ = hits_on_line_ = mark_ = 0;

  found_.clear();
  log::ScanCounts counts;
  scanner_.scan(bytes, found_, batch.arena, counts);
  auto kept = batch.kept_lines.begin();
  auto joined = batch.joined.begin();
  for (std::size_t i = 0; i < found_.size(); ++i) {
    const log::FoundToken found = found_[i];
    while (kept != batch.kept_lines.end() && kept->end <= found.begin) ++kept;
    if (kept != batch.kept_lines.end() && kept->begin <= found.begin) continue;
    for (; joined != batch.joined.end() && joined->at <= found.begin; ++joined) add_joined_hits(batch, *joined);
    add_block_hit(batch, found);
  }
  for (; joined != batch.joined.end(); ++joined) add_joined_hits(batch, *joined);
  batch.other_credentials += counts.other_credentials;
  find_end(batch);
}

// Makes line_ the line that holds byte `at`, which is not before it.
void TokenSearch::go_to_line(const LogBatch& batch, std::size_t at) {
  if (at <= line_.end) return;
  const std::string_view bytes = batch.block.text;
  const std::size_t begin = bytes.rfind('\n', at - 1) + 1;
  line_.number += input::count_newlines(bytes.substr(line_.end, begin - line_.end));
  line_.begin = begin;
  line_.end = std::min(bytes.find('\n', at), bytes.size());
  is_read_ = false;
  hits_on_line_ = 0;
}

// Reads what line_ says.
void TokenSearch::read_line(LogBatch& batch) {
  is_read_ = true;
  events_.clear();
  facts_ = {};
  moment_ = {};
  takes_earlier_time_ = false;
  if (line_.begin == 0 && batch.block.continues_line) return;  // the beginning of this line is in an earlier block
  mark_ = batch.block.first_offset + line_.begin == 0 ? mark_size(batch.block.text) : 0;
  const std::size_t begin = line_.begin + mark_;
  const std::string_view line = without_return(batch.block.text.substr(begin, line_.end - begin));
  const log::FileFormat& format = format_at(batch, line_.begin);
  facts_ = format.read(line, batch.arena);
  if (format.has_events()) format.events(line, batch.arena, events_);
  moment_ = moment_of(facts_);
  if (!facts_.time_text.empty()) {
    know(moment_, batch.arena);
    looked_back_ = line_.end + 1;
  } else if (batch.has_times && format.may_continue(line)) {
    look_back(batch, line_.begin);
    moment_ = is_known_ ? known_ : LineMoment{};
    takes_earlier_time_ = !is_known_;
  }
}

// Finds the last line before byte `before`, where a line begins or the block ends, that names a time. Each line is
// looked at once, whatever the number of calls.
void TokenSearch::look_back(LogBatch& batch, std::size_t before) {
  const std::string_view bytes = batch.block.text;
  for (std::size_t end = before; end > looked_back_;) {
    const std::size_t line_end = bytes[end - 1] == '\n' ? end - 1 : end;
    const std::size_t begin = line_end == 0 ? 0 : bytes.rfind('\n', line_end - 1) + 1;
    if (begin == 0 && batch.block.continues_line) break;
    scratch_.reset();
    const std::size_t mark = batch.block.first_offset + begin == 0 ? mark_size(bytes) : 0;
    const std::string_view line =
        without_return(bytes.substr(begin + mark, line_end - begin - std::min(mark, line_end)));
    const log::FileFormat& format = format_at(batch, begin);
    const log::LineFacts facts = format.read(line, scratch_);
    if (!facts.time_text.empty() || !format.may_continue(line)) {
      know(moment_of(facts), batch.arena);
      break;
    }
    end = begin;
  }
  looked_back_ = std::max(looked_back_, before);
}

void TokenSearch::know(LineMoment moment, base::Arena& arena) {
  moment.unreadable = arena.copy(moment.unreadable);
  known_ = moment;
  is_known_ = true;
}

void TokenSearch::add_block_hit(LogBatch& batch, const log::FoundToken& found) {
  go_to_line(batch, found.begin);
  if (!is_read_) read_line(batch);
  Hit hit{.file = batch.block.file, .line = line_.number, .moment = moment_, .takes_earlier_time = takes_earlier_time_};
  hit.on_open_line = line_.begin == 0 && batch.block.continues_line;
  hit.line_text = batch.block.text.substr(line_.begin + mark_, line_.end - line_.begin - mark_);
  hit.occurrence.nth = ++hits_on_line_;
  hit.occurrence.offset = batch.block.first_offset + found.begin;
  add_hit(batch, found, found.begin - line_.begin - mark_, hit);
}

void TokenSearch::add_joined_hits(LogBatch& batch, const JoinedText& joined) {
  std::vector<log::FoundToken> found;
  log::ScanCounts counts;
  scanner_.scan(joined.text, found, batch.arena, counts);
  batch.other_credentials += counts.other_credentials;
  if (found.empty()) return;
  is_read_ = false;
  events_.clear();
  facts_ = joined.format->read_joined(joined.text, joined.facts_line, batch.arena);
  Hit hit{.file = joined.file, .moment = moment_of(facts_), .line_text = joined.facts_line};
  hit.occurrence.nth = 0;
  for (const log::FoundToken& token : found) {
    const auto behind = std::upper_bound(joined.pieces.begin(), joined.pieces.end(), token.begin,
                                         [](std::size_t at, const log::Piece& piece) { return at < piece.begin; });
    const log::Piece& piece = behind == joined.pieces.begin() ? *behind : behind[-1];
    hit.line = piece.line_number;
    hit.occurrence.offset = piece.offset;
    ++hit.occurrence.nth;
    add_hit(batch, token, token.begin, hit);
  }
}

// Adds what facts_ and events_ say of the token at byte `in_line` of its line.
void TokenSearch::add_hit(LogBatch& batch, const log::FoundToken& found, std::size_t in_line, Hit hit) {
  hit.token = found.token;
  hit.occurrence.length = found.size;
  hit.occurrence.decoded = found.decoded;
  hit.occurrence.where = found.where;
  const log::LineFacts* facts = &facts_;
  const auto behind = std::upper_bound(events_.begin(), events_.end(), in_line,
                                       [](std::size_t at, const log::Event& event) { return at < event.begin; });
  if (behind != events_.begin() && in_line < behind[-1].end) {
    const log::Event& event = behind[-1];
    facts = &event.facts;
    hit.moment = moment_of(event.facts);
    hit.takes_earlier_time = false;
    hit.line_text = hit.line_text.substr(event.begin, event.end - event.begin);
  }
  for (const log::Region& region : facts->regions) {
    if (region.begin <= in_line && in_line < region.end) hit.occurrence.where = region.where;
  }
  set_request(hit.occurrence, *facts);
  batch.hits.push_back(hit);
}

// Finds what later blocks need to know of this one.
void TokenSearch::find_end(LogBatch& batch) {
  const std::string_view bytes = batch.block.text;
  if (batch.block.ends_mid_line) {
    // Where the last line begins.
    go_to_line(batch, bytes.size());
    batch.end.hits_on_last = hits_on_line_;
    if (!is_read_) read_line(batch);
    batch.end.last_facts = facts_;
    batch.end.last_moment = moment_;
    batch.end.last_takes_earlier_time = takes_earlier_time_;
  }
  if (!batch.has_times) return;
  look_back(batch, bytes.size());
  if (is_known_) batch.end.moment = known_;
}

}  // namespace assay::audit
