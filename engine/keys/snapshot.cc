#include "keys/snapshot.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/arena.h"
#include "base/keyed_hash.h"
#include "jose/compact.h"
#include "jose/header.h"
#include "jwk/foreign_text.h"
#include "jwk/jwk.h"
#include "jwk/key_document.h"
#include "jwk/key_rules.h"
#include "keys/known_keys.h"
#include "keys/prepared_key.h"
#include "keys/public_key.h"
#include "keys/secret.h"

namespace assay::keys {
namespace {

AlgorithmSet set_of(const std::vector<Algorithm>& algorithms) noexcept {
  AlgorithmSet set;
  for (Algorithm algorithm : algorithms) set.insert(algorithm);
  return set;
}

AlgorithmSet hmac_algorithms() noexcept { return jwk::algorithms_of(KeyType::oct, Curve::none); }

// "RS256, ES256".
std::string names_of(const std::vector<Algorithm>& algorithms) {
  std::string names;
  for (Algorithm algorithm : algorithms) {
    if (!names.empty()) names += ", ";
    names += to_string(algorithm);
  }
  return names;
}

std::string kind_of_key(const Jwk& jwk) {
  if (jwk.type == KeyType::RSA) return "an RSA key";
  return (jwk.type == KeyType::EC ? "an EC key on " : "a key on ") + std::string(to_string(jwk.curve));
}

std::optional<std::string> kid_of(const Jwk& jwk) { return jwk.has_kid ? std::optional(jwk.kid) : std::nullopt; }

// At most this many private parts of one set are checked, because the publisher of the set decides what a check costs.
// Further private parts are not checked.
constexpr int kMaxPrivateChecks = 32;

// Says why no key of a set can be used: "none of its 2 keys can be used: key 1 (kid "a"): e is missing; ...".
std::string none_can_be_used(const JwkSet& set) {
  constexpr std::size_t kMost = 3;
  std::string text = "none of its " + std::to_string(set.skipped.size()) + " keys can be used: ";
  for (std::size_t i = 0; i < std::min(kMost, set.skipped.size()); ++i) {
    const JwkSet::Skipped& key = set.skipped[i];
    text += (i == 0 ? "key " : "; key ") + std::to_string(key.position);
    if (key.kid) text += " (kid " + jwk::shown_text(*key.kid) + ")";
    text += ": " + key.why;
  }
  if (set.skipped.size() > kMost) text += "; and " + std::to_string(set.skipped.size() - kMost) + " more";
  return text;
}

// Collects the keys of all sources.
class SnapshotBuilder {
 public:
  SnapshotBuilder(const Policy& defaults, std::shared_ptr<const trust::Issuers> issuers, const VerifySignature& verify,
                  const std::atomic<bool>& stop)
      : defaults_(defaults), issuers_(std::move(issuers)), verify_(verify), stop_(stop) {
    of_issuer(trust::kNoIssuer);
    if (issuers_ == nullptr) {
      named_ = allowed_;
      keys_decide_ = allowed_.empty() && defaults_.profile == Profile::strict;
      if (allowed_.empty() && is_fastmcp(defaults_.profile)) named_.insert(Algorithm::RS256);
    }
  }

  Result<void> add(const KeySource& source, const Content& content) {
    begin_source(source);
    Result<void> added = add_content(source, content);
    return added ? added : at_its_place(added.error());
  }

  // Adds what can be used of a source, and reports why it is not all.
  void survey(const KeySource& source, const Result<Content>& reading) {
    if (!reading) begin_source(source);
    const Result<void> added = reading ? add(source, *reading) : at_its_place(reading.error());
    if (!added) reports_.back().fault = added.error();
  }

  BuiltSnapshot finish() && {
    auto snapshot = std::make_shared<Snapshot>();
    std::vector<std::string> unknown_keys = give_windows(keys_, skipped_, issuers_.get());
    snapshot->allowed = allowed_by_keys();
    snapshot->keys_decide = keys_decide_;
    snapshot->issuers = issuers_;
    snapshot->ring = std::make_shared<const KeyRing>(std::move(keys_), defaults_.profile, std::move(skipped_));
    snapshot->static_tokens = std::move(static_tokens_);
    snapshot->has_key_sources = has_key_sources_;
    snapshot->revoked = std::move(revoked_);
    snapshot->has_urls = has_urls_;
    snapshot->sources = std::move(reports_);
    return {std::move(snapshot), std::move(notes_), std::move(unknown_keys)};
  }

