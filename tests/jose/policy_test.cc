#include "jose/policy.h"

#include <gtest/gtest.h>

#include <limits>

#include "jose/access.h"
#include "support.h"

namespace assay::jose {
namespace {

constexpr auto kStrict = Profile::strict;
constexpr auto kFastmcp = Profile::fastmcp;
constexpr Instant kAt{1800000000, 0};

Policy policy_of(Profile profile) {
  Policy policy;
  policy.profile = profile;
  return policy;
}

struct Outcome {
  ReasonSet reasons;
  std::string detail;
};

Outcome outcome(std::string_view json, Policy policy, Instant at = kAt, const Header& header = {}) {
  ReadClaims read(json, policy.profile);
  if (read.claims == nullptr) return {Reason::malformed_claims, ""};
  const auto scopes = scopes_of(*read.claims, policy.profile, read.arena);
  const Judgement j = apply_policy(policy, header, *read.claims, scopes, at, read.arena);
  return {j.reasons, std::string(j.detail)};
}

ReasonSet reasons(std::string_view json, Profile profile) { return outcome(json, policy_of(profile)).reasons; }
constexpr ReasonSet kNone;
const ReasonSet kClaimType = Reason::claim_type;
const ReasonSet kExpired = Reason::token_expired;

TEST(Expiry, IsOnOrAfterInStrictAndAfterInFastmcp) {
  EXPECT_EQ(reasons(R"({"exp":1800000000})", kStrict), kExpired);
  EXPECT_EQ(reasons(R"({"exp":1800000000})", kFastmcp), kNone);
  for (const Profile profile : kBoth) {
    EXPECT_EQ(reasons(R"({"exp":1799999999})", profile), kExpired);
    EXPECT_EQ(reasons(R"({"exp":1799999999.5})", profile), kExpired);
    EXPECT_EQ(reasons(R"({"exp":1800000000.5})", profile), kNone);
    EXPECT_EQ(reasons(R"({"exp":1800000000.0000001})", profile), kNone);
    EXPECT_EQ(reasons(R"({"exp":18446744073709551715})", profile), kNone);
    EXPECT_EQ(reasons(R"({"exp":-18446744071909551616})", profile), kExpired);
    EXPECT_EQ(reasons(R"({"exp":1e308})", profile), kNone);
    EXPECT_EQ(reasons(R"({"exp":-1e400})", profile), kExpired);
    EXPECT_EQ(reasons(R"({"exp":1e400})", profile), kClaimType);
    EXPECT_EQ(reasons("{}", profile), kNone);
  }
}

// The clock is a double to FastMCP, and the double next to the last second is beyond every second.
TEST(Expiry, IsTheSameAtTheEndsOfTimeInFastmcp) {
  constexpr Instant kLast{std::numeric_limits<std::int64_t>::max(), 0};
  for (const char* json : {R"({"exp":1790000000})", R"({"exp":true})", R"({"exp":9223372036854775807})"}) {
    EXPECT_EQ(outcome(json, policy_of(kFastmcp), kLast).reasons, kExpired) << json;
  }
  EXPECT_EQ(outcome(R"({"exp":9223372036854775808})", policy_of(kFastmcp), kLast).reasons, kNone);
  constexpr Instant kFirst{std::numeric_limits<std::int64_t>::min(), 0};
  Policy patient = policy_of(kFastmcp);
  patient.leeway_seconds = std::numeric_limits<std::int64_t>::max();
  for (const char* json : {R"({"exp":-1790000000})", R"({"exp":false})", R"({"exp":-9223372036854775808})"}) {
    EXPECT_EQ(outcome(json, patient, kFirst).reasons, kNone) << json;
  }
}

TEST(Expiry, OfAWrongTypeIsAClaimTypeButPythonsTruth) {
  for (const Profile profile : kBoth) {
    for (const char* json : {R"({"exp":"1"})", R"({"exp":[]})", R"({"exp":{}})"}) {
      EXPECT_EQ(reasons(json, profile), kClaimType) << json;
    }
  }
  EXPECT_EQ(reasons(R"({"exp":null})", kStrict), kClaimType);
  EXPECT_EQ(reasons(R"({"exp":null})", kFastmcp), kNone);
  EXPECT_EQ(reasons(R"({"exp":true})", kStrict), kClaimType);
  EXPECT_EQ(reasons(R"({"exp":true})", kFastmcp), kExpired);
  EXPECT_EQ(reasons(R"({"exp":NaN})", kFastmcp), kClaimType);
  EXPECT_EQ(reasons(R"({"exp":-Infinity})", kFastmcp), kExpired);
}

TEST(Expiry, AllowsLeewayAndTellsHowLongAgo) {
  Policy policy;
  EXPECT_EQ(outcome(R"({"exp":1799996400})", policy).detail, "expired 3600 s before the time of judgement");
  EXPECT_EQ(outcome(R"({"exp":1799999999.5})", policy).detail, "expired less than 1 s before the time of judgement");
  EXPECT_EQ(outcome(R"({"exp":-1e400})", policy).detail, "expired long before the time of judgement");
  policy.leeway_seconds = 10;
  EXPECT_EQ(outcome(R"({"exp":1799999991})", policy).reasons, kNone);
  EXPECT_EQ(outcome(R"({"exp":1799999990})", policy).reasons, kExpired);
}

TEST(NotBefore, IsHonouredInStrictAndNeverReadInFastmcp) {
  EXPECT_EQ(reasons(R"({"nbf":1800000001})", kStrict), Reason::token_not_yet_valid);
  EXPECT_EQ(reasons(R"({"nbf":1800000000.5})", kStrict), Reason::token_not_yet_valid);
  EXPECT_EQ(reasons(R"({"nbf":1800000000})", kStrict), kNone);
  EXPECT_EQ(reasons(R"({"nbf":"1"})", kStrict), kClaimType);
  EXPECT_EQ(reasons(R"({"iat":"1"})", kStrict), kClaimType);
  EXPECT_EQ(reasons(R"({"iat":1800009999})", kStrict), kNone);
  EXPECT_EQ(reasons(R"({"nbf":1800000001,"iat":"1"})", kFastmcp), kNone);
  EXPECT_EQ(outcome(R"({"nbf":1800000001})", {}).detail, "not valid before 2027-01-15T08:00:01Z");
  Policy policy;
  policy.leeway_seconds = 1;
  EXPECT_EQ(outcome(R"({"nbf":1800000001})", policy).reasons, kNone);
}

TEST(Types, OfRegisteredClaimsAreCheckedAsEachProfileDoes) {
  for (const char* json : {R"({"iss":1})", R"({"aud":1})", R"({"aud":["a",1]})", R"({"jti":1})", R"({"client_id":1})",
                           R"({"azp":null})", R"({"scope":null})", R"({"scp":{}})", R"({"sub":null})"}) {
    EXPECT_EQ(reasons(json, kStrict), kClaimType) << json;
    EXPECT_EQ(reasons(json, kFastmcp), kNone) << json;
  }
  for (const Profile profile : kBoth) {
    for (const char* json : {R"({"sub":1})", R"({"sub":[]})", R"({"scope":["a",1]})", R"({"scp":[null]})"}) {
      EXPECT_EQ(reasons(json, profile), kClaimType) << json;
    }
  }
}

TEST(Issuer, MustBeOneOfThoseExpected) {
  for (const Profile profile : kBoth) {
    Policy policy = policy_of(profile);
    policy.issuers = std::vector<std::string>{"https://a", "https://b"};
    EXPECT_EQ(outcome(R"({"iss":"https://b"})", policy).reasons, kNone);
    EXPECT_EQ(outcome(R"({"iss":"https://b/"})", policy).reasons, Reason::issuer_mismatch);
    EXPECT_EQ(outcome(R"({"iss":"https://b/"})", policy).detail, "iss is not one of 2 expected issuers");
    EXPECT_EQ(outcome("{}", policy).detail, "no iss claim");
    EXPECT_TRUE(outcome(R"({"iss":["https://b"]})", policy).reasons.contains(Reason::issuer_mismatch));
  }
}

TEST(Audience, IsAStringOrAListThatMeetsTheExpected) {
  for (const Profile profile : kBoth) {
    Policy policy = policy_of(profile);
    policy.audiences = std::vector<std::string>{"x", "api"};
    EXPECT_EQ(outcome(R"({"aud":"api"})", policy).reasons, kNone);
    EXPECT_EQ(outcome(R"({"aud":["q","api"]})", policy).reasons, kNone);
    EXPECT_EQ(outcome(R"({"aud":["q"]})", policy).reasons, Reason::audience_mismatch);
    EXPECT_EQ(outcome(R"({"aud":[]})", policy).reasons, Reason::audience_mismatch);
    EXPECT_EQ(outcome("{}", policy).detail, "no aud claim");
    EXPECT_TRUE(outcome(R"({"aud":{"api":1}})", policy).reasons.contains(Reason::audience_mismatch));
    EXPECT_EQ(outcome(R"({"aud":[1,"api"]})", policy).reasons.empty(), profile == kFastmcp);
  }
}

TEST(RequiredScopes, MustAllBeGranted) {
  for (const Profile profile : kBoth) {
    Policy policy = policy_of(profile);
    policy.required_scopes = {"read", "admin"};
    EXPECT_EQ(outcome(R"({"scope":"admin read x"})", policy).reasons, kNone);
    EXPECT_EQ(outcome(R"({"scope":"read"})", policy).reasons, Reason::scope_missing);
    EXPECT_EQ(outcome(R"({"scope":"read"})", policy).detail, "missing scope: admin");
    EXPECT_EQ(outcome("{}", policy).detail, "missing scopes: read, admin");
  }
}

TEST(Judge, CollectsAllReasonsAndTellsTheFirst) {
  Policy policy = policy_of(Profile::strict);
  policy.issuers = std::vector<std::string>{"a"};
  policy.audiences = std::vector<std::string>{"b"};
  const Outcome found = outcome(R"({"exp":1,"sub":5})", policy);
  EXPECT_EQ(found.reasons.first(), Reason::claim_type);
  EXPECT_TRUE(found.reasons.contains(Reason::token_expired));
  EXPECT_TRUE(found.reasons.contains(Reason::issuer_mismatch));
  EXPECT_TRUE(found.reasons.contains(Reason::audience_mismatch));
  EXPECT_EQ(found.detail, "sub is not a string");
}

TEST(Type, IsComparedWithoutCaseAndApplication) {
  EXPECT_TRUE(is_type("at+jwt", "application/AT+JWT"));
  EXPECT_TRUE(is_type("Application/at+jwt", "at+jwt"));
  EXPECT_FALSE(is_type("jwt", "at+jwt"));
  EXPECT_FALSE(is_type("application/at/jwt", "at/jwt"));
  Policy policy;
  policy.required_type = "at+jwt";
  Header header;
  EXPECT_EQ(outcome("{}", policy, kAt, header).reasons, Reason::type_mismatch);
  header.typ = "JWT";
  EXPECT_EQ(outcome("{}", policy, kAt, header).detail, "typ is not at+jwt");
  header.typ = "AT+JWT";
  EXPECT_EQ(outcome("{}", policy, kAt, header).reasons, kNone);
}

std::string field_of_error(const Policy& policy) {
  const Result<Policy> checked = checked_policy(policy);
  return checked ? "(none)" : checked.error().field;
}

TEST(CheckedPolicy, RefusesEmptyIssuersInStrictAndTurnsThemOffInFastmcp) {
  for (const std::vector<std::string>& empty : {std::vector<std::string>{}, std::vector<std::string>{""}}) {
    Policy issuers;
    issuers.issuers = empty;
    const auto refused = checked_policy(issuers);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().message, "is empty; give the issuer's name, or leave the option out");
    EXPECT_EQ(refused.error().field, "policy.issuers");
    Policy audiences;
    audiences.audiences = empty;
    EXPECT_EQ(field_of_error(audiences), "policy.audiences");
    Policy fastmcp = policy_of(kFastmcp);
    fastmcp.issuers = empty;
    fastmcp.audiences = empty;
    const auto off = checked_policy(fastmcp);
    ASSERT_TRUE(off);
    EXPECT_FALSE(off->issuers);
    EXPECT_FALSE(off->audiences);
  }
}

TEST(CheckedPolicy, GivesFastmcpExactlyOneAlgorithm) {
  EXPECT_EQ(checked_policy(policy_of(kFastmcp))->algorithms, std::vector{Algorithm::RS256});
  Policy two = policy_of(kFastmcp);
  two.algorithms = {Algorithm::RS256, Algorithm::ES256};
  EXPECT_EQ(field_of_error(two), "policy.algorithms");
  two.profile = kStrict;
  EXPECT_TRUE(checked_policy(two));
}

TEST(CheckedPolicy, RefusesNegativeLeewayAndDropsEmptyScopes) {
  Policy policy;
  policy.required_scopes = {"", "a"};
  EXPECT_EQ(checked_policy(policy)->required_scopes, std::vector<std::string>{"a"});
  policy.leeway_seconds = -1;
  EXPECT_EQ(field_of_error(policy), "policy.leeway_seconds");
}

TEST(CheckedPolicy, RefusesALimitThatNoTokenMeets) {
  Policy policy;
  policy.max_token_bytes = 0;
  EXPECT_EQ(field_of_error(policy), "policy.max_token_bytes");
}

Instant before(Instant at) {
  return at.nanoseconds > 0 ? Instant{at.seconds, at.nanoseconds - 1} : Instant{at.seconds - 1, 999'999'999};
}

// The interval of a claims set that is accepted at kAt.
Interval interval_of(std::string_view json, const Policy& policy) {
  EXPECT_EQ(outcome(json, policy).reasons, kNone) << json;
  ReadClaims read(json, policy.profile);
  return accepted_interval(policy, *read.claims);
}

TEST(AcceptedInterval, EndsWhereStrictSaysOtherwiseToTheNanosecond) {
  constexpr Instant kBeginning{std::numeric_limits<std::int64_t>::min(), 0};
  constexpr Instant kLast{std::numeric_limits<std::int64_t>::max(), 999'999'999};
  Policy policy = policy_of(kStrict);
  for (const std::int64_t leeway : {std::int64_t{0}, std::int64_t{60}, std::numeric_limits<std::int64_t>::max()}) {
    policy.leeway_seconds = leeway;
    for (const std::string json :
         {R"({})", R"({"exp":1800000001})", R"({"exp":1800000000.5})", R"({"exp":1800000000.000000001})",
          R"({"exp":1800000000.0000000001,"nbf":1700000000})", R"({"exp":1800000000.9999999999})",
          R"({"exp":18446744073709551615})", R"({"exp":1e300})", R"({"exp":9223372036854775807.9999999999})",
          R"({"nbf":1800000000})", R"({"nbf":1799999999.9999999991})", R"({"nbf":-1e30})", R"({"nbf":-0.0000000001})",
          R"({"nbf":-9223372036854775808,"exp":1900000000,"iat":2000000000})"}) {
      const Interval interval = interval_of(json, policy);
      const std::string what = json + ", leeway " + std::to_string(leeway);
      EXPECT_TRUE(interval.contains(kAt)) << what;
      EXPECT_EQ(outcome(json, policy, interval.from).reasons, kNone) << what;
      if (interval.from != kBeginning) {
        EXPECT_EQ(outcome(json, policy, before(interval.from)).reasons, Reason::token_not_yet_valid) << what;
      }
      if (interval.until < kLast) {
        EXPECT_EQ(outcome(json, policy, before(interval.until)).reasons, kNone) << what;
        EXPECT_EQ(outcome(json, policy, interval.until).reasons, kExpired) << what;
      } else {
        EXPECT_TRUE(interval.contains(kLast)) << what;
        EXPECT_EQ(outcome(json, policy, kLast).reasons, kNone) << what;
      }
    }
  }
}

TEST(AcceptedInterval, LiesWithinWhatFastmcpAccepts) {
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  Policy policy = policy_of(kFastmcp);
  for (const std::int64_t leeway : {std::int64_t{0}, std::int64_t{60}}) {
    policy.leeway_seconds = leeway;
    for (const std::string json :
         {R"({"exp":1800000000})", R"({"exp":1800000001,"nbf":1900000000})", R"({"exp":1800000000.25})",
          R"({"exp":1800000000.99999999999999999})", R"({"exp":1.8e9})", R"({"exp":2251799813685248})"}) {
      const Interval interval = interval_of(json, policy);
      const std::string what = json + ", leeway " + std::to_string(leeway);
      EXPECT_TRUE(interval.contains(kAt)) << what;
      EXPECT_EQ(outcome(json, policy, {-kMost, 0}).reasons, kNone) << what;
      EXPECT_EQ(outcome(json, policy, before(interval.until)).reasons, kNone) << what;
      // Two seconds more are beyond it, whatever the doubles do.
      EXPECT_EQ(outcome(json, policy, {interval.until.seconds + 2, 0}).reasons, kExpired) << what;
    }
  }
  EXPECT_TRUE(interval_of("{}", policy).contains({kMost, 999'999'999}));
  EXPECT_TRUE(interval_of(R"({"exp":null})", policy).contains({kMost, 999'999'999}));
}

TEST(AcceptedInterval, IsEmptyWhereFastmcpsNumbersAreNotCertain) {
  Policy policy = policy_of(kFastmcp);
  for (const char* json : {R"({"exp":2251799813685249})", R"({"exp":1e300})", R"({"exp":18446744073709551615})"}) {
    EXPECT_FALSE(interval_of(json, policy).contains(kAt)) << json;
  }
  ReadClaims read(R"({"exp":true})", kFastmcp);
  EXPECT_EQ(accepted_interval(policy, *read.claims).until, Interval{}.until);
}

}  // namespace
}  // namespace assay::jose
