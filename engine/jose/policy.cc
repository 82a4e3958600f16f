#include "jose/policy.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "jose/numeric_date.h"

namespace assay::jose {
namespace {

using Strings = std::vector<std::string>;

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool contains(const Strings& list, std::string_view text) noexcept {
  return std::any_of(list.begin(), list.end(), [&](const std::string& s) { return s == text; });
}

// Collects reasons, and keeps the detail of the earliest.
class Findings {
 public:
  explicit Findings(base::Arena& arena) noexcept : arena_(arena) {}

  // `detail` is copied; of two details for one reason the first is kept.
  void add(Reason reason, std::string_view detail) {
    const bool leads = judgement_.reasons.empty() || reason < judgement_.reasons.first();
    judgement_.reasons.insert(reason);
    if (leads) judgement_.detail = arena_.copy(detail);
  }
  const Judgement& judgement() const noexcept { return judgement_; }

 private:
  base::Arena& arena_;
  Judgement judgement_;
};

bool is_number(const Claim& claim) noexcept {
  return claim.type == ClaimType::integer || claim.type == ClaimType::real;
}

// True for a real number above every double, such as 1e400. No clock reaches it, and languages that read a NumericDate
// as a double cannot tell it from infinity. A number below every double is merely in the past.
bool is_above_doubles(const Claim& claim) noexcept {
  if (claim.type != ClaimType::real || claim.text.starts_with('-')) return false;
  double value = 0;
  const char* end = claim.text.data() + claim.text.size();
  const bool out_of_range = std::from_chars(claim.text.data(), end, value).ec == std::errc::result_out_of_range;
  return out_of_range && parse_numeric_date(claim.text).saturated;
}

// "expired 3600 s before the time of judgement".
std::string expired_detail(const NumericDate& exp, Instant at) {
  std::int64_t ago = 0;
  if (exp.saturated || __builtin_sub_overflow(at.seconds, exp.seconds, &ago)) {
    return "expired long before the time of judgement";
  }
  if (compare(exp, 0, at) == std::strong_ordering::equal) return "expires at the very time of judgement";
  if (at.nanoseconds < exp.nanoseconds || (at.nanoseconds == exp.nanoseconds && exp.beyond_nanoseconds)) --ago;
  if (ago < 1) return "expired less than 1 s before the time of judgement";
  return "expired " + std::to_string(ago) + " s before the time of judgement";
}

std::string not_before_detail(const NumericDate& nbf) {
  constexpr std::int64_t kYear10000 = 253402300800;
  if (nbf.seconds >= kYear10000) return "not valid before a moment beyond the year 9999";
  return "not valid before " + to_rfc3339({nbf.seconds, nbf.nanoseconds});
}

// RFC 7519 §4.1 and, for the scopes, RFC 6749 §3.3 and RFC 8693 §4.2: the types that registered claims must have.
void strict_types(const Claims& claims, Findings& found) {
  const auto string = [&](const Claim& claim, const char* detail) {
    if (claim.present() && claim.type != ClaimType::string) found.add(Reason::claim_type, detail);
  };
  const auto strings = [&](const Claim& claim, const char* detail) {
    const bool fits = claim.type == ClaimType::string || (claim.type == ClaimType::array && claim.all_strings);
    if (claim.present() && !fits) found.add(Reason::claim_type, detail);
  };
  const auto date = [&](const Claim& claim, const char* detail) {
    if (claim.present() && (!is_number(claim) || is_above_doubles(claim))) found.add(Reason::claim_type, detail);
  };
  string(claims.iss, "iss is not a string");
  string(claims.sub, "sub is not a string");
  strings(claims.aud, "aud is neither a string nor a list of strings");
  date(claims.exp, "exp is not a number of seconds");
  date(claims.nbf, "nbf is not a number of seconds");
  date(claims.iat, "iat is not a number of seconds");
  string(claims.jti, "jti is not a string");
  string(claims.client_id, "client_id is not a string");
  string(claims.azp, "azp is not a string");
  strings(claims.scope, "scope is neither a string nor a list of strings");
  strings(claims.scp, "scp is neither a string nor a list of strings");
}

void strict_times(const Claims& claims, std::int64_t leeway, Instant at, Findings& found) {
  if (is_number(claims.exp)) {
    const NumericDate exp = parse_numeric_date(claims.exp.text);
    // RFC 7519 §4.1.4: not accepted on or after exp.
    if (compare(exp, leeway, at) <= 0) found.add(Reason::token_expired, expired_detail(exp, at));
  }
  if (is_number(claims.nbf) && !is_above_doubles(claims.nbf)) {
    const NumericDate nbf = parse_numeric_date(claims.nbf.text);
    if (compare(nbf, -leeway, at) > 0) found.add(Reason::token_not_yet_valid, not_before_detail(nbf));
  }
}

// True for a string that pydantic takes: one without lone surrogates.
bool is_pydantic_string(std::string_view text) noexcept {
  for (std::size_t i = text.find('\xED'); i < text.size(); i = text.find('\xED', i + 1)) {
    if (i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) >= 0xA0) return false;
  }
  return true;
}

// The types of FastMCP's AccessToken, a pydantic model: subject a string or None, scopes a list of strings.
void fastmcp_types(const Claims& claims, Findings& found) {
  const Claim& sub = claims.sub;
  const bool no_subject = !sub.present() || sub.type == ClaimType::null;
  if (!no_subject && (sub.type != ClaimType::string || !is_pydantic_string(sub.text))) {
    found.add(Reason::claim_type, "sub is not a string");
  }
  for (const Claim* scope : {&claims.scope, &claims.scp}) {
    if (scope->type != ClaimType::string && scope->type != ClaimType::array) continue;
    const bool fits =
        scope->type == ClaimType::string
            ? is_pydantic_string(scope->text)
            : scope->all_strings && std::all_of(scope->items.begin(), scope->items.end(), is_pydantic_string);
    if (!fits) found.add(Reason::claim_type, "the scopes are not a list of strings");
    break;  // the first that is a string or a list gives the scopes
  }
}

// Rounds a clock to a moment that orders the same against every integer; beyond the range, the moment at its end.
Instant instant_of(double clock) noexcept {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  const double whole = std::floor(clock);
  if (whole >= 0x1p63) return {kMost, 1};
  if (whole < -0x1p63) return {kLeast, 0};
  return {static_cast<std::int64_t>(whole), clock > whole ? 1u : 0u};
}

// FastMCP's `exp < time.time()` and `int(exp)`, in CPython's numbers: an int is compared exactly with the clock's
// double, a real is a double.
void fastmcp_expiry(const Claim& exp, std::int64_t leeway, Instant at, Findings& found) {
  if (!exp.present() || exp.type == ClaimType::null) return;
  const double clock =
      static_cast<double>(at.seconds) + static_cast<double>(at.nanoseconds) / 1e9 - static_cast<double>(leeway);
  const Instant now = instant_of(clock);
  if (exp.type == ClaimType::boolean) {
    const NumericDate date{exp.node != nullptr && exp.node->truth ? 1 : 0, 0, false, false};
    if (compare(date, 0, now) < 0) found.add(Reason::token_expired, expired_detail(date, at));
    return;
  }
  if (exp.type == ClaimType::integer) {
    const NumericDate date = parse_numeric_date(exp.text);
    if (compare(date, 0, now) < 0) found.add(Reason::token_expired, expired_detail(date, at));
    return;
  }
  if (exp.type != ClaimType::real) {
    found.add(Reason::claim_type, "exp is not a number of seconds");  // TypeError
    return;
  }
  if (exp.text == "-Infinity") {
    found.add(Reason::token_expired, "expired long before the time of judgement");
    return;
  }
  // int() raises for NaN and for what overflows to infinity.
  if (exp.text == "NaN" || exp.text == "Infinity" || is_above_doubles(exp)) {
    found.add(Reason::claim_type, "exp is not a finite number");
    return;
  }
  const NumericDate date = parse_numeric_date(exp.text);
  double value = 0;
  const auto read = std::from_chars(exp.text.data(), exp.text.data() + exp.text.size(), value);
  if (read.ec != std::errc()) value = date.saturated ? -HUGE_VAL : 0;
  if (value < clock) found.add(Reason::token_expired, expired_detail(date, at));
}

constexpr Instant kBeginning{std::numeric_limits<std::int64_t>::min(), 0};
constexpr Instant kEnd{std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::uint32_t>::max()};

// Returns the first moment `at` with compare(date, add_seconds, at) <= 0.
Instant first_not_below(const NumericDate& date, std::int64_t add_seconds) noexcept {
  std::int64_t seconds = 0;
  if (date.saturated) return date.seconds < 0 ? kBeginning : kEnd;
  if (__builtin_add_overflow(date.seconds, add_seconds, &seconds)) return add_seconds < 0 ? kBeginning : kEnd;
  if (!date.beyond_nanoseconds) return {seconds, date.nanoseconds};
  if (date.nanoseconds < 999'999'999) return {seconds, date.nanoseconds + 1};
  return seconds == std::numeric_limits<std::int64_t>::max() ? kEnd : Instant{seconds + 1, 0};
}

void check_issuer(const Strings& expected, const Claim& iss, Findings& found) {
  if (iss.type == ClaimType::string && contains(expected, iss.text)) return;
  std::string detail;
  if (!iss.present()) {
    detail = "no iss claim";
  } else if (iss.type != ClaimType::string) {
    detail = "iss is not a string";
  } else if (expected.size() == 1) {
    detail = "iss is not the expected issuer";
  } else {
    detail = "iss is not one of " + std::to_string(expected.size()) + " expected issuers";
  }
  found.add(Reason::issuer_mismatch, detail);
}

bool has_audience(const Strings& expected, const Claim& aud, Profile profile) noexcept {
  if (aud.type == ClaimType::string) return contains(expected, aud.text);
  if (aud.type != ClaimType::array) return false;
  if (aud.all_strings || aud.node == nullptr) {
    return std::any_of(aud.items.begin(), aud.items.end(), [&](std::string_view s) { return contains(expected, s); });
  }
  // FastMCP's `in` looks past list elements that are no strings.
  return is_fastmcp(profile) &&
         std::any_of(aud.node->items.begin(), aud.node->items.end(), [&](const codec::JsonNode& item) {
           return item.is(codec::JsonType::string) && contains(expected, item.text);
         });
}

void check_audience(const Strings& expected, const Claim& aud, Profile profile, Findings& found) {
  if (has_audience(expected, aud, profile)) return;
  if (!aud.present()) {
    found.add(Reason::audience_mismatch, "no aud claim");
  } else if (expected.size() == 1) {
    found.add(Reason::audience_mismatch, "aud does not name the expected audience");
  } else {
    found.add(Reason::audience_mismatch,
              "aud names none of " + std::to_string(expected.size()) + " expected audiences");
  }
}

void check_scopes(const Strings& required, std::span<const std::string_view> granted, Findings& found) {
  std::string missing;
  int count = 0;
  for (const std::string& scope : required) {
    if (std::find(granted.begin(), granted.end(), scope) != granted.end()) continue;
    missing += count++ == 0 ? "" : ", ";
    missing += scope;
  }
  if (count > 0) found.add(Reason::scope_missing, (count == 1 ? "missing scope: " : "missing scopes: ") + missing);
}

// RFC 7515 §4.1.9: "application/" may be left out if no other '/' follows.
std::string_view without_application(std::string_view type) noexcept {
  constexpr std::string_view kPrefix = "application/";
  if (type.size() <= kPrefix.size()) return type;
  for (std::size_t i = 0; i < kPrefix.size(); ++i) {
    if (lower(type[i]) != kPrefix[i]) return type;
  }
  const std::string_view rest = type.substr(kPrefix.size());
  return rest.find('/') == rest.npos ? rest : type;
}

// True for a list without elements, or with only one empty string.
bool is_empty(const Strings& list) noexcept { return list.empty() || (list.size() == 1 && list[0].empty()); }

// Applies the profile's rule for a list that is given and empty: fastmcp does not check it, strict refuses it.
Result<void> settle(std::optional<Strings>& list, Profile profile, const char* field, const std::string& what) {
  if (!list) return {};
  if (is_fastmcp(profile)) {
    if (is_empty(*list)) list.reset();
    return {};
  }
  if (!is_empty(*list) && !contains(*list, "")) return {};
  return Error{"is empty; give the " + what + "'s name, or leave the option out", field};
}

}  // namespace

