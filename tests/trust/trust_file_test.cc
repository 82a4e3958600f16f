#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "assay/trust.h"
#include "trust/field_reader.h"

namespace assay::trust {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Result<TrustFile> parse(const std::string& text) { return TrustFile::parse(text, "assay.toml", "/etc/trust"); }

// An issuer that lacks nothing, on lines 1 to 3, for what follows it.
const std::string kIssuer = "[[issuer]]\nname = \"https://a\"\njwks = \"a.json\"\n";

TEST(TrustFile, ReadsTheExampleOfTheGuide) {
  const auto file = parse(R"(# assay.toml: whom we trust, for what, and when. Paths are relative to this file.
leeway = "30s"                                   # defaults for all issuers

[[issuer]]
name = "https://login.corp.example/"             # the exact iss
jwks = ["https://login.corp.example/jwks", "archive/"]
audiences = ["api://orders"]
algorithms = ["RS256"]
max_lifetime = "1h"

  [[issuer.key]]
  kid = "login-2025"
  not_before = 2025-11-01T00:00:00Z
  retired_at = 2026-11-25T11:00:00Z
  compromised_at = 2026-11-26T08:00:00.000000001+01:00
  note = "private key found on a build host"

[[issuer]]
name = "https://m2m.partner.example"
public_keys = ["partner.pem"]
secret_files = "/run/secret"
secret_encoding = "base64"
algorithms = ["ES256"]

[[revoked]]
file = "revoked.csv"
)");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->policy.leeway_seconds, 30);
  EXPECT_THAT(file->revoked, ElementsAre("/etc/trust/revoked.csv"));
  ASSERT_EQ(file->trust.issuers.size(), 2u);
  const TrustedIssuer& login = file->trust.issuers[0];
  EXPECT_EQ(login.name, "https://login.corp.example/");
  EXPECT_EQ(login.where, "assay.toml:4");
  ASSERT_EQ(login.keys.size(), 2u);
  EXPECT_EQ(login.keys[0].kind, KeySource::Kind::jwks_url);
  EXPECT_EQ(login.keys[0].value, "https://login.corp.example/jwks");
  EXPECT_EQ(login.keys[1].kind, KeySource::Kind::jwks_file);
  EXPECT_EQ(login.keys[1].value, "/etc/trust/archive/");
  EXPECT_EQ(login.policy.audiences, std::vector<std::string>{"api://orders"});
  EXPECT_EQ(login.policy.algorithms, std::vector<Algorithm>{Algorithm::RS256});
  EXPECT_EQ(login.policy.max_lifetime_seconds, 3600);
  EXPECT_FALSE(login.policy.leeway_seconds);
  ASSERT_EQ(login.known_keys.size(), 1u);
  const KnownKey& key = login.known_keys[0];
  EXPECT_EQ(key.kid, "login-2025");
  EXPECT_EQ(key.times.not_before, parse_rfc3339("2025-11-01T00:00:00Z"));
  EXPECT_EQ(key.times.retired_at, parse_rfc3339("2026-11-25T11:00:00Z"));
  EXPECT_EQ(key.times.compromised_at, parse_rfc3339("2026-11-26T07:00:00.000000001Z"));
  EXPECT_EQ(key.note, "private key found on a build host");
  EXPECT_EQ(key.where, "assay.toml:11");
  const TrustedIssuer& m2m = file->trust.issuers[1];
  ASSERT_EQ(m2m.keys.size(), 2u);
  EXPECT_EQ(m2m.keys[0].kind, KeySource::Kind::public_key_file);
  EXPECT_EQ(m2m.keys[1].kind, KeySource::Kind::secret_file);
  EXPECT_EQ(m2m.keys[1].value, "/run/secret");
  EXPECT_EQ(m2m.keys[1].encoding, SecretEncoding::base64);
}

TEST(TrustFile, TakesEveryFieldOfThePolicyAtTheTopAndInAnIssuer) {
  const std::string fields = R"(algorithms = ["RS256", "ES256"]
audiences = "one"
required_scopes = ["read"]
required_claims = { tid = "t", client_id = "c" }
typ = "at+jwt"
leeway = 5
max_lifetime = "1h30m"
)";
  const auto file =
      parse(fields + "max_token_bytes = 9000\naccept_padding = true\nprofile = \"strict\"\n" + kIssuer + fields);
  ASSERT_TRUE(file) << file.error().message;
  for (const PolicyPart& part : {file->policy, file->trust.issuers[0].policy}) {
    const Policy whole = part.over(Policy{});
    EXPECT_THAT(whole.algorithms, ElementsAre(Algorithm::RS256, Algorithm::ES256));
    EXPECT_THAT(*whole.audiences, ElementsAre("one"));
    EXPECT_THAT(whole.required_scopes, ElementsAre("read"));
    EXPECT_THAT(whole.required_claims,
                testing::UnorderedElementsAre(RequiredClaim{"tid", "t"}, RequiredClaim{"client_id", "c"}));
    EXPECT_EQ(whole.required_type, "at+jwt");
    EXPECT_EQ(whole.leeway_seconds, 5);
    EXPECT_EQ(whole.max_lifetime_seconds, 5400);
  }
  const Policy whole = file->completed(Policy{});
  EXPECT_EQ(whole.max_token_bytes, 9000u);
  EXPECT_TRUE(whole.accept_padding);
}

