#include "keys/known_keys.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <tuple>
#include <utility>

#include "base/suggest.h"
#include "base/wipe.h"
#include "codec/base64url.h"
#include "digest/digest.h"
#include "jwk/big_endian.h"
#include "jwk/jwk.h"
#include "jwk/key_rules.h"

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
  } else {
    text += "; assay keys show prints those that there are";
  }
  return text + "; add the source that holds the key, such as a key set of that time, or leave the entry out";
}

// The key's name for people.
std::string name_of_key(const PreparedKey& key, const std::string& thumbprint) {
  if (key.jwk.has_kid) return key.jwk.kid;
  // The thumbprint of a weak secret would give it away.
  return key.jwk.type == KeyType::oct ? "without kid" : thumbprint;
}

// The places of one series in the parts of a report: [begin, end).
struct SeriesRange {
  std::size_t begin = 0, end = 0;
};

SeriesRange series_around(const std::vector<SourceReport::Part>& parts, std::size_t place) {
  const auto less = [](const SourceReport::Part& a, const SourceReport::Part& b) {
    return a.dated.series < b.dated.series;
  };
  const auto [first, last] = std::equal_range(parts.begin(), parts.end(), parts[place], less);
  return {static_cast<std::size_t>(first - parts.begin()), static_cast<std::size_t>(last - parts.begin())};
}

// The exponent for a person: "3", or its size.
std::string exponent_of(const std::string& e) {
  if (e.size() > sizeof(std::uint64_t)) return "a number of " + std::to_string(jwk::bit_length(e)) + " bits";
  std::uint64_t number = 0;
  for (const char c : e) number = number << 8 | static_cast<unsigned char>(c);
  return std::to_string(number);
}

}  // namespace

bool is_about(const KnownKey& known, const Jwk& jwk, const std::string& thumbprint) {
  return known.kid ? jwk.has_kid && jwk.kid == *known.kid : thumbprint == known.thumbprint;
}

std::vector<KeyAppearance> appearances_of(const PreparedKey& key, std::span<const SourceReport> sources) {
  std::vector<KeyAppearance> found;
  for (std::size_t i = 0; i < key.origins.size();) {
    const SourceReport& source = sources[key.origins[i].source];
    if (source.parts.empty()) {
      ++i;
      continue;
    }
    const std::size_t first = key.origins[i].part;
    const SeriesRange series = series_around(source.parts, first);
    std::size_t last = first, snapshots = 0;
    // Origins stand in the order of their parts; a set may hold a key twice.
    for (std::optional<std::size_t> seen;
         i < key.origins.size() && &sources[key.origins[i].source] == &source && key.origins[i].part < series.end;
         ++i) {
      last = key.origins[i].part;
      if (seen != last) ++snapshots;
      seen = last;
    }
    KeyAppearance one{source.name,
                      source.parts[first].dated.series,
                      {},
                      source.parts[first].dated.at,
                      source.parts[last].dated.at,
                      {},
                      snapshots,
                      last - first + 1};
    if (first > series.begin) one.before = source.parts[first - 1].dated.at;
    if (last + 1 < series.end) one.after = source.parts[last + 1].dated.at;
    found.push_back(std::move(one));
  }
  return found;
}

std::vector<std::string> weaknesses_of(const PreparedKey& key) {
  std::vector<std::string> found;
  const Jwk& jwk = key.jwk;
  if (jwk.is_private) found.emplace_back("published with its private part");
  if (std::string weak = jwk::weakness_of(jwk); !weak.empty()) found.push_back(std::move(weak));
  if (jwk.type == KeyType::RSA && jwk.e != std::string_view("\x01\0\x01", 3))
    found.push_back("e is " + exponent_of(jwk.e) + "; 65537 is usual");
  if (jwk.type == KeyType::oct && jwk::hmac_algorithms_for(jwk.k.size()).empty())
    found.emplace_back("a secret of fewer than 32 bytes, the hash of HS256 (RFC 7518 §3.2)");
  found.insert(found.end(), key.certificate_faults.begin(), key.certificate_faults.end());
  return found;
}

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
        if (!is_about(known, key.jwk, thumbprints[i])) continue;
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
