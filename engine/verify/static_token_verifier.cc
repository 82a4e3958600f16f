#include "assay/static_token_verifier.h"

#include <utility>

#include "assay/verifier.h"
#include "verify/engine.h"

namespace assay {

Result<StaticTokenVerifier> StaticTokenVerifier::create(std::string_view json, std::vector<std::string> required_scopes,
                                                        Profile profile) {
  JwtVerifierOptions options;
  options.keys.push_back({KeySource::Kind::static_tokens_text, std::string(json), "static tokens"});
  options.policy.profile = profile;
  options.policy.required_scopes = std::move(required_scopes);
  Result<JwtVerifier> verifier = JwtVerifier::create(std::move(options));
  if (!verifier) return verifier.error();
  return StaticTokenVerifier(std::make_shared<const JwtVerifier>(std::move(*verifier)));
}

std::optional<AccessToken> StaticTokenVerifier::load_access_token(std::string_view token) const {
  return verifier_->load_access_token(token);
}

std::optional<AccessToken> StaticTokenVerifier::verify_token(std::string_view token) const {
  return load_access_token(token);
}

Verdict StaticTokenVerifier::verify(std::string_view token, Instant at) const { return verifier_->verify(token, at); }

}  // namespace assay