Judgement apply_policy(const Policy& policy, const Header& header, const Claims& claims,
                       std::span<const std::string_view> scopes, Instant at, base::Arena& arena) {
  Findings found(arena);
  if (policy.profile == Profile::strict) {
    strict_types(claims, found);
    strict_times(claims, policy.leeway_seconds, at, found);
  } else {
    fastmcp_types(claims, found);
    fastmcp_expiry(claims.exp, policy.leeway_seconds, at, found);
  }
  if (policy.issuers) check_issuer(*policy.issuers, claims.iss, found);
  if (policy.audiences) check_audience(*policy.audiences, claims.aud, policy.profile, found);
  if (!policy.required_scopes.empty()) check_scopes(policy.required_scopes, scopes, found);
  if (!policy.required_type.empty()) {
    if (!header.typ) {
      found.add(Reason::type_mismatch, "no typ in the header");
    } else if (!is_type(*header.typ, policy.required_type)) {
      found.add(Reason::type_mismatch, "typ is not " + policy.required_type);
    }
  }
  return found.judgement();
}

Interval accepted_interval(const Policy& policy, const Claims& claims) noexcept {
  Interval accepted{kBeginning, kEnd};
  const std::int64_t leeway = policy.leeway_seconds;
  if (is_fastmcp(policy.profile)) {
    const Claim& exp = claims.exp;
    if (!exp.present() || exp.type == ClaimType::null) return accepted;
    // Each of these integers is a double, and so is each sum. The clock, however it is rounded, keeps their order.
    constexpr std::int64_t kExact = std::int64_t{1} << 51;
    const NumericDate date = is_number(exp) ? parse_numeric_date(exp.text) : NumericDate{0, 0, false, true};
    if (date.saturated || date.seconds < -kExact || date.seconds > kExact || leeway > kExact) return {};
    // At floor(exp) + leeway itself the clock shows floor(exp), and exp < clock does not hold yet.
    accepted.until = {date.seconds + leeway, 1};
    return accepted;
  }
  if (is_number(claims.exp)) accepted.until = first_not_below(parse_numeric_date(claims.exp.text), leeway);
  if (is_number(claims.nbf)) accepted.from = first_not_below(parse_numeric_date(claims.nbf.text), -leeway);
  return accepted.from < accepted.until ? accepted : Interval{};
}

