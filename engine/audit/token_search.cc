#include "audit/token_search.h"

#include <algorithm>
#include <new>

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

constexpr std::size_t kNoEvent = ~std::size_t{0};

// `to` is empty. Members are set one by one: a copy of what was just written would wait for it.
void set_moment(const log::TimeFacts& facts, LineMoment& to) noexcept {
  if (!facts.time) {
    to.unreadable = facts.time_text;
    return;
  }
  to.at.emplace(Instant{facts.time->seconds, facts.time->nanoseconds});
  to.repeated = facts.repeated;
}

}  // namespace

void TokenSearch::search(LogBatch& batch) {
  begin(batch);
  bool goes_on = next(batch.hits, kMostKeptHits);
  count(batch.hits);
  while (goes_on && next(spare_, kMostKeptHits)) {
    batch.holds_hits = false;
    count(spare_);
  }
  batch.other_credentials = counts_.other_credentials;
  find_end();
  if (!batch.holds_hits) {
    batch.hits.clear();
    spare_.clear();
  }
}

void TokenSearch::count(const Hits& hits) {
  batch_->hit_count += hits.tokens.size();
  std::vector<FileHits>& files = batch_->hits_by_file;
  const auto add = [&files](std::size_t file, std::uint64_t hits_of_file) {
    if (files.empty() || files.back().file != file) files.push_back({file, 0});
    files.back().count += hits_of_file;
  };
  if (batch_->joined.empty()) {
    if (!hits.tokens.empty()) add(batch_->block.file, hits.tokens.size());
    return;
  }
  for (const Hit& hit : hits.tokens) add(hits.lines[hit.line].file, 1);
}

void TokenSearch::begin(LogBatch& batch) {
  batch_ = &batch;
  const std::string_view bytes = batch.block.text;
  scan_ = {};
  counts_ = {};
  scan_ended_ = false;
  found_.clear();
  next_found_ = kept_ = next_joined_ = 0;
  joined_.text = nullptr;
  line_texts_ = other_texts_ = nullptr;
  is_in_portion_ = false;
  set_line({.end = std::min(bytes.find('\n'), bytes.size()), .number = batch.block.first_line});
  is_known_ = false;
  looked_back_ = mark_ = 0;
}

// Empties `to`, but for what was read of a line whose hits go on.
void TokenSearch::begin_portion(Hits& to) noexcept {
  if (is_read_ && is_in_portion_) kept_line_ = to_->lines[index_];
  is_in_portion_ = false;
  to_ = &to;
  to.tokens.clear();
  to.lines.clear();
  to.token_texts.reset();
  other_texts_ = nullptr;
  for (base::Arena& texts : to.line_texts) {
    if (is_read_ && &texts == line_texts_) continue;
    texts.reset();
    other_texts_ = &texts;
  }
}

base::Arena& TokenSearch::next_line_texts() noexcept {
  line_texts_ = other_texts_;
  return *line_texts_;
}

bool TokenSearch::next(Hits& to, std::size_t most) {
  begin_portion(to);
  while (to.tokens.size() < most) {
    if (joined_.text != nullptr) {
      add_joined_hits(most);
      continue;
    }
    const std::vector<JoinedText>& joined = batch_->joined;
    const bool found_more = next_found_ < found_.size() || find_more(most - to.tokens.size());
    const std::size_t at = found_more ? found_[next_found_].begin : batch_->block.text.size();
    const std::vector<ByteRange>& kept = batch_->kept_lines;
    while (kept_ < kept.size() && kept[kept_].end <= at) ++kept_;
    if (found_more && kept_ < kept.size() && kept[kept_].begin <= at) {
      ++next_found_;  // on a piece of a joined line
    } else if (next_joined_ < joined.size() && (!found_more || joined[next_joined_].at <= at)) {
      begin_joined(joined[next_joined_++]);
    } else if (found_more) {
      add_block_hit(found_[next_found_++]);
    } else {
      break;
    }
  }
  return !to.tokens.empty();
}

bool TokenSearch::find_more(std::size_t most) {
  found_.clear();
  next_found_ = 0;
  while (!scan_ended_ && found_.empty()) {
    scan_ended_ = !scanner_.scan_part(batch_->block.text, scan_, most, found_, counts_);
  }
  return !found_.empty();
}

void TokenSearch::set_line(Line line) noexcept {
  line_ = line;
  is_read_ = false;
  hits_on_line_ = 0;
}

