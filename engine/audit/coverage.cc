#include "audit/coverage.h"

#include <algorithm>
#include <cstring>

#include "input/newlines.h"

namespace assay::audit {

void Coverage::read(LogBatch& batch) {
  const std::string_view bytes = batch.block.text;
  if (!batch.has_times) {
    // Nothing is known of the times of this log.
    batch.line_times.lines = batch.line_times.lines_without_time = input::count_newlines(bytes);
    return;
  }
  const log::FileFormat* format = batch.format.get();
  auto change = batch.changes.begin();
  // The beginning of the first line may be in an earlier block, which has read it.
  std::size_t begin = batch.block.continues_line ? std::min(bytes.find('\n'), bytes.size() - 1) + 1 : 0;
  while (begin < bytes.size()) {
    for (; change != batch.changes.end() && change->at <= begin; ++change) format = change->format.get();
    const void* found = std::memchr(bytes.data() + begin, '\n', bytes.size() - begin);
    const std::size_t end = found == nullptr ? bytes.size() : static_cast<const char*>(found) - bytes.data();
    std::string_view line = bytes.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (batch.block.first_offset + begin == 0 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    read_line(line, *format, batch);
    begin = end + 1;
  }
}

void Coverage::read_line(std::string_view line, const log::FileFormat& format, LogBatch& batch) {
  scratch_.reset();
  tally::LineTimes& times = batch.line_times;
  if (format.has_events()) {
    events_.clear();
    format.events(line, scratch_, events_);
    if (!events_.empty()) {
      const log::LineFacts& first = events_.front().facts;
      times.add(first.time ? &*first.time : nullptr);
      for (const log::Event& event : events_) {
        if (event.facts.time) times.times.add(*event.facts.time);
      }
      return;
    }
  }
  const log::LineFacts facts = format.read(line, scratch_);
  if (facts.time) return times.add(&*facts.time);
  const bool continues = facts.time_text.empty() && format.may_continue(line);
  if (!continues) return times.add(nullptr);
  ++times.lines;
}

}  // namespace assay::audit
