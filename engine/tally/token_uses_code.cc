#include "tally/token_uses_code.h"

#include <cstdint>
#include <optional>
#include <vector>

#include "codec/base64url.h"
#include "tally/name_table.h"

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

void put_token(std::string& to, const TokenUses::Token& token, NameTable& names) {
  to.append(token.facts.key.begin(), token.facts.key.end());
  put_number(to, token.facts.member);
  const bool has_list = token.has_more_clients || token.clients.size() != 1;
  to += static_cast<char>((token.several_members ? kSeveralMembers : 0) | (token.has_more_clients ? kMoreClients : 0) |
                          (has_list ? kList : 0));
  for (const std::string_view name : {token.facts.kid, token.facts.issuer, token.facts.label}) {
    put_number(to, names.number_of(name));
  }
  put_uses(to, token.all);
  if (!has_list) return put_number(to, names.number_of(token.clients.front().address));
  put_number(to, token.clients.size());
  for (const TokenUses::Token::Client& client : token.clients) {
    put_number(to, names.number_of(client.address));
    put_uses(to, client.uses);
  }
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

std::string encode(const TokenUses& uses) {
  NameTable names;
  std::string tokens;
  uses.each([&](const TokenUses::Token& token) { put_token(tokens, token, names); });
  std::string bytes(1, kForm);
  put_number(bytes, static_cast<std::uint64_t>(uses.level()));
  put_number(bytes, names.size());
  for (std::uint32_t number = 1; number <= names.size(); ++number) {
    put_number(bytes, names.text_of(number).size());
    bytes += names.text_of(number);
  }
  put_number(bytes, uses.size());
  return codec::base64url_encode(bytes += tokens);
}

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
