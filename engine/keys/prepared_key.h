// A verification key, parsed, checked and bound to its algorithms: what the token path uses.
//
// Immutable once made and shared by all threads. OpenSSL's objects stand behind an opaque type; a backend that
// precomputes tables finds the public numbers here as plain bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "assay/algorithm.h"
#include "assay/key_set.h"
#include "assay/policy.h"
#include "assay/result.h"

namespace assay::keys {

struct OpensslKey;  // EVP_PKEY and HMAC states; backend_openssl.cc

struct PreparedKey {
  PreparedKey();
  ~PreparedKey();
  PreparedKey(PreparedKey&&) noexcept;
  PreparedKey& operator=(PreparedKey&&) noexcept;

  Jwk jwk;                  // type, curve, kid, permitted algorithms, public numbers
  std::string source;       // "jwks.json", for messages
  bool any_kid = false;     // from PEM, DER or a secret file: serves tokens with any kid and with none
  std::uint32_t index = 0;  // place in its KeyRing; backends key their per-thread contexts by it
  // fastmcp: cryptography leaves the length of a PSS signature to OpenSSL, which takes one without its leading zeros.
  bool lenient_pss_length = false;
  std::unique_ptr<OpensslKey> openssl;
};

// Checks the key with OpenSSL (point on its curve, private part that belongs) and prepares it. The private part is
// wiped; d without primes is not checked above 4096 bits. Refused in both profiles: RSA above 16384 bits. The error
// says why the key cannot be used: it becomes a note.
Result<PreparedKey> prepare_key(Jwk jwk, Profile profile, std::string_view source);

// A PEM or DER public key as a Jwk. strict refuses private keys, keys below 2048 bits and the like; fastmcp takes what
// joserfc's import_key takes. `algorithm`: the one that fastmcp is configured with.
Result<Jwk> read_public_key(std::string_view text, Profile profile, std::string_view name);
// An HMAC secret as a Jwk for `allowed`. Refused: an empty one, a PEM public key; strict: any PEM, DER or SSH key, the
// base64 of a public one, a JWK or a JWK Set, and one shorter than the hash of every HS algorithm allowed.
Result<Jwk> read_secret(std::string_view bytes, Profile profile, AlgorithmSet allowed, std::string_view name);

}  // namespace assay::keys