TEST(TrustFile, LeavesWhatItDoesNotSay) {
  const auto file = parse(kIssuer);
  ASSERT_TRUE(file) << file.error().message;
  Policy policy;
  policy.leeway_seconds = 7;
  policy.revoked = {"here.csv"};
  const Policy whole = file->completed(policy);
  EXPECT_EQ(whole.leeway_seconds, 7);
  EXPECT_THAT(whole.revoked, ElementsAre("here.csv"));
}

TEST(Duration, IsSecondsOrHasUnits) {
  EXPECT_EQ(parse_duration("30s"), 30);
  EXPECT_EQ(parse_duration("90"), 90);
  EXPECT_EQ(parse_duration("1h30m"), 5400);
  EXPECT_EQ(parse_duration("2d"), 172800);
  for (const char* wrong :
       {"", "s", "1h30", "30m1h", "1s1s", "1.5h", "-1s", "1 h", "99999999999999999999", "9223372036854775807d"})
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
}

struct WrongFile {
  const char* text;     // behind kIssuer, whose lines are 1 to 3, if it begins with a newline
  const char* message;  // begins with the place
};

TEST(TrustFile, SaysWhereAFileIsWrongAndHowToMendIt) {
  const std::vector<WrongFile> files = {
      {"leeway = \"30s\"\nleway = 3\n", "assay.toml:2: 'leway': no field of the top of the file; did you mean leeway?"},
      {"isuer = 1\n", "assay.toml:1: 'isuer': no field of the top of the file; did you mean issuer?"},
      {"frobnicate = 1\n",
       "assay.toml:1: 'frobnicate': no field of the top of the file; use one of algorithms, audiences,"},
      {"jwks = \"a.json\"\n", "assay.toml:1: jwks: does not stand in the top of the file; put it into an [[issuer]]"},
      {"leeway = \n", "assay.toml:1: not TOML: "},
      {"leeway = 1\nleeway = 2\n", "assay.toml:2: not TOML: "},
      {"leeway = \"soon\"\n",
       "assay.toml:1: leeway: cannot read 'soon' as a duration; give whole seconds, or a text with"},
      {"leeway = -1\n", "assay.toml:1: leeway: is out of range; give 0 s to a century"},
      {"leeway = 1.5\n", "assay.toml:1: leeway: is a number; give whole seconds"},
      {"leeway = true\n", "assay.toml:1: leeway: is true or false; give whole seconds"},
      {"max_lifetime = 0\n", "assay.toml:1: max_lifetime: is out of range; give 1 s to a century"},
      {"max_token_bytes = \"9k\"\n", "assay.toml:1: max_token_bytes: is a text; give a whole number"},
      {"accept_padding = 1\n", "assay.toml:1: accept_padding: is a number; give true or false"},
      {"profile = \"fastmcp\"\n", "assay.toml:1: profile: a trust file needs strict, because FastMCP"},
      {"issuer = 3\n", "assay.toml:1: issuer: is a number; give tables that begin with [[...]]"},
      {"[issuer]\nname = \"a\"\n", "assay.toml:1: issuer: is a single table; write [[issuer]] with two brackets"},
      {"[[revoked]]\n", "assay.toml:1: revoked: names no file; add file = \"revoked.csv\""},
      {"[[revoked]]\npath = \"r\"\n", "assay.toml:2: 'path': no field of a [[revoked]]; use one of file"},
      {"[[issuer]]\njwks = \"a.json\"\n",
       "assay.toml:1: issuer: has no name; add name = \"https://...\", the exact iss"},
      {"[[issuer]]\nname = \"\"\n", "assay.toml:2: name: is empty; give a value, or leave the field out"},
      {"[[issuer]]\nname = \"x\"\n", "assay.toml:1: issuer: has no keys; add jwks, public_keys or secret_files"},
      {"\n[[issuer]]\nname = \"https://a\"\njwks = \"b\"\n",
       "assay.toml:6: name: 'https://a' is an issuer already, at assay.toml:1; put both into one"},
      {"\naudience = \"x\"\n", "assay.toml:5: 'audience': no field of an [[issuer]]; did you mean audiences?"},
      {"\nprofile = \"strict\"\n",
       "assay.toml:5: profile: does not stand in an [[issuer]]; put it into the top of the file"},
      {"\nkid = \"a\"\n", "assay.toml:5: kid: does not stand in an [[issuer]]; put it into an [[issuer.key]]"},
      {"\naudiences = []\n", "assay.toml:5: audiences: is empty; give a value, or leave the field out"},
      {"\naudiences = [\"\"]\n", "assay.toml:5: audiences: holds an empty text; give a value"},
      {"\naudiences = [\n  \"a\",\n  3\n]\n", "assay.toml:7: audiences: is a number; give a list of texts"},
      {"\nalgorithms = [\"RS265\"]\n", "assay.toml:5: algorithms: cannot use 'RS265'; did you mean RS256?"},
      {"\nrequired_claims = [\"tid\"]\n", "assay.toml:5: required_claims: cannot read 'tid'; give NAME=VALUE"},
      {"\nsecret_encoding = \"base46\"\n", "assay.toml:5: secret_encoding: cannot be used; give \"raw\""},
      {"\n[[issuer.key]]\nnot_before = 2025-11-01T00:00:00Z\n",
       "assay.toml:5: key: names no key; add kid, or thumbprint"},
      {"\n[[issuer.key]]\nkid = \"a\"\n", "assay.toml:5: key: says nothing of the key; add not_before, retired_at or"},
      {"\n[[issuer.key]]\nkid = \"a\"\nretired = 2025-11-01T00:00:00Z\n",
       "assay.toml:7: 'retired': no field of an [[issuer.key]]; did you mean retired_at?"},
      {"\n[[issuer.key]]\nkid = \"a\"\nretired_at = 2025-11-01\n",
       "assay.toml:7: retired_at: is a date or a time without a zone; give a time with a zone, such as"},
      {"\n[[issuer.key]]\nkid = \"a\"\nretired_at = \"yesterday\"\n",
       "assay.toml:7: retired_at: cannot read 'yesterday' as a time; give a time with a zone"},
      {"\n[[issuer.key]]\nkid = \"a\"\nretired_at = 2025-11-01T00:00:00Z\nnot_before = 2025-11-01T00:00:00Z\n",
       "assay.toml:7: retired_at: is not after not_before"},
      {"\n[[issuer.key]]\nkid = \"a\"\nthumbprint = \"b\"\nretired_at = 2025-11-01T00:00:00Z\n",
       "assay.toml:5: key: has both kid and thumbprint; leave one of them out"},
      {"\n[[issuer.key]]\nthumbprint = \"b\"\nretired_at = 2025-11-01T00:00:00Z\n",
       "assay.toml:6: thumbprint: is no SHA-256 thumbprint of RFC 7638"},
      {"\n[[issuer.key]]\nkid = \"a\"\nretired_at = 2025-11-01T00:00:00Z\n[[issuer.key]]\nkid = \"a\"\nnot_before = "
       "2024-11-01T00:00:00Z\n",
       "assay.toml:8: key: the same key is described at assay.toml:5; put both into one"},
  };
  for (const WrongFile& wrong : files) {
    const std::string text = (wrong.text[0] == '\n' ? kIssuer : "") + wrong.text;
    const auto file = parse(text);
    ASSERT_FALSE(file) << text;
    EXPECT_EQ(file.error().field, "trust") << text;
    EXPECT_THAT(file.error().message, testing::StartsWith(wrong.message)) << text;
  }
}

TEST(TrustFile, ShowsTextOfTheFileOnOneLine) {
  const auto file = parse("leeway = \"a\\nb\"\n");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().message.find('\n'), std::string::npos);
}

TEST(TrustFile, SkipsAByteOrderMark) { EXPECT_TRUE(parse("\xEF\xBB\xBFleeway = 1\n")); }

TEST(TrustFile, ReadsTimesOfAllYears) {
  const auto file = parse(kIssuer +
                          "[[issuer.key]]\nkid = \"a\"\nnot_before = 1969-12-31T23:59:59.999999999Z\n"
                          "retired_at = 2028-02-29T12:00:00-05:30\n");
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->trust.issuers[0].known_keys[0].times.not_before, (Instant{-1, 999'999'999}));
  EXPECT_EQ(file->trust.issuers[0].known_keys[0].times.retired_at, parse_rfc3339("2028-02-29T17:30:00Z"));
}

}  // namespace
}  // namespace assay::trust
