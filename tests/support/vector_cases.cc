#include "support/vector_cases.h"

#include <map>
#include <memory>
#include <stdexcept>
#include <utility>

#include "base/arena.h"
#include "codec/base64url.h"
#include "jose/compact.h"
#include "jose/header.h"
#include "keys/public_key.h"
#include "support/vectors.h"
#include "verify/engine.h"

namespace assay::test {
namespace {

using codec::JsonNode;
using codec::JsonType;

bool given(const JsonNode* node) { return node != nullptr && !node->is(JsonType::null); }

// FastMCP's empty string is an empty list here.
std::optional<std::vector<std::string>> list_of(const JsonNode* node) {
  if (!given(node)) return std::nullopt;
  std::vector<std::string> list;
  if (node->is(JsonType::string) && !node->text.empty()) list.emplace_back(node->text);
  for (const JsonNode& item : node->items) list.emplace_back(item.text);
  return list;
}

std::string id_of(const JsonNode& test) {
  const JsonNode* id = test.find("tcId");
  return "case " + (id == nullptr ? "?" : std::string(id->text)) + ": " + text_of(test, "comment");
}

// Key of a group of public keys; of HMAC each case has its own.
Jwk public_key_of(const JsonNode& group, const WycheproofFile& file) {
  auto jwk = keys::read_public_key(text_of(group, "publicKeyPem"), Profile::strict, "publicKeyPem");
  if (!jwk) throw std::runtime_error(std::string(file.name) + ": " + jwk.error().message);
  if (!jwk->permitted.contains(file.algorithm)) throw std::runtime_error(std::string(file.name) + ": a foreign key");
  return *jwk;
}

// Adds the signatures of tokens, with copies of the keys that their verifiers chose.
class TokenCases {
 public:
  explicit TokenCases(Profile profile) : profile_(profile) {}

  void add(const JwtVerifier& verifier, std::string_view token, const std::string& what) {
    base::Arena arena;
    const jose::Compact compact = jose::take_apart(token, arena);
    if (compact.shape != jose::Shape::signed_token || compact.signature_bytes.data() == nullptr) return;
    const auto header = jose::read_header(compact.header, profile_);
    if (!header || !header->algorithm) return;
    const auto ring = verifier.engine().snapshot()->ring;
    std::optional<std::string_view> kid;
    if (header->kid && !header->lookup_without_kid) kid = *header->kid;
    for (const keys::PreparedKey* key : ring->choose(kid, *header->algorithm).candidates) {
      set_.cases.push_back({copy_of(*key), *header->algorithm, std::string(compact.signing_input()),
                            std::string(compact.signature_bytes), what});
    }
  }
  CaseSet take() && { return std::move(set_); }

 private:
  // One key of the set for equal keys of many verifiers.
  const keys::PreparedKey* copy_of(const keys::PreparedKey& key) {
    const Jwk& jwk = key.jwk;
    std::string identity = std::to_string(static_cast<int>(jwk.type)) + std::to_string(static_cast<int>(jwk.curve));
    for (const std::string* part : {&jwk.n, &jwk.e, &jwk.x, &jwk.y, &jwk.k}) {
      identity += std::to_string(part->size()) + ":" + *part;
    }
    const auto [found, fresh] = copies_.try_emplace(identity);
    if (fresh) found->second = set_.keys.add(jwk, profile_);
    return found->second;
  }