bool is_type(std::string_view typ, std::string_view required) noexcept {
  typ = without_application(typ);
  required = without_application(required);
  return std::equal(typ.begin(), typ.end(), required.begin(), required.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

Result<Policy> checked_policy(Policy policy) {
  if (policy.leeway_seconds < 0)
    return Error{"is negative; give the seconds of clock skew to allow, or 0", "policy.leeway_seconds"};
  if (policy.max_token_bytes == 0)
    return Error{"is 0; give the length of the longest token to read", "policy.max_token_bytes"};
  if (Result<void> ok = settle(policy.issuers, policy.profile, "policy.issuers", "issuer"); !ok) return ok.error();
  if (Result<void> ok = settle(policy.audiences, policy.profile, "policy.audiences", "audience"); !ok)
    return ok.error();
  if (is_fastmcp(policy.profile)) {
    if (policy.accept_padding)
      return Error{"FastMCP rejects every padded token; leave the option out, or judge by the profile strict",
                   "policy.accept_padding"};
    if (policy.algorithms.size() > 1)
      return Error{"the profile fastmcp takes exactly one; give one, or leave the option out for RS256",
                   "policy.algorithms"};
    if (policy.algorithms.empty()) policy.algorithms.push_back(Algorithm::RS256);
    if (policy.algorithms.front() == Algorithm::ES256K)
      return Error{"FastMCP's JWTVerifier does not know ES256K; give the algorithm that it was configured with",
                   "policy.algorithms"};
  }
  std::erase_if(policy.required_scopes, [](const std::string& scope) { return scope.empty(); });
  return policy;
}

}  // namespace assay::jose
