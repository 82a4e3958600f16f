#include "jose/claims.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <new>
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

// The claims that are looked for; a slot is an index in this list.
constexpr Claim Claims::*kSlots[] = {
    &Claims::iss, &Claims::sub,       &Claims::aud, &Claims::exp,   &Claims::nbf, &Claims::iat,
    &Claims::jti, &Claims::client_id, &Claims::azp, &Claims::scope, &Claims::scp,
};
constexpr std::string_view kNames[] = {"iss", "sub",       "aud", "exp",   "nbf", "iat",
                                       "jti", "client_id", "azp", "scope", "scp"};
constexpr int kClientId = 7, kScope = 9, kNoSlot = -1;
static_assert(kNames[kClientId] == "client_id" && kNames[kScope] == "scope");

constexpr std::uint32_t letters(char a, char b, char c) noexcept {
  return static_cast<std::uint32_t>(static_cast<unsigned char>(a)) |
         static_cast<std::uint32_t>(static_cast<unsigned char>(b)) << 8 |
         static_cast<std::uint32_t>(static_cast<unsigned char>(c)) << 16;
}

// The names of three letters, each at its own place: one look tells whether a name is one of them.
struct ShortNames {
  static constexpr std::uint32_t kSpread = 0x9E3779B1;
  struct Row {
    std::uint32_t word = 0;  // no name: it has no zero letter
    int slot = kNoSlot;
  };
  Row rows[32];
  bool distinct = true;

  static constexpr std::uint32_t place_of(std::uint32_t word) noexcept { return word * kSpread >> 27; }

  constexpr ShortNames() noexcept : rows() {
    for (int slot = 0; slot < static_cast<int>(std::size(kNames)); ++slot) {
      const std::string_view name = kNames[slot];
      if (name.size() != 3) continue;
      const std::uint32_t word = letters(name[0], name[1], name[2]);
      Row& row = rows[place_of(word)];
      distinct = distinct && row.slot == kNoSlot;
      row = {word, slot};
    }
  }
};
constexpr ShortNames kByWord;
static_assert(kByWord.distinct);

inline int slot_of(std::string_view name) noexcept {
  if (name.size() == 3) {
    const std::uint32_t word = letters(name[0], name[1], name[2]);
    const ShortNames::Row& row = kByWord.rows[ShortNames::place_of(word)];
    return row.word == word ? row.slot : kNoSlot;
  }
  if (name == "scope") return kScope;
  return name == "client_id" ? kClientId : kNoSlot;
}

