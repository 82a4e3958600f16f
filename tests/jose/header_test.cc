#include "jose/header.h"

#include <gtest/gtest.h>

#include "support.h"

namespace assay::jose {
namespace {

std::optional<Reason> fault(std::string_view json, Profile profile) {
  const auto header = header_of(json, profile);
  EXPECT_TRUE(header.has_value()) << json;
  return header ? header->fault : Reason::malformed_token;
}
constexpr auto kStrict = Profile::strict;
constexpr auto kFastmcp = Profile::fastmcp;
constexpr std::optional<Reason> kSound;

TEST(Header, GivesAlgKidAndTyp) {
  for (const Profile profile : kBoth) {
    const auto header = header_of(R"({"alg":"ES256","kid":"k1","typ":"at+jwt","nonce":1})", profile);
    ASSERT_TRUE(header);
    EXPECT_FALSE(header->fault);
    EXPECT_EQ(header->algorithm, Algorithm::ES256);
    EXPECT_EQ(header->kid, "k1");
    EXPECT_EQ(header->typ, "at+jwt");
    EXPECT_TRUE(header->payload_is_encoded);
  }
}

TEST(Header, IsNothingWhereTheSegmentIsNotStrictBase64url) {
  for (const Profile profile : kBoth) {
    EXPECT_FALSE(read_header("eyJhbGciOiJFUzI1NiJ9=", profile));
    EXPECT_FALSE(read_header("!", profile));
  }
}

TEST(Header, RejectsWhatIsNoJsonObjectWithAlg) {
  for (const Profile profile : kBoth) {
    for (const char* json : {"", "[]", "\"alg\"", "null", "{", "{'alg':'RS256'}", "{}", R"({"Alg":"RS256"})"}) {
      EXPECT_EQ(fault(json, profile), Reason::malformed_header) << json;
    }
  }
}

TEST(Header, NamesNoAlgorithmWhereAlgIsUnknownOrNoString) {
  for (const Profile profile : kBoth) {
    for (const char* json : {R"({"alg":"none"})", R"({"alg":"rs256"})", R"({"alg":null})", R"({"alg":["RS256"]})"}) {
      const auto header = header_of(json, profile);
      ASSERT_TRUE(header);
      EXPECT_FALSE(header->fault) << json;
      EXPECT_FALSE(header->algorithm) << json;
    }
  }
}

TEST(Header, RejectsRegisteredParametersOfAWrongType) {
  for (const Profile profile : kBoth) {
    for (const char* member :
         {R"("kid":1)", R"("kid":null)", R"("typ":[])", R"("cty":0)", R"("x5t":1)", R"("x5t#S256":1)", R"("jwk":"k")",
          R"("x5c":"c")", R"("x5c":[1])", R"("jku":"file:///k")", R"("x5u":"/k")", R"("jku":1)"}) {
      EXPECT_EQ(fault(std::string(R"({"alg":"RS256",)") + member + "}", profile), Reason::malformed_header) << member;
    }
    for (const char* member : {R"("jwk":{})", R"("jku":"https://x.example")", R"("x5c":[])", R"("zip":1)"}) {
      EXPECT_EQ(fault(std::string(R"({"alg":"RS256",)") + member + "}", profile), kSound) << member;
    }
  }
}

TEST(Header, RejectsRepeatedNamesInStrictAndTakesTheLastInFastmcp) {
  const char* json = R"({"alg":"none","\u0061lg":"HS256"})";
  EXPECT_EQ(fault(json, kStrict), Reason::malformed_header);
  EXPECT_EQ(fault(json, kFastmcp), kSound);
  EXPECT_EQ(header_of(json, kFastmcp)->algorithm, Algorithm::HS256);
  EXPECT_EQ(fault(R"({"alg":"HS256","x":{"a":1,"a":2}})", kStrict), kSound);
}

TEST(Header, TakesABomAndNanInFastmcpAlone) {
  for (const char* json : {"\xEF\xBB\xBF{\"alg\":\"HS256\"}", R"({"alg":"HS256","x":NaN})"}) {
    EXPECT_EQ(fault(json, kStrict), Reason::malformed_header) << json;
    EXPECT_EQ(fault(json, kFastmcp), kSound) << json;
  }
}

TEST(Header, RejectsCriticalNamesThatAreUnknownAbsentOrNoList) {
  for (const Profile profile : kBoth) {
    for (const char* rest :
         {R"("crit":["ext"],"ext":1)", R"("crit":["ext"])", R"("crit":null)", R"("crit":"ext")", R"("crit":{})",
          R"("crit":[1])", R"("crit":[["b64"]])", R"("crit":["b64"])", R"("crit":["zip"],"zip":"DEF")",
          R"("crit":[""])", R"("b64":false)", R"("b64":"true")", R"("crit":["b64"],"b64":0)"}) {
      EXPECT_EQ(fault(std::string(R"({"alg":"HS256",)") + rest + "}", profile), Reason::critical_header) << rest;
    }
    EXPECT_EQ(fault(R"({"alg":"HS256","b64":true,"crit":["b64"]})", profile), kSound);
  }
}

TEST(Header, RefusesMoreInCritInStrictThanInFastmcp) {
  for (const char* rest : {R"("crit":[])", R"("crit":["alg"])", R"("crit":["kid"],"kid":"k")", R"("crit":["crit"])",
                           R"("b64":true,"crit":["b64","b64"])", R"("b64":true)", R"("b64":false,"crit":["b64"])"}) {
    const std::string json = std::string(R"({"alg":"HS256",)") + rest + "}";
    EXPECT_EQ(fault(json, kStrict), Reason::critical_header) << rest;
    EXPECT_EQ(fault(json, kFastmcp), kSound) << rest;
  }
  EXPECT_FALSE(header_of(R"({"alg":"HS256","b64":false,"crit":["b64"]})", kFastmcp)->payload_is_encoded);
}

TEST(Header, TellsMalformedBeforeCritical) {
  for (const Profile profile : kBoth)
    EXPECT_EQ(fault(R"({"alg":"HS256","crit":1,"kid":1})", profile), Reason::malformed_header);
}

TEST(Header, LooksUpAnEmptyKidAsNoKidInFastmcpAlone) {
  EXPECT_TRUE(header_of(R"({"alg":"ES256","kid":""})", kFastmcp)->lookup_without_kid);
  EXPECT_TRUE(header_of(R"({"alg":"ES256"})", kFastmcp)->lookup_without_kid);
  EXPECT_FALSE(header_of(R"({"alg":"ES256","kid":"k"})", kFastmcp)->lookup_without_kid);
  EXPECT_FALSE(header_of(R"({"alg":"ES256","kid":""})", kStrict)->lookup_without_kid);
}

TEST(Header, HasALimitOnItsLengthInEachProfile) {
  const auto json = [](std::size_t size) {
    const std::string head = R"({"alg":"HS256","p":")";
    return head + std::string(size - head.size() - 2, 'p') + "\"}";
  };
  EXPECT_EQ(fault(json(384), kFastmcp), kSound);
  EXPECT_EQ(fault(json(385), kFastmcp), Reason::malformed_header);
  EXPECT_EQ(fault(json(385), kStrict), kSound);
  EXPECT_EQ(fault(json(1 << 20), kStrict), Reason::malformed_header);
  EXPECT_EQ(fault(R"({"alg":"HS256","n":[)" + std::string(4301, '1') + "]}", kStrict), Reason::malformed_header);
}

}  // namespace
}  // namespace assay::jose
