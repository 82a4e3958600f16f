// The unit of measure: the bare operation of plain OpenSSL, in the way of `openssl speed`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "assay/algorithm.h"
#include "assay/result.h"

namespace assay::bench {

// One operation on a key of its own, over and over, with everything prepared that can be: RS* and PS* the RSA-2048
// verification, ES* and EdDSA the verification of a digest or a short message, HS* the HMAC of 512 bytes.
// `openssl speed rsa2048 | ecdsap256 | ed25519 | -hmac sha256 -bytes 512` give the same figures. Not thread safe.
class Unit {
 public:
  // The error says which step OpenSSL refused.
  static Result<Unit> make(Algorithm algorithm);
  Unit(Unit&&) noexcept;
  Unit& operator=(Unit&&) noexcept;
  ~Unit();

  // As `openssl speed` names it: "rsa2048 verify", "hmac(sha256), 512 bytes".
  const std::string& operation() const noexcept;
  // Repeats the operation for about `seconds` of CPU time of this thread; seconds each, or nothing should OpenSSL have
  // refused a good signature.
  Result<double> measure(double seconds);

 private:
  struct Impl;
  explicit Unit(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace assay::bench
