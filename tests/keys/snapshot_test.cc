#include "keys/snapshot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "keys/known_keys.h"
#include "keys/support.h"
#include "trust/dated_name.h"

namespace assay::keys {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Kind = KeySource::Kind;

const std::atomic<bool> kGoOn{false};

// A point that is not on its curve: the set can be read, the key cannot be used.
const std::string kOffCurve = R"({"kty":"EC","crv":"P-256","kid":"off","x":")" + std::string(43, 'A') + R"(","y":")" +
                              std::string(43, 'A') + "\"}";

// The same point in PEM, written in JSON.
const std::string kPublicPem =
    R"(-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEPG//ajkU8QkZfOTqHKRCloZyMPgY)"
    R"(e/JzhO9AKdZDh80lOXa4j2rIqPbMEYJyzQ49vzehidrqWBynGW+cupg43A==\n-----END PUBLIC KEY-----\n)";

// Builds a snapshot of texts, without reading anything.
Result<BuiltSnapshot> build(const std::vector<KeySource>& sources, const Policy& with) {
  if (Result<void> checked = check_sources(sources, with); !checked) return checked.error();
  std::vector<Content> contents;
  for (const KeySource& one : sources) contents.push_back(Content{one.value});
  return build_snapshot(sources, contents, with, kGoOn);
}

Error refusal(const std::vector<KeySource>& sources, const Policy& with) {
  const Result<BuiltSnapshot> built = build(sources, with);
  return built ? Error{"built", ""} : built.error();
}

AlgorithmSet only(Algorithm algorithm) {
  AlgorithmSet set;
  set.insert(algorithm);
  return set;
}

TEST(Snapshot, HoldsTheKeysOfEverySource) {
  const auto built = build({source(Kind::jwks_text, ec_set("a")), source(Kind::jwks_text, ec_set("b")),
                            source(Kind::secret_text, std::string(64, 's'))},
                           policy());
  ASSERT_TRUE(built) << built.error().message;
  const auto keys = built->snapshot->ring->keys();
  ASSERT_EQ(keys.size(), 3u);
  EXPECT_EQ(keys[0].jwk.kid, "a");
  EXPECT_EQ(keys[1].jwk.kid, "b");
  EXPECT_FALSE(keys[1].any_kid);
  EXPECT_EQ(keys[2].jwk.type, KeyType::oct);
  EXPECT_TRUE(keys[2].any_kid);
  EXPECT_TRUE(built->snapshot->has_key_sources);
  EXPECT_EQ(built->snapshot->static_tokens, nullptr);
  EXPECT_TRUE(built->notes.empty());
}

TEST(Snapshot, AllowsWhatThePolicyNamesAndElseWhatTheProfileDoes) {
  const std::vector<KeySource> es256 = {source(Kind::jwks_text, ec_set("a"))};
  EXPECT_EQ(build(es256, policy())->snapshot->allowed, only(Algorithm::ES256));
  EXPECT_EQ(build(es256, policy({Algorithm::RS256}))->snapshot->allowed, only(Algorithm::RS256));
  const KeySource rsa =
      source(Kind::jwks_text, R"({"keys":[{"kty":"RSA","e":"AQAB","n":")" + std::string(341, 'x') + "w\"}]}");
  EXPECT_EQ(build({rsa}, policy({}, Profile::fastmcp))->snapshot->allowed, only(Algorithm::RS256));
}

TEST(Snapshot, SkipsAKeyThatCannotBeUsedWithANote) {
  const std::string set = R"({"keys":[{"kid":"odd"},)" + kOffCurve + R"(,{"kty":"EC","crv":"P-256",)" + kPoint + "}]}";
  const auto built = build({{Kind::jwks_text, set, "issuer.json"}}, policy());
  ASSERT_TRUE(built) << built.error().message;
  EXPECT_EQ(built->snapshot->ring->keys().size(), 1u);
  ASSERT_EQ(built->notes.size(), 2u);
  EXPECT_THAT(built->notes[0], StartsWith("issuer.json: key 1 (kid \"odd\"): skipped: "));
  EXPECT_THAT(built->notes[1], StartsWith("issuer.json: key 2 (kid \"off\"): skipped: "));
  // A token with the kid of a skipped key learns so.
  const KeyChoice choice = built->snapshot->ring->choose("off", Algorithm::ES256);
  EXPECT_THAT(std::string(choice.detail), HasSubstr("skipped: x and y are not a point on the curve"));
}

