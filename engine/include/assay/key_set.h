// Where verification keys come from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "assay/algorithm.h"
#include "assay/policy.h"
#include "assay/result.h"

namespace assay {

// One JSON Web Key as published (RFC 7517 §4): its public part, decoded and checked for form. A plain value.
// Integers and coordinates are big-endian bytes.
struct Jwk {
  KeyType type = KeyType::RSA;
  Curve curve = Curve::none;
  bool has_kid = false;
  std::string kid;
  AlgorithmSet permitted;  // what kty, crv, alg, use and key_ops leave
  std::string n, e;        // RSA
  std::string x, y;        // EC; OKP has only x
  std::string k;           // oct
  // Private members, kept only until prepare_key has checked that they belong to the public part.
  std::string d, p, q, dp, dq, qi;
};

// A JWK Set (RFC 7517 §5). Keys that cannot be used are left out. `notes` holds a line for each of the first kMaxNotes
// of them.
struct JwkSet {
  static constexpr std::size_t kMaxKeys = 100'000;
  static constexpr std::size_t kMaxNotes = 20;

  std::vector<Jwk> keys;
  std::vector<std::string> notes;
  std::size_t more_skipped = 0;           // keys that were left out without a note
  std::vector<std::string> skipped_kids;  // kids of the keys that were left out
  // fastmcp: this set makes FastMCP's own reader fail as a whole, so that no key of it is found.
  bool poisoned = false;

  // Reads a JWK Set document of at most kMaxKeys keys, usable or not. Messages begin with `name`. `algorithm` matters
  // only to FastMCP from 4 on, which keeps the keys of the configured algorithm's type.
  static Result<JwkSet> parse(std::string_view json, Profile profile, std::string_view name,
                              Algorithm algorithm = Algorithm::RS256);
};

// How a secret file holds its secret.
enum class SecretEncoding : std::uint8_t {
  raw,     // the bytes themselves
  base64,  // base64 or base64url, padded or not, in lines or not
  hex,
};

// One configured source of keys. Files and URLs are read again at each reload. A plain value.
struct KeySource {
  enum class Kind : std::uint8_t {
    jwks_text,
    jwks_file,
    jwks_url,         // https, or http on loopback
    public_key_text,  // PEM or DER: SPKI, PKCS#1, EC point, X.509 certificate
    public_key_file,
    secret_text,         // HMAC secret, exact bytes
    secret_file,         // the same, less the final newline of a text file
    static_tokens_text,  // {"<token>": {"client_id": ..., "scopes": [...], "expires_at": ...}}
    static_tokens_file,
    revoked_file,  // made of Policy::revoked
  };
  Kind kind = Kind::jwks_file;
  std::string value;                              // the text, path or URL
  std::string name;                               // for messages; empty: the path or URL itself
  SecretEncoding encoding = SecretEncoding::raw;  // of secret_file only
};

// How a JWKS URL is fetched.
struct FetchOptions {
  double timeout_seconds = 10;  // also the longest time that a batch waits for a key that no set has yet
  std::size_t max_bytes = 4u << 20;
  // A set is fetched again when it is older, or earlier if Cache-Control says so, but not before 10 s.
  double max_age_seconds = 3600;
  // Tokens with an unknown kid cause at most three refetches at once, and one more in each such interval.
  double refetch_interval_seconds = 30;
  bool ssrf_safe = false;  // https only, private addresses refused, the resolved address pinned
  std::string ca_file;     // PEM bundle to trust instead of the system's; empty: the system's
};

}  // namespace assay
