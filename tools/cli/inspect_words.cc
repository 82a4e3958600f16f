#include "inspect_words.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "assay/algorithm.h"
#include "codec/base64url.h"
#include "console.h"
#include "jose/numeric_date.h"
#include "signature/lengths.h"

namespace assay::cli {

namespace {

constexpr std::int64_t kLastSecond = 253'402'300'799;  // 9999-12-31T23:59:59Z

using Meaning = std::pair<std::string_view, std::string_view>;

// RFC 7515 §4.1, RFC 7516 §4.1, RFC 7797 §3.
constexpr std::array kHeaderMeanings = {
    Meaning{"alg", "the signature algorithm"},
    Meaning{"kid", "names the key"},
    Meaning{"typ", "the type of the whole token"},
    Meaning{"cty", "the type of the payload"},
    Meaning{"crit", "names that a verifier must understand"},
    Meaning{"b64", "whether the payload is base64url (RFC 7797)"},
    Meaning{"jwk", "a key in the token: never used"},
    Meaning{"jku", "the address of a key set: never fetched"},
    Meaning{"x5u", "the address of a certificate: never fetched"},
    Meaning{"x5c", "a certificate chain in the token: never used"},
    Meaning{"x5t", "the certificate's SHA-1"},
    Meaning{"x5t#S256", "the certificate's SHA-256"},
    Meaning{"enc", "how the payload is encrypted (JWE)"},
    Meaning{"zip", "how the payload is compressed (JWE)"},
};

// RFC 7519 §4.1, RFC 8693 §4.2 and §4.3, RFC 9068 §2.2, RFC 7800 §3.1, OpenID Connect Core §2.
constexpr std::array kClaimMeanings = {
    Meaning{"iss", "who issued it"},
    Meaning{"sub", "whom it is about"},
    Meaning{"aud", "whom it is meant for"},
    Meaning{"exp", "expires"},
    Meaning{"nbf", "valid from"},
    Meaning{"iat", "issued"},
    Meaning{"auth_time", "the user logged in"},
    Meaning{"jti", "its own number"},
    Meaning{"client_id", "the client it was issued to"},
    Meaning{"azp", "the client it was issued to (OpenID Connect)"},
    Meaning{"scope", "what it grants"},
    Meaning{"scp", "what it grants"},
    Meaning{"nonce", "ties it to a login"},
    Meaning{"act", "who acts for the subject"},
    Meaning{"cnf", "the key that its holder must prove to have"},
};

std::string_view meaning_in(const auto& meanings, std::string_view name) {
  for (const auto& [known, meaning] : meanings) {
    if (known == name) return meaning;
  }
  return {};
}

bool is_number(const codec::JsonNode* node) {
  return node != nullptr && (node->is(codec::JsonType::integer) || node->is(codec::JsonType::real)) &&
         node->text.find_first_of("NI") == std::string_view::npos;  // python: NaN, Infinity
}

const codec::JsonNode* member(const codec::JsonNode* object, std::string_view name) {
  return object == nullptr ? nullptr : object->find(name);
}

std::string_view text_of(const codec::JsonNode* node) {
  return node != nullptr && node->is(codec::JsonType::string) ? node->text : std::string_view{};
}

// As a shell takes it; text that no terminal should see is not offered for copying.
std::string option_with(const char* option, std::string_view value) {
  std::string quoted = "'";
  for (const char c : value) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return std::string(option) + " " + safe(quoted) + "'";
}

std::string mend_expired(const ReadToken& token, const Policy& policy, Instant at) {
  const auto* exp = member(token.claims, "exp");
  if (!is_number(exp)) return "ask the issuer for a token whose exp is a number";
  const auto date = jose::parse_numeric_date(exp->text);
  const std::int64_t span = at.seconds / 2 - date.seconds / 2;
  if (date.saturated || span > (std::int64_t{1} << 40) || span < 0) return "ask the issuer for a new token";
  std::string text = "judge at the time of use: --at " + to_rfc3339({date.seconds - 1, 0});
  if (policy.profile == Profile::strict) text += ", or --leeway " + std::to_string(at.seconds - date.seconds + 1);
  return text;
}

std::string mend_not_yet_valid(const ReadToken& token, Instant at) {
  std::int64_t latest = at.seconds;
  if (const auto* claim = member(token.claims, "nbf"); is_number(claim)) {
    const auto date = jose::parse_numeric_date(claim->text);
    if (date.saturated || date.seconds > kLastSecond) return "ask the issuer for an nbf in seconds";
    const std::int64_t first = date.seconds + (date.nanoseconds > 0 || date.beyond_nanoseconds ? 1 : 0);
    if (first > latest) latest = first;
  }
  return "judge later: --at " + to_rfc3339({latest, 0}) + ", or --leeway " + std::to_string(latest - at.seconds);
}

// Says which other claim names the audience of a token without aud: AWS Cognito's access tokens have client_id instead.
std::string mend_missing_audience(const ReadToken& token) {
  for (const char* name : {"client_id", "azp", "appid", "cid"}) {
    const std::string_view value = text_of(member(token.claims, name));
    if (value.empty()) continue;
    std::string quoted;
    codec::append_json_string(quoted, value);
    return "the token has " + std::string(name) + " " + safe(quoted) +
           " instead; leave out --audience and require it: " +
           option_with("--require-claim", std::string(name) + "=" + std::string(value));
  }
  return "ask the issuer for a token with an aud";
}

std::string mend_audience(const ReadToken& token) {
  const auto* aud = member(token.claims, "aud");
  if (aud != nullptr && aud->is(codec::JsonType::array)) {
    for (const auto& item : aud->items) {
      if (item.is(codec::JsonType::string)) return "expect its audience: " + option_with("--audience", item.text);
    }
  }
  if (!text_of(aud).empty()) return "expect its audience: " + option_with("--audience", text_of(aud));
  return mend_missing_audience(token);
}

// The first required claim that the token has with another value, with the value that it has.
std::string mend_claim(const ReadToken& token, const Policy& policy) {
  for (const RequiredClaim& required : policy.required_claims) {
    const std::string_view value = text_of(member(token.claims, required.name));
    if (value.empty() || value == required.value) continue;
    return "require the value that it has: " + option_with("--require-claim", required.name + "=" + std::string(value));
  }
  return "ask the issuer for a token with every claim of --require-claim";
}

std::string mend_size(const ReadToken& token, const Policy& policy) {
  if (token.text.size() > policy.max_token_bytes) return "--max-token-bytes " + std::to_string(token.text.size());
  return "ask the issuer for a shorter token: FastMCP itself takes none of this size";
}

// Whether every segment is base64url, and one at least ends in the right padding.
bool is_padded(std::string_view token) {
  bool padded = false;
  for (std::size_t begin = 0; begin <= token.size();) {
    const std::size_t end = std::min(token.find('.', begin), token.size());
    const std::string_view segment = token.substr(begin, end - begin);
    const std::string_view rest = codec::without_padding(segment);
    if (!codec::is_base64url_alphabet(rest)) return false;
    padded = padded || rest.size() < segment.size();
    begin = end + 1;
  }
  return padded;
}

std::string mend_shape(const ReadToken& token, const Policy& policy) {
  if (is_padded(token.text) && !policy.accept_padding) {
    return policy.profile == Profile::strict ? "judge it as it was signed, padding and all: --accept-padding"
                                             : "ask the issuer to leave the padding out: FastMCP rejects it";
  }
  return "give the token as its issuer wrote it: whole, with nothing around it and nothing changed";
}

// Whether a signature by this algorithm cannot have this length, whatever the key. RSA: a modulus has whole words.
bool has_wrong_length(Algorithm algorithm, std::size_t bytes) {
  const std::size_t exact = signature::least_signature_bytes(algorithm, Profile::fastmcp);
  if (exact == 0) return bytes % 8 != 0;
  return bytes != exact && !(algorithm == Algorithm::EdDSA && bytes == 2 * info(Curve::Ed448).bytes);
}

std::string mend_signature(const ReadToken& token) {
  const auto algorithm = algorithm_from_string(text_of(member(token.header, "alg")));
  if (algorithm && has_wrong_length(*algorithm, token.signature.size())) {
    return info(*algorithm).scheme == Scheme::ecdsa
               ? "the signer has to write r and s side by side, each in full length (RFC 7518 §3.4), not in DER"
               : "take the token from where it is whole; if it is, its signer has to write all bytes of a signature";
  }
  if (member(token.header, "nonce") != nullptr) {
    return "ask for a token whose audience is your own service; with a nonce only the audience can verify it";
  }
  return "give the key that signed it; if this is that key, the token was altered";
}

std::string mend_algorithm(const ReadToken& token) {
  const std::string_view alg = text_of(member(token.header, "alg"));
  if (algorithm_from_string(alg)) {
    return "allow it, where a key is meant for it: " + option_with("--algorithm", alg);
  }
  return alg == "none" ? "nothing: an unsigned token proves nothing"
                       : "ask the issuer for an algorithm that assay knows";
}

}  // namespace

std::string_view header_meaning(std::string_view name) { return meaning_in(kHeaderMeanings, name); }
std::string_view claim_meaning(std::string_view name) { return meaning_in(kClaimMeanings, name); }

std::string_view algorithm_meaning(std::string_view alg) {
  const auto algorithm = algorithm_from_string(alg);
  if (!algorithm) return {};
  switch (info(*algorithm).scheme) {
    case Scheme::rsa_pkcs1:
      return "RSA signature, PKCS #1 v1.5 (RFC 7518 §3.3)";
    case Scheme::rsa_pss:
      return "RSA signature, PSS (RFC 7518 §3.5)";
    case Scheme::ecdsa:
      return *algorithm == Algorithm::ES256K ? "elliptic curve signature, ECDSA (RFC 8812 §3.2)"
                                             : "elliptic curve signature, ECDSA (RFC 7518 §3.4)";
    case Scheme::eddsa:
      return "Edwards curve signature (RFC 8037 §3.1)";
    case Scheme::hmac:
      return "shared secret, HMAC (RFC 7518 §3.2)";
  }
  return {};
}

std::string how_long(std::int64_t seconds) {
  struct Unit {
    std::uint64_t seconds;
    const char* name;
  };
  constexpr std::array kUnits = {Unit{31'556'952, "year"}, Unit{2'629'746, "month"}, Unit{86'400, "day"},
                                 Unit{3'600, "hour"},      Unit{60, "minute"},       Unit{1, "second"}};
  const auto unsigned_seconds = static_cast<std::uint64_t>(seconds);
  const std::uint64_t span = seconds < 0 ? 0 - unsigned_seconds : unsigned_seconds;
  for (const Unit& unit : kUnits) {
    if (span < unit.seconds) continue;
    const std::uint64_t count = span / unit.seconds;
    const std::string text = std::to_string(count) + " " + unit.name + (count == 1 ? "" : "s");
    return seconds < 0 ? text + " ago" : "in " + text;
  }
  return "now";
}

// A time beyond the calendar: a year of five digits or more, and what it would be in a smaller unit.
std::string far_time_in_words(std::string_view number, std::int64_t seconds, Instant at) {
  constexpr std::int64_t kSecondsAYear = 31'556'952;
  std::string text =
      "the year " + std::to_string(1970 + seconds / kSecondsAYear) + ", " + how_long(seconds - at.seconds);
  const std::optional<Instant> smaller = parse_unix_by_magnitude(number);
  if (!smaller) return text;
  const char* unit = seconds < 100'000'000'000'000       ? "milliseconds"
                     : seconds < 100'000'000'000'000'000 ? "microseconds"
                                                         : "nanoseconds";
  return text + "; " + unit + "? then " + to_rfc3339(*smaller);
}

std::string time_in_words(std::string_view number, Instant at) {
  const auto date = jose::parse_numeric_date(number);
  constexpr std::int64_t kFirst = -62'135'596'800;  // 0001-01-01
  if (date.saturated || date.seconds < kFirst) return {};
  if (date.seconds > kLastSecond) return far_time_in_words(number, date.seconds, at);
  return to_rfc3339({date.seconds, date.nanoseconds}) + ", " + how_long(date.seconds - at.seconds);
}

std::string mend(Reason reason, const ReadToken& token, const Policy& policy, Instant at) {
  switch (reason) {
    case Reason::missing_token:
      return "give a token as the argument or on standard input";
    case Reason::token_too_large:
      return mend_size(token, policy);
    case Reason::token_redacted:
      return "take the token from where it is not masked";
    case Reason::other_credential:
      return "give a JSON Web Token; this is another kind of credential";
    case Reason::encrypted_token:
      return "its recipient decrypts it; the token inside can be verified";
    case Reason::signature_redacted:
      return "take the token from where it is not masked: only the whole token can be verified";
    case Reason::malformed_token:
      return mend_shape(token, policy);
    case Reason::malformed_header:
    case Reason::malformed_claims:
    case Reason::claim_type:
      return "look whether it was cut or changed on its way; if not, its issuer has to mend it";
    case Reason::critical_header:
      return "the issuer has to leave out crit, or the verifier must be one that understands it";
    case Reason::algorithm_not_allowed:
      return mend_algorithm(token);
    case Reason::key_not_found:
      return "give the issuer's current keys with --jwks or --public-key";
    case Reason::key_ambiguous:
      return "give only the one key, or have the issuer name it with kid";
    case Reason::key_mismatch:
      return "give a key whose kty, crv, alg, use and key_ops allow the token's alg";
    case Reason::signature_invalid:
      return mend_signature(token);
    case Reason::token_expired:
      return mend_expired(token, policy, at);
    case Reason::token_not_yet_valid:
      return mend_not_yet_valid(token, at);
    case Reason::issuer_mismatch: {
      const std::string_view iss = text_of(member(token.claims, "iss"));
      return iss.empty() ? "ask for a token with an iss" : "expect its issuer: " + option_with("--issuer", iss);
    }
    case Reason::audience_mismatch:
      return mend_audience(token);
    case Reason::scope_missing:
      return "ask the issuer for a token with every scope of --require-scope";
    case Reason::type_mismatch: {
      const std::string_view typ = text_of(member(token.header, "typ"));
      return typ.empty() ? "leave out --typ" : "expect its type: " + option_with("--typ", typ);
    }
    case Reason::token_lifetime:
      return "ask the issuer for tokens that live less long, or allow more with --max-lifetime";
    case Reason::claim_mismatch:
      return mend_claim(token, policy);
    case Reason::issuer_key_mismatch:
      return "ask the issuer that the token names for one; nobody else may speak for it";
    case Reason::key_not_yet_valid:
    case Reason::key_retired:
      return "ask for a token that is signed with a key of that time; if the times are wrong, mend the trust file";
    case Reason::key_compromised:
      return "nothing: whoever has the key can have written this token; ask for one with a new key";
    case Reason::token_revoked:
      return "none: the token is on the list of --revoked";
    case Reason::unknown_token:
      return "add the token to the table of --static-tokens";
    case Reason::malformed_record:
    case Reason::missing_time:
      break;
  }
  return std::string(explain(reason));
}

}  // namespace assay::cli