TEST(Snapshot, RefusesASourceWithoutOneUsableKey) {
  const std::string short_rsa = R"({"kty":"RSA","kid":"r","e":"AQAB","n":")" + std::string(170, 'x') + "w\"}";
  const auto refused = [](const std::string& keys, const Policy& with) {
    return refusal({source(Kind::jwks_text, ec_set("good")), {Kind::jwks_text, R"({"keys":[)" + keys + "]}", "j.json"}},
                   with);
  };
  const Error one = refused(kOffCurve, policy());
  EXPECT_EQ(one.message,
            "j.json: none of its 1 keys can be used: key 1 (kid \"off\"): x and y are not a point on the "
            "curve");
  EXPECT_EQ(one.field, "keys");
  EXPECT_TRUE(one.way_out.empty());
  const Error five = refused("1,2,3," + short_rsa + ",4", policy());
  EXPECT_THAT(five.message, HasSubstr("none of its 5 keys can be used: key 1: not a JSON object; key 2: "));
  EXPECT_THAT(five.message, HasSubstr("; and 2 more"));
  ASSERT_EQ(five.way_out.size(), 1u);
  EXPECT_EQ(five.way_out[0].field, "policy.profile");
  EXPECT_EQ(five.way_out[0].value, "fastmcp");
  EXPECT_THAT(refused(kOffCurve, policy({Algorithm::ES256}, Profile::fastmcp)).message,
              HasSubstr("none of its 1 keys"));
}

TEST(Snapshot, NamesTheAlgorithmOfTheWayOutUnlessItIsGiven) {
  const KeySource narrow = source(Kind::jwks_text, R"({"keys":[{"kty":"EC","crv":"P-256","x":"AQ","y":"AQ"}]})");
  const Error error = refusal({narrow}, policy());
  ASSERT_EQ(error.way_out.size(), 2u);
  EXPECT_EQ(error.way_out[1].field, "policy.algorithms");
  EXPECT_EQ(error.way_out[1].value, "ES256");
  EXPECT_EQ(refusal({narrow}, policy({Algorithm::ES256})).way_out.size(), 1u);
}

TEST(Snapshot, ReadsAMapFromKidToPem) {
  const std::string map = R"({"k1":")" + kPublicPem + R"(","k2":"-----BEGIN PUBLIC KEY-----"})";
  const auto built = build({{Kind::jwks_text, map, "certs"}}, policy());
  ASSERT_TRUE(built) << built.error().message;
  ASSERT_EQ(built->snapshot->ring->keys().size(), 1u);
  EXPECT_EQ(built->snapshot->ring->keys()[0].jwk.kid, "k1");
  EXPECT_FALSE(built->snapshot->ring->keys()[0].any_kid);
  ASSERT_EQ(built->notes.size(), 1u);
  EXPECT_THAT(built->notes[0], StartsWith("certs: key 2 (kid \"k2\"): skipped: its PUBLIC KEY block cannot be read"));
}

TEST(Snapshot, ServesSecretsOfASetWhereOnlyTheyAreAllowed) {
  const KeySource set = source(Kind::jwks_text, R"({"keys":[{"kty":"oct","k":")" + std::string(43, 'A') + "\"}]}");
  EXPECT_TRUE(build({set}, policy({Algorithm::HS256})));
}

