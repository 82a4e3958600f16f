// HMAC-SHA-2 (RFC 2104, FIPS 198-1) with the key's inner and outer states computed once.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "assay/algorithm.h"

namespace assay::digest {

// The states after the key's inner and outer block, for kernels that go on from them. Each is eight words, of 32 bits
// for SHA-256 and of 64 for the others. They are as secret as the key.
struct HmacStates {
  const void* inner;
  const void* outer;
};

// Immutable, shared by all threads; wiped when freed.
class HmacKey {
 public:
  explicit HmacKey(std::string_view secret);
  ~HmacKey();
  HmacKey(const HmacKey&) = delete;
  HmacKey& operator=(const HmacKey&) = delete;

  // Returns whether `mac` is the message's. Compares in constant time. A MAC of another length is not. Allocates
  // nothing.
  bool matches(Hash hash, std::string_view message, std::string_view mac) const noexcept;
  // Views into the key. `hash` is not none.
  HmacStates states(Hash hash) const noexcept;

 private:
  struct States;
  // Writes digest_bytes(hash) bytes.
  void compute(Hash hash, std::string_view message, unsigned char* mac) const noexcept;
  std::unique_ptr<States> states_;
};

}  // namespace assay::digest
