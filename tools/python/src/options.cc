#include "options.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "convert.h"
#include "jose/policy.h"

namespace assay::python {
namespace {

constexpr std::pair<std::string_view, KeySource::Kind> kKinds[] = {
    {"jwks_text", KeySource::Kind::jwks_text},
    {"jwks_file", KeySource::Kind::jwks_file},
    {"jwks_url", KeySource::Kind::jwks_url},
    {"public_key_text", KeySource::Kind::public_key_text},
    {"public_key_file", KeySource::Kind::public_key_file},
    {"secret_text", KeySource::Kind::secret_text},
    {"secret_file", KeySource::Kind::secret_file},
    {"static_tokens_text", KeySource::Kind::static_tokens_text},
    {"static_tokens_file", KeySource::Kind::static_tokens_file},
};

constexpr std::pair<std::string_view, SecretEncoding> kEncodings[] = {
    {"raw", SecretEncoding::raw}, {"base64", SecretEncoding::base64}, {"hex", SecretEncoding::hex}};

constexpr std::pair<std::string_view, Profile> kProfiles[] = {
#define ASSAY_PYTHON_PROFILE(enumerator, name) {name, Profile::enumerator},
    ASSAY_PROFILES(ASSAY_PYTHON_PROFILE)
#undef ASSAY_PYTHON_PROFILE
        {"fastmcp", Profile::fastmcp}};

template <class Rows>
auto look_up(const Rows& rows, std::string_view name, const char* field) {
  std::string names;
  for (const auto& [row, value] : rows) {
    if (row == name) return value;
    names.append(names.empty() ? "" : ", ").append(row);
  }
  raise_setup_error({"'" + std::string(name) + "' is none of " + names, field});
}

// Python's text may hold bytes, such as those of a secret.
std::string bytes_of(nb::handle value, const char* name) {
  Keepers keepers;
  return std::string(view_of(value, name, keepers));
}

class Reader {
 public:
  explicit Reader(const nb::dict& given) : given_(given) {}

  bool has(const char* name) const { return given_.contains(name); }
  // Sets `to` if the caller gave the value. A value of a wrong type is a TypeError that names the argument.
  template <class T, class To>
  void take(const char* name, To& to) const {
    if (!has(name)) return;
    to = argument<T>(given_[name], name);
  }
  std::string text(const char* name) const { return argument<std::string>(given_[name], name); }
  nb::object at(const char* name) const { return given_[name]; }

