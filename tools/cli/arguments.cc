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

Result<void> Arguments::settle() {
  if (Result<void> ok = check_scopes(); !ok) return ok;
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
