// A verification key, parsed, checked and bound to its algorithms: what the token path uses.
//
// Immutable once made and shared by all threads. OpenSSL's objects stand behind an opaque type; a backend that
// precomputes tables finds the public numbers here as plain bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "assay/key_set.h"
#include "assay/policy.h"
#include "assay/result.h"
#include "trust/issuers.h"
#include "trust/key_window.h"

namespace assay::keys {

struct OpensslKey;  // EVP_PKEY or HMAC states: keys/openssl_key.h

// A place that a key was read from.
struct KeyOrigin {
  std::uint32_t source = 0;  // of Snapshot::sources
  std::uint32_t part = 0;    // of its SourceReport::parts, if it has any
};

struct PreparedKey {
  PreparedKey();
  ~PreparedKey();
  PreparedKey(PreparedKey&&) noexcept;
  PreparedKey& operator=(PreparedKey&&) noexcept;

  Jwk jwk;                  // type, curve, kid, permitted algorithms, public numbers
  bool any_kid = false;     // from PEM, DER or a secret: serves tokens with any kid and with none
  std::uint32_t index = 0;  // place in its KeyRing; backends key their contexts of each thread by it
  // fastmcp: cryptography leaves the length of a PSS signature to OpenSSL, which takes one without its leading zeros.
  bool lenient_pss_length = false;
  std::unique_ptr<OpensslKey> openssl;
  // What a token's x5t or x5t#S256 may hold to name this key, in base64url: the key's own members and the digests of
  // its certificate.
  std::vector<std::string> thumbprints;
  trust::IssuerIndex issuer = trust::kNoIssuer;         // kNoIssuer: serves all
  AlgorithmSet allowed = AlgorithmSet::all();           // by the policy of the issuer
  std::shared_ptr<const trust::KeyWindow> window = {};  // null: it counts at all times
  std::vector<KeyOrigin> origins;                       // every place that it was read from, in order
  // What the key's certificate shows against it: it is out of its time, or of another key.
  std::vector<std::string> certificate_faults;
};

// Whether the private part of a key is checked against its public part.
enum class PrivatePart : std::uint8_t { check, pass_over };

// Checks the key with OpenSSL (its point is on the curve, its private part belongs to the public one) and prepares it.
// The private part is wiped; an RSA d without primes is not checked above 4096 bits. With PrivatePart::pass_over the
// private part is not checked. Then fastmcp refuses an OKP key with d, because it would have to compute the public part
// from d. Both profiles refuse RSA above 16384 bits. The error says why the key cannot be used; it names no source.
// Oddities of a usable key are added to `notes`, if given: an expired or not yet valid certificate, or one of another
// key. Throws only std::bad_alloc. Thread safe.
Result<PreparedKey> prepare_key(Jwk jwk, Profile profile, std::vector<std::string>* notes = nullptr,
                                PrivatePart private_part = PrivatePart::check);

// A thumbprint as tokens and keys write it, in base64url without padding, whatever alphabet it was written in.
std::string plain_thumbprint(std::string_view written);

}  // namespace assay::keys