 private:
  Result<void> add_content(const KeySource& source, const Content& content) {
    if (content.revoked != nullptr) {
      revoked_.push_back(content.revoked);
      reports_.back().entries = content.revoked->size();
      return {};
    }
    const std::string& text = content.text;
    const std::string name = name_of(source);
    if (is_static_table(source.kind)) return add_static_table(text, name);
    has_key_sources_ = true;
    named_ = named_ | allowed_;
    keys_decide_ = keys_decide_ || (allowed_.empty() && policy_->profile == Profile::strict);
    has_urls_ = has_urls_ || source.kind == KeySource::Kind::jwks_url;
    if (!is_key_set(source.kind)) return add_single_key(source.kind, text, name);
    if (content.parts.empty()) return add_key_set(text, name, content.signer);
    for (const Content::Part& part : content.parts) {
      reports_.back().parts.push_back({part.name, part.dated});
      Result<void> added = add_key_set(text.substr(part.begin, part.size), part.name, content.signer);
      if (!added) return added;
    }
    return {};
  }

  void begin_source(const KeySource& source) {
    of_issuer(source.issuer ? static_cast<trust::IssuerIndex>(*source.issuer) : trust::kNoIssuer);
    SourceReport& report = reports_.emplace_back();
    report.kind = source.kind;
    report.name = name_of(source);
    report.issuer = issuer_;
    skipped_of_source_.clear();
  }

  // An error about the current source, with its issuer's place in the trust file.
  Error at_its_place(const Error& error) const {
    if (issuer_ == trust::kNoIssuer) return error;
    return Error{issuers_->at(issuer_).where + ": " + error.message, "trust"};
  }

  // From here on keys belong to this issuer, and its policy decides which of them can be used.
  void of_issuer(trust::IssuerIndex issuer) {
    issuer_ = issuer;
    policy_ = issuers_ == nullptr ? &defaults_ : &issuers_->policy_of(issuer);
    allowed_ = set_of(policy_->algorithms);
  }

  // The algorithms that some policy names. A policy that names none allows those that its keys permit.
  AlgorithmSet allowed_by_keys() const {
    AlgorithmSet allowed = named_;
    if (!keys_decide_) return allowed;
    for (const PreparedKey& key : keys_) {
      const Policy& policy = issuers_ == nullptr ? defaults_ : issuers_->policy_of(key.issuer);
      if (policy.algorithms.empty()) allowed = allowed | (key.jwk.permitted & AlgorithmSet::unless_named());
    }
    return allowed;
  }

  void keep(PreparedKey key) {
    key.issuer = issuer_;
    const std::size_t parts = reports_.back().parts.size();
    key.origins.push_back(
        {static_cast<std::uint32_t>(reports_.size() - 1), static_cast<std::uint32_t>(parts == 0 ? 0 : parts - 1)});
    if (issuers_ != nullptr) key.allowed = allowed_.empty() ? AlgorithmSet::unless_named() : allowed_;
    keys_.push_back(std::move(key));
  }

  Result<void> add_static_table(const std::string& text, const std::string& name) {
    Result<std::shared_ptr<const StaticTable>> table = StaticTable::parse(text, name, policy_->profile);
    if (!table) return Error{table.error().message, "keys"};
    if (static_tokens_ != nullptr)
      return Error{name + ": a second table of static tokens; put all tokens into one", "keys"};
    static_tokens_ = *std::move(table);
    reports_.back().entries = static_tokens_->size();
    return {};
  }

