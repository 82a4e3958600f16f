// The fields of a trust file: TrustFile::parse of assay/trust.h.
#include <algorithm>
#include <map>
#include <utility>

#include "assay/trust.h"
#include "trust/document.h"
#include "trust/field_reader.h"

namespace assay::trust {
namespace {

constexpr const char* kTop = "the top of the file";
constexpr const char* kIssuer = "an [[issuer]]";
constexpr const char* kKey = "an [[issuer.key]]";
constexpr const char* kRevoked = "a [[revoked]]";

constexpr std::int64_t kMostTokenBytes = 1'073'741'824;

// The fields of a policy, which stand at the top and in an issuer.
std::vector<FieldRow> policy_rows(const FieldReader& read, PolicyPart& part) {
  return {
      read.algorithms("algorithms", [&](auto value) { part.algorithms = std::move(value); }),
      read.texts("audiences", [&](auto value) { part.audiences = std::move(value); }),
      read.texts("required_scopes", [&](auto value) { part.required_scopes = std::move(value); }),
      read.claims("required_claims", [&](auto value) { part.required_claims = std::move(value); }),
      read.text("typ", [&](auto value) { part.required_type = std::move(value); }),
      read.duration("leeway", 0, [&](auto value) { part.leeway_seconds = value; }),
      read.duration("max_lifetime", 1, [&](auto value) { part.max_lifetime_seconds = value; }),
  };
}

// Where a name stands that is no field of the table that holds it; empty: nowhere.
std::string where_else(std::string_view table, std::string_view name) {
  static const std::map<std::string_view, const char*> kPlaces = {
      {"name", kIssuer},
      {"jwks", kIssuer},
      {"public_keys", kIssuer},
      {"secret_files", kIssuer},
      {"historical_keys_signed_by", kIssuer},
      {"secret_encoding", kIssuer},
      {"key", kIssuer},
      {"kid", kKey},
      {"thumbprint", kKey},
      {"not_before", kKey},
      {"retired_at", kKey},
      {"compromised_at", kKey},
      {"note", kKey},
      {"file", kRevoked},
      {"profile", kTop},
      {"max_token_bytes", kTop},
      {"accept_padding", kTop},
      {"revoked", kTop},
      {"issuer", kTop},
      {"algorithms", kIssuer},
      {"audiences", kIssuer},
      {"leeway", kIssuer},
      {"max_lifetime", kIssuer},
      {"typ", kIssuer},
      {"required_scopes", kIssuer},
      {"required_claims", kIssuer},
  };
  const auto found = kPlaces.find(name);
  return found == kPlaces.end() || found->second == table ? std::string() : found->second;
}

// RFC 7638 §3: a SHA-256, 43 characters of base64url.
bool is_thumbprint(std::string_view text) noexcept {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return text.size() == 43 && std::all_of(text.begin(), text.end(), fits);
}

class TrustFileReader {
 public:
  TrustFileReader(std::string_view name, std::string_view folder) : read_(name, folder) {}

  Result<TrustFile> read(const Value& root) {
    std::vector<FieldRow> rows = policy_rows(read_, file_.policy);
    rows.push_back({"profile", [this](const Value& value) { return read_profile(value); }});
    rows.push_back(read_.number("max_token_bytes", 1, kMostTokenBytes,
                                [this](auto value) { file_.max_token_bytes = static_cast<std::size_t>(value); }));
    rows.push_back(read_.boolean("accept_padding", [this](bool value) { file_.accept_padding = value; }));
    rows.push_back(read_.tables("revoked", [this](const Value& table) { return read_revoked(table); }));
    rows.push_back(read_.tables("issuer", [this](const Value& table) { return read_issuer(table); }));
    Result<void> ok = read_.read(root, kTop, rows, [](std::string_view name) { return where_else(kTop, name); });
    if (!ok) return ok.error();
    return std::move(file_);
  }

