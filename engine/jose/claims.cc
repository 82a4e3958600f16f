#include "jose/claims.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>

#include "jose/numeric_date.h"

namespace assay::jose {
namespace {

using codec::FastMember;
using codec::JsonNode;
using codec::JsonType;

// strict: names at the top level. fastmcp needs no such limit: joserfc's on the payload's length holds it below 32,000.
constexpr std::size_t kMaxMembers = 4096;
// CPython converts no longer integer, so fastmcp's dialect refuses it everywhere; strict only where a time is read.
constexpr std::size_t kMaxTimeDigits = 4300;

struct Name {
  std::string_view name;
  Claim Claims::*claim;
};
constexpr Name kShortNames[] = {
    {"iss", &Claims::iss}, {"sub", &Claims::sub}, {"aud", &Claims::aud}, {"exp", &Claims::exp}, {"nbf", &Claims::nbf},
    {"iat", &Claims::iat}, {"jti", &Claims::jti}, {"azp", &Claims::azp}, {"scp", &Claims::scp},
};

Claim* claim_named(Claims& claims, std::string_view name) noexcept {
  if (name.size() == 3) {
    for (const Name& known : kShortNames) {
      if (std::memcmp(known.name.data(), name.data(), 3) == 0) return &(claims.*known.claim);
    }
    return nullptr;
  }
  if (name == "client_id") return &claims.client_id;
  return name == "scope" ? &claims.scope : nullptr;
}

bool is_white(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_white(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_white(text.back())) text.remove_suffix(1);
  return text;
}

// Whether each byte is one of U+0020 to U+007E, looked at in eights without branches: nearly every payload is so.
bool is_printable_ascii(std::string_view text) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  // The high bit of a byte below 0x20, or above 0x7E; carries and borrows come from such bytes alone.
  const auto marks = [](std::uint64_t eight) { return eight | (eight - kOnes * 0x20) | (eight + kOnes); };
  const auto eight_at = [text](std::size_t at) {
    std::uint64_t eight;
    std::memcpy(&eight, text.data() + at, 8);
    return eight;
  };
  if (text.size() < 8) return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  std::uint64_t found = marks(eight_at(text.size() - 8));
  for (std::size_t at = 0; at + 8 <= text.size(); at += 8) found |= marks(eight_at(at));
  return (found & kOnes * 0x80) == 0;
}

// Whether `json` may hold a line break, DEL or C1 (U+0080 to U+009F, which begin with C2 in UTF-8).
bool may_need_rewriting(std::string_view json) noexcept {
  if (is_printable_ascii(json)) return false;
  const auto holds = [json](char c) { return json.find(c) != json.npos; };
  return holds('\n') || holds('\r') || holds('\x7F') || holds('\xC2');
}

// The object on one line that no terminal acts upon. Valid JSON holds raw line breaks between its tokens alone, so that
// each may become a space, and DEL and C1 in its strings alone, so that each may become an escape of the same value.
std::string_view on_one_line(std::string_view json, base::Arena& arena) {
  if (!may_need_rewriting(json)) return json;
  std::string line;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    const auto next = static_cast<unsigned char>(i + 1 < json.size() ? json[i + 1] : '\0');
    if (c == '\n' || c == '\r') {
      line += ' ';
    } else if (c == '\x7F') {
      line += "\\u007f";
    } else if (c == '\xC2' && next < 0xA0) {
      line += next < 0x90 ? "\\u008" : "\\u009";
      line += "0123456789abcdef"[next & 0x0F];
      ++i;
    } else {
      line += c;
    }
  }
  return arena.copy(line);
}

