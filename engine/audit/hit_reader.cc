#include "audit/hit_reader.h"

#include <algorithm>
#include <optional>
#include <span>

#include "log/format.h"

namespace assay::audit {
namespace {

// The place that a line tells of its byte; nothing if it tells none.
std::optional<log::Where> place_in(std::span<const log::Region> regions, std::size_t at) noexcept {
  const auto behind = std::upper_bound(regions.begin(), regions.end(), at,
                                       [](std::size_t place, const log::Region& one) { return place < one.begin; });
  if (behind == regions.begin() || at >= behind[-1].end) return std::nullopt;
  return behind[-1].where;
}

std::string_view without_return(std::string_view line) noexcept {
  return line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
}

}  // namespace

void HitReader::begin(const LogBatch& batch) noexcept {
  batch_ = &batch;
  hits_ = nullptr;
  has_line_ = false;
}

void HitReader::begin_portion(const Hits& hits) noexcept {
  hits_ = &hits;
  settled_ = 0;
}

std::string_view HitReader::searched() const noexcept {
  return joined_ != nullptr ? std::string_view(joined_->text) : batch_->block.text;
}

writers::Occurrence HitReader::read(std::size_t index) {
  const Hit& hit = hits_->tokens[index];
  const HitLine& line = hits_->lines[hit.line];
  begin_line(line);
  read_line(line);
  writers::Occurrence occurrence;
  occurrence.nth = hit.nth;
  occurrence.offset = hit.offset;
  occurrence.length = hit.length;
  occurrence.decoded = hit.decoded;
  if (line.open != nullptr) {
    occurrence.nth += line.open->hits;
    occurrence.client = line.open->client;
    occurrence.method = line.open->method;
    occurrence.path = line.open->path;
    occurrence.status = line.open->status;
    occurrence.where = place_of(index);
    return occurrence;
  }
  const log::LineFacts& facts = line.facts != nullptr ? *line.facts : facts_;
  occurrence.client = facts.client;
  occurrence.method = facts.method;
  occurrence.path = facts.path;
  occurrence.status = facts.status;
  const std::optional<log::Where> place = place_in(facts.regions, hit.begin - line.begin);
  occurrence.where = place ? *place : place_of(index);
  return occurrence;
}

// Makes the line the one in hand.
void HitReader::begin_line(const HitLine& line) noexcept {
  if (has_line_ && is_on_line(line)) return;
  has_line_ = true;
  joined_ = line.joined;
  begin_ = line.begin;
  before_ = {};
  is_read_ = false;
}

// Reads what the line in hand says, unless an event says it.
void HitReader::read_line(const HitLine& line) {
  if (is_read_ || line.format == nullptr || line.facts != nullptr) return;
  is_read_ = true;
  arena_.reset();
  facts_ = line.joined != nullptr ? line.format->read_joined(line.joined->text, line.text, arena_)
                                  : line.format->read(without_return(line.text), arena_);
}

// The place that the text before a token tells. It may depend on the tokens before it on its line.
log::Where HitReader::place_of(std::size_t index) noexcept {
  std::size_t first = index;
  while (first > settled_ && is_on_line(hits_->lines[hits_->tokens[first - 1].line])) --first;
  settled_ = first;
  settle(index + 1);
  return before_.where;
}

// Looks at the tokens from settled_ to `end`, all of the line in hand.
void HitReader::settle(std::size_t end) noexcept {
  for (; settled_ < end; ++settled_) {
    const Hit& hit = hits_->tokens[settled_];
    const std::size_t behind = hit.begin + hit.length;
    before_ = {behind, log::where_of(searched(), hit.begin, behind, before_)};
  }
}

void HitReader::end_portion() noexcept {
  if (hits_ == nullptr || settled_ == hits_->tokens.size()) return;
  const std::size_t last = hits_->tokens.size() - 1;
  begin_line(hits_->lines[hits_->tokens[last].line]);
  place_of(last);
}

}  // namespace assay::audit