Claim* claim_named(Claims& claims, std::string_view name) noexcept {
  const int slot = slot_of(name);
  return slot == kNoSlot ? nullptr : &(claims.*kSlots[slot]);
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

// The same of a text that a fast reader decides.
bool names_repeat(std::string_view payload, codec::FastObjectReader& fast, base::Arena& arena) {
  std::span<const FastMember> members;
  fast.read(payload, arena, members);
  return has_repeated_name(members, arena);
}

const char* member_fault(std::size_t count, bool repeated) noexcept {
  if (count > kMaxMembers) return "too many members";
  return repeated ? "a name occurs twice" : nullptr;
}

// One of 64 bits, by the length of a name and its letters at both ends.
std::uint64_t bit_of(std::string_view name) noexcept {
  std::uint64_t ends = 0;
  if (name.size() >= 4) {
    std::uint32_t first, last;
    std::memcpy(&first, name.data(), 4);
    std::memcpy(&last, name.data() + name.size() - 4, 4);
    ends = first | static_cast<std::uint64_t>(last) << 32;
  } else {
    for (const char c : name) ends = ends << 8 | static_cast<unsigned char>(c);
  }
  return std::uint64_t{1} << ((ends + name.size()) * 0x9E3779B97F4A7C15 >> 58);
}

// Makes claims of the members that a fast reader visits, each in its place; the last where several have one name.
class ClaimsBuilder {
 public:
  // What `claims` holds is of no meaning before finish().
  explicit ClaimsBuilder(Claims& claims) noexcept : claims_(claims) {}

  void begin() noexcept {
    count_ = 0;
    slots_ = 0;
    others_ = 0;
    repeated_ = false;
    may_repeat_ = false;
    exact_ = false;
  }
  void take(const FastMember& member) noexcept {
    ++count_;
    const int slot = slot_of(member.name);
    if (slot == kNoSlot) {
      const std::uint64_t bit = bit_of(member.name);
      may_repeat_ |= (others_ & bit) != 0;
      others_ |= bit;
      return;
    }
    const std::uint32_t bit = 1u << slot;
    repeated_ |= (slots_ & bit) != 0;
    slots_ |= bit;
    set(claims_.*kSlots[slot], member, (kTimes & bit) != 0);
  }
  void finish() noexcept {
    for (std::uint32_t absent = ~slots_ & kAll; absent != 0; absent &= absent - 1) {
      claims_.*kSlots[__builtin_ctz(absent)] = {};
    }
  }

  std::size_t count() const noexcept { return count_; }
  bool repeated() const noexcept { return repeated_; }      // a claim occurs twice
  bool may_repeat() const noexcept { return may_repeat_; }  // another name may; has_repeated_name must look
  bool exact() const noexcept { return exact_; }            // a claim needs the exact reader

 private:
  static constexpr std::uint32_t kAll = (1u << std::size(kSlots)) - 1;
  static constexpr std::uint32_t kTimes = 1u << 3 | 1u << 4 | 1u << 5;
  static_assert(kNames[3] == "exp" && kNames[4] == "nbf" && kNames[5] == "iat");

  void set(Claim& claim, const FastMember& member, bool is_time) noexcept {
    claim = {};
    claim.text = member.text;
    switch (member.kind) {
      case FastMember::Kind::string:
        claim.type = ClaimType::string;
        break;
      case FastMember::Kind::integer:
        claim.type = ClaimType::integer;
        break;
      case FastMember::Kind::string_array:
        claim.text = {};
        claim.items = member.items;
        claim.type = ClaimType::array;
        claim.all_strings = true;
        break;
      case FastMember::Kind::real:
        claim.type = ClaimType::real;
        exact_ |= !is_time;
        break;
      default:  // null, or a wrong type
        exact_ = true;
    }
  }

  Claims& claims_;
  std::size_t count_ = 0;
  std::uint32_t slots_ = 0;   // a bit for each slot that is set
  std::uint64_t others_ = 0;  // bit_of() each name that is no claim's
  bool repeated_ = false, may_repeat_ = false, exact_ = false;
};

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

// What lies between white space, of which space(text, at) says how many bytes stand at `at`; `most` parts at most.
template <class Space>
std::span<const std::string_view> split(std::string_view text, std::size_t most, base::Arena& arena, Space space) {
  const std::size_t room = most * sizeof(std::string_view);
  const auto parts = reinterpret_cast<std::string_view*>(arena.allocate(room, alignof(std::string_view)));
  std::size_t count = 0, start = 0;
  const auto end_part = [&](std::size_t end) {
    if (end > start) new (parts + count++) std::string_view(text.substr(start, end - start));
  };
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = space(text, at);
    if (size != 0) {
      end_part(at);
      start = at + size;
    }
    at += std::max<std::size_t>(size, 1);
  }
  end_part(text.size());
  arena.shrink_last(room, count * sizeof(std::string_view));
  return {parts, count};
}

std::span<const std::string_view> split(std::string_view text, Profile profile, base::Arena& arena) {
  // Each part but the last has a byte of white space behind it.
  const auto most = [text](auto may_be_space) {
    const auto spaces = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), may_be_space));
    return std::min(spaces, text.size() / 2) + 1;
  };
  if (profile == Profile::strict) {
    // RFC 6749 §3.3: scopes are separated by U+0020 alone.
    return split(text, most([](char c) { return c == ' '; }), arena,
                 [](std::string_view t, std::size_t at) -> std::size_t { return t[at] == ' ' ? 1 : 0; });
  }
  const auto may_be_space = [](char c) { return static_cast<signed char>(c) <= ' '; };  // or beyond ASCII
  return split(text, most(may_be_space), arena, [&](std::string_view t, std::size_t at) -> std::size_t {
    return may_be_space(t[at]) ? python_space(t, at) : 0;
  });
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
  Claims& claims = *reinterpret_cast<Claims*>(arena.allocate(sizeof(Claims), alignof(Claims)));
  ClaimsBuilder builder(claims);
  bool plain = false;
  const auto outcome = fast.read(
      payload, arena, plain, [&] { builder.begin(); }, [&](const FastMember& member) { builder.take(member); });
  if (outcome == codec::FastObjectReader::Outcome::undecided) return read_exact(payload, profile, arena, fault);
  if (profile == Profile::strict) {
    const bool repeated = builder.repeated() || (builder.may_repeat() && builder.count() <= kMaxMembers &&
                                                 names_repeat(payload, fast, arena));
    fault.message = member_fault(builder.count(), repeated);
    if (fault.message != nullptr) return nullptr;
  }
  if (builder.exact()) return read_exact(payload, profile, arena, fault);
  builder.finish();
  const std::string_view json = trim(payload);
  claims.json = plain ? json : on_one_line(json, arena);
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

}  // namespace assay::jose
