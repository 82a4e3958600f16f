#include "log/format.h"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace assay::log {

namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_word(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

// The digits at the beginning of a text.
std::size_t digits_at(std::string_view text) noexcept {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  return static_cast<std::size_t>(end - text.begin());
}

// Whether one of `marks` and up to `most` digits are next: ":00" of 12:00.
bool goes_on(std::string_view text, std::string_view marks, std::size_t most) noexcept {
  if (text.empty() || marks.find(text.front()) == std::string_view::npos) return false;
  const std::size_t digits = digits_at(text.substr(1));
  return digits >= 1 && digits <= most;
}

// Whether digits and what follows them look like a part of a time: 12:00:00, 2026-11-28, 28.11.2026, 1796040000,
// 20261128T120000Z.
bool is_time_at(std::string_view text, std::size_t digits) noexcept {
  const std::string_view rest = text.substr(digits);
  if (digits <= 2 && goes_on(rest, ":", 2)) {
    return digits_at(rest.substr(1)) == 2 && goes_on(rest.substr(3), ":", 2);
  }
  if (digits <= 4 && goes_on(rest, "-/.", 2)) {
    const std::string_view behind = rest.substr(1 + digits_at(rest.substr(1)));
    return behind.starts_with(rest.front()) && goes_on(behind, "-/.", 4) &&
           (digits == 4 || digits_at(behind.substr(1)) == 4);
  }
  constexpr std::size_t kUnixTimes[] = {10, 13, 16, 19};
  const bool is_unix = std::find(std::begin(kUnixTimes), std::end(kUnixTimes), digits) != std::end(kUnixTimes);
  const bool is_alone = rest.empty() || !is_word(rest.front());
  return (is_unix && text.front() == '1' && is_alone) || (digits == 8 && rest.starts_with('T'));
}

}  // namespace

bool may_be_record(std::string_view line) noexcept {
  const std::size_t first = line.find_first_not_of(" \t");
  if (first != std::string_view::npos && line[first] == '{') return true;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (!is_digit(line[at])) continue;
    const std::size_t digits = digits_at(line.substr(at));
    const bool begins_word = at == 0 || !is_word(line[at - 1]);
    if (begins_word && is_time_at(line.substr(at), digits)) return true;
    at += digits - 1;
  }
  return false;
}

LineFacts FileFormat::read_joined(std::string_view, std::string_view facts_line, base::Arena& arena) const {
  LineFacts facts = read(facts_line, arena);
  facts.regions = {};  // they are of the first piece's line
  return facts;
}

void FileFormat::events(std::string_view, base::Arena&, std::vector<Event>&) const {}

std::shared_ptr<const FileFormat> FileFormat::after_directive(std::string_view) const { return nullptr; }

}  // namespace assay::log
