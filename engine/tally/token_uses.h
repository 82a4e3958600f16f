// Every distinct token of a run: when it was seen first, and from which client addresses it came.
//
// All tokens are kept up to a bound. Beyond it those are kept whose keys begin with enough zero bits: a random sample
// of the tokens, at most the bound and about half of it or more, which depends on nothing but the tokens. Adding up
// parts gives what the whole gives.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "assay/instant.h"
#include "tally/name_table.h"

namespace assay::tally {

// SHA-256 of the token; of tokens that share a jti, of what they share.
using TokenKey = std::array<unsigned char, 32>;

// Nanoseconds after 1970, cut to the years 1678 to 2261.
using Nanoseconds = std::int64_t;
inline constexpr Nanoseconds kNever = INT64_MAX;
Nanoseconds nanoseconds_of(Instant at) noexcept;
Instant instant_of(Nanoseconds at) noexcept;

struct Uses {
  std::uint32_t uses = 0, rejected = 0, served = 0;
  Nanoseconds first = kNever, last = INT64_MIN;  // of uses whose time is known

  void add(const Uses& other) noexcept;
};

// What uses say of a token. Views.
struct TokenFacts {
  TokenKey key{};
  std::uint64_t member = 0;             // tells apart the tokens that share the key
  std::string_view kid, issuer, label;  // label: subject of a token, or the jti that is shared. Empty: not known
};

// Uses in the order in which they were counted, to be added to a TokenUses later. Not thread safe.
class UseList {
 public:
  void add(const TokenFacts& facts, std::string_view client, const Uses& uses);
  void clear() noexcept;
  std::size_t size() const noexcept { return items_.size(); }

 private:
  friend class TokenUses;
  struct Item {
    TokenKey key;
    std::uint64_t member = 0;
    Uses uses;
    std::size_t texts_at = 0;
    std::uint32_t kid = 0, issuer = 0, label = 0, client = 0;  // bytes
  };
  std::vector<Item> items_;
  std::string texts_;
};

// Not thread safe.
class TokenUses {
 public:
  static constexpr std::size_t kBound = std::size_t{1} << 19;
  // Addresses kept of a token, those with the smallest hashes.
  static constexpr std::size_t kMostClients = 64;

  explicit TokenUses(std::size_t bound = kBound) : bound_(bound) {}

  struct Token {
    struct Client {
      std::string_view address;  // empty: not known
      Uses uses;
    };
    TokenFacts facts;
    bool several_members = false;
    bool has_more_clients = false;  // beyond kMostClients
    Uses all;
    std::vector<Client> clients;  // by first use, then by address
  };

  // `client`: the address; empty if it is not known.
  void count(const TokenFacts& facts, std::string_view client, const Uses& uses);
  // Adds what each() of another object tells.
  void add(const Token& token);
  void add(const UseList& list);
  void add(const TokenUses& parts);
  void clear() noexcept;

  // Tokens that are kept, and which: those whose keys begin with `level` zero bits.
  std::size_t size() const noexcept { return entries_.size(); }
  int level() const noexcept { return level_; }
  bool keeps(const TokenKey& key) const noexcept { return leading(key) >> (63 - level_) >> 1 == 0; }
  // When the token was first seen. kNever if it was not, or is not kept.
  Nanoseconds first_seen(const TokenKey& key) const noexcept;

  // Calls `tell` with each token, in order of keys.
  template <class Tell>
  void each(const Tell& tell) const {
    for (const std::uint32_t index : by_key()) tell(token(index));
  }
  // The same for tokens of several addresses.
  template <class Tell>
  void each_of_several_clients(const Tell& tell) const {
    for (const std::uint32_t index : by_key()) {
      if (entries_[index].list != 0) tell(token(index));
    }
  }
  // Forgets the tokens that a sample of this level leaves out.
  void raise_level(int level);

 private:
  friend class TokenUsesWriter;  // token_uses_code.cc
  struct NumberedUses {
    std::uint32_t client = 0;  // number of the address
    Uses uses;
  };
  // Most tokens come from one address. Only the others have a list.
  struct Entry {
    TokenKey key;
    std::uint64_t member = 0;
    Uses all;
    std::uint32_t client = 0;  // number of the only address
    std::uint32_t list = 0;    // 1 + index into lists_; 0: one address
    std::uint32_t kid = 0, issuer = 0, label = 0;
    bool several_members = false;
  };
  struct List {
    std::vector<NumberedUses> clients;
    bool is_cut = false;
  };

  static std::uint64_t leading(const TokenKey& key) noexcept;
  std::size_t first_slot_of(const TokenKey& key) const noexcept;
  std::size_t slot_of(const TokenKey& key) const noexcept;
  void prefetch(const TokenKey& key) const noexcept;
  std::uint32_t number_of(std::string_view text, std::uint32_t& latest);
  std::uint32_t find(const TokenKey& key) const noexcept;  // 1 + index, or 0
  Entry& entry_of(const TokenFacts& facts);
  // Sets the number of a name of a token.
  void keep_name(std::uint32_t& number, std::string_view text, std::uint32_t& latest);
  // The list of the token's addresses, which is made of its only one if there is none.
  List& list_of(Entry& entry);
  void add_client(Entry& entry, std::string_view address, const Uses& uses);
  void shorten(List& list);
  void fill_slots(std::size_t slots);
  // Raises the level if there are too many tokens.
  void make_room();
  std::string_view name(std::uint32_t number) const noexcept { return names_.text_of(number); }
  std::vector<std::uint32_t> by_key() const;
  std::vector<NumberedUses> clients_of(const Entry& entry) const;
  Token token(std::uint32_t index) const;

  std::size_t bound_;
  int level_ = 0;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> slots_;  // open addressing: 1 + index, 0 is empty; a power of two
  std::vector<List> lists_;
  NameTable names_;
  // The names counted latest: logs come in runs.
  std::uint32_t latest_kid_ = 0, latest_issuer_ = 0, latest_label_ = 0, latest_client_ = 0;
};

}  // namespace assay::tally