 private:
  Result<void> read_profile(const Value& value) {
    if (value.is(Value::Kind::text) && value.text == to_string(Profile::strict)) {
      file_.profile = Profile::strict;
      return {};
    }
    return read_.error(value, "profile",
                       "a trust file needs strict, because FastMCP's JWTVerifier has one issuer and one set of keys; "
                       "leave the field out");
  }

  Result<void> read_revoked(const Value& table) {
    std::optional<std::string> path;
    const std::vector<FieldRow> rows = {read_.path("file", [&](auto value) { path = std::move(value); })};
    Result<void> ok =
        read_.read(table, kRevoked, rows, [](std::string_view name) { return where_else(kRevoked, name); });
    if (!ok) return ok;
    if (!path) return read_.error(table, "revoked", "names no file; add file = \"revoked.csv\"");
    file_.revoked.push_back(*std::move(path));
    return {};
  }

  Result<void> read_issuer(const Value& table) {
    TrustedIssuer issuer;
    issuer.where = read_.place(table.line);
    SecretEncoding encoding = SecretEncoding::raw;
    std::vector<FieldRow> rows = policy_rows(read_, issuer.policy);
    rows.push_back(read_.text("name", [&](auto value) { issuer.name = std::move(value); }));
    rows.push_back(source_row("jwks", KeySource::Kind::jwks_file, issuer));
    rows.push_back(source_row("public_keys", KeySource::Kind::public_key_file, issuer));
    rows.push_back(source_row("secret_files", KeySource::Kind::secret_file, issuer));
    std::string signed_by;
    rows.push_back(read_.path("historical_keys_signed_by", [&](auto value) { signed_by = std::move(value); }));
    rows.push_back({"secret_encoding", [&](const Value& value) { return read_encoding(value, encoding); }});
    rows.push_back(read_.tables("key", [&](const Value& key) { return read_key(key, issuer); }));
    Result<void> ok = read_.read(table, kIssuer, rows, [](std::string_view name) { return where_else(kIssuer, name); });
    if (!ok) return ok;
    for (KeySource& source : issuer.keys)
      if (source.kind == KeySource::Kind::secret_file) {
        source.encoding = encoding;
      } else if (source.kind != KeySource::Kind::public_key_file) {
        source.signed_by = signed_by;
      }
    if (Result<void> checked = check_issuer(table, issuer); !checked) return checked;
    file_.trust.issuers.push_back(std::move(issuer));
    return {};
  }

  FieldRow source_row(const char* name, KeySource::Kind kind, TrustedIssuer& issuer) const {
    return read_.paths(name, [kind, &issuer](const std::vector<std::string>& paths) {
      for (const std::string& path : paths) {
        const bool url = kind == KeySource::Kind::jwks_file && is_url(path);
        issuer.keys.push_back({url ? KeySource::Kind::jwks_url : kind, path, ""});
      }
    });
  }

  Result<void> read_encoding(const Value& value, SecretEncoding& encoding) const {
    const std::string text = value.is(Value::Kind::text) ? value.text : "";
    if (text == "raw") {
      encoding = SecretEncoding::raw;
    } else if (text == "base64") {
      encoding = SecretEncoding::base64;
    } else if (text == "hex") {
      encoding = SecretEncoding::hex;
    } else {
      return read_.error(value, "secret_encoding", "cannot be used; give \"raw\", \"base64\" or \"hex\"");
    }
    return {};
  }

  Result<void> check_issuer(const Value& table, const TrustedIssuer& issuer) const {
    if (issuer.name.empty())
      return read_.error(table, "issuer", "has no name; add name = \"https://...\", the exact iss");
    for (const TrustedIssuer& other : file_.trust.issuers) {
      if (other.name != issuer.name) continue;
      const Value* name = table.find("name");
      return read_.error(*name, "name",
                         quoted(issuer.name) + " is an issuer already, at " + other.where + "; put both into one");
    }
    if (issuer.keys.empty()) return read_.error(table, "issuer", "has no keys; add jwks, public_keys or secret_files");
    return {};
  }

