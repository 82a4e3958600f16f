#include "jose/claims.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string>

#include "codec/utf.h"

namespace assay::jose {
namespace {

using codec::FastMember;
using codec::JsonNode;
using codec::JsonType;

// strict's limit on names at the top level. fastmcp needs none: joserfc's limit on the payload keeps them below 32,000.
constexpr std::size_t kMaxMembers = 4096;
// CPython converts no longer integer. fastmcp's dialect refuses one anywhere, strict only one that is a time.
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

// The names of three letters, each at its own place, so that one look finds whether a name is one of them.
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

// Returns the position of the first byte from `at` on that is outside U+0020 to U+007E, or json.size(). Looks at eight
// at a time.
std::size_t next_unprintable(std::string_view json, std::size_t at) noexcept {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  for (; json.size() - at >= 8; at += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, json.data() + at, sizeof eight);
    // Sets the high bit of each byte below 0x20 or above 0x7E. Only such bytes cause carries and borrows, which disturb
    // only the bytes behind them.
    const std::uint64_t marks = (eight | (eight - kOnes * 0x20) | (eight + kOnes)) & kOnes * 0x80;
    if (marks != 0) return at + static_cast<std::size_t>(__builtin_ctzll(marks)) / 8;
  }
#endif
  while (at < json.size() && json[at] >= 0x20 && json[at] < 0x7F) ++at;
  return at;
}

// By byte: true if a character that on_one_line changes may begin with it. U+0080 to U+009F begin with C2, U+061C with
// D8, U+200E to U+2069 with E2.
constexpr std::array<bool, 256> kMayBeginChange = [] {
  std::array<bool, 256> may{};
  for (const int byte : {int{'\n'}, int{'\r'}, 0x7F, 0xC2, 0xD8, 0xE2}) may[static_cast<std::size_t>(byte)] = true;
  return may;
}();
bool may_begin_change(char c) noexcept { return kMayBeginChange[static_cast<unsigned char>(c)]; }
bool changes_on_one_line(char32_t code) noexcept { return code != '\t' && codec::is_unsafe_to_show(code); }

// Returns the position of the first character from `at` on that on_one_line changes, or json.size().
std::size_t next_change(std::string_view json, std::size_t at) noexcept {
  const auto is_letter = [](char c) { return static_cast<unsigned char>(c) >= 0x80; };
  while ((at = next_unprintable(json, at)) < json.size()) {
    // Letters beyond ASCII come in words. Within a UTF-8 character no byte may begin one.
    do {
      if (may_begin_change(json[at]) && changes_on_one_line(codec::read_wtf8(json, at).code)) return at;
      ++at;
    } while (at < json.size() && is_letter(json[at]));
  }
  return at;
}

// Returns the object, which is UTF-8, on one line that no terminal acts upon. In valid JSON raw line breaks stand only
// between tokens, so each may become a space; the other characters stand only in strings, so each may become an escape
// of the same value.
std::string_view on_one_line(std::string_view json, base::Arena& arena) {
  std::size_t change = next_change(json, 0);
  if (change == json.size()) return json;
  std::string line;
  std::size_t from = 0;
  for (; change < json.size(); change = next_change(json, from)) {
    line.append(json, from, change - from);
    const codec::CodePoint next = codec::read_wtf8(json, change);
    if (next.code == '\n' || next.code == '\r') {
      line += ' ';
    } else {
      codec::append_unicode_escape(line, next.code);
    }
    from = change + std::max<std::size_t>(next.length, 1);
  }
  line.append(json, from);
  return arena.copy(line);
}

// True if two members have one name. Few names are compared in pairs, and only if a bit made of length and ends agrees;
// many are sorted, so that no token costs quadratic time.
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

// The same for a text that the fast reader can read.
bool names_repeat(std::string_view payload, codec::FastObjectReader& fast, base::Arena& arena) {
  std::span<const FastMember> members;
  fast.read(payload, arena, members);
  return has_repeated_name(members, arena);
}

const char* member_fault(std::size_t count, bool repeated) noexcept {
  if (count > kMaxMembers) return "too many members";
  return repeated ? "a name occurs twice" : nullptr;
}

// Returns one of 64 bits, chosen by the length of a name and its letters at both ends.
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

// Makes claims of the members that the fast reader visits. Of several members with one name the last counts.
class ClaimsBuilder {
 public:
  // `claims` holds nothing of use before finish().
  ClaimsBuilder(Claims& claims, std::span<NamedClaim> further) noexcept : claims_(claims), further_(further) {}

