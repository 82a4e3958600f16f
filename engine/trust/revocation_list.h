// A list of revoked tokens: their jti, with or without the issuer, or their SHA-256, and from when on.
//
// One look-up costs the same however long the list is, and its hash depends on a random key, so that no sender of
// tokens can choose which of them are slow. Immutable; all members are thread safe.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assay/instant.h"
#include "assay/result.h"

namespace assay::trust {

// The SHA-256 of a token, computed when the first list asks for it. Not thread safe; the token outlives it.
class TokenHash {
 public:
  explicit TokenHash(std::string_view token) noexcept : token_(token) {}
  std::string_view bytes();

 private:
  std::string_view token_;
  bool is_computed_ = false;
  std::array<char, 32> bytes_;
};

class RevocationList {
 public:
  // Stands for an entry without a time: the token was never good.
  static constexpr Instant kAlways{INT64_MIN, 0};

  // Reads NDJSON or CSV as Policy::revoked says. A list without entries is good. The error begins with `name` and the
  // line, and its field is "policy.revoked"; it never shows a jti.
  static Result<std::shared_ptr<const RevocationList>> parse(std::string_view text, std::string_view name);

  // Returns the earliest time from which the token is revoked, or nothing if it is not on the list. `jti` and `iss`:
  // the token's claims, nothing if they are no strings.
  std::optional<Instant> revoked_from(std::optional<std::string_view> jti, std::optional<std::string_view> iss,
                                      TokenHash& token) const;
  std::size_t size() const noexcept { return rows_.size(); }

 private:
  friend class RevocationReader;
  enum class Kind : std::uint8_t { jti, jti_of_issuer, ath };
  // What an entry names: a jti, a jti with its issuer, or the 32 bytes of a hash.
  struct Name {
    Kind kind;
    std::string_view text;
    std::string_view issuer = {};
  };
  // An entry. Its issuer and text stand behind each other in `texts_`.
  struct Row {
    std::uint64_t begin = 0;
    std::uint32_t issuer_bytes = 0, text_bytes = 0;
    Instant from;
    Kind kind = Kind::jti;
  };
  // A place of the hash table, which is at most half full.
  struct Slot {
    std::uint32_t tag = 0;
    std::uint32_t row = 0;  // its index and 1; 0: the place is free
  };
  struct HashKey {
    std::uint64_t a = 0, b = 0;
  };

  RevocationList();
  std::uint64_t hash_of(const Name& name) const noexcept;
  // The row of this name, or null.
  const Row* find(const Name& name) const noexcept;
  bool is_of(const Row& row, const Name& name) const noexcept;
  // Adds an entry; of several with one name the earliest time counts.
  void add(const Name& name, Instant from);
  void grow();

  HashKey key_;
  std::string texts_;
  std::vector<Row> rows_;
  std::vector<Slot> slots_;
  bool has_kind_[3] = {};
};

}  // namespace assay::trust
