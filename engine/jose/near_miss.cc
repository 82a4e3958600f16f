#include "jose/near_miss.h"

#include <algorithm>
#include <array>

#include "jose/ascii.h"

namespace assay::jose {
namespace {

bool is_white(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

// RFC 3986 §3.1: "https://", "api://".
void drop_scheme(std::string& text) {
  const std::size_t end = text.find("://");
  if (end == text.npos || end == 0) return;
  const bool scheme = std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), [](char c) {
    return is_letter(c) || is_digit(c) || c == '+' || c == '.' || c == '-';
  });
  if (scheme) text.erase(0, end + 3);
}

// RFC 3986 §3.2.3: 443 for https, 80 for http.
void drop_default_port(std::string& text) {
  const std::size_t scheme = text.find("://");
  const std::size_t host = scheme == text.npos ? 0 : scheme + 3;
  const std::size_t end = std::min(text.find('/', host), text.size());
  for (const std::string_view port : {":443", ":80"}) {
    if (end < host + port.size() || text.compare(end - port.size(), port.size(), port) != 0) continue;
    text.erase(end - port.size(), port.size());
    return;
  }
}

void drop_trailing_slashes(std::string& text) {
  while (!text.empty() && text.back() == '/') text.pop_back();
}

void drop_white_space(std::string& text) { std::erase_if(text, is_white); }

void make_lower(std::string& text) { std::transform(text.begin(), text.end(), text.begin(), lower); }

struct Difference {
  const char* name;
  void (*undo)(std::string& text);
};
// The order matters: each difference is undone after those before it.
constexpr std::array kDifferences = {
    Difference{"in white space", drop_white_space},           Difference{"in case", make_lower},
    Difference{"in the default port", drop_default_port},     Difference{"in the scheme", drop_scheme},
    Difference{"in a trailing slash", drop_trailing_slashes},
};
constexpr unsigned kAll = (1u << kDifferences.size()) - 1;

// `text` without the differences whose bit is set.
std::string without(std::string_view text, unsigned differences) {
  std::string rest(text);
  for (std::size_t i = 0; i < kDifferences.size(); ++i) {
    if ((differences >> i & 1u) != 0) kDifferences[i].undo(rest);
  }
  return rest;
}

}  // namespace

std::string near_miss(std::string_view found, std::string_view expected) {
  const auto agree = [&](unsigned differences) {
    return without(found, differences) == without(expected, differences);
  };
  const std::string bare = without(found, kAll);
  if (found == expected || bare.empty() || bare != without(expected, kAll)) return {};
  // The last is tried first, so that a scheme in capitals is reported as a difference in case, not in the scheme.
  unsigned needed = kAll;
  for (unsigned bit = (kAll + 1) / 2; bit != 0; bit >>= 1) {
    if (agree(needed & ~bit)) needed &= ~bit;
  }
  std::string words;
  for (std::size_t i = 0; i < kDifferences.size(); ++i) {
    if ((needed >> i & 1u) == 0) continue;
    if (!words.empty()) words += " and ";
    words += kDifferences[i].name;
  }
  return words;
}

Overlap overlap_of(std::string_view found, std::string_view expected) noexcept {
  const auto continues = [](std::string_view longer, std::string_view shorter) {
    while (!shorter.empty() && shorter.back() == '/') shorter.remove_suffix(1);
    return !shorter.empty() && longer.size() > shorter.size() + 1 && longer.starts_with(shorter) &&
           longer[shorter.size()] == '/';
  };
  if (continues(found, expected)) return Overlap::goes_on;
  return continues(expected, found) ? Overlap::stops_short : Overlap::none;
}

}  // namespace assay::jose
