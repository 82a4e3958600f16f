// Where verification keys come from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assay/algorithm.h"
#include "assay/instant.h"
#include "assay/policy.h"
#include "assay/result.h"

namespace assay {

// From when to when the signatures of a key count, by the time at which a token was used. Each window is half-open: at
// its border itself the later state holds. Nothing: there is no such border.
struct KeyTimes {
  std::optional<Instant> not_before;      // before it: key_not_yet_valid
  std::optional<Instant> retired_at;      // from it on: key_retired
  std::optional<Instant> compromised_at;  // from it on: key_compromised, whatever the token's iat says

  bool empty() const noexcept { return !not_before && !retired_at && !compromised_at; }
  friend bool operator==(const KeyTimes&, const KeyTimes&) = default;
};

// One JSON Web Key as published (RFC 7517 §4): its public part, decoded and checked for form. A plain value; what may
// be secret in it is overwritten when it is destroyed. Integers and coordinates are big-endian bytes.
struct Jwk {
  KeyType type = KeyType::RSA;
  Curve curve = Curve::none;
  bool has_kid = false;
  std::string kid;
  std::uint32_t position = 0;  // in its set, from 1; 0: not of a set
  AlgorithmSet permitted;      // what kty, crv, alg, use and key_ops leave
  std::string n, e;            // RSA
  std::string x, y;            // EC; OKP has only x
  std::string k;               // oct
  // Private members were published with the key.
  bool is_private = false;
  // Private members, kept only until prepare_key has checked that they belong to the public part. strict keeps none of
  // RSA.
  std::string d, p, q, dp, dq, qi;
  // A token without kid may name the key by these: x5t and x5t#S256 (RFC 7517 §4.8, §4.9) as written, and the first
  // certificate (x5c, or the X.509 certificate that was given as key) in DER. Empty: none.
  std::string x5t, x5t_s256, certificate;
  // What the set itself says of the key's times (OpenID Federation 1.0 §8.7.2: iat, nbf, exp, revoked). Only in strict.
  KeyTimes times;

  Jwk() = default;
  Jwk(const Jwk&) = default;
  Jwk(Jwk&&) noexcept = default;
  Jwk& operator=(const Jwk&) = default;
  Jwk& operator=(Jwk&&) noexcept = default;
  ~Jwk();
};

// A JWK Set (RFC 7517 §5). Keys that cannot be used are left out. `notes` holds a line for each of the first kMaxNotes
// things that a person should know: which keys were left out and why, and what is odd about keys that are used.
struct JwkSet {
  static constexpr std::size_t kMaxKeys = 100'000;
  static constexpr std::size_t kMaxNotes = 20;

  // A key that was left out.
  struct Skipped {
    std::uint32_t position = 0;  // in the set, from 1
    std::optional<std::string> kid;
    std::string why;
    // The algorithm with which the profile fastmcp accepts the key. Nothing if it does not, or if the fault is not one
    // of form or strength.
    std::optional<Algorithm> fastmcp_takes_it;
  };
  // An entry of a map from kid to PEM, as Google and Firebase publish their keys.
  struct PemKey {
    std::uint32_t position = 0;
    std::string kid;
    std::string pem;
  };

  std::vector<Jwk> keys;
  std::vector<PemKey> pem_keys;  // only in strict; then `keys` is empty
  std::vector<Skipped> skipped;
  std::vector<std::string> notes;
  std::size_t more_notes = 0;  // notes that were left out

  // Reads a document of at most kMaxKeys keys, usable or not: a JWK Set, and in strict a map from kid to PEM, or a JWK
  // Set that is the payload of a JWS (OpenID Federation's jwk-set+jwt), whose signature is not verified. Messages begin
  // with `name`. Another document is an error that says what it is. `algorithm` matters only to fastmcp, which keeps
  // the keys that FastMCP of that version keeps for the configured algorithm.
  static Result<JwkSet> parse(std::string_view json, Profile profile, std::string_view name,
                              Algorithm algorithm = Algorithm::RS256);

  // Leaves a key out, with a note.
  void skip(std::string_view name, Skipped key);
  // Adds the note "NAME: key 3 (kid "x"): TEXT", or counts it.
  void note(std::string_view name, std::uint32_t position, const std::optional<std::string>& kid,
            std::string_view text);
};

// How a secret is written.
enum class SecretEncoding : std::uint8_t {
  raw,     // the bytes themselves
  base64,  // base64 or base64url, padded or not, in lines or not
  hex,
};

// One configured source of keys. Files and URLs are read again at each reload. A plain value.
struct KeySource {
  enum class Kind : std::uint8_t {
    jwks_text,
    jwks_file,        // a folder: all dated snapshots in it, NAME-2026-11-24.json or NAME-2026-11-24T120000Z.json
    jwks_url,         // https, or http on loopback
    public_key_text,  // PEM or DER: SPKI, PKCS#1, EC point, X.509 certificate; strict: also a single JWK
    public_key_file,
    secret_text,         // HMAC secret, exact bytes unless `encoding` says otherwise
    secret_file,         // the same, less the final newline of a text file
    static_tokens_text,  // {"<token>": {"client_id": ..., "scopes": [...], "expires_at": ...}}
    static_tokens_file,
    revoked_file,  // made of Policy::revoked
  };
  Kind kind = Kind::jwks_file;
  std::string value;                              // the text, path or URL
  std::string name;                               // for messages; empty: the path or URL itself
  SecretEncoding encoding = SecretEncoding::raw;  // of secrets only
  // The issuer that the keys belong to: its place in TrustOptions::issuers. JwtVerifier fills it in for the sources of
  // an issuer. Nothing: the keys serve every issuer.
  std::optional<std::uint32_t> issuer = {};
  // jwks_*: the file of the public key under which a signed set (OpenID Federation's jwk-set+jwt) must verify. Empty: a
  // signed set of an issuer is refused, and the signature of any other is not verified, with a note.
  std::string signed_by = {};
};

// How a JWKS URL is fetched. Seconds are from 0 to 31536000, a year; else a verifier is not made.
struct FetchOptions {
  double timeout_seconds = 10;  // also the longest time that a batch waits for a key that no set has yet
  std::size_t max_bytes = 4u << 20;
  // A set is fetched again when it is older, or earlier if Cache-Control says so, but not before 10 s. Batches go on
  // meanwhile with the old one. But if it is late by as much again (at least 1 s, at most 60 s), as after a pause, the
  // next batch waits for the new one, unless the last fetch of that set failed.
  double max_age_seconds = 3600;
  // Tokens with an unknown kid cause at most three refetches in a row, then at most one in each interval of this
  // length.
  double refetch_interval_seconds = 30;
  bool ssrf_safe = false;  // https only, private addresses refused, the resolved address pinned
  std::string ca_file;     // PEM bundle to trust instead of the system's; empty: the system's
};

}  // namespace assay