 private:
  const nb::dict& given_;
};

std::vector<KeySource> read_keys(nb::handle list, SecretEncoding encoding) {
  std::vector<KeySource> keys;
  for (const nb::handle item : list) {
    KeySource& key = keys.emplace_back();
    key.kind = look_up(kKinds, bytes_of(item[0], "keys"), "keys");
    key.value = bytes_of(item[1], "keys");
    key.name = bytes_of(item[2], "keys");
    const bool is_secret = key.kind == KeySource::Kind::secret_file || key.kind == KeySource::Kind::secret_text;
    if (is_secret) key.encoding = encoding;
  }
  return keys;
}

std::vector<Algorithm> read_algorithms(const std::vector<std::string>& names) {
  std::vector<Algorithm> algorithms;
  for (const std::string& name : names) {
    const std::optional<Algorithm> algorithm = algorithm_from_string(name);
    if (!algorithm) raise_setup_error({"'" + name + "' is no algorithm that assay knows", "policy.algorithms"});
    algorithms.push_back(*algorithm);
  }
  return algorithms;
}

Policy read_policy(const Reader& given) {
  using Texts = std::vector<std::string>;
  Policy policy;
  if (given.has("profile")) policy.profile = look_up(kProfiles, given.text("profile"), "policy.profile");
  Texts algorithms;
  given.take<Texts>("algorithm", algorithms);
  policy.algorithms = read_algorithms(algorithms);
  given.take<Texts>("issuer", policy.issuers);
  given.take<Texts>("audience", policy.audiences);
  if (given.has("required_scopes") && nb::isinstance<nb::str>(given.at("required_scopes"))) {
    policy.required_scopes = jose::parse_scopes(given.text("required_scopes"));
  } else {
    given.take<Texts>("required_scopes", policy.required_scopes);
  }
  std::vector<std::pair<std::string, std::string>> claims;
  given.take<decltype(claims)>("required_claims", claims);
  for (auto& [name, value] : claims) policy.required_claims.push_back({std::move(name), std::move(value)});
  given.take<std::string>("typ", policy.required_type);
  given.take<std::int64_t>("leeway", policy.leeway_seconds);
  given.take<std::int64_t>("max_lifetime", policy.max_lifetime_seconds);
  given.take<Texts>("revoked", policy.revoked);
  given.take<std::size_t>("max_token_bytes", policy.max_token_bytes);
  given.take<bool>("accept_padding", policy.accept_padding);
  return policy;
}

// Puts the trust file under what the caller gave, as the program does with its flags.
void take_trust_file(const Reader& given, JwtVerifierOptions& options) {
  if (is_fastmcp(options.policy.profile)) {
    raise_setup_error(
        {"a trust file needs the profile strict, because FastMCP's JWTVerifier has one issuer and one set "
         "of keys",
         "trust"});
  }
  Result<TrustFile> file = TrustFile::read(given.text("config"));
  if (!file) raise_setup_error(file.error());
  PolicyPart& part = file->policy;
  if (given.has("algorithm")) part.algorithms.reset();
  if (given.has("audience")) part.audiences.reset();
  if (given.has("required_scopes")) part.required_scopes.reset();
  if (given.has("required_claims")) part.required_claims.reset();
  if (given.has("typ")) part.required_type.reset();
  if (given.has("leeway")) part.leeway_seconds.reset();
  if (given.has("max_lifetime")) part.max_lifetime_seconds.reset();
  if (given.has("max_token_bytes")) file->max_token_bytes.reset();
  if (given.has("accept_padding")) file->accept_padding.reset();
  options.policy = file->completed(std::move(options.policy));
  options.trust = std::move(file->trust);
}

bool has_url(const std::vector<KeySource>& keys) {
  for (const KeySource& key : keys) {
    if (key.kind == KeySource::Kind::jwks_url) return true;
  }
  return false;
}

}  // namespace

JwtVerifierOptions read_options(const nb::dict& dict) {
  const Reader given(dict);
  JwtVerifierOptions options;
  SecretEncoding encoding = SecretEncoding::raw;
  if (given.has("secret_encoding")) encoding = look_up(kEncodings, given.text("secret_encoding"), "secret_encoding");
  if (given.has("keys")) options.keys = read_keys(given.at("keys"), encoding);
  options.policy = read_policy(given);
  if (given.has("config")) take_trust_file(given, options);
  given.take<double>("timeout", options.fetch.timeout_seconds);
  given.take<std::size_t>("max_bytes", options.fetch.max_bytes);
  given.take<double>("jwks_max_age", options.fetch.max_age_seconds);
  given.take<double>("jwks_refetch", options.fetch.refetch_interval_seconds);
  given.take<bool>("ssrf_safe", options.fetch.ssrf_safe);
  given.take<std::string>("ca_file", options.fetch.ca_file);
  given.take<std::string>("backend", options.backend);
  given.take<std::size_t>("table_memory", options.table_memory);
  given.take<std::size_t>("memo_memory", options.memo_memory);
  given.take<double>("cross_check", options.cross_check);
  return options;
}

bool may_fetch(const JwtVerifierOptions& options) {
  if (has_url(options.keys)) return true;
  for (const TrustedIssuer& issuer : options.trust.issuers) {
    if (has_url(issuer.keys)) return true;
  }
  return false;
}

}  // namespace assay::python
