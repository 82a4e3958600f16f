// view_keys of assay/keys_view.h.
#include "assay/keys_view.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "base/keyed_hash.h"
#include "jose/policy.h"
#include "jwk/big_endian.h"
#include "jwk/key_rules.h"
#include "keys/known_keys.h"
#include "keys/snapshot.h"
#include "keys/source.h"
#include "trust/issuers.h"
#include "verify/key_sources.h"

namespace assay {
namespace {

std::size_t bits_of(const Jwk& jwk) {
  if (jwk.type == KeyType::RSA) return jwk::bit_length(jwk.n);
  if (jwk.type != KeyType::oct) return 0;
  const AlgorithmSet serves = jwk::hmac_algorithms_for(jwk.k.size());
  std::size_t bits = 0;
  for (const Algorithm algorithm : {Algorithm::HS256, Algorithm::HS384, Algorithm::HS512})
    if (serves.contains(algorithm)) bits = 8 * static_cast<std::size_t>(digest_bytes(info(algorithm).hash));
  return bits;
}

std::vector<Algorithm> list_of(AlgorithmSet set) {
  std::vector<Algorithm> list;
  for (int i = 0; i < kAlgorithmCount; ++i)
    if (set.contains(static_cast<Algorithm>(i))) list.push_back(static_cast<Algorithm>(i));
  return list;
}

// The borders of the key's window. The trust file's word counts over that of the key set, and its later word over the
// earlier one.
std::vector<KeyBorder> borders_of(const keys::PreparedKey& key, const std::string& thumbprint,
                                  const trust::Issuers* issuers) {
  if (key.window == nullptr) return {};
  using Kind = KeyBorder::Kind;
  constexpr std::array<std::pair<Kind, std::optional<Instant> KeyTimes::*>, 3> kKinds = {
      {{Kind::not_before, &KeyTimes::not_before},
       {Kind::retired_at, &KeyTimes::retired_at},
       {Kind::compromised_at, &KeyTimes::compromised_at}}};
  std::vector<KeyBorder> borders;
  for (const auto& [kind, member] : kKinds) {
    const std::optional<Instant>& at = key.window->times().*member;
    if (!at) continue;
    KeyBorder border{kind, *at, {}};
    if (issuers != nullptr && key.issuer != trust::kNoIssuer) {
      for (const KnownKey& known : issuers->at(key.issuer).known_keys)
        if ((known.times.*member) && keys::is_about(known, key.jwk, thumbprint)) border.where = known.where;
    }
    borders.push_back(std::move(border));
  }
  std::stable_sort(borders.begin(), borders.end(), [](const KeyBorder& a, const KeyBorder& b) { return a.at < b.at; });
  return borders;
}

std::string name_of(trust::IssuerIndex issuer, const trust::Issuers* issuers) {
  return issuer == trust::kNoIssuer || issuers == nullptr ? std::string() : issuers->at(issuer).name;
}

KeyView view_of(const keys::PreparedKey& key, const keys::Snapshot& snapshot) {
  const trust::Issuers* const issuers = snapshot.issuers.get();
  const std::string thumbprint = keys::thumbprint_of(key.jwk);
  KeyView view;
  if (key.jwk.has_kid) view.kid = key.jwk.kid;
  view.type = key.jwk.type;
  view.curve = key.jwk.curve;
  view.bits = bits_of(key.jwk);
  view.algorithms = list_of(key.jwk.permitted & key.allowed & snapshot.allowed);
  if (key.jwk.type != KeyType::oct) view.thumbprint = thumbprint;
  view.issuer = name_of(key.issuer, issuers);
  for (const keys::KeyOrigin& origin : key.origins)
    if (view.sources.empty() || view.sources.back() != origin.source) view.sources.push_back(origin.source);
  view.borders = borders_of(key, thumbprint, issuers);
  if (key.window != nullptr) view.note = key.window->note();
  view.published = keys::appearances_of(key, snapshot.sources);
  view.weaknesses = keys::weaknesses_of(key);
  return view;
}

// Says of each public key which other issuers have it, too.
void name_other_issuers(std::vector<KeyView>& keys) {
  base::KeyedMap<std::string_view, std::vector<std::size_t>> same;
  for (std::size_t i = 0; i < keys.size(); ++i)
    if (!keys[i].thumbprint.empty()) same[keys[i].thumbprint].push_back(i);
  for (const auto& [thumbprint, equal] : same) {
    // Keys of many kids and issuers: the work grows with the square of their number, so there are not many.
    constexpr std::size_t kMostCompared = 64;
    const std::span<const std::size_t> few(equal.data(), std::min(equal.size(), kMostCompared));
    for (const std::size_t i : few) {
      std::vector<std::string>& others = keys[i].also_keys_of;
      for (const std::size_t j : few) {
        const std::string& other = keys[j].issuer;
        if (other != keys[i].issuer && !other.empty() && std::find(others.begin(), others.end(), other) == others.end())
          others.push_back(other);
      }
    }
  }
}

SourceView view_of(keys::SourceReport report, const trust::Issuers* issuers) {
  SourceView view;
  view.kind = report.kind;
  view.name = std::move(report.name);
  view.issuer = name_of(report.issuer, issuers);
  view.entries = report.entries;
  view.snapshots = report.parts.size();
  for (const keys::SourceReport::Part& part : report.parts) {
    view.first = view.first ? std::min(*view.first, part.dated.at) : part.dated.at;
    view.last = view.last ? std::max(*view.last, part.dated.at) : part.dated.at;
  }
  for (keys::SourceReport::Skipped& one : report.skipped)
    view.skipped.push_back({one.position, std::move(one.kid), std::move(one.why), one.sets});
  view.more_skipped = report.more_skipped;
  view.remarks = std::move(report.remarks);
  view.fault = std::move(report.fault);
  return view;
}

KeysView view_of(const keys::BuiltSnapshot& built) {
  const keys::Snapshot& snapshot = *built.snapshot;
  KeysView view;
  for (const keys::SourceReport& report : snapshot.sources)
    view.sources.push_back(view_of(report, snapshot.issuers.get()));
  for (const keys::PreparedKey& key : snapshot.ring->keys()) {
    view.keys.push_back(view_of(key, snapshot));
    for (const std::size_t source : view.keys.back().sources) ++view.sources[source].keys;
  }
  name_other_issuers(view.keys);
  for (const std::string& unknown : built.unknown_keys) view.unknown_keys.push_back({unknown, "trust"});
  return view;
}

}  // namespace

Result<KeysView> view_keys(const JwtVerifierOptions& options) {
  const Result<Policy> policy = jose::checked_policy(options.policy);
  if (!policy) return policy.error();
  Result<std::shared_ptr<const trust::Issuers>> issuers = trust::Issuers::make(options.trust, *policy);
  if (!issuers) return issuers.error();
  std::vector<KeySource> sources = verify::sources_of(options);
  for (const std::string& path : policy->revoked) sources.push_back({KeySource::Kind::revoked_file, path, ""});
  if (Result<void> checked = keys::check_sources(sources, *policy); !checked) return checked.error();
  for (const KeySource& source : sources)
    if (Result<void> checked = keys::check_source(source, options.fetch); !checked) return checked.error();
  std::vector<Result<keys::Content>> readings;
  const std::atomic<bool> never{false};
  for (const KeySource& source : sources) readings.push_back(keys::read_source(source, options.fetch, never));
  return view_of(keys::survey_sources(sources, readings, *policy, *std::move(issuers), verify::verify_with_openssl));
}

}  // namespace assay