  // Whether a set is signed by the key of `signer`, the text of a key file. The error says why it is not, or that a set
  // of an issuer has to be.
  Result<void> check_signed_set(std::string_view text, const std::string& name, const std::string& signer) const {
    if (signer.empty()) {
      return Error{name +
                       ": is a signed key set; give the key that verifies it, historical_keys_signed_by = \"key.pem\", "
                       "or the bare set",
                   "keys"};
    }
    const auto fault = [&](const std::string& why) { return Error{name + ": is a signed key set: " + why, "keys"}; };
    Result<Jwk> jwk = read_public_key(signer, policy_->profile, "the key of historical_keys_signed_by", nullptr);
    if (!jwk) return Error{jwk.error().message, "keys"};
    const Result<PreparedKey> key = prepare_key(*std::move(jwk), policy_->profile);
    if (!key) return fault("the key of historical_keys_signed_by: " + key.error().message);
    base::Arena arena;
    const std::string_view token = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
    const jose::Compact compact = jose::take_apart(token, arena);
    const std::optional<jose::Header> header = jose::read_header(compact.header, policy_->profile);
    if (!header || header->fault || compact.signature_bytes.data() == nullptr)
      return fault("it is not a valid JWS; fetch it anew");
    if (!header->algorithm || !key->jwk.permitted.contains(*header->algorithm))
      return fault("its alg does not fit the key of historical_keys_signed_by; give the key that signed it");
    if (!verify_ || !verify_(*key, *header->algorithm, compact.signing_input(), compact.signature_bytes))
      return fault("its signature does not match the key of historical_keys_signed_by; give the key that signed it");
    return {};
  }

  Result<void> add_key_set(const std::string& text, const std::string& name, const std::string& signer) {
    const bool is_signed =
        policy_->profile == Profile::strict && jwk::payload_of_signed_set(jwk::without_bom(text)).has_value();
    const bool is_checked = is_signed && (issuer_ != trust::kNoIssuer || !signer.empty());
    if (is_checked) {
      if (Result<void> ok = check_signed_set(jwk::without_bom(text), name, signer); !ok) return ok;
    }
    const Algorithm algorithm = policy_->algorithms.empty() ? Algorithm::RS256 : policy_->algorithms.front();
    Result<JwkSet> set = JwkSet::parse(text, policy_->profile, name, algorithm);
    if (!set) return Error{set.error().message, "keys"};
    // The first note says that the signature was not verified.
    if (is_checked) set->notes.erase(set->notes.begin());
    if (is_signed)
      remark(is_checked ? "is signed, and the signature matches the key of historical_keys_signed_by"
                        : "is a signed key set whose signature was not verified");
    read_pem_keys(*set, name);
    const std::size_t before = keys_.size();
    int private_checks = kMaxPrivateChecks;
    for (Jwk& jwk : set->keys) {
      if (stop_.load(std::memory_order_relaxed)) return Error{name + ": the reading of keys was ended", "keys"};
      prepare_key_of_set(std::move(jwk), name, *set, private_checks);
    }
    report_skipped(*set);
    if (keys_.size() == before) return Error{name + ": " + none_can_be_used(*set), "keys", way_out(*set)};
    take_notes(*set, name);
    return check_for_secrets(name, before);
  }

  // Reads the values of a map from kid to PEM.
  void read_pem_keys(JwkSet& set, const std::string& name) {
    for (JwkSet::PemKey& entry : set.pem_keys) {
      std::vector<std::string> notes;
      Result<Jwk> jwk = read_public_key(entry.pem, policy_->profile, "", &notes);
      if (!jwk) {
        // Without the name, which is empty, and its colon.
        set.skip(name, {entry.position, entry.kid, jwk.error().message.substr(2), {}});
        continue;
      }
      for (const std::string& note : notes) set.note(name, entry.position, entry.kid, note);
      jwk->has_kid = true;
      jwk->kid = std::move(entry.kid);
      jwk->position = entry.position;
      set.keys.push_back(*std::move(jwk));
    }
  }

  // The settings under which FastMCP takes a set of which strict takes no key; empty if there are none.
  std::vector<Setting> way_out(const JwkSet& set) const {
    for (const JwkSet::Skipped& key : set.skipped)
      if (key.fastmcp_takes_it) return fastmcp_for(*key.fastmcp_takes_it);
    return {};
  }
  std::vector<Setting> fastmcp_for(Algorithm algorithm) const {
    std::vector<Setting> settings = {{"policy.profile", "fastmcp"}};
    const bool is_given =
        policy_->algorithms.size() == 1 || (policy_->algorithms.empty() && algorithm == Algorithm::RS256);
    if (!is_given) settings.push_back({"policy.algorithms", std::string(to_string(algorithm))});
    return settings;
  }

