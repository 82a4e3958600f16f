#include "keys/known_keys.h"

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "base/suggest.h"
#include "base/wipe.h"
#include "codec/base64url.h"
#include "digest/digest.h"
#include "jwk/jwk.h"

namespace assay::keys {
namespace {

// "no key of 'https://idp' has kid "b"; did you mean "a"? ...".
std::string no_such_key(const KnownKey& known, trust::IssuerIndex index, const trust::Issuers& issuers,
                        std::span<const PreparedKey> keys) {
  const trust::Issuers::Issuer& issuer = issuers.at(index);
  std::vector<std::string> kids;
  bool without_kid = false;
  for (const PreparedKey& key : keys) {
    if (key.issuer != index) continue;
    if (key.jwk.has_kid) kids.push_back(key.jwk.kid);
    without_kid = without_kid || !key.jwk.has_kid;
  }
  std::string text = known.where.empty() ? issuer.where : known.where;
  text += ": key: no key of the issuer has the ";
  text += known.kid ? "kid " + jwk::shown_text(*known.kid) : "thumbprint " + known.thumbprint;
  if (known.kid) {
    if (const auto near = base::nearest(*known.kid, kids))
      return text + "; did you mean " + jwk::shown_text(*near) + "?";
    if (without_kid) text += "; a key from a PEM file has none, so name it by its thumbprint";
  }
  return text + "; add the source that holds the key, such as a key set of that time, or leave the entry out";
}

bool is_of(const PreparedKey& key, const KnownKey& known, const std::string& thumbprint) {
  return known.kid ? key.jwk.has_kid && key.jwk.kid == *known.kid : thumbprint == known.thumbprint;
}

// The key's name for people.
std::string name_of_key(const PreparedKey& key, const std::string& thumbprint) {
  if (key.jwk.has_kid) return key.jwk.kid;
  // The thumbprint of a weak secret would give it away.
  return key.jwk.type == KeyType::oct ? "without kid" : thumbprint;
}

}  // namespace

std::string thumbprint_of(const Jwk& jwk) {
  const auto member = [](const char* name, std::string_view bytes) {
    return "\"" + std::string(name) + "\":\"" + codec::base64url_encode(bytes) + "\"";
  };
  const std::string kty = "\"kty\":\"" + std::string(to_string(jwk.type)) + "\"";
  const std::string crv = "\"crv\":\"" + std::string(to_string(jwk.curve)) + "\"";
  std::string text;
  switch (jwk.type) {
    case KeyType::RSA:
      text = "{" + member("e", jwk.e) + "," + kty + "," + member("n", jwk.n) + "}";
      break;
    case KeyType::EC:
      text = "{" + crv + "," + kty + "," + member("x", jwk.x) + "," + member("y", jwk.y) + "}";
      break;
    case KeyType::OKP:
      text = "{" + crv + "," + kty + "," + member("x", jwk.x) + "}";
      break;
    case KeyType::oct:
      text = "{" + member("k", jwk.k) + "," + kty + "}";
      break;
  }
  std::string digest(static_cast<std::size_t>(digest_bytes(Hash::SHA256)), '\0');
  digest::sha2(Hash::SHA256, text, reinterpret_cast<unsigned char*>(digest.data()));
  if (jwk.type == KeyType::oct) base::wipe(text);
  return codec::base64url_encode(digest);
}

std::vector<std::string> give_windows(std::span<PreparedKey> keys, std::span<const SkippedKid> skipped,
                                      const trust::Issuers* issuers) {
  const auto has_times = [](const PreparedKey& key) { return !key.jwk.times.empty(); };
  const auto has_known = [](const trust::Issuers::Issuer& issuer) { return !issuer.known_keys.empty(); };
  const bool any_known = issuers != nullptr && std::any_of(issuers->all().begin(), issuers->all().end(), has_known);
  if (!any_known && std::none_of(keys.begin(), keys.end(), has_times)) return {};

  std::vector<std::string> thumbprints;
  // By issuer, kid and thumbprint: what the key sets say.
  std::map<std::tuple<trust::IssuerIndex, std::string, std::string>, KeyTimes> said;
  const auto identity = [&](std::size_t i) {
    return std::tuple(keys[i].issuer, keys[i].jwk.has_kid ? "k" + keys[i].jwk.kid : "", thumbprints[i]);
  };
  for (std::size_t i = 0; i < keys.size(); ++i) {
    thumbprints.push_back(thumbprint_of(keys[i].jwk));
    KeyTimes& times = said[identity(i)];
    times = trust::stricter_of(times, keys[i].jwk.times);
  }
  std::map<const KnownKey*, bool> found;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    PreparedKey& key = keys[i];
    KeyTimes times = said[identity(i)];
    std::string note;
    if (key.issuer != trust::kNoIssuer && issuers != nullptr) {
      for (const KnownKey& known : issuers->at(key.issuer).known_keys) {
        if (!is_of(key, known, thumbprints[i])) continue;
        found[&known] = true;
        times = trust::put_over(times, known.times);
        note += (note.empty() || known.note.empty() ? "" : "; ") + known.note;
      }
    }
    if (!times.empty()) {
      key.window = std::make_shared<const trust::KeyWindow>(times, name_of_key(key, thumbprints[i]), std::move(note));
    }
  }
  std::vector<std::string> missing;
  for (trust::IssuerIndex index = 0;
       issuers != nullptr && index < static_cast<trust::IssuerIndex>(issuers->all().size()); ++index) {
    for (const KnownKey& known : issuers->at(index).known_keys) {
      const auto is_skipped = [&](const SkippedKid& one) { return one.issuer == index && known.kid == one.kid; };
      if (found.contains(&known) || std::any_of(skipped.begin(), skipped.end(), is_skipped)) continue;
      missing.push_back(no_such_key(known, index, *issuers, keys));
    }
  }
  return missing;
}

}  // namespace assay::keys