// More private keys than are checked: the public part of each serves all the same.
TEST(Snapshot, ChecksAFewPrivatePartsAndUsesTheOthersUnchecked) {
  std::string keys;
  for (int i = 0; i < 40; ++i) {
    keys += (i == 0 ? R"({"kty":"EC","crv":"P-256","kid":"k)" : R"(,{"kty":"EC","crv":"P-256","kid":"k)") +
            std::to_string(i) + R"(","d":")" + std::string(42, 'A') + "E\"," + kPoint + "}";
  }
  const auto built = build({source(Kind::jwks_text, R"({"keys":[)" + keys + "]}")}, policy());
  ASSERT_TRUE(built) << built.error().message;
  ASSERT_EQ(built->snapshot->ring->keys().size(), 8u);
  EXPECT_EQ(built->snapshot->ring->keys()[0].jwk.kid, "k32");
}

TEST(Snapshot, HoldsOneTableOfStaticTokens) {
  const KeySource table = {Kind::static_tokens_text, R"({"t":{"client_id":"c"}})", "tokens.json"};
  const auto built = build({table}, policy());
  ASSERT_TRUE(built) << built.error().message;
  ASSERT_NE(built->snapshot->static_tokens, nullptr);
  EXPECT_NE(built->snapshot->static_tokens->find("t"), nullptr);
  EXPECT_FALSE(built->snapshot->has_key_sources);
  EXPECT_THAT(refusal({table, table}, policy()).message, StartsWith("tokens.json: a second table"));
}

TEST(Snapshot, NamesTheSourceAndTheFieldThatItRefuses) {
  const Policy hs256 = policy({Algorithm::HS256});
  const struct {
    Kind kind;
    std::string text;
    Policy policy;
    const char* why;
  } cases[] = {
      {Kind::jwks_text, "{", policy(), "not JSON"},
      {Kind::jwks_text, ec_set("a"), hs256, "give a shared secret, or allow another algorithm"},
      {Kind::jwks_text, ec_set("a"), policy({Algorithm::HS256}, Profile::fastmcp),
       "HS256 needs a shared secret, not public keys"},
      {Kind::public_key_text, "nonsense", policy(), "no public key found"},
      {Kind::secret_text, "short", policy(), "needs at least 32"},
      {Kind::secret_text, std::string(32, 's'), policy({Algorithm::ES256}), "none of them is allowed"},
      {Kind::static_tokens_text, "[]", policy(), "not a JSON object"},
  };
  for (const auto& one : cases) {
    const Error error = refusal({{one.kind, one.text, "file"}}, one.policy);
    EXPECT_THAT(error.message, StartsWith("file: "));
    EXPECT_THAT(error.message, HasSubstr(one.why));
    EXPECT_EQ(error.field, "keys");
  }
  EXPECT_EQ(refusal({}, policy()).field, "keys");
}

TEST(Snapshot, EndsWhenToldToStop) {
  const std::atomic<bool> stop{true};
  const KeySource set = source(Kind::jwks_text, ec_set("a"));
  const Content content{set.value};
  const auto built = build_snapshot({&set, 1}, {&content, 1}, policy(), stop);
  ASSERT_FALSE(built);
  EXPECT_THAT(built.error().message, HasSubstr("was ended"));
}

// A folder of snapshots: the sets of one series on the days of a month.
Content snapshots(const std::vector<std::pair<int, std::string>>& sets) {
  Content content;
  for (const auto& [day, set] : sets) {
    const std::string name = "login-2026-11-" + std::to_string(day) + ".json";
    content.parts.push_back({name, content.text.size(), set.size(), *trust::parse_dated_name(name)});
    content.text += set;
  }
  return content;
}

TEST(Snapshot, KnowsWhereEachKeyCameFrom) {
  const auto built = build({{Kind::jwks_text, ec_set("a"), "first"},
                            {Kind::jwks_text, R"({"keys":[{"kid":"odd"},)" + ec_set("b").substr(9), "second"},
                            {Kind::jwks_text, ec_set("a"), "third"}},
                           policy());
  ASSERT_TRUE(built) << built.error().message;
  const auto keys = built->snapshot->ring->keys();
  ASSERT_EQ(keys.size(), 2u);
  ASSERT_EQ(keys[0].origins.size(), 2u);  // equal keys are one key
  EXPECT_EQ(keys[0].origins[0].source, 0u);
  EXPECT_EQ(keys[0].origins[1].source, 2u);
  ASSERT_EQ(keys[1].origins.size(), 1u);
  EXPECT_EQ(keys[1].origins[0].source, 1u);
  const std::vector<SourceReport>& sources = built->snapshot->sources;
  ASSERT_EQ(sources.size(), 3u);
  EXPECT_EQ(sources[2].name, "third");
  EXPECT_TRUE(sources[0].skipped.empty());
  ASSERT_EQ(sources[1].skipped.size(), 1u);
  EXPECT_EQ(sources[1].skipped[0].kid, "odd");
  EXPECT_EQ(sources[1].skipped[0].position, 1u);
  EXPECT_THAT(sources[1].skipped[0].why, HasSubstr("kty is missing"));
}

TEST(Snapshot, ReportsWhenDatedSnapshotsHadAKey) {
  const KeySource folder{Kind::jwks_file, "archive/", ""};
  const std::string with_odd = R"({"keys":[{"kid":"odd"},)" + ec_set("a").substr(9);
  const Content content =
      snapshots({{20, ec_set("b")}, {22, with_odd}, {23, ec_set("b")}, {24, with_odd}, {26, ec_set("b")}});
  const auto built = build_snapshot({&folder, 1}, {&content, 1}, policy(), kGoOn);
  ASSERT_TRUE(built) << built.error().message;
  const Snapshot& snapshot = *built->snapshot;
  ASSERT_EQ(snapshot.ring->keys().size(), 2u);
  const auto day = [](int number) { return *parse_rfc3339("2026-11-" + std::to_string(number) + "T00:00:00Z"); };
  const KeyAppearance b{"archive/", "login", {}, day(20), day(26), {}, 3, 5};
  const KeyAppearance a{"archive/", "login", day(20), day(22), day(24), day(26), 2, 3};
  EXPECT_EQ(appearances_of(snapshot.ring->keys()[0], snapshot.sources), std::vector{b});
  EXPECT_EQ(appearances_of(snapshot.ring->keys()[1], snapshot.sources), std::vector{a});
  ASSERT_EQ(snapshot.sources[0].skipped.size(), 1u);
  EXPECT_EQ(snapshot.sources[0].skipped[0].sets, 2u);
}

TEST(Snapshot, ASurveyGoesOnWhereASourceIsAtFault) {
  const std::vector<KeySource> sources = {{Kind::jwks_text, "{", "broken"},
                                          {Kind::jwks_file, "missing", ""},
                                          {Kind::jwks_text, R"({"keys":[)" + kOffCurve + "]}", "useless"},
                                          {Kind::jwks_text, ec_set("a"), "good"}};
  std::vector<Result<Content>> readings;
  for (const KeySource& one : sources) readings.emplace_back(Content{one.value});
  readings[1] = Error{"missing: cannot be read", "keys"};
  const BuiltSnapshot built = survey_sources(sources, readings, policy(), nullptr, {});
  ASSERT_EQ(built.snapshot->ring->keys().size(), 1u);
  EXPECT_EQ(built.snapshot->ring->keys()[0].origins[0].source, 3u);
  const std::vector<SourceReport>& reports = built.snapshot->sources;
  ASSERT_EQ(reports.size(), 4u);
  EXPECT_THAT(reports[0].fault.value_or(Error{}).message, StartsWith("broken: not JSON"));
  EXPECT_EQ(reports[1].fault.value_or(Error{}).message, "missing: cannot be read");
  EXPECT_THAT(reports[2].fault.value_or(Error{}).message, StartsWith("useless: none of its 1 keys"));
  ASSERT_EQ(reports[2].skipped.size(), 1u);
  EXPECT_EQ(reports[2].skipped[0].kid, "off");
  EXPECT_FALSE(reports[3].fault);
}

}  // namespace
}  // namespace assay::keys