  void remark(std::string text) {
    std::vector<std::string>& remarks = reports_.back().remarks;
    if (std::find(remarks.begin(), remarks.end(), text) == remarks.end()) remarks.push_back(std::move(text));
  }

  // A key that many snapshots have is reported once.
  void report_skipped(const JwkSet& set) {
    SourceReport& report = reports_.back();
    for (const JwkSet::Skipped& key : set.skipped) {
      const std::string why = key.why + (key.fastmcp_takes_it ? "; the profile fastmcp takes it" : "");
      const std::string identity = (key.kid ? "k" + *key.kid : std::to_string(key.position)) + '\0' + why;
      if (const auto known = skipped_of_source_.find(identity); known != skipped_of_source_.end()) {
        ++report.skipped[known->second].sets;
      } else if (report.skipped.size() < SourceReport::kMostSkipped) {
        skipped_of_source_.emplace(identity, report.skipped.size());
        report.skipped.push_back({key.position, key.kid, why});
      } else {
        ++report.more_skipped;
      }
    }
  }

  void take_notes(JwkSet& set, const std::string& name) {
    for (JwkSet::Skipped& key : set.skipped) {
      const char* mend = key.fastmcp_takes_it ? "; the profile fastmcp takes it" : "";
      if (key.kid) skipped_.push_back({std::move(*key.kid), std::move(key.why) + mend, issuer_});
    }
    for (std::string& note : set.notes) notes_.push_back(std::move(note));
    if (set.more_notes != 0) {
      notes_.push_back(name + ": and " + std::to_string(set.more_notes) +
                       (set.more_notes == 1 ? " more note on its keys" : " more notes on its keys"));
    }
  }

  // A verifier of HS* would verify nothing with a set of public keys.
  Result<void> check_for_secrets(const std::string& name, std::size_t before) const {
    if (policy_->profile != Profile::strict || allowed_.empty() || (allowed_ & hmac_algorithms()) != allowed_)
      return {};
    for (std::size_t i = before; i < keys_.size(); ++i)
      if (keys_[i].jwk.type == KeyType::oct) return {};
    return Error{name + ": a set of public keys, and only " + names_of(policy_->algorithms) +
                     " may be used, which needs a shared secret; give a shared secret, or allow another algorithm",
                 "keys"};
  }

  // Whether a key serves only algorithms that have to be named, and none is named.
  bool waits_for_a_name(const Jwk& jwk) const {
    return policy_->profile == Profile::strict && allowed_.empty() &&
           (jwk.permitted & AlgorithmSet::unless_named()).empty();
  }
  static std::string must_be_named(const Jwk& jwk) {
    return kind_of_key(jwk) + " verifies only ES256K, which is used only if it is named among the allowed algorithms";
  }

  // Adds the key, or a note of why it is skipped.
  void prepare_key_of_set(Jwk jwk, const std::string& name, JwkSet& set, int& private_checks) {
    const std::uint32_t position = jwk.position;
    const std::optional<std::string> kid = kid_of(jwk);
    if (waits_for_a_name(jwk)) return set.skip(name, {position, kid, must_be_named(jwk), {}});
    const bool is_checked = jwk.d.empty() || private_checks-- > 0;
    std::vector<std::string> notes;
    Result<PreparedKey> key =
        prepare_key(std::move(jwk), policy_->profile, &notes, is_checked ? PrivatePart::check : PrivatePart::pass_over);
    if (!key) return set.skip(name, {position, kid, key.error().message, {}});
    for (const std::string& note : notes) set.note(name, position, kid, note);
    keep(*std::move(key));
  }

  Result<Jwk> read_single_key(KeySource::Kind kind, const std::string& text, const std::string& name,
                              std::vector<std::string>& notes) const {
    if (!is_secret(kind)) return read_public_key(text, policy_->profile, name, &notes);
    const bool keys_decide = policy_->algorithms.empty() && policy_->profile == Profile::strict;
    return read_secret(text, policy_->profile, keys_decide ? AlgorithmSet::all() : allowed_, name, &notes);
  }

