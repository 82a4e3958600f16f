// Whom a verifier trusts, for what, and when: several issuers, each with its own keys and policy, and what is known of
// keys over time.
//
//   auto file = assay::TrustFile::read("assay.toml");
//   if (!file) return complain(file.error().message);
//   options.policy = file->completed(options.policy);
//   options.trust = std::move(file->trust);
//
// The structures can be filled without a file, too. Plain values; a verifier keeps its own copy. Only the profile
// strict takes issuers: FastMCP's JWTVerifier has one issuer and one set of keys.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assay/algorithm.h"
#include "assay/key_set.h"
#include "assay/policy.h"
#include "assay/result.h"

namespace assay {

// Parts of a policy. What has no value is left as it is in the policy that this is put over.
struct PolicyPart {
  std::optional<std::vector<Algorithm>> algorithms;
  std::optional<std::vector<std::string>> audiences;
  std::optional<std::vector<std::string>> required_scopes;
  std::optional<std::vector<RequiredClaim>> required_claims;
  std::optional<std::string> required_type;
  std::optional<std::int64_t> leeway_seconds;
  std::optional<std::int64_t> max_lifetime_seconds;

  // Returns `policy` with the values that are here.
  Policy over(Policy policy) const;
};

// What is known of one key of an issuer. It has a kid or a thumbprint, and counts for each key of the issuer that
// matches.
struct KnownKey {
  std::optional<std::string> kid;
  std::string thumbprint;  // RFC 7638 with SHA-256, in base64url; empty: the kid names the key
  KeyTimes times;
  std::string note;   // for people, one line: why; empty: none
  std::string where;  // for messages: "assay.toml:14"; empty: the issuer and the key name it
};

// An issuer, its keys and its policy.
struct TrustedIssuer {
  std::string name;             // the exact iss; {tenantid} in it stands for the claim tid, as in Policy::issuers
  std::vector<KeySource> keys;  // at least one
  PolicyPart policy;            // over the verifier's own
  std::vector<KnownKey> known_keys;
  std::string where;  // for messages, as in KnownKey
};

// A token is tried with the keys that its kid names, those of its own issuer first. If several issuers have keys of
// that kid, or the token has no kid, its iss tells whose come first. JwtVerifierOptions::keys belong to no issuer and
// serve all. Once the signature is valid, the policy of the issuer that the token names applies.
struct TrustOptions {
  std::vector<TrustedIssuer>
      issuers;  // empty: nothing is known of issuers, and JwtVerifierOptions::keys serve every iss
};

// A trust file: TOML, as shown in the guide.
struct TrustFile {
  TrustOptions trust;
  // What stands at the top of the file: the defaults of all issuers.
  PolicyPart policy;
  std::optional<Profile> profile;
  std::optional<std::size_t> max_token_bytes;
  std::optional<bool> accept_padding;
  std::vector<std::string> revoked;  // paths

  // Reads a file of at most 16 MiB. Paths in it are relative to its folder. The error names file, line, field and the
  // mend; its own field is "trust".
  static Result<TrustFile> read(const std::string& path);
  // Reads the text of such a file. `name` is for messages; `folder` is put before relative paths.
  static Result<TrustFile> parse(std::string_view text, std::string_view name, std::string_view folder);

  // Returns `policy` with what stands at the top of the file.
  Policy completed(Policy policy) const;
};

}  // namespace assay