  Profile profile_;
  CaseSet set_;
  std::map<std::string, const keys::PreparedKey*> copies_;
};

}  // namespace

WycheproofCases wycheproof_cases(const std::string& folder, const WycheproofFile& file) {
  const std::string path = folder + "/" + file.name;
  const Document document(read_file(path), path);
  const AlgorithmInfo& row = info(file.algorithm);
  const bool mac = row.scheme == Scheme::hmac;
  WycheproofCases result;
  for (const JsonNode& group : document.root().find("testGroups")->items) {
    const keys::PreparedKey* key = mac ? nullptr : result.set.keys.add(public_key_of(group, file));
    const bool truncated = mac && group.find("tagSize")->text != std::to_string(8 * digest_bytes(row.hash));
    for (const JsonNode& test : group.find("tests")->items) {
      if (mac) {
        Jwk jwk = secret_jwk(from_hex(text_of(test, "key")));
        jwk.permitted.insert(file.algorithm);
        // fastmcp: some keys are shorter than the hash, which strict would refuse before any arithmetic.
        key = result.set.keys.add(std::move(jwk), Profile::fastmcp);
      }
      // "acceptable" are signatures over a DigestInfo without the NULL parameter: RFC 8017 §8.2.2 compares encodings,
      // and there is one encoding.
      const bool valid = text_of(test, "result") == "valid";
      result.set.cases.push_back({key, file.algorithm, from_hex(text_of(test, "msg")),
                                  from_hex(text_of(test, mac ? "tag" : "sig")), id_of(test)});
      result.expected.push_back(valid && !truncated);
      result.skipped.emplace_back(
          valid && truncated ? "valid for a truncated tag, which JWS has not (RFC 7518 §3.2): rejected here" : "");
    }
  }
  return result;
}

std::string short_name(const WycheproofFile& file) {
  std::string name = file.name;
  for (char& c : name) c = c == '.' || c == '-' ? '_' : c;
  return name.substr(0, name.find("_test_json"));
}

JwtVerifierOptions rfc_options(const JsonNode& example) {
  JwtVerifierOptions options;
  const auto algorithm = algorithm_from_string(text_of(*example.find("config"), "algorithm"));
  if (algorithm) options.policy.algorithms = {*algorithm};
  if (const JsonNode* keys = example.find("keys"); keys != nullptr) {
    options.keys.push_back({KeySource::Kind::jwks_text, std::string(keys->raw), "keys"});
  } else {
    const auto secret = codec::base64url_decode(text_of(example, "secret"));
    options.keys.push_back({KeySource::Kind::secret_text, secret.value_or(""), "secret"});
  }
  return options;
}

std::string rfc_token(const JsonNode& example) {
  std::string token = text_of(example, "token");
  const JsonNode* detached = example.find("detached");
  if (detached != nullptr && detached->truth) token.insert(token.find('.') + 1, text_of(example, "payload_base64url"));
  return token;
}

std::optional<JwtVerifierOptions> attack_options(const JsonNode& test, Profile profile) {
  JwtVerifierOptions options;
  options.policy.profile = profile;
  options.policy.max_token_bytes = 4u << 20;
  const JsonNode* config = test.find("config");
  const std::string algorithm_name = given(config->find("algorithm")) ? text_of(*config, "algorithm") : "RS256";
  const std::optional<Algorithm> algorithm = algorithm_from_string(algorithm_name);
  if (!algorithm) return std::nullopt;
  options.policy.algorithms = {*algorithm};
  options.policy.issuers = list_of(config->find("issuer"));
  options.policy.audiences = list_of(config->find("audience"));
  options.policy.required_scopes = list_of(config->find("required_scopes")).value_or(std::vector<std::string>());
  const bool secret = info(*algorithm).scheme == Scheme::hmac;
  const auto add = [&](KeySource::Kind kind, std::string value) {
    options.keys.push_back({kind, std::move(value), "vector"});
  };
  if (const JsonNode* keys = test.find("keys")) add(KeySource::Kind::jwks_text, std::string(keys->raw));
  std::optional<std::string> key;
  if (given(test.find("public_key"))) key = text_of(test, "public_key");
  if (given(test.find("public_key_der"))) key = codec::base64url_decode(text_of(test, "public_key_der")).value();
  if (key) add(secret ? KeySource::Kind::secret_text : KeySource::Kind::public_key_text, *key);
  if (given(test.find("secret"))) {
    add(KeySource::Kind::secret_text, codec::base64url_decode(text_of(test, "secret")).value());
  }
  return options;
}

CaseSet rfc_cases() {
  TokenCases cases(Profile::strict);
  for (const std::string& line : read_lines(data_path("vectors/rfc.ndjson"))) {
    const Document document(line, "rfc.ndjson");
    const auto verifier = JwtVerifier::create(rfc_options(document.root()));
    if (verifier) cases.add(*verifier, rfc_token(document.root()), text_of(document.root(), "id"));
  }
  return std::move(cases).take();
}

CaseSet attack_cases(Profile profile) {
  TokenCases cases(profile);
  std::map<std::string, std::optional<JwtVerifier>> verifiers;  // by configuration and keys; nothing: refused
  for (const std::string& line : read_lines(data_path("vectors/attacks.ndjson"))) {
    base::Arena arena;
    const JsonNode* test = codec::parse_json(line, codec::JsonDialect::rfc8259, arena);
    if (test == nullptr) throw std::runtime_error("attacks.ndjson: not JSON: " + line.substr(0, 60));
    std::string identity;
    for (const char* field : {"config", "keys", "public_key", "public_key_der", "secret"}) {
      if (const JsonNode* node = test->find(field)) identity.append(field).append(node->raw);
    }
    auto [found, fresh] = verifiers.try_emplace(identity);
    if (fresh) {
      if (std::optional<JwtVerifierOptions> options = attack_options(*test, profile)) {
        Result<JwtVerifier> verifier = JwtVerifier::create(std::move(*options));
        if (verifier) found->second.emplace(std::move(*verifier));
      }
    }
    if (found->second) cases.add(*found->second, test->find("token")->text, text_of(*test, "id"));
  }
  return std::move(cases).take();
}

}  // namespace assay::test