  void begin() noexcept {
    count_ = 0;
    slots_ = 0;
    others_ = 0;
    repeated_ = false;
    may_repeat_ = false;
    exact_ = false;
    for (NamedClaim& named : further_) named.claim = {};
  }
  void take(const FastMember& member) noexcept {
    ++count_;
    const int slot = slot_of(member.name);
    if (slot == kNoSlot) {
      const std::uint64_t bit = bit_of(member.name);
      may_repeat_ |= (others_ & bit) != 0;
      others_ |= bit;
      if (!further_.empty()) take_further(member);
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
    claims_.further = further_;
  }

  std::size_t count() const noexcept { return count_; }
  bool repeated() const noexcept { return repeated_; }      // a claim occurs twice
  bool may_repeat() const noexcept { return may_repeat_; }  // another name may; has_repeated_name must look
  bool exact() const noexcept { return exact_; }            // a claim needs the exact reader

 private:
  static constexpr std::uint32_t kAll = (1u << std::size(kSlots)) - 1;
  static constexpr std::uint32_t kTimes = 1u << 3 | 1u << 4 | 1u << 5;
  static_assert(kNames[3] == "exp" && kNames[4] == "nbf" && kNames[5] == "iat");

  void take_further(const FastMember& member) noexcept {
    for (NamedClaim& named : further_) {
      if (named.name == member.name) set(named.claim, member, false);
    }
  }
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
  const std::span<NamedClaim> further_;
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

const Claims* read_exact(std::string_view payload, Profile profile, std::span<NamedClaim> further, base::Arena& arena,
                         ClaimsFault& fault) {
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
  for (NamedClaim& named : further) named.claim = {};
  claims.further = further;
  for (const codec::JsonMember& member : root->members) {
    if (Claim* claim = claim_named(claims, member.name)) *claim = take_exact(member.value, arena);
    for (NamedClaim& named : further) {
      if (named.name == member.name) named.claim = take_exact(member.value, arena);
    }
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

}  // namespace

bool is_claim_of_every_token(std::string_view name) noexcept { return slot_of(name) != kNoSlot; }

const Claim* Claims::find(std::string_view name) const noexcept {
  if (const int slot = slot_of(name); slot != kNoSlot) return &(this->*kSlots[slot]);
  const auto named = std::find_if(further.begin(), further.end(), [&](const NamedClaim& n) { return n.name == name; });
  return named == further.end() ? nullptr : &named->claim;
}

const Claims* read_claims(std::string_view payload, Profile profile, codec::FastObjectReader& fast, base::Arena& arena,
                          ClaimsFault& fault, std::span<const std::string> further) {
  fault = {};
  std::span<NamedClaim> named;
  if (!further.empty()) {
    named = arena.array<NamedClaim>(further.size());
    for (std::size_t i = 0; i < further.size(); ++i) named[i].name = further[i];
  }
  Claims& claims = *reinterpret_cast<Claims*>(arena.allocate(sizeof(Claims), alignof(Claims)));
  ClaimsBuilder builder(claims, named);
  bool plain = false;
  const auto outcome = fast.read(
      payload, arena, plain, [&] { builder.begin(); }, [&](const FastMember& member) { builder.take(member); });
  if (outcome == codec::FastObjectReader::Outcome::undecided) return read_exact(payload, profile, named, arena, fault);
  if (profile == Profile::strict) {
    const bool repeated = builder.repeated() || (builder.may_repeat() && builder.count() <= kMaxMembers &&
                                                 names_repeat(payload, fast, arena));
    fault.message = member_fault(builder.count(), repeated);
    if (fault.message != nullptr) return nullptr;
  }
  if (builder.exact()) return read_exact(payload, profile, named, arena, fault);
  builder.finish();
  const std::string_view json = trim(payload);
  claims.json = plain ? json : on_one_line(json, arena);
  return &claims;
}

}  // namespace assay::jose
