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
  const std::vector<std::string> further = further_claims(policy);
  ReadClaims read(json, policy.profile, further);
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

TEST(NotBefore, IsHonouredInStrictAndNeverReadByFastmcpBefore42) {
  EXPECT_EQ(reasons(R"({"nbf":1800000001})", kStrict), Reason::token_not_yet_valid);
  EXPECT_EQ(reasons(R"({"nbf":1800000000.5})", kStrict), Reason::token_not_yet_valid);
  EXPECT_EQ(reasons(R"({"nbf":1800000000})", kStrict), kNone);
  EXPECT_EQ(reasons(R"({"nbf":"1"})", kStrict), kClaimType);
  EXPECT_EQ(reasons(R"({"iat":"1"})", kStrict), kClaimType);
  EXPECT_EQ(reasons(R"({"iat":1800009999})", kStrict), kNone);
  EXPECT_EQ(reasons(R"({"nbf":1900000001,"iat":"1"})", Profile::fastmcp_4_1), kNone);
  EXPECT_EQ(reasons(R"({"nbf":"x"})", Profile::fastmcp_3_4), kNone);
  EXPECT_EQ(outcome(R"({"nbf":1800000001})", {}).detail, "not valid before 2027-01-15T08:00:01Z");
  Policy policy;
  policy.leeway_seconds = 1;
  EXPECT_EQ(outcome(R"({"nbf":1800000001})", policy).reasons, kNone);
}

// FastMCP 4.2: `nbf > time.time() + 30`, and what Python cannot compare is a TypeError.
TEST(NotBefore, MayLieThirtySecondsAheadInFastmcp42) {
  const ReasonSet early = Reason::token_not_yet_valid;
  for (const char* json : {R"({"nbf":1800000030})", R"({"nbf":1800000030.0})", R"({"nbf":null})", R"({"nbf":true})",
                           R"({"nbf":NaN})", R"({"nbf":-Infinity})", R"({"nbf":-1e400})", "{}"}) {
    EXPECT_EQ(reasons(json, Profile::fastmcp_4_2), kNone) << json;
  }
  for (const char* json : {R"({"nbf":1800000031})", R"({"nbf":1800000030.5})", R"({"nbf":1e300})", R"({"nbf":1e400})",
                           R"({"nbf":Infinity})", R"({"nbf":18446744073709551616})"}) {
    EXPECT_EQ(reasons(json, Profile::fastmcp_4_2), early) << json;
  }
  for (const char* json : {R"({"nbf":""})", R"({"nbf":"x"})", R"({"nbf":[]})", R"({"nbf":{}})"}) {
    EXPECT_EQ(reasons(json, Profile::fastmcp_4_2), kClaimType) << json;
  }
}

TEST(Units, ThatWereMistakenAreAskedFor) {
  EXPECT_EQ(outcome(R"({"nbf":1800000000000})", {}).detail,
            "not valid before a moment beyond the year 9999; is it in milliseconds?");
  EXPECT_EQ(outcome(R"({"nbf":1800000000000000})", {}).detail,
            "not valid before a moment beyond the year 9999; is it in microseconds?");
  EXPECT_EQ(outcome(R"({"nbf":1800000000000000000})", {}).detail,
            "not valid before a moment beyond the year 9999; is it in nanoseconds?");
  EXPECT_EQ(
      outcome(R"({"exp":3600})", {}).detail,
      "expired 1799996400 s before the time of judgement; exp lies near 1970: is it a lifetime instead of a time?");
}