// Whether two members have one name. A few names are compared in pairs, and only where a bit of length and ends
// agrees; many are sorted, so that no token costs quadratic time.
template <class Member>
bool has_repeated_name(std::span<const Member> members, base::Arena& arena) {
  constexpr std::size_t kFew = 32;
  if (members.size() > kFew) {
    const std::span<std::string_view> names = arena.array<std::string_view>(members.size());
    std::transform(members.begin(), members.end(), names.begin(), [](const Member& m) { return m.name; });
    std::sort(names.begin(), names.end());
    return std::adjacent_find(names.begin(), names.end()) != names.end();
  }
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const std::string_view name = members[i].name;
    const unsigned ends =
        name.empty() ? 0 : static_cast<unsigned char>(name.front()) * 5u + static_cast<unsigned char>(name.back());
    const std::uint64_t bit = std::uint64_t{1} << ((ends + name.size() * 11) % 64);
    if ((seen & bit) != 0) {
      for (std::size_t j = 0; j < i; ++j) {
        if (members[j].name == name) return true;
      }
    }
    seen |= bit;
  }
  return false;
}

const char* member_fault(std::size_t count, bool repeated) noexcept {
  if (count > kMaxMembers) return "too many members";
  return repeated ? "a name occurs twice" : nullptr;
}

// False when the member needs the exact reader: a real number, null, a wrong type.
bool take_fast(const FastMember& member, Claim& claim, base::Arena& arena) {
  claim = {};
  switch (member.kind) {
    case FastMember::Kind::string:
      claim.type = ClaimType::string;
      claim.text = member.text;
      return true;
    case FastMember::Kind::string_array:
      claim.type = ClaimType::array;
      claim.items = member.items;
      claim.all_strings = true;
      return true;
    case FastMember::Kind::integer: {
      constexpr std::size_t kMost = 20;
      char* text = arena.allocate(kMost);
      const auto end = std::to_chars(text, text + kMost, member.integer).ptr;
      const auto size = static_cast<std::size_t>(end - text);
      arena.shrink_last(kMost, size);
      claim.type = ClaimType::integer;
      claim.text = {text, size};
      return true;
    }
    default:
      return false;
  }
}

ClaimType type_of(const JsonNode& node) noexcept {
  switch (node.type) {
    case JsonType::null:
      return ClaimType::null;
    case JsonType::boolean:
      return ClaimType::boolean;
    case JsonType::integer:
      return ClaimType::integer;
    case JsonType::real:
      return ClaimType::real;
    case JsonType::string:
      return ClaimType::string;
    case JsonType::array:
      return ClaimType::array;
    case JsonType::object:
      return ClaimType::object;
  }
  return ClaimType::null;
}

Claim take_exact(const JsonNode& node, base::Arena& arena) {
  Claim claim;
  claim.type = type_of(node);
  claim.text = node.text;
  claim.node = &node;
  if (claim.type != ClaimType::array) return claim;
  claim.all_strings =
      std::all_of(node.items.begin(), node.items.end(), [](const JsonNode& n) { return n.is(JsonType::string); });
  if (claim.all_strings) {
    const auto items = arena.array<std::string_view>(node.items.size());
    std::transform(node.items.begin(), node.items.end(), items.begin(), [](const JsonNode& n) { return n.text; });
    claim.items = items;
  }
  return claim;
}

bool is_endless(const Claim& time) noexcept {
  return time.type == ClaimType::integer && time.text.size() > kMaxTimeDigits + (time.text.front() == '-' ? 1 : 0);
}

const Claims* read_exact(std::string_view payload, Profile profile, base::Arena& arena, ClaimsFault& fault) {
  const bool strict = profile == Profile::strict;
  const auto dialect = strict ? codec::JsonDialect::rfc8259 : codec::JsonDialect::python;
  const JsonNode* root = codec::parse_json(payload, dialect, arena);
  if (root == nullptr) {
    fault.message = "not valid JSON";
    return nullptr;
  }
  if (!root->is(JsonType::object)) {
    fault.message = "not an object";
    return nullptr;
  }
  if (strict) {
    const std::size_t count = root->members.size();
    fault.message = member_fault(count, count <= kMaxMembers && has_repeated_name(root->members, arena));
    if (fault.message != nullptr) return nullptr;
  }
  Claims& claims = arena.array<Claims>(1)[0];
  for (const codec::JsonMember& member : root->members) {
    if (Claim* claim = claim_named(claims, member.name)) *claim = take_exact(member.value, arena);
  }
  if (is_endless(claims.exp) || is_endless(claims.nbf) || is_endless(claims.iat)) {
    fault.message = "a time has too many digits";
    return nullptr;
  }
  std::string line;
  codec::append_json_line(line, *root);
  claims.json = arena.copy(line);
  return &claims;
}

