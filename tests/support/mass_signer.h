// Valid signatures by the million: one hash and a few products each.
//
// The points and powers that cost time are made once, as a pool of nonces with their r or R; each signature then has
// its own message, and so its own s. Nonces repeat, which gives the private key away: these keys sign nothing else.
// Half of the signatures of RSA have their own message, too, under keys that small_prime_rsa.h makes; the other half
// come from a pool, under keys of two primes.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "support/signing.h"

namespace assay::test {

class MassSigner {
 public:
  virtual ~MassSigner() = default;
  // "ES256", "RS256/3072".
  virtual const std::string& name() const = 0;
  // A valid signature of some message under some key of this signer. Fast.
  virtual SignatureCase sign(StructuredRandom& random) = 0;
};

struct MassSignerOptions {
  int keys = 4;       // of each signer
  int nonces = 256;   // in a pool
  int rsa_pool = 24;  // signatures of each RSA key of two primes
  bool structured_nonces = false;
  std::string only;  // the signers whose names begin so; empty: all
};

// One for each algorithm, of RSA one for each size and scheme. Keys go into `keys`.
std::vector<std::unique_ptr<MassSigner>> mass_signers(Keys& keys, StructuredRandom& random,
                                                      const MassSignerOptions& options);

// The case with one fault, after which it is almost surely invalid: bits flipped in the signature or the message, a
// part replaced by a number at an edge or of long runs of bits, parts exchanged or taken from another signature.
SignatureCase corrupted(const SignatureCase& good, const SignatureCase& other, StructuredRandom& random);

}  // namespace assay::test
