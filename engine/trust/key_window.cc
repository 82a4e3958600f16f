#include "trust/key_window.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace assay::trust {
namespace {

// As in jose::accepted_interval: no clock shows these.
constexpr Instant kBeginning{std::numeric_limits<std::int64_t>::min(), 0};
constexpr Instant kEnd{std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::uint32_t>::max()};

// The longest name and note that a detail shows.
constexpr std::size_t kMostText = 200;

// On one line, and not too long.
std::string shown(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7F) c = ' ';
  if (text.size() <= kMostText) return text;
  std::size_t end = kMostText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not in the middle of a character
  return text.substr(0, end) + "...";
}

std::optional<Instant> earlier(const std::optional<Instant>& one, const std::optional<Instant>& other) {
  if (!one || !other) return one ? one : other;
  return std::min(*one, *other);
}

}  // namespace

KeyWindow::KeyWindow(const KeyTimes& times, std::string name, std::string note)
    : times_(times),
      name_(shown(std::move(name))),
      note_(shown(std::move(note))),
      good_{times.not_before.value_or(kBeginning), earlier(times.retired_at, times.compromised_at).value_or(kEnd)} {
  if (good_.until < good_.from) good_.until = good_.from;
}

ReasonSet KeyWindow::reasons(Instant at) const noexcept {
  ReasonSet found;
  if (times_.not_before && at < *times_.not_before) found.insert(Reason::key_not_yet_valid);
  if (times_.retired_at && *times_.retired_at <= at) found.insert(Reason::key_retired);
  if (times_.compromised_at && *times_.compromised_at <= at) found.insert(Reason::key_compromised);
  return found;
}

std::string KeyWindow::detail(Reason reason) const {
  std::string text = "key " + name_;
  if (reason == Reason::key_not_yet_valid) {
    text += " does not count before " + to_rfc3339(*times_.not_before);
  } else if (reason == Reason::key_retired) {
    text += " is retired from " + to_rfc3339(*times_.retired_at) + " on";
  } else {
    text += " is compromised from " + to_rfc3339(*times_.compromised_at) + " on";
  }
  return note_.empty() ? text : text + ": " + note_;
}

KeyTimes stricter_of(const KeyTimes& one, const KeyTimes& other) {
  KeyTimes times;
  times.not_before = one.not_before && other.not_before ? std::max(*one.not_before, *other.not_before)
                     : one.not_before                   ? one.not_before
                                                        : other.not_before;
  times.retired_at = earlier(one.retired_at, other.retired_at);
  times.compromised_at = earlier(one.compromised_at, other.compromised_at);
  return times;
}

KeyTimes put_over(const KeyTimes& under, const KeyTimes& over) {
  return {over.not_before ? over.not_before : under.not_before, over.retired_at ? over.retired_at : under.retired_at,
          over.compromised_at ? over.compromised_at : under.compromised_at};
}

}  // namespace assay::trust