TEST(Lifetime, IsExpLessIatAndNeedsBoth) {
  for (const Profile profile : kBoth) {
    Policy policy = policy_of(profile);
    policy.max_lifetime_seconds = 3600;
    const ReasonSet lifetime = Reason::token_lifetime;
    EXPECT_EQ(outcome(R"({"iat":1800000000,"exp":1800003600})", policy).reasons, kNone);
    EXPECT_EQ(outcome(R"({"iat":1800000000.5,"exp":1800003600.5})", policy).reasons, kNone);
    EXPECT_EQ(outcome(R"({"iat":1800003000,"exp":1800000001})", policy).reasons, kNone);
    EXPECT_EQ(outcome(R"({"iat":1800000000,"exp":1800003600.0000000001})", policy).reasons, lifetime);
    EXPECT_EQ(outcome(R"({"iat":1800000000,"exp":1800003601})", policy).detail, "lives 3601 s, longer than 3600 s");
    for (const auto& [iat, exp, lives] :
         {std::tuple("1800000000", "1800003600.5", "lives 3600.5 s, longer than 3600 s"),
          {"1800000000.25", "1800003601", "lives 3600.75 s, longer than 3600 s"},
          {"1800000000.25", "1800003601.25", "lives 3601 s, longer than 3600 s"},
          {"1800000000", "1800003600.000000001", "lives 3600.000000001 s, longer than 3600 s"},
          {"1800000000", "1800003600.0000000001", "lives longer than 3600 s, by less than a nanosecond"}}) {
      const std::string json = "{\"iat\":" + std::string(iat) + ",\"exp\":" + exp + "}";
      EXPECT_EQ(outcome(json, policy).detail, lives) << json;
    }
    EXPECT_EQ(outcome(R"({"iat":1800000000000,"exp":1800003600000})", policy).detail,
              "lives 3600000 s, longer than 3600 s; is it in milliseconds?");
    EXPECT_EQ(outcome(R"({"iat":1800000000,"exp":1e300})", policy).reasons, lifetime);
    EXPECT_EQ(outcome(R"({"iat":-1e300,"exp":1800003600})", policy).reasons, lifetime);
    EXPECT_EQ(outcome(R"({"exp":1800003600})", policy).detail, "no iat claim to tell the lifetime from");
    EXPECT_EQ(outcome(R"({"iat":1800000000})", policy).detail, "no exp claim to tell the lifetime from");
    EXPECT_TRUE(outcome(R"({"iat":"1","exp":1800003600})", policy).reasons.contains(Reason::token_lifetime));
  }
}

