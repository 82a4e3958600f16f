#include "report/words.h"

#include <array>
#include <cstdio>

#include "codec/json.h"
#include "page/numbers.h"

namespace assay::report {

std::string number(std::uint64_t count) {
  std::string text = std::to_string(count);
  for (std::size_t i = text.size(); i > 3; i -= 3) text.insert(i - 3, 1, ',');
  return text;
}

std::string counted(std::uint64_t count, std::string_view singular, std::string_view plural) {
  std::string text = number(count) + " ";
  if (count == 1) return text.append(singular);
  return plural.empty() ? text.append(singular).append("s") : text.append(plural);
}

std::string_view agreed(std::uint64_t count, std::string_view one, std::string_view several) {
  return count == 1 ? one : several;
}

std::string answered(std::uint64_t served) {
  if (served == 0) return "none was answered as good";
  return number(served).append(" ").append(agreed(served, "was", "were")).append(" answered as good");
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  if (part == 0 || whole == 0) return "0 %";
  const double share = static_cast<double>(part) / static_cast<double>(whole);
  if (share < 0.001) return "< 0.1 %";
  if (part < whole && share > 0.999) return "> 99.9 %";
  return page::in_percent(share);
}

std::string difference(std::uint64_t now, std::uint64_t before) {
  if (now == before) return "0";
  return now > before ? "+" + number(now - before) : "-" + number(before - now);
}

std::string utc(Instant at) {
  std::string text = to_rfc3339({at.seconds, 0});
  if (const std::size_t t = text.find('T'); t != std::string::npos) text[t] = ' ';
  if (text.ends_with('Z')) text.pop_back();
  return text;
}

std::string utc(const std::optional<Instant>& at) { return at ? utc(*at) : "–"; }

std::string period(const tally::TimeSpan& times) {
  if (!times.first || !times.last) return "–";
  const std::string first = utc(*times.first), last = utc(*times.last);
  if (first == last) return first;
  const std::size_t day = first.find(' ');
  const bool same_day = day != std::string::npos && first.compare(0, day, last, 0, day) == 0;
  return first + " to " + (same_day ? last.substr(day + 1) : last);
}

std::string duration(std::int64_t seconds) {
  struct Unit {
    std::int64_t seconds;
    const char* name;
  };
  constexpr std::array kUnits = {Unit{86'400, "d"}, Unit{3600, "h"}, Unit{60, "min"}, Unit{1, "s"}};
  if (seconds <= 0) return "0 s";
  for (std::size_t i = 0; i < kUnits.size(); ++i) {
    if (seconds < kUnits.at(i).seconds) continue;
    std::string text = number(static_cast<std::uint64_t>(seconds / kUnits.at(i).seconds)) + " " + kUnits.at(i).name;
    const std::int64_t rest = seconds % kUnits.at(i).seconds;
    // A second unit says enough, and seconds only of minutes.
    if (i + 1 < kUnits.size() && rest / kUnits.at(i + 1).seconds > 0)
      text += " " + std::to_string(rest / kUnits.at(i + 1).seconds) + " " + kUnits.at(i + 1).name;
    return text;
  }
  return "0 s";
}

std::int64_t seconds_between(Instant from, Instant to) {
  // Halves, so that no two moments are too far apart.
  const std::int64_t half = to.seconds / 2 - from.seconds / 2;
  constexpr std::int64_t kFar = std::int64_t{1} << 61;
  return half > kFar || half < -kFar ? half : to.seconds - from.seconds;
}

std::string shown(std::string_view unknown, std::size_t most) {
  if (unknown.empty()) return "(empty)";
  std::string text;
  // Each shown character needs four bytes at most; what is behind them is never shown.
  codec::append_visible(text, unknown.substr(0, 4 * most + 4));
  return page::shortened(text, most);
}

std::string shown_path(std::string_view path, std::size_t most) {
  std::string text;
  // A path is bounded by the system; a name that claims to be one is cut.
  codec::append_visible(text, path.substr(0, 8192));
  if (text.empty() || page::width_of(text) <= most) return shown(path, most);
  const std::size_t head = most / 3;
  std::size_t tail = text.size(), characters = 0;
  while (tail > 0 && characters < most - head) characters += (static_cast<unsigned char>(text[--tail]) & 0xC0) != 0x80;
  return page::shortened(text, head) + text.substr(tail);
}

}  // namespace assay::report
