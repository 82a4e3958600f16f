#include "jose/access.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <new>
#include <string>

#include "jose/numeric_date.h"

namespace assay::jose {
namespace {

using codec::JsonNode;
using codec::JsonType;

// True for a claim that Python's `or` would take.
bool is_truthy(const Claim& claim) {
  if (!claim.present()) return false;
  if (claim.node != nullptr) return codec::python_truth(*claim.node);
  switch (claim.type) {
    case ClaimType::string:
      return !claim.text.empty();
    case ClaimType::array:
      return !claim.items.empty();
    default:
      return claim.text != "0";  // the fast reader's integers are written canonically
  }
}

// Writes a list of the fast reader, which has no node, as Python writes it.
std::string python_list(std::span<const std::string_view> items) {
  std::string json = "[";
  for (const std::string_view item : items) {
    if (json.size() > 1) json += ',';
    codec::append_json_string(json, item);
  }
  json += ']';
  base::Arena arena;
  return codec::python_str(*codec::parse_json(json, codec::JsonDialect::rfc8259, arena));
}

std::string_view as_string(const Claim& claim, base::Arena& arena) {
  if (claim.type == ClaimType::string) return claim.text;
  if (claim.node != nullptr) return arena.copy(codec::python_str(*claim.node));
  if (claim.type == ClaimType::integer) return claim.text;
  return arena.copy(python_list(claim.items));
}

// Returns the length of the character at `at` if str.split() of CPython splits there (Unicode's White_Space and U+001C
// to U+001F), else 0.
std::size_t python_space(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u; };
  const unsigned a = byte(0);
  if (a == ' ' || (a >= 0x09 && a <= 0x0D) || (a >= 0x1C && a <= 0x1F)) return 1;
  if (a == 0xC2 && (byte(1) == 0x85 || byte(1) == 0xA0)) return 2;  // U+0085, U+00A0
  if (a < 0xE1 || a > 0xE3) return 0;
  const unsigned point = (a & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
  const bool space = point == 0x1680 || (point >= 0x2000 && point <= 0x200A) || point == 0x2028 || point == 0x2029 ||
                     point == 0x202F || point == 0x205F || point == 0x3000;
  return space ? 3 : 0;
}

// White space in a text.
struct Space {
  std::size_t at;    // the end of the text if there is none
  std::size_t size;  // bytes
};

// Returns the parts of `text` between white space. next(from) returns the first Space from `from` on. A byte for which
// may_begin() is false begins none.
template <class Next, class MayBegin>
std::span<const std::string_view> split(std::string_view text, base::Arena& arena, Next next, MayBegin may_begin) {
  // Each part but the last has a byte of white space behind it. Those of a short text need not be counted.
  std::size_t most = text.size() / 2 + 1;
  if (text.size() > 64) {
    const auto spaces = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), may_begin));
    most = std::min(most, spaces + 1);
  }
  const std::size_t room = most * sizeof(std::string_view);
  const auto parts = reinterpret_cast<std::string_view*>(arena.allocate(room, alignof(std::string_view)));
  std::size_t count = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const Space space = next(begin);
    if (space.at > begin) new (parts + count++) std::string_view(text.substr(begin, space.at - begin));
    begin = space.at + space.size;
  }
  arena.shrink_last(room, count * sizeof(std::string_view));
  return {parts, count};
}

std::span<const std::string_view> split(std::string_view text, Profile profile, base::Arena& arena) {
  if (profile == Profile::strict) {
    // RFC 6749 §3.3: only U+0020 separates scopes.
    const auto next = [text](std::size_t from) { return Space{std::min(text.find(' ', from), text.size()), 1}; };
    return split(text, arena, next, [](char c) { return c == ' '; });
  }
  const auto may_be_space = [](char c) { return static_cast<signed char>(c) <= ' '; };  // or beyond ASCII
  const auto next = [&](std::size_t at) {
    for (; at < text.size(); ++at) {
      if (!may_be_space(text[at])) continue;
      if (const std::size_t size = python_space(text, at); size != 0) return Space{at, size};
    }
    return Space{text.size(), 0};
  };
  return split(text, arena, next, may_be_space);
}

// Returns the strings of a list. Of a mixed list, too, so that the policy can name the scopes that are missing.
std::span<const std::string_view> strings_of(const Claim& list, base::Arena& arena) {
  if (list.all_strings || list.node == nullptr) return list.items;
  const auto strings = arena.array<std::string_view>(list.node->items.size());
  std::size_t count = 0;
  for (const JsonNode& item : list.node->items) {
    if (item.is(JsonType::string)) strings[count++] = item.text;
  }
  return strings.first(count);
}

// Truncates a real number to an integer, with every digit of its double; empty for one that is not finite.
std::string_view truncated(std::string_view number, base::Arena& arena) {
  const NumericDate date = parse_numeric_date(number);
  if (!date.saturated && date.seconds >= -1 && date.seconds < 1) {
    double value = 0;
    // Below 1 a number may be too small for a double, which is 0 all the same; 0.99999999999999999999 rounds to 1.
    if (std::from_chars(number.data(), number.data() + number.size(), value).ec != std::errc() ||
        std::fabs(value) < 1) {
      return "0";
    }
  }
  double value = 0;
  if (std::from_chars(number.data(), number.data() + number.size(), value).ec != std::errc()) return {};
  value = std::trunc(value);
  constexpr std::size_t kMost = 320;  // 309 digits, a sign
  char* text = arena.allocate(kMost);
  const auto end = std::to_chars(text, text + kMost, value, std::chars_format::fixed, 0).ptr;
  const auto size = static_cast<std::size_t>(end - text);
  arena.shrink_last(kMost, size);
  return {text, size};
}

}  // namespace

std::string_view client_id_of(const Claims& claims, base::Arena& arena) {
  for (const Claim* claim : {&claims.client_id, &claims.azp, &claims.sub}) {
    if (is_truthy(*claim)) return as_string(*claim, arena);
  }
  return "unknown";
}

std::span<const std::string_view> scopes_of(const Claims& claims, Profile profile, base::Arena& arena) {
  for (const Claim* claim : {&claims.scope, &claims.scp}) {
    if (!claim->present()) continue;
    if (claim->type == ClaimType::string) return split(claim->text, profile, arena);
    if (claim->type == ClaimType::array) return strings_of(*claim, arena);
    // FastMCP looks on past a scope that is neither; strict has refused its type.
    if (profile == Profile::strict) return {};
  }
  return {};
}

std::string_view expires_at_of(const Claims& claims, Profile profile, base::Arena& arena) {
  const Claim& exp = claims.exp;
  switch (exp.type) {
    case ClaimType::integer:
      return exp.text == "-0" ? std::string_view("0") : exp.text;
    case ClaimType::real:
      if (exp.text == "NaN" || exp.text.ends_with("Infinity")) return {};
      return truncated(exp.text, arena);
    case ClaimType::boolean:
      if (profile == Profile::strict || exp.node == nullptr) return {};
      return exp.node->truth ? "1" : "0";
    default:
      return {};
  }
}

std::vector<std::string> python_split(std::string_view text) {
  base::Arena arena;
  const auto parts = split(text, Profile::fastmcp, arena);
  return {parts.begin(), parts.end()};
}

std::string_view python_strip(std::string_view text) noexcept {
  std::size_t first = text.size(), end = text.size();
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t space = python_space(text, at);
    if (space == 0) {
      first = std::min(first, at);
      end = at + 1;
    }
    at += std::max<std::size_t>(space, 1);
  }
  return first == text.size() ? std::string_view() : text.substr(first, end - first);
}

}  // namespace assay::jose