TEST(RequiredClaim, IsAStringOrAListThatContainsIt) {
  for (const Profile profile : kBoth) {
    Policy policy = policy_of(profile);
    policy.required_claims = {{"client_id", "app"}, {"tid", "t1"}};
    const ReasonSet mismatch = Reason::claim_mismatch;
    EXPECT_EQ(outcome(R"({"client_id":"app","tid":"t1"})", policy).reasons, kNone);
    EXPECT_EQ(outcome(R"({"client_id":"app","tid":["t0","t1"]})", policy).reasons, kNone);
    EXPECT_EQ(outcome(R"({"client_id":"app","tid":[0,"t1"]})", policy).reasons, kNone);
    EXPECT_EQ(outcome(R"({"client_id":"app","t\u0069d":"t1"})", policy).reasons, kNone);
    EXPECT_EQ(outcome(R"({"client_id":"app","tid":"t1","n":{"deep":[1]}})", policy).reasons, kNone);
    for (const char* json : {R"({"client_id":"app","tid":"T1"})", R"({"client_id":"app","tid":["T1"]})",
                             R"({"client_id":"app","tid":"t"})", R"({"client_id":"app"})", R"({"tid":"t1"})",
                             R"({"client_id":"app","tid":null})", R"({"client_id":"app","tid":{"t1":"t1"}})",
                             R"({"client_id":"app","tid":[]})", R"({"client_id":"app","tid":true})"}) {
      EXPECT_EQ(outcome(json, policy).reasons, mismatch) << json;
    }
    EXPECT_EQ(outcome(R"({"client_id":"app"})", policy).detail, "no claim tid");
    EXPECT_EQ(outcome(R"({"client_id":"app","tid":"x"})", policy).detail,
              "claim tid has another value than the required one");
    EXPECT_EQ(outcome(R"({"client_id":"app","tid":"T1"})", policy).detail,
              "claim tid differs from the required value only in case");
    EXPECT_EQ(outcome(R"({"client_id":"app","tid":7})", policy).detail, "claim tid is neither a string nor a list");
  }
  Policy twice;
  twice.required_claims = {{"roles", "a"}, {"roles", "b"}};
  EXPECT_EQ(outcome(R"({"roles":["b","a"]})", twice).reasons, kNone);
  EXPECT_EQ(outcome(R"({"roles":["a"]})", twice).reasons, Reason::claim_mismatch);
  EXPECT_EQ(further_claims(twice), std::vector<std::string>{"roles"});
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

TEST(Types, OfTheSubjectAreNotCheckedByFastmcp34) {
  EXPECT_EQ(reasons(R"({"sub":1})", Profile::fastmcp_3_4), kNone);
  EXPECT_EQ(reasons(R"({"sub":1})", Profile::fastmcp_4_1), kClaimType);
}

TEST(Types, MayHoldLoneSurrogatesInFastmcp) {
  EXPECT_EQ(reasons(R"({"sub":"\udc00","scope":["\ud800"]})", kFastmcp), kNone);
  EXPECT_EQ(reasons(R"({"scope":"a \ud800"})", kFastmcp), kNone);
}

TEST(Issuer, MustBeOneOfThoseExpected) {
  for (const Profile profile : kBoth) {
    Policy policy = policy_of(profile);
    policy.issuers = std::vector<std::string>{"https://a", "https://b"};
    EXPECT_EQ(outcome(R"({"iss":"https://b"})", policy).reasons, kNone);
    EXPECT_EQ(outcome(R"({"iss":"https://b/"})", policy).reasons, Reason::issuer_mismatch);
    EXPECT_EQ(outcome(R"({"iss":"https://b/"})", policy).detail,
              "iss differs from one of 2 expected issuers only in a trailing slash");
    EXPECT_EQ(outcome(R"({"iss":"https://c"})", policy).detail, "iss is not one of 2 expected issuers");
    EXPECT_EQ(outcome("{}", policy).detail, "no iss claim");
    EXPECT_TRUE(outcome(R"({"iss":["https://b"]})", policy).reasons.contains(Reason::issuer_mismatch));
  }
}

TEST(Issuer, ThatNearlyAgreesIsTold) {
  Policy policy;
  policy.issuers = std::vector<std::string>{"https://idp.example/realms/a"};
  const auto detail = [&](const char* iss) { return outcome("{\"iss\":\"" + std::string(iss) + "\"}", policy).detail; };
  EXPECT_EQ(detail("https://idp.example/realms/a/"), "iss differs from the expected issuer only in a trailing slash");
  EXPECT_EQ(detail("http://idp.example/realms/a"), "iss differs from the expected issuer only in the scheme");
  EXPECT_EQ(detail("https://IDP.example/realms/a"), "iss differs from the expected issuer only in case");
  EXPECT_EQ(detail("https://idp.example/realms/a "), "iss differs from the expected issuer only in white space");
  EXPECT_EQ(detail("https://idp.example/realms"), "iss is only the beginning of the expected issuer");
  EXPECT_EQ(detail("https://idp.example/realms/a/b"), "iss goes on after the expected issuer");
  EXPECT_EQ(detail("https://idp.example/realms/ab"), "iss is not the expected issuer");
}

TEST(Issuer, MayBeATemplateThatTheTokensOwnTenantFills) {
  Policy policy;
  policy.issuers = std::vector<std::string>{"https://login.example/{tenantid}/v2.0"};
  const auto judged = [&](const char* json) { return outcome(json, policy); };
  EXPECT_EQ(judged(R"({"iss":"https://login.example/9188040d-6c67/v2.0","tid":"9188040d-6c67"})").reasons, kNone);
  EXPECT_EQ(judged(R"({"iss":"https://login.example/aa/v2.0","tid":"bb"})").detail,
            "iss names another tenant than the token's own tid");
  EXPECT_EQ(judged(R"({"iss":"https://login.example/aa/v2.0"})").detail,
            "no tid claim to fill the expected issuer with");
  EXPECT_EQ(judged(R"({"iss":"https://login.example/aa/v2.0/","tid":"aa"})").detail,
            "iss differs from the expected issuer only in a trailing slash");
  // A tid must not add to the path, nor be empty, nor be the placeholder itself.
  for (const char* tid : {"a/../b", "", "{tenantid}", "a b", "a.b"}) {
    const std::string json = R"({"iss":"https://login.example/)" + std::string(tid) + R"(/v2.0","tid":")" + tid + "\"}";
    EXPECT_EQ(judged(json.c_str()).reasons, Reason::issuer_mismatch) << json;
  }
  EXPECT_EQ(judged(R"({"iss":"https://login.example/aa/v2.0","tid":["aa"]})").detail, "tid is not a tenant's id");
  for (const char* tid : {"", R"(,"tid":"aa")", R"(,"tid":"{tenantid}")"}) {
    const std::string json = R"({"iss":"https://login.example/{tenantid}/v2.0")" + std::string(tid) + "}";
    EXPECT_EQ(judged(json.c_str()).reasons, Reason::issuer_mismatch) << json;
    EXPECT_EQ(judged(json.c_str()).detail, "iss holds {tenantid} itself, not the id of a tenant in its place");
  }
  policy.profile = kFastmcp;  // compares as it stands
  EXPECT_EQ(judged(R"({"iss":"https://login.example/aa/v2.0","tid":"aa"})").reasons, Reason::issuer_mismatch);
  EXPECT_EQ(judged(R"({"iss":"https://login.example/{tenantid}/v2.0"})").reasons, kNone);
}

TEST(Audience, ThatNearlyAgreesIsTold) {
  Policy policy;
  policy.audiences = std::vector<std::string>{"api://orders"};
  EXPECT_EQ(outcome(R"({"aud":"orders"})", policy).detail, "aud differs from the expected audience only in the scheme");
  EXPECT_EQ(outcome(R"({"aud":["x","API://orders/"]})", policy).detail,
            "aud differs from the expected audience only in case and in a trailing slash");
  EXPECT_EQ(outcome(R"({"aud":"other"})", policy).detail, "aud does not name the expected audience");
  EXPECT_EQ(outcome(R"({"aud":[]})", policy).detail, "aud is an empty list");
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

TEST(Scopes, OfOneTextAreParsedAsFastmcpDoes) {
  using List = std::vector<std::string>;
  EXPECT_EQ(parse_scopes("read,write admin"), (List{"read", "write", "admin"}));
  EXPECT_EQ(parse_scopes(R"(["read", "a b", " c ", "", 1])"), (List{"read", "a b", "c", "1"}));
  EXPECT_EQ(parse_scopes("[read"), List{"[read"});
  EXPECT_EQ(parse_scopes("a\xC2\xA0\x62"), (List{"a", "b"}));
  EXPECT_EQ(parse_scopes("  "), List{});
}

TEST(CheckedPolicy, RefusesAPlaceholderThatNothingFills) {
  Policy policy;
  policy.issuers = std::vector<std::string>{"https://login.example/{tenant}/v2.0"};
  EXPECT_EQ(field_of_error(policy), "policy.issuers");
  EXPECT_NE(checked_policy(policy).error().message.find("{tenant}"), std::string::npos);
  for (const char* plain : {"{}", "{", "}{", "{\"a\":1}", "{a b}", "{tenantid}"}) {
    policy.issuers = std::vector<std::string>{plain};
    EXPECT_EQ(field_of_error(policy), "(none)") << plain;
  }
  policy.profile = kFastmcp;
  EXPECT_EQ(field_of_error(policy), "(none)");
}

TEST(CheckedPolicy, RefusesAdditionsThatSayNothing) {
  Policy policy;
  policy.max_lifetime_seconds = 0;
  EXPECT_EQ(field_of_error(policy), "policy.max_lifetime_seconds");
  policy = {};
  policy.required_claims = {{"", "x"}};
  EXPECT_EQ(field_of_error(policy), "policy.required_claims");
  policy = {};
  policy.revoked = {""};
  EXPECT_EQ(field_of_error(policy), "policy.revoked");
}

TEST(CheckedPolicy, KnowsWhichVersionsOfFastmcpKnowEdwardsCurves) {
  for (const Algorithm algorithm : {Algorithm::EdDSA, Algorithm::Ed25519, Algorithm::Ed448}) {
    Policy policy = policy_of(Profile::fastmcp_3_4);
    policy.algorithms = {algorithm};
    EXPECT_EQ(field_of_error(policy), "policy.algorithms");
    policy.profile = Profile::fastmcp_4_1;
    EXPECT_EQ(field_of_error(policy), "(none)");
  }
}

TEST(CheckedPolicy, HoldsFastmcpToItsLimitsAndItsScopes) {
  Policy policy = policy_of(kFastmcp);
  policy.max_token_bytes = 1 << 20;
  policy.required_scopes = {" read\xC2\xA0", "  ", "a b"};
  const auto checked = checked_policy(policy);
  EXPECT_EQ(checked->max_token_bytes, 129536u);
  EXPECT_EQ(checked->required_scopes, (std::vector<std::string>{"read", "a b"}));
  policy.profile = kStrict;
  EXPECT_EQ(checked_policy(policy)->max_token_bytes, 1u << 20);
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
    // A list that holds an empty string is one that expects it.
    EXPECT_EQ(off->issuers.has_value(), !empty.empty());
    EXPECT_EQ(off->audiences.has_value(), !empty.empty());
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

TEST(CheckedPolicy, DropsEmptyScopesAsFastmcpDoesAndRefusesThemInStrict) {
  Policy policy;
  policy.required_scopes = {"", "a"};
  EXPECT_EQ(field_of_error(policy), "policy.required_scopes");
  policy.profile = Profile::fastmcp;
  EXPECT_EQ(checked_policy(policy)->required_scopes, std::vector<std::string>{"a"});
}

TEST(CheckedPolicy, RefusesNegativeLeeway) {
  Policy policy;
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
         {R"({"exp":1800000000})", R"({"exp":1800000001,"nbf":1700000000.5})", R"({"exp":1800000000.25})",
          R"({"exp":1800000000.99999999999999999})", R"({"exp":1.8e9})", R"({"exp":2251799813685248})"}) {
      const Interval interval = interval_of(json, policy);
      const std::string what = json + ", leeway " + std::to_string(leeway);
      EXPECT_TRUE(interval.contains(kAt)) << what;
      EXPECT_EQ(outcome(json, policy, interval.from).reasons, kNone) << what;
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