// Makes line_ the line that holds byte `at`, which is not before it. No line ends between `at` and `end`.
void TokenSearch::go_to_line(std::size_t at, std::size_t end) {
  if (at <= line_.end) return;
  const std::string_view bytes = batch_->block.text;
  const std::size_t next = line_.end + 1;
  // Most often it is the next line.
  std::size_t begin = next;
  std::uint64_t number = line_.number + 1;
  if (bytes.substr(next, at - next).find('\n') != bytes.npos) {
    begin = bytes.rfind('\n', at - 1) + 1;
    number += input::count_newlines(bytes.substr(next, begin - next));
  }
  set_line({begin, std::min(bytes.find('\n', end), bytes.size()), number});
}

// Reads the time of line_, and its events.
void TokenSearch::read_line() {
  const input::Block& block = batch_->block;
  is_read_ = is_in_portion_ = true;
  index_ = to_->lines.size();
  event_ = kNoEvent;
  events_.clear();
  // The beginning of an open line is in an earlier block.
  const bool is_open = line_.begin == 0 && block.continues_line;
  if (!is_open) mark_ = block.first_offset + line_.begin == 0 ? mark_size(block.text) : 0;
  HitLine& hit_line = to_->lines.emplace_back();
  hit_line.file = block.file;
  hit_line.number = line_.number;
  hit_line.on_open_line = is_open;
  hit_line.begin = line_.begin + mark_;
  hit_line.text = block.text.substr(hit_line.begin, line_.end - hit_line.begin);
  if (is_open) return;
  const std::string_view line = without_return(hit_line.text);
  const log::FileFormat& format = format_at(*batch_, line_.begin);
  base::Arena& texts = next_line_texts();
  log::TimeFacts time;
  format.read_time(line, texts, time);
  hit_line.format = &format;
  set_moment(time, hit_line.moment);
  if (format.has_events()) format.events(line, texts, events_);
  if (!time.time_text.empty()) {
    know(time);
    looked_back_ = line_.end + 1;
  } else if (batch_->has_times && format.may_continue(line)) {
    look_back(line_.begin);
    hit_line.moment = is_known_ ? known_ : LineMoment{};
    hit_line.takes_earlier_time = !is_known_;
  }
}

// Finds the last line before byte `before`, where a line begins or the block ends, that names a time. Each line is
// looked at once, whatever the number of calls.
void TokenSearch::look_back(std::size_t before) {
  const input::Block& block = batch_->block;
  const std::string_view bytes = block.text;
  for (std::size_t end = before; end > looked_back_;) {
    const std::size_t line_end = bytes[end - 1] == '\n' ? end - 1 : end;
    const std::size_t begin = line_end == 0 ? 0 : bytes.rfind('\n', line_end - 1) + 1;
    if (begin == 0 && block.continues_line) break;
    scratch_.reset();
    const std::size_t mark = block.first_offset + begin == 0 ? mark_size(bytes) : 0;
    const std::string_view line =
        without_return(bytes.substr(begin + mark, line_end - begin - std::min(mark, line_end)));
    const log::FileFormat& format = format_at(*batch_, begin);
    log::TimeFacts facts;
    format.read_time(line, scratch_, facts);
    if (!facts.time_text.empty() || !format.may_continue(line)) {
      know(facts);
      break;
    }
    end = begin;
  }
  looked_back_ = std::max(looked_back_, before);
}

void TokenSearch::know(const log::TimeFacts& facts) {
  known_ = {};
  set_moment(facts, known_);
  if (!known_.unreadable.empty()) known_.unreadable = batch_->arena.copy(known_.unreadable);
  is_known_ = true;
}

void TokenSearch::add_block_hit(const log::FoundToken& found) {
  go_to_line(found.begin, found.begin + found.size);
  if (!is_read_) read_line();
  const std::size_t event = events_.empty() ? kNoEvent : event_at(found.begin - line_.begin - mark_);
  add_hit(batch_->block.text, found, event, {batch_->block.first_offset + found.begin, ++hits_on_line_});
}

void TokenSearch::begin_joined(const JoinedText& joined) {
  joined_.text = &joined;
  joined_.scan = {};
  joined_.ended = false;
  joined_.found.clear();
  joined_.next = 0;
  joined_.nth = 0;
  is_read_ = false;
}

