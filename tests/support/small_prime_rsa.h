// RSA keys that sign in microseconds: the modulus is the product of some hundred primes of 16 bits.
//
// A verifier sees an odd number of the usual length. Who knows the primes signs with one look-up for each, where a key
// of two primes needs a power of as many bits as its modulus. So a test can make millions of signatures, each of its
// own message. Anybody can factor such a modulus: these keys sign nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/signing.h"

namespace assay::test {

class SmallPrimeRsaKey {
 public:
  static constexpr std::uint64_t kExponent = 65537;

  // The same key for the same numbers; `bits` is a multiple of 32, from 512 to 4096. Takes some 100 KiB a prime.
  SmallPrimeRsaKey(int bits, std::uint64_t seed);
  Jwk jwk() const { return rsa_jwk(n_, kExponent); }
  const Big& n() const noexcept { return n_; }
  // block^d mod n, as long as n. The block is as long as n, or shorter, and may be any number.
  std::string raw_sign(std::string_view block) const;
  std::string sign(Algorithm algorithm, std::string_view message, StructuredRandom& random) const;

 private:
  struct Prime {
    std::uint32_t p;
    std::uint64_t others;                     // the other primes of its group, multiplied
    std::vector<std::uint16_t> scaled_roots;  // at x^65537 mod p: x p / n mod p
  };
  // At most four primes, whose product q fits a word.
  struct Group {
    std::uint64_t q = 1;
    std::vector<std::uint64_t> powers;    // 2^(32 j) mod q
    std::vector<std::uint64_t> cofactor;  // n / q, least word first
    std::vector<Prime> primes;
  };

  Big n_;
  std::size_t bytes_;
  std::vector<Group> groups_;
};

}  // namespace assay::test
