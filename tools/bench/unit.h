// The unit of measure: the bare operation of plain OpenSSL, as `openssl speed` measures it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "assay/result.h"
#include "bench/minted.h"

namespace assay::bench {

// One operation with a fresh key, repeated, with everything prepared that can be. For RS* and PS* it is the RSA
// verification, for ES* and EdDSA the verification of a digest or a short message, for HS* the HMAC of 512 bytes.
// `openssl speed rsa2048`, `ecdsap256`, `ed25519` and `-hmac sha256 -bytes 512` give the same figures. Not thread safe.
class Unit {
 public:
  // The error names the operation that OpenSSL refused.
  static Result<Unit> make(const Minted& minted);
  Unit(Unit&&) noexcept;
  Unit& operator=(Unit&&) noexcept;
  ~Unit();

  // The operation's name, as `openssl speed` gives it: "rsa2048 verify", "hmac(sha256), 512 bytes".
  const std::string& operation() const noexcept;
  // Repeats the operation for about `seconds` of this thread's CPU time and returns the seconds that one takes. An
  // error if OpenSSL refuses a good signature.
  Result<double> measure(double seconds);
  // The same of making a signature, as assay mints tokens.
  Result<double> measure_signing(double seconds);

 private:
  struct Impl;
  explicit Unit(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace assay::bench
