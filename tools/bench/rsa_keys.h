// RSA keys for corpora of many keys, from few primes.
//
// Finding two primes takes 0.2 s for a key of 2048 bits, so ten thousand keys would take half an hour. Here
// each key is the product of another pair of primes: 142 primes make ten thousand keys. Whoever has two of them can
// find their common prime, so they are for measurements only. Verifying costs the same as with other keys.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "assay/algorithm.h"
#include "assay/key_pair.h"

namespace assay::bench {

class RsaKeys {
 public:
  // For `keys` keys of `bits` bits, an even number; e is 65537.
  RsaKeys(std::size_t keys, int bits);
  ~RsaKeys();
  RsaKeys(const RsaKeys&) = delete;
  RsaKeys& operator=(const RsaKeys&) = delete;

  // How many primes are needed: the least p with p (p - 1) / 2 pairs for the keys.
  std::size_t primes() const noexcept { return primes_.size(); }
  // Finds prime i. Threads may find different primes at the same time. Throws std::runtime_error if OpenSSL has no
  // random numbers.
  void find_prime(std::size_t i);
  // Makes key i, for an algorithm of RSA, once all primes are found. Thread safe. Throws std::runtime_error if OpenSSL
  // fails.
  KeyPair key(std::size_t i, Algorithm algorithm) const;

 private:
  struct Number;
  const int bits_;
  std::vector<std::unique_ptr<Number>> primes_;
};

}  // namespace assay::bench