  Result<void> read_key(const Value& table, TrustedIssuer& issuer) const {
    KnownKey key;
    key.where = read_.place(table.line);
    const std::vector<FieldRow> rows = {
        read_.text("kid", [&](auto value) { key.kid = std::move(value); }),
        read_.text("thumbprint", [&](auto value) { key.thumbprint = std::move(value); }),
        read_.time("not_before", [&](Instant value) { key.times.not_before = value; }),
        read_.time("retired_at", [&](Instant value) { key.times.retired_at = value; }),
        read_.time("compromised_at", [&](Instant value) { key.times.compromised_at = value; }),
        read_.text("note", [&](auto value) { key.note = std::move(value); }),
    };
    Result<void> ok = read_.read(table, kKey, rows, [](std::string_view name) { return where_else(kKey, name); });
    if (!ok) return ok;
    if (Result<void> checked = check_key(table, key, issuer); !checked) return checked;
    issuer.known_keys.push_back(std::move(key));
    return {};
  }

  Result<void> check_key(const Value& table, const KnownKey& key, const TrustedIssuer& issuer) const {
    if (key.kid.has_value() == !key.thumbprint.empty())
      return read_.error(table, "key",
                         key.kid ? "has both kid and thumbprint; leave one of them out"
                                 : "names no key; add kid, or thumbprint (RFC 7638)");
    if (!key.thumbprint.empty() && !is_thumbprint(key.thumbprint))
      return read_.error(*table.find("thumbprint"), "thumbprint",
                         "is no SHA-256 thumbprint of RFC 7638, which has 43 characters of base64url; assay keys show "
                         "prints that of each key");
    const KeyTimes& times = key.times;
    if (times.empty())
      return read_.error(table, "key", "says nothing of the key; add not_before, retired_at or compromised_at");
    for (const auto& [name, end] :
         {std::pair("retired_at", times.retired_at), std::pair("compromised_at", times.compromised_at)}) {
      if (times.not_before && end && *end <= *times.not_before)
        return read_.error(*table.find(name), name,
                           "is not after not_before, so the key would never count; correct one of the two times");
    }
    for (const KnownKey& other : issuer.known_keys) {
      if (other.kid == key.kid && other.thumbprint == key.thumbprint)
        return read_.error(table, "key", "the same key is described at " + other.where + "; put both into one");
    }
    return {};
  }

  const FieldReader read_;
  TrustFile file_;
};

}  // namespace
}  // namespace assay::trust

namespace assay {

Policy PolicyPart::over(Policy policy) const {
  if (algorithms) policy.algorithms = *algorithms;
  if (audiences) policy.audiences = *audiences;
  if (required_scopes) policy.required_scopes = *required_scopes;
  if (required_claims) policy.required_claims = *required_claims;
  if (required_type) policy.required_type = *required_type;
  if (leeway_seconds) policy.leeway_seconds = *leeway_seconds;
  if (max_lifetime_seconds) policy.max_lifetime_seconds = *max_lifetime_seconds;
  return policy;
}

Policy TrustFile::completed(Policy base) const {
  Policy whole = policy.over(std::move(base));
  if (profile) whole.profile = *profile;
  if (max_token_bytes) whole.max_token_bytes = *max_token_bytes;
  if (accept_padding) whole.accept_padding = *accept_padding;
  whole.revoked.insert(whole.revoked.end(), revoked.begin(), revoked.end());
  return whole;
}

Result<TrustFile> TrustFile::parse(std::string_view text, std::string_view name, std::string_view folder) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  const Result<trust::Value> root = trust::parse_document(text, name);
  if (!root) return root.error();
  return trust::TrustFileReader(name, folder).read(*root);
}

}  // namespace assay
