#include "log/line_time.h"

#include <algorithm>

namespace assay::log {
namespace {

// No form is longer, and foreign text shall not be shown as a time at any length.
constexpr std::size_t kMostTime = 96;

// A process id, or seconds since a program began.
bool is_small_number(std::string_view text) noexcept {
  constexpr std::size_t kLeastDigits = 9;  // Unix time since 1973
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  return digits != 0 && digits < kLeastDigits && text.find_first_not_of("0123456789.") == std::string_view::npos;
}

void set(const base::TimeReading& reading, std::string_view text, TimeFacts& facts) noexcept {
  facts.time = reading.at;
  facts.fault = reading.fault;
  facts.repeated = reading.repeated;
  facts.skipped = reading.skipped;
  facts.time_text = text;
}

// A moment that every clock shows once.
void set_moment(Instant at, std::string_view text, TimeFacts& facts) noexcept {
  facts.time = at;
  facts.fault = {};
  facts.repeated = facts.skipped = false;
  facts.time_text = text;
}

}  // namespace

void LineTime::read_whole(std::string_view text, TimeFacts& facts) const noexcept {
  if (text.empty() || text == "-") return;
  if (text.size() > kMostTime) return set({}, text.substr(0, kMostTime), facts);
  if (is_small_number(text)) return set({}, text, facts);
  if (form) {
    Instant at;
    if (base::TimeReader::read_frequent(text, *form, at) == text.size()) return set_moment(at, text, facts);
    const auto prefix = reader.read_prefix(text, *form);
    if (prefix && prefix->size == text.size()) return set(prefix->reading, text, facts);
  }
  set(reader.read(text), text, facts);
}

std::size_t LineTime::read_prefix(std::string_view text, TimeFacts& facts) const noexcept {
  text = text.substr(0, kMostTime);
  Instant at;
  if (const std::size_t size = form ? base::TimeReader::read_frequent(text, *form, at) : 0; size != 0) {
    set_moment(at, text.substr(0, size), facts);
    return size;
  }
  auto prefix = form ? reader.read_prefix(text, *form) : reader.read_prefix(text);
  // One line without a zone among others with one.
  if (!prefix && form && form->has_zone) prefix = reader.read_prefix(text, {form->row, false});
  if (!prefix) return 0;
  set(prefix->reading, text.substr(0, prefix->size), facts);
  return prefix->size;
}

}  // namespace assay::log