// Adds the next hits of the joined line in hand, and ends it behind the last.
void TokenSearch::add_joined_hits(std::size_t most) {
  const JoinedText& joined = *joined_.text;
  if (joined_.next == joined_.found.size()) {
    joined_.found.clear();
    joined_.next = 0;
    if (!joined_.ended) {
      joined_.ended = !scanner_.scan_part(joined.text, joined_.scan, most - to_->tokens.size(), joined_.found, counts_);
    }
    if (joined_.found.empty() && joined_.ended) {
      joined_.text = nullptr;
      is_read_ = false;
      return;
    }
  }
  if (!is_read_) read_joined_line();
  for (; joined_.next < joined_.found.size(); ++joined_.next) {
    const log::FoundToken& token = joined_.found[joined_.next];
    const auto behind = std::upper_bound(joined.pieces.begin(), joined.pieces.end(), token.begin,
                                         [](std::size_t at, const log::Piece& piece) { return at < piece.begin; });
    const log::Piece& piece = behind == joined.pieces.begin() ? *behind : behind[-1];
    const std::size_t line = index_of_line(kNoEvent);
    if (to_->lines[line].number != piece.line_number) {
      index_ = to_->lines.size();
      const HitLine copy = to_->lines[line];
      to_->lines.push_back(copy);
      to_->lines.back().number = piece.line_number;
    }
    add_hit(joined.text, token, kNoEvent, {piece.offset, ++joined_.nth});
  }
}

// Reads the time of the joined line in hand.
void TokenSearch::read_joined_line() {
  const JoinedText& joined = *joined_.text;
  is_read_ = is_in_portion_ = true;
  index_ = to_->lines.size();
  event_ = kNoEvent;
  events_.clear();
  log::TimeFacts time;
  joined.format->read_time(joined.facts_line, next_line_texts(), time);
  HitLine& line = to_->lines.emplace_back();
  line.file = joined.file;
  set_moment(time, line.moment);
  line.text = joined.facts_line;
  line.joined = &joined;
  line.format = joined.format.get();
}

// The index of the event that holds byte `in_line` of the line; kNoEvent if none does.
std::size_t TokenSearch::event_at(std::size_t in_line) const noexcept {
  const auto behind = std::upper_bound(events_.begin(), events_.end(), in_line,
                                       [](std::size_t at, const log::Event& event) { return at < event.begin; });
  if (behind == events_.begin() || in_line >= behind[-1].end) return kNoEvent;
  return static_cast<std::size_t>(behind - events_.begin()) - 1;
}

// The index of the line, or of its event, among those of the portion.
std::size_t TokenSearch::index_of_line(std::size_t event) {
  if (!is_in_portion_) {
    index_ = to_->lines.size();
    to_->lines.push_back(kept_line_);
    is_in_portion_ = true;
    event_ = kNoEvent;
  }
  if (event == kNoEvent) return index_;
  if (event == event_) return event_index_;
  event_ = event;
  event_index_ = to_->lines.size();
  const log::Event& found = events_[event];
  // events_ is used for other lines before the hits are.
  char* const room = line_texts_->allocate(sizeof(log::LineFacts), alignof(log::LineFacts));
  HitLine line = to_->lines[index_];
  line.facts = new (room) log::LineFacts(found.facts);
  line.moment = {};
  set_moment(found.facts, line.moment);
  line.takes_earlier_time = false;
  line.text = line.text.substr(found.begin, found.end - found.begin);
  to_->lines.push_back(line);
  return event_index_;
}

void TokenSearch::add_hit(std::string_view text, const log::FoundToken& found, std::size_t event, Address address) {
  const auto line = static_cast<std::uint32_t>(index_of_line(event));
  to_->tokens.push_back({.token = log::token_of(text, found, to_->token_texts),
                         .begin = found.begin,
                         .offset = address.offset,
                         .length = found.size,
                         .nth = address.nth,
                         .line = line,
                         .decoded = found.decoded});
}

// Finds what later blocks need to know of this one.
void TokenSearch::find_end() {
  LogBatch& batch = *batch_;
  const std::string_view bytes = batch.block.text;
  if (batch.block.ends_mid_line) {
    // Where the last line begins.
    go_to_line(bytes.size(), bytes.size());
    batch.end.hits_on_last = hits_on_line_;
    if (!is_read_) read_line();
    const HitLine& line = to_->lines[index_of_line(kNoEvent)];
    if (line.format != nullptr) {
      batch.end.last_facts = line.format->read(without_return(line.text), batch.arena);
      batch.end.last_facts.regions = {};
    }
    batch.end.last_moment = line.moment;
    batch.end.last_moment.unreadable = batch.arena.copy(line.moment.unreadable);
    batch.end.last_takes_earlier_time = line.takes_earlier_time;
  }
  if (!batch.has_times) return;
  look_back(bytes.size());
  if (is_known_) batch.end.moment = known_;
}

}  // namespace assay::audit
