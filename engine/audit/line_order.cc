#include "audit/line_order.h"

#include <algorithm>
#include <utility>

#include "log/format_columns.h"

namespace assay::audit {
namespace {

constexpr char kDirective = '#';

}  // namespace

Result<void> LineArranger::arrange(LogBatch& batch) {
  if (batch.is_last) {
    end_file(batch);
    return {};
  }
  if (batch.block.text.empty()) return {};
  if (file_ != batch.block.file) {
    if (Result<void> begun = begin_file(batch); !begun) return begun;
  }
  batch.format = format_;
  const FileSurvey& file = files_[batch.block.file];
  batch.has_times = file.has_times();
  batch.time_place = file.learnt.time_place;
  if (file.has_directives) note_directives(batch);
  if (joiner_) join_lines(batch);
  batch.is_between_lines = !joiner_ || joiner_->is_empty();
  batch.directive = directive_;
  return {};
}

Result<void> LineArranger::begin_file(LogBatch& batch) {
  end_file(batch);
  if (file_) directive_.clear();
  FileSurvey& file = files_[batch.block.file];
  if (file.learnt.format == nullptr) {
    Result<FileSurvey> learnt = survey_.learn(names_[batch.block.file], batch.block.text, std::nullopt);
    if (!learnt) return learnt.error();
    if (std::optional<Error> need = at_lines_ ? Survey::need_of(*learnt) : std::nullopt) {
      const std::string& name = names_[batch.block.file];
      need->message = (name == "-" ? "standard input" : name) + ": " + need->message;
      return *need;
    }
    file = std::move(*learnt);
  }
  file_ = batch.block.file;
  format_ = file.learnt.format;
  if (!directive_.empty()) {
    if (auto directed = format_->after_directive(directive_)) format_ = std::move(directed);
  }
  joiner_.reset();
  if (format_->joining() != log::Joining::none) joiner_.emplace(format_->joining());
  return {};
}

// Gives out what the joiner still holds of the file before.
void LineArranger::end_file(LogBatch& batch) {
  while (joiner_ && joiner_->flush()) add_joined(batch, 0);
}

void LineArranger::note_directives(LogBatch& batch) {
  const std::string_view text = batch.block.text;
  for (std::size_t at = text.find(kDirective); at != text.npos; at = text.find(kDirective, at + 1)) {
    if (at == 0 ? batch.block.continues_line : text[at - 1] != '\n') continue;
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string_view line = text.substr(at, end - at);
    if (line.ends_with('\r')) line.remove_suffix(1);
    auto changed = format_->after_directive(line);
    if (changed == nullptr) continue;
    format_ = std::move(changed);
    directive_ = log::with_directive(directive_, line);
    batch.changes.push_back({at, format_});
  }
}

// Feeds the whole lines of the block to the joiner. Lines above the limit of a piece stand for themselves.
void LineArranger::join_lines(LogBatch& batch) {
  const std::string_view text = batch.block.text;
  std::uint64_t number = batch.block.first_line;
  std::size_t end = 0;
  for (std::size_t begin = 0; begin < text.size(); begin = end + 1, ++number) {
    end = std::min(text.find('\n', begin), text.size());
    if (begin == 0 && batch.block.continues_line) continue;
    if (end == text.size() && batch.block.ends_mid_line) break;
    std::string_view line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const auto outcome = joiner_->feed(line, number, batch.block.first_offset + begin);
    if (outcome == log::Joiner::Outcome::whole) continue;
    batch.kept_lines.push_back({begin, end + 1});
    if (outcome == log::Joiner::Outcome::joined) add_joined(batch, end + 1);
  }
}

void LineArranger::add_joined(LogBatch& batch, std::size_t at) {
  const log::JoinedLine& joined = joiner_->joined();
  batch.joined.push_back({.text = std::string(joined.text),
                          .pieces = {joined.pieces.begin(), joined.pieces.end()},
                          .facts_line = std::string(joined.facts_line),
                          .at = at,
                          .file = *file_,
                          .format = format_});
}

void LineLinker::link(LogBatch& batch) {
  const input::Block& block = batch.block;
  if (!block.text.empty() && file_ != block.file) {
    file_ = block.file;
    earlier_.reset();
    open_ = {};
  }
  batch.first_record = next_record_;
  next_record_ += batch.hit_count;
  batch.earlier = earlier_;
  if (block.continues_line) batch.open_line = open_;
  if (!block.text.empty()) remember_end(batch);
  batch.known = earlier_;
}

KnownMoment LineLinker::kept(const LineMoment& moment) {
  return {moment.at, moment.repeated, std::string(moment.unreadable)};
}

void LineLinker::remember_end(const LogBatch& batch) {
  const input::Block& block = batch.block;
  if (batch.end.moment) earlier_ = kept(*batch.end.moment);
  if (!block.ends_mid_line) return;
  const bool is_one_line = block.continues_line && block.line_count == 0;
  if (is_one_line) {
    open_.hits += batch.end.hits_on_last;
    return;
  }
  const log::LineFacts& facts = batch.end.last_facts;
  open_ = {.hits = batch.end.hits_on_last,
           .moment = kept(batch.end.last_moment),
           .client = std::string(facts.client),
           .method = std::string(facts.method),
           .path = std::string(facts.path),
           .status = facts.status};
  if (batch.end.last_takes_earlier_time && earlier_) open_.moment = *earlier_;
}

void complete(std::span<HitLine> lines, const LogBatch& batch) noexcept {
  const auto shown = [](const KnownMoment& moment) {
    return LineMoment{moment.at, moment.repeated, moment.unreadable};
  };
  for (HitLine& line : lines) {
    if (line.on_open_line) {
      line.open = &batch.open_line;
      line.moment = shown(batch.open_line.moment);
    } else if (line.takes_earlier_time && batch.earlier) {
      line.moment = shown(*batch.earlier);
    }
  }
}

}  // namespace assay::audit
