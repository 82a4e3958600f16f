#include "arguments.h"

#include <algorithm>

#include "flags.h"
#include "jose/policy.h"

namespace assay::cli {

namespace {

constexpr std::string_view kScopes = "policy.required_scopes";

}  // namespace

bool Arguments::gave(std::string_view name) const {
  return std::any_of(given.begin(), given.end(), [name](const GivenFlag& flag) { return flag.flag->name == name; });
}

Result<void> Arguments::check_scopes() const {
  for (const auto& [flag, value] : given) {
    const auto& fields = flag->value.fields;
    if (std::find(fields.begin(), fields.end(), kScopes) == fields.end()) continue;
    Arguments only;
    only.verifier.policy.profile = verifier.policy.profile;
    if (!flag->value.read(only, value)) continue;
    const Result<Policy> checked = jose::checked_policy(std::move(only.verifier.policy));
    if (!checked && checked.error().field == kScopes) return Error{flag->name + ": " + checked.error().message};
  }
  return {};
}

Result<void> Arguments::take_trust_file() {
  Policy& policy = verifier.policy;
  if (is_fastmcp(policy.profile))
    return Error{
        "needs the profile strict, because FastMCP's JWTVerifier has one issuer and one set of keys; leave out "
        "--profile, or give its keys without a trust file",
        "trust"};
  Result<TrustFile> file = TrustFile::read(config);
  if (!file) return file.error();
  // What a flag set is taken out of the file's part, so that the flag's value stays.
  PolicyPart& part = file->policy;
  if (gave("--algorithm")) part.algorithms.reset();
  if (gave("--audience")) part.audiences.reset();
  if (gave("--require-scope") || gave("--require-scope-exact")) part.required_scopes.reset();
  if (gave("--require-claim")) part.required_claims.reset();
  if (gave("--typ")) part.required_type.reset();
  if (gave("--leeway")) part.leeway_seconds.reset();
  if (gave("--max-lifetime")) part.max_lifetime_seconds.reset();
  if (gave("--max-token-bytes")) file->max_token_bytes.reset();
  if (gave("--accept-padding")) file->accept_padding.reset();
  policy = file->completed(std::move(policy));
  verifier.trust = std::move(file->trust);
  return {};
}

Result<void> Arguments::settle() {
  if (Result<void> ok = check_scopes(); !ok) return ok;
  if (gave("--config")) {
    if (Result<void> ok = take_trust_file(); !ok) return ok;
  }
  if (!gave("--secret-encoding")) return {};
  bool any = false;
  for (KeySource& key : verifier.keys) {
    if (key.kind != KeySource::Kind::secret_file) continue;
    key.encoding = secret_encoding;
    any = true;
  }
  if (any) return {};
  return Error{"--secret-encoding: there is no secret to decode; give --secret-file, or leave it out"};
}

std::vector<std::pair<std::string, std::string>> Arguments::manifest() const {
  std::vector<std::pair<std::string, std::string>> options;
  for (const auto& [flag, value] : given) {
    if (flag->record != Record::nothing) options.emplace_back(flag->name, value);
  }
  return options;
}

std::vector<std::pair<std::string, std::string>> Arguments::decisive() const {
  std::vector<std::pair<std::string, std::string>> options;
  for (const auto& [flag, value] : given) {
    if (flag->record != Record::nothing && !flag->presentation) options.emplace_back(flag->name, value);
  }
  return options;
}

}  // namespace assay::cli