// A claim as CPython's `or` sees it.
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

// A list of the fast reader, which has no node, as Python writes it.
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

// Bytes of the white space character at `at` as str.split() of CPython counts it (Unicode's White_Space and U+001C to
// U+001F); 0 for any other.
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

// RFC 6749 §3.3: scopes are separated by U+0020 alone.
std::size_t strict_space(std::string_view text, std::size_t at) noexcept { return text[at] == ' ' ? 1 : 0; }

std::span<const std::string_view> split(std::string_view text, std::size_t (*space)(std::string_view, std::size_t),
                                        base::Arena& arena) {
  const auto each = [&](auto&& found) {
    std::size_t start = 0;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = space(text, at);
      if (size == 0) {
        ++at;
        continue;
      }
      if (at > start) found(text.substr(start, at - start));
      at += size;
      start = at;
    }
    if (text.size() > start) found(text.substr(start));
  };
  std::size_t count = 0;
  each([&](std::string_view) { ++count; });
  const auto scopes = arena.array<std::string_view>(count);
  count = 0;
  each([&](std::string_view scope) { scopes[count++] = scope; });
  return scopes;
}

// The strings of a list; of a mixed list too, so that the judge can tell what is missing.
std::span<const std::string_view> strings_of(const Claim& list, base::Arena& arena) {
  if (list.all_strings || list.node == nullptr) return list.items;
  const auto strings = arena.array<std::string_view>(list.node->items.size());
  std::size_t count = 0;
  for (const JsonNode& item : list.node->items) {
    if (item.is(JsonType::string)) strings[count++] = item.text;
  }
  return strings.first(count);
}

// The integer that a real number is truncated to, every digit of its double; empty for one that is not finite.
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

const Claims* read_claims(std::string_view payload, Profile profile, codec::FastObjectReader& fast, base::Arena& arena,
                          ClaimsFault& fault) {
  fault = {};
  std::span<const FastMember> members;
  if (fast.read(payload, arena, members) == codec::FastObjectReader::Outcome::undecided) {
    return read_exact(payload, profile, arena, fault);
  }
  if (profile == Profile::strict) {
    const std::size_t count = members.size();
    fault.message = member_fault(count, count <= kMaxMembers && has_repeated_name(members, arena));
    if (fault.message != nullptr) return nullptr;
  }
  Claims& claims = arena.array<Claims>(1)[0];
  for (const FastMember& member : members) {
    Claim* claim = claim_named(claims, member.name);
    if (claim != nullptr && !take_fast(member, *claim, arena)) return read_exact(payload, profile, arena, fault);
  }
  claims.json = on_one_line(trim(payload), arena);
  return &claims;
}

std::string_view client_id_of(const Claims& claims, base::Arena& arena) {
  for (const Claim* claim : {&claims.client_id, &claims.azp, &claims.sub}) {
    if (is_truthy(*claim)) return as_string(*claim, arena);
  }
  return "unknown";
}

std::span<const std::string_view> scopes_of(const Claims& claims, Profile profile, base::Arena& arena) {
  for (const Claim* claim : {&claims.scope, &claims.scp}) {
    if (!claim->present()) continue;
    if (claim->type == ClaimType::string) {
      return split(claim->text, profile == Profile::strict ? strict_space : python_space, arena);
    }
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

}  // namespace assay::jose
