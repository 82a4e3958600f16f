// What the token memo stores of one token: its bytes and, if it was accepted, its verdict.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "assay/instant.h"
#include "base/arena.h"
#include "digest/constant_time.h"
#include "jose/policy.h"
#include "jose/token_verdict.h"

namespace assay::memo {

// The head of an entry. In memory it is followed by the scopes, an array of Piece, then by the bytes of the token and
// the texts of the verdict. It is written once, by write(), and may be moved as bytes.
struct TokenEntry {
  // A text of the entry: where it begins, in bytes from the entry's beginning, and its size.
  struct Piece {
    std::uint16_t begin = 0, size = 0;
  };

  jose::Interval accepted;  // the moments at which the verdict holds
  std::uint32_t key;        // that verified the token: its index in the ring of the snapshot
  std::uint32_t tag;        // of the token, see TokenTable
  std::uint16_t units;      // of memory that the entry takes, see EntryChunks
  std::uint16_t scope_count;
  Piece token, alg, kid, client_id, issuer, subject, jti, expires_at, claims;
  bool has_alg, has_kid, has_client_id, has_issuer, has_subject, has_jti;

  // Writes an entry into `memory`, which has room for bytes_for(token, verdict). Without a verdict (null) the entry
  // says only that the signature is valid. Returns the bytes that it takes; `units` is left to the caller.
  static std::size_t write(char* memory, std::uint32_t tag, std::string_view token, std::uint32_t key,
                           const jose::TokenVerdict* verdict, const jose::Interval& accepted) noexcept;
  // The most bytes that an entry of these takes.
  static std::size_t bytes_for(std::string_view token, const jose::TokenVerdict* verdict) noexcept;
  // Whether an entry can hold the verdict: its texts are not too long.
  static bool can_hold(const jose::TokenVerdict& verdict) noexcept;

  bool has_verdict() const noexcept { return claims.begin != 0; }
  // Whether the entry is of exactly this token. The end of a token may be a MAC; it is compared in constant time.
  bool is_of(std::string_view other) const noexcept {
    if (token.size != other.size()) return false;
    const std::size_t end = std::min(other.size(), kMostMac);
    const std::size_t front = other.size() - end;
    const char* mine = base() + token.begin;
    return std::memcmp(mine, other.data(), front) == 0 &&
           digest::equal_in_constant_time(mine + front, other.data() + front, end);
  }
  // Fills a new verdict, if the entry has one that holds at this moment. Else returns false. Texts are views into the
  // entry, the list of scopes lies in the arena.
  bool recall(Instant at, jose::TokenVerdict& verdict, base::Arena& arena) const;

 private:
  static constexpr std::size_t kMostMac = 86;  // characters of an HMAC-SHA-512

  const char* base() const noexcept { return reinterpret_cast<const char*>(this); }
  Piece* scopes() noexcept { return reinterpret_cast<Piece*>(this + 1); }
  const Piece* scopes() const noexcept { return reinterpret_cast<const Piece*>(this + 1); }
  std::string_view text(Piece piece) const noexcept { return {base() + piece.begin, piece.size}; }
};

}  // namespace assay::memo
