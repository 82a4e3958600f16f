#include "tally/token_uses_code.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "codec/base64url.h"

namespace assay::tally {
namespace {

constexpr char kForm = 1;
enum Flag : std::uint8_t { kSeveralMembers = 1, kMoreClients = 2, kList = 4 };

void put_number(std::string& to, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) to += static_cast<char>(number | 0x80);
  to += static_cast<char>(number);
}

void put_uses(std::string& to, const Uses& uses) {
  put_number(to, uses.uses);
  put_number(to, uses.rejected);
  put_number(to, uses.served);
  if (uses.first == kNever) return put_number(to, 0);
  const auto first = static_cast<std::uint64_t>(uses.first);
  put_number(to, 1 + (first << 1 ^ static_cast<std::uint64_t>(uses.first >> 63)));
  put_number(to, static_cast<std::uint64_t>(uses.last) - first);
}

// Takes the bytes apart. What does not fit makes it `bad`, and everything is 0 from there on.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  std::string_view bytes(std::uint64_t size) {
    if (size > rest_.size()) {
      bad = true;
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint8_t byte() {
    const std::string_view one = bytes(1);
    return one.empty() ? 0 : static_cast<std::uint8_t>(one.front());
  }
  std::uint64_t number() {
    std::uint64_t number = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t next = byte();
      number |= std::uint64_t{next & 0x7Fu} << shift;
      if ((next & 0x80) == 0) return number;
    }
    bad = true;
    return 0;
  }
  std::string_view name(const std::vector<std::string_view>& names) {
    const std::uint64_t index = number();
    if (index > names.size()) bad = true;
    return bad || index == 0 ? std::string_view() : names[index - 1];
  }
  Uses uses() {
    Uses uses;
    uses.uses = static_cast<std::uint32_t>(number());
    uses.rejected = static_cast<std::uint32_t>(number());
    uses.served = static_cast<std::uint32_t>(number());
    const std::uint64_t first = number();
    if (first == 0) return uses;
    uses.first = static_cast<Nanoseconds>((first - 1) >> 1 ^ -((first - 1) & 1));
    uses.last = static_cast<Nanoseconds>(static_cast<std::uint64_t>(uses.first) + number());
    return uses;
  }
  TokenUses::Token token(const std::vector<std::string_view>& names) {
    TokenUses::Token token;
    const std::string_view key = bytes(token.facts.key.size());
    std::copy(key.begin(), key.end(), token.facts.key.begin());
    token.facts.member = number();
    const std::uint8_t flags = byte();
    token.several_members = (flags & kSeveralMembers) != 0;
    token.has_more_clients = (flags & kMoreClients) != 0;
    token.facts.kid = name(names);
    token.facts.issuer = name(names);
    token.facts.label = name(names);
    token.all = uses();
    if ((flags & kList) == 0) {
      token.clients.push_back({name(names), token.all});
      return token;
    }
    for (std::uint64_t left = number(); left != 0 && !bad; --left) {
      const std::string_view address = name(names);
      token.clients.push_back({address, uses()});
    }
    return token;
  }
  bool is_at_end() const noexcept { return rest_.empty(); }

  bool bad = false;

 private:
  std::string_view rest_;
};

}  // namespace

// Writes the tokens, and numbers the names in the order in which they appear there.
class TokenUsesWriter {
 public:
  explicit TokenUsesWriter(const TokenUses& uses) : uses_(uses), numbers_(uses.names_.size() + 1) {}

  std::string write() {
    std::string tokens;
    tokens.reserve(80 * uses_.size());
    for (const std::uint32_t index : uses_.by_key()) put_token(tokens, uses_.entries_[index]);
    std::string bytes(1, kForm);
    put_number(bytes, static_cast<std::uint64_t>(uses_.level()));
    put_number(bytes, names_.size());
    for (const std::uint32_t name : names_) {
      put_number(bytes, uses_.name(name).size());
      bytes += uses_.name(name);
    }
    put_number(bytes, uses_.size());
    return bytes += tokens;
  }

 private:
  void put_name(std::string& to, std::uint32_t name) {
    if (name != 0 && numbers_[name] == 0) {
      names_.push_back(name);
      numbers_[name] = static_cast<std::uint32_t>(names_.size());
    }
    put_number(to, numbers_[name]);
  }
  void put_token(std::string& to, const TokenUses::Entry& entry) {
    const bool has_more = entry.list != 0 && uses_.lists_[entry.list - 1].is_cut;
    to.append(entry.key.begin(), entry.key.end());
    put_number(to, entry.member);
    to += static_cast<char>((entry.several_members ? kSeveralMembers : 0) | (has_more ? kMoreClients : 0) |
                            (entry.list != 0 ? kList : 0));
    for (const std::uint32_t name : {entry.kid, entry.issuer, entry.label}) put_name(to, name);
    put_uses(to, entry.all);
    if (entry.list == 0) return put_name(to, entry.client);
    const std::vector<TokenUses::NumberedUses> clients = uses_.clients_of(entry);
    put_number(to, clients.size());
    for (const TokenUses::NumberedUses& client : clients) {
      put_name(to, client.client);
      put_uses(to, client.uses);
    }
  }

  const TokenUses& uses_;
  std::vector<std::uint32_t> numbers_;  // by the number in uses_: the number in the text; 0: none yet
  std::vector<std::uint32_t> names_;    // numbers in uses_, in the order of the text
};

std::string encode(const TokenUses& uses) { return codec::base64url_encode(TokenUsesWriter(uses).write()); }

bool decode(std::string_view text, TokenUses& uses) {
  const std::optional<std::string> bytes = codec::base64url_decode(text);
  if (!bytes) return false;
  Reader reader(*bytes);
  if (reader.byte() != kForm) return false;
  const std::uint64_t level = reader.number();
  if (level > 63) return false;
  uses.raise_level(static_cast<int>(level));
  std::vector<std::string_view> names;
  for (std::uint64_t left = reader.number(); left != 0 && !reader.bad; --left)
    names.push_back(reader.bytes(reader.number()));
  for (std::uint64_t left = reader.number(); left != 0 && !reader.bad; --left) {
    const TokenUses::Token token = reader.token(names);
    if (!reader.bad) uses.add(token);
  }
  return !reader.bad && reader.is_at_end();
}

}  // namespace assay::tally
