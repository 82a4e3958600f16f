// How the report writes numbers, times and texts of unknown origin, and the sentences that are made of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "assay/instant.h"
#include "tally/overview.h"

namespace assay::report {

// "1,234".
std::string number(std::uint64_t count);
// "1 use", "1,234 uses"; `plural` if it is not `singular` with an s.
std::string counted(std::uint64_t count, std::string_view singular, std::string_view plural = {});
// `one` if the count is 1, else `several`: for verbs.
std::string_view agreed(std::uint64_t count, std::string_view one, std::string_view several);
// "1 was answered as good", "none was answered as good".
std::string answered(std::uint64_t served);
// "4.5 %"; "< 0.1 %" for a share that would round to nothing; "all" and "none" never.
std::string percent(std::uint64_t part, std::uint64_t whole);
// "+12", "-3", "0".
std::string difference(std::uint64_t now, std::uint64_t before);

// "2026-11-26 08:00:15", in UTC, without a fraction.
std::string utc(Instant at);
std::string utc(const std::optional<Instant>& at);  // "–" if there is none
// "2026-11-26 08:00:15 to 23:57:44", with the second day if it is another one. "–" without times.
std::string period(const tally::TimeSpan& times);
// "45 s", "12 min", "2 h 10 min", "3 d 4 h". Negative lengths are 0.
std::string duration(std::int64_t seconds);
std::int64_t seconds_between(Instant from, Instant to);

// A text of unknown origin: made visible (codec::append_visible) and cut after kLongestName characters. "(empty)" if it
// is empty.
inline constexpr std::size_t kLongestName = 96;
std::string shown(std::string_view unknown, std::size_t most = kLongestName);
// Characters of a fingerprint that are enough to find it in the verdicts.
inline constexpr std::size_t kShownFingerprint = 17;

// The same of a path, whose end says more than its middle.
std::string shown_path(std::string_view path, std::size_t most = kLongestName);

// One piece of a sentence, before it is HTML, Markdown or plain text.
struct Span {
  enum class Kind {
    words,   // of this program: words and numbers
    strong,  // the same, stressed
    name,    // a text of unknown origin, or one to be copied: a kid, an address, an option
  };
  Kind kind = Kind::words;
  std::string text;
};

// A plain value. Text becomes words by conversion: only text of this program may. Whatever comes from tokens, logs and
// the command line goes through name().
class Line {
 public:
  Line() = default;
  Line(const char* words) : Line(std::string(words)) {}  // NOLINT: implicit on purpose
  Line(std::string words) {                              // NOLINT: implicit on purpose
    if (!words.empty()) spans_.push_back({Span::Kind::words, std::move(words)});
  }
  explicit Line(Span span) { spans_.push_back(std::move(span)); }

  Line& operator+=(const Line& other) {
    spans_.insert(spans_.end(), other.spans_.begin(), other.spans_.end());
    return *this;
  }
  friend Line operator+(Line left, const Line& right) { return std::move(left += right); }

  bool empty() const noexcept { return spans_.empty(); }
  const std::vector<Span>& spans() const noexcept { return spans_; }
  // All of it without its kinds.
  std::string plain() const {
    std::string text;
    for (const Span& span : spans_) text += span.text;
    return text;
  }

 private:
  std::vector<Span> spans_;
};

inline Line strong(std::string words) { return Line(Span{Span::Kind::strong, std::move(words)}); }
// A text of unknown origin, as words.h shows it.
inline Line name(std::string_view unknown) { return Line(Span{Span::Kind::name, shown(unknown)}); }
inline Line path_name(std::string_view path) { return Line(Span{Span::Kind::name, shown_path(path)}); }
// The same of something that need not be there: "–" stands for nothing.
inline Line name_or_none(std::string_view unknown) { return unknown.empty() ? Line("–") : name(unknown); }

// "a, b and c", or "a, b, c and 12 more".
template <class Names>
Line names(const Names& all, std::size_t most = 5) {
  Line line;
  std::size_t count = 0;
  for (const auto& each : all) {
    if (count == most) {
      line += " and " + number(all.size() - most) + " more";
      break;
    }
    if (count > 0) line += count + 1 == all.size() ? " and " : ", ";
    line += name(each);
    ++count;
  }
  return line;
}

}  // namespace assay::report