  Result<void> add_single_key(KeySource::Kind kind, const std::string& text, const std::string& name) {
    std::vector<std::string> notes;
    Result<Jwk> jwk = read_single_key(kind, text, name, notes);
    if (!jwk) return Error{jwk.error().message, "keys", jwk.error().way_out};
    if (waits_for_a_name(*jwk)) return Error{name + ": " + must_be_named(*jwk), "policy.algorithms"};
    if (policy_->profile == Profile::strict && !allowed_.empty() && (jwk->permitted & allowed_).empty()) {
      return Error{name + ": " + kind_of_key(*jwk) + " cannot verify " + names_of(policy_->algorithms) +
                       (policy_->algorithms.size() == 1 ? ", the only algorithm that is allowed" : "") +
                       "; give a key of that type, or allow another algorithm",
                   "keys"};
    }
    for (const std::string& note : notes) remark(note);
    Result<PreparedKey> key = prepare_key(*std::move(jwk), policy_->profile, &notes);
    if (!key) return Error{name + ": " + key.error().message + "; give another key", "keys"};
    for (const std::string& note : notes) notes_.push_back(name + ": " + note);
    key->any_kid = true;
    keep(*std::move(key));
    return {};
  }

  const Policy& defaults_;
  const std::shared_ptr<const trust::Issuers> issuers_;
  const VerifySignature& verify_;
  const std::atomic<bool>& stop_;
  // Of the current source.
  trust::IssuerIndex issuer_ = trust::kNoIssuer;
  const Policy* policy_ = nullptr;
  AlgorithmSet allowed_;  // empty: the policy names none

  AlgorithmSet named_;  // by the policies of all sources
  bool keys_decide_ = false;
  std::vector<PreparedKey> keys_;
  std::vector<SkippedKid> skipped_;
  std::vector<SourceReport> reports_;
  base::KeyedMap<std::string, std::size_t> skipped_of_source_;  // places in the last report
  std::vector<std::string> notes_;
  std::shared_ptr<const StaticTable> static_tokens_;
  std::vector<std::shared_ptr<const trust::RevocationList>> revoked_;
  bool has_key_sources_ = false;
  bool has_urls_ = false;
};

}  // namespace

Result<void> check_sources(std::span<const KeySource> sources, const Policy& policy) {
  const auto is_list = [](const KeySource& source) { return is_revocation_list(source.kind); };
  if (std::all_of(sources.begin(), sources.end(), is_list))
    return Error{"no keys: give a JWK Set, a public key, a secret or static tokens", "keys"};
  if (!is_fastmcp(policy.profile) || (set_of(policy.algorithms) & hmac_algorithms()).empty()) return {};
  for (const KeySource& source : sources) {
    if (is_key_set(source.kind) || is_public_key(source.kind)) {
      return Error{name_of(source) + ": " + names_of(policy.algorithms) +
                       " needs a shared secret, not public keys; give a shared secret, or allow another algorithm",
                   "keys"};
    }
  }
  return {};
}

Result<BuiltSnapshot> build_snapshot(std::span<const KeySource> sources, std::span<const Content> contents,
                                     const Policy& policy, const std::atomic<bool>& stop,
                                     std::shared_ptr<const trust::Issuers> issuers, const VerifySignature& verify) {
  SnapshotBuilder builder(policy, std::move(issuers), verify, stop);
  for (std::size_t i = 0; i < sources.size(); ++i)
    if (Result<void> added = builder.add(sources[i], contents[i]); !added) return added.error();
  return std::move(builder).finish();
}

BuiltSnapshot survey_sources(std::span<const KeySource> sources, std::span<const Result<Content>> readings,
                             const Policy& policy, std::shared_ptr<const trust::Issuers> issuers,
                             const VerifySignature& verify) {
  const std::atomic<bool> never{false};
  SnapshotBuilder builder(policy, std::move(issuers), verify, never);
  for (std::size_t i = 0; i < sources.size(); ++i) builder.survey(sources[i], readings[i]);
  return std::move(builder).finish();
}

}  // namespace assay::keys
