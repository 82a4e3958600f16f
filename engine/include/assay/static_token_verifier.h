// FastMCP's StaticTokenVerifier: tokens looked up in a table. For development only: the table holds live secrets.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assay/access_token.h"
#include "assay/instant.h"
#include "assay/policy.h"
#include "assay/result.h"
#include "assay/verdict.h"

namespace assay {

class JwtVerifier;

// Immutable once made; all members may be called from any number of threads.
class StaticTokenVerifier {
 public:
  // `json`: {"<token>": {"client_id": "...", "scopes": ["..."], "expires_at": 1790000000, ...}, ...}. client_id is
  // required; the error names the entry (by position, never the token) and the field.
  static Result<StaticTokenVerifier> create(std::string_view json, std::vector<std::string> required_scopes = {},
                                            Profile profile = Profile::strict);

  std::optional<AccessToken> load_access_token(std::string_view token) const;
  std::optional<AccessToken> verify_token(std::string_view token) const;
  // unknown_token, token_expired, scope_missing, or accepted.
  Verdict verify(std::string_view token, Instant at) const;

 private:
  explicit StaticTokenVerifier(std::shared_ptr<const JwtVerifier> verifier) noexcept : verifier_(std::move(verifier)) {}
  std::shared_ptr<const JwtVerifier> verifier_;
};

}  // namespace assay
