#include "tally/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <limits>
#include <random>

namespace assay::tally {
namespace {

using testing::HasSubstr;

// A record whose texts it owns.
struct Made {
  std::string token, kid, subject, jti, client, expires_at;
  Instant at;
  jose::TokenVerdict verdict;
  std::uint16_t status = 0;
};

// Records like those of logs: distinct subjects, few kids, some tokens used twice and from elsewhere.
std::deque<Made> records(std::uint64_t seed, int count) {
  std::mt19937_64 random(seed);
  std::deque<Made> list;
  for (int i = 0; i < count; ++i) {
    Made& made = list.emplace_back();
    const std::uint64_t token = random() % static_cast<std::uint64_t>(count / 2 + 1);
    made.token = "token " + std::to_string(token);
    made.kid = "k" + std::to_string(token % 5);
    made.subject = "user " + std::to_string(token % 1000);
    made.jti = std::to_string(token % 3001);
    made.client = token % 7 == 0 ? "" : "192.0.2." + std::to_string(random() % 10 == 0 ? random() % 200 : token % 200);
    made.at = {1796040000 + static_cast<std::int64_t>(random() % 200'000), static_cast<std::uint32_t>(random() % 1000)};
    made.status = static_cast<std::uint16_t>(random() % 3 == 0 ? 401 : 200);
    jose::TokenVerdict& verdict = made.verdict;
    verdict.has_alg = verdict.has_kid = true;
    verdict.alg = "RS256";
    verdict.kid = made.kid;
    const std::uint64_t kind = random() % 10;
    if (kind == 0) {
      verdict.reasons = Reason::signature_invalid;
      verdict.signature = SignatureState::invalid;
      continue;
    }
    verdict.signature = SignatureState::valid;
    verdict.has_subject = verdict.has_jti = verdict.has_issuer = verdict.has_client_id = true;
    verdict.subject = verdict.client_id = made.subject;
    verdict.jti = made.jti;
    verdict.issuer = "https://idp.example";
    if (kind == 1) {
      verdict.reasons = Reason::token_expired;
      verdict.reasons.insert(Reason::audience_mismatch);
      made.expires_at = std::to_string(made.at.seconds - static_cast<std::int64_t>(random() % 100'000));
      verdict.expires_at = made.expires_at;
    }
    if (kind == 2) verdict.reasons = Reason::key_compromised;
  }
  return list;
}

void count(Tally& tally, const Made& made) {
  tally.count({.verdict = &made.verdict,
               .at = &made.at,
               .has_own_time = true,
               .token = made.token,
               .is_of_log = true,
               .client = made.client,
               .status = made.status});
}

FileCoverage file(const std::string& path) {
  FileCoverage coverage;
  coverage.path = path;
  coverage.bytes = 12;
  coverage.sha256 = "00ff";
  coverage.format = "nginx combined";
  coverage.lines = 7;
  coverage.lines_without_time = 1;
  coverage.tokens = 3;
  coverage.times.add(Instant{1796040000, 5});
  coverage.gaps.push_back({{1, 0}, {2, 3}});
  coverage.gap_count = 1;
  coverage.fault = "cut off \"here\"";
  return coverage;
}

KeyRow key(const std::string& kid) {
  KeyRow row;
  row.kid = kid;
  row.type = "RSA 2048";
  row.thumbprint = "abc";
  row.issuer = "https://idp.example";
  row.source = "jwks.json";
  row.compromised_at = Instant{1796140000, 0};
  row.published = {
      {"archive/", "login", Instant{1795900000, 0}, Instant{1796000000, 0}, Instant{1796100000, 0}, {}, 3, 4}};
  row.weaknesses = {"weak"};
  return row;
}

Summary summary_of(const std::deque<Made>& made, std::size_t from, std::size_t to, const std::string& path) {
  Summary summary;
  for (std::size_t i = from; i < to; ++i) count(summary.tally, made[i]);
  summary.files.push_back(file(path));
  summary.keys = {key("k1"), key("k2")};
  summary.bytes = 12;
  summary.other_credentials = 2;
  return summary;
}

TEST(Summary, PartsAddUpToTheWholeInAnyOrder) {
  for (const std::uint64_t seed : {1, 2}) {
    const std::deque<Made> made = records(seed, 16'000);
    Summary whole = summary_of(made, 0, made.size(), "0.log");
    std::vector<Summary> parts;
    for (std::size_t i = 0; i < 16; ++i) {
      const std::string path = std::to_string(i) + ".log";
      parts.push_back(summary_of(made, made.size() * i / 16, made.size() * (i + 1) / 16, path));
      if (i == 0) continue;
      whole.files.push_back(file(path));
      whole.bytes += 12;
      whole.other_credentials += 2;
    }
    tidy(whole);
    const std::string expected = summary_json(whole);
    for (const std::uint64_t order : {1, 2, 3}) {
      std::shuffle(parts.begin(), parts.end(), std::mt19937_64(order));
      Summary sum;
      for (const Summary& part : parts) {
        // As a file, too.
        Result<Summary> read = read_summary(summary_json(part), "part.json");
        ASSERT_TRUE(read) << read.error().message;
        merge(sum, *read);
      }
      EXPECT_EQ(summary_json(sum), expected);
    }
  }
}

TEST(Summary, ComesBackFromItsDocument) {
  const std::deque<Made> made = records(3, 5000);
  Summary summary = summary_of(made, 0, made.size(), "a.log");
  RunRow run;
  run.command = "audit";
  run.version = "1";
  run.started = {1, 2};
  run.ended = {3, 0};
  run.threads = 2;
  run.backend = "lanes";
  run.inputs = {"a.log", "\xFF"};
  run.options = {{"--jwks", "a \"b\""}, {"--jwks", "c"}};
  run.numbers = {{"by_lanes", 7}};
  summary.runs.push_back(run);
  const std::string json = summary_json(summary);
  const Result<Summary> back = read_summary(json, "a.json");
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->runs.front().threads, 2);
  EXPECT_EQ(back->keys.size(), 2u);
  const std::string again = summary_json(*back);
  // Bytes that are no text are replaced once.
  const Result<Summary> third = read_summary(again, "a.json");
  ASSERT_TRUE(third);
  EXPECT_EQ(summary_json(*third), again);
  EXPECT_THAT(json, HasSubstr("\"by_lanes\":7"));
}

void count_kid(Tally& tally, SignatureState signature, std::string_view alg, std::string_view kid) {
  jose::TokenVerdict verdict;
  if (signature != SignatureState::valid) verdict.reasons = Reason::signature_invalid;
  verdict.signature = signature;
  verdict.has_alg = verdict.has_kid = true;
  verdict.alg = alg;
  verdict.kid = kid;
  Use use;
  use.verdict = &verdict;
  tally.count(use);
}

TEST(Tally, NamesOnlyKnownAlgorithmsAndNone) {
  Tally tally;
  count_kid(tally, SignatureState::unchecked, "None", "k");
  count_kid(tally, SignatureState::unchecked, "none", "k");
  count_kid(tally, SignatureState::unchecked, "nonf", "k");
  count_kid(tally, SignatureState::unchecked, "rs256", "k");
  count_kid(tally, SignatureState::valid, "RS256", "k");
  const Breakdown algorithms = tally.values(Property::alg).breakdown();
  ASSERT_EQ(algorithms.rows.size(), 2u);
  EXPECT_EQ(algorithms.rows[0].name, "none");
  EXPECT_EQ(algorithms.rows[0].cell.rejected, 2u);
  EXPECT_EQ(algorithms.rows[1].name, "RS256");
  EXPECT_EQ(algorithms.other.rejected, 2u);
}

TEST(Tally, KeepsSignedKidsWhenAFloodOfOthersCameFirst) {
  Tally run;
  for (int i = 0; i < 3; ++i) {
    Tally batch{Tally::Part()};
    for (int n = 0; n < 16000; ++n) {
      count_kid(batch, SignatureState::unchecked, "RS256", "flood" + std::to_string(i * 16000 + n));
    }
    count_kid(batch, SignatureState::valid, "RS256", "mine");
    run.add(batch);
  }
  const Breakdown verified = run.values(Property::verified_kid).breakdown();
  ASSERT_EQ(verified.rows.size(), 1u);
  EXPECT_EQ(verified.rows[0].name, "mine");
  EXPECT_EQ(verified.rows[0].cell.accepted, 3u);
  EXPECT_TRUE(verified.is_exact);
  const Breakdown all = run.values(Property::kid).breakdown();
  EXPECT_FALSE(all.is_exact);
  EXPECT_EQ(all.other.records(), 48'003u);
}

TEST(Tally, CountsExpiredTokensByHowLate) {
  Tally tally;
  const Instant at{1'000'000, 0};
  for (const char* expires_at : {"1000000", "999971", "999970", "999700", "996400", "900000", "-5"}) {
    jose::TokenVerdict verdict;
    verdict.reasons = Reason::token_expired;
    verdict.signature = SignatureState::valid;
    verdict.expires_at = expires_at;
    Use use;
    use.verdict = &verdict;
    use.at = &at;
    tally.count(use);
  }
  // Below 30 s, 5 min, 1 h, 1 d, 30 d; more.
  EXPECT_THAT(tally.expired_by.parts, testing::ElementsAre(2, 1, 1, 1, 2, 0));
}

TEST(Tally, CountsATokenThatExpiredBeforeAnyClockAsVeryLate) {
  Tally tally;
  const Instant at{1'000'000, 0};
  jose::TokenVerdict verdict;
  verdict.reasons = Reason::token_expired;
  verdict.signature = SignatureState::valid;
  verdict.expires_at = "-9223372036854775808";
  Use use;
  use.verdict = &verdict;
  use.at = &at;
  tally.count(use);
  EXPECT_THAT(tally.expired_by.parts, testing::ElementsAre(0, 0, 0, 0, 0, 1));
}

// RFC 3339 has no words for them, and a summary must not become unreadable by one record.
TEST(Summary, IsReadableAfterTimesBeyondTheYears0000To9999) {
  const jose::TokenVerdict verdict;
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max(),
                         kLeast = std::numeric_limits<std::int64_t>::min();
  for (const std::int64_t seconds : {kLeast, std::int64_t{-62'167'219'201}, std::int64_t{253'402'300'800}, kMost}) {
    Summary summary;
    const Instant at{seconds, 0};
    Use use;
    use.verdict = &verdict;
    use.at = &at;
    use.has_own_time = true;
    summary.tally.count(use);
    const std::string text = summary_json(summary);
    const Result<Summary> read = read_summary(text, "run.json");
    ASSERT_TRUE(read) << read.error().message << "\n" << text;
    EXPECT_EQ(summary_json(*read), text);
    EXPECT_THAT(text, HasSubstr(seconds < 0 ? "0000-01-01T00:00:00" : "9999-12-31T23:59:59"));
  }
}

TEST(Tally, DoesNotCountMasksAndPiecesAsTokens) {
  Tally tally;
  for (const Reason reason : {Reason::token_redacted, Reason::signature_redacted, Reason::malformed_token}) {
    jose::TokenVerdict verdict;
    verdict.reasons = reason;
    for (const char* client : {"192.0.2.1", "192.0.2.2"}) {
      Use use;
      use.verdict = &verdict;
      use.token = "***";
      use.is_of_log = true;
      use.client = client;
      tally.count(use);
    }
  }
  EXPECT_EQ(tally.tokens.size(), 0u);
}

TEST(Summary, CountsByEachProperty) {
  jose::TokenVerdict verdict;
  verdict.has_alg = true;
  verdict.alg = "RS256";
  Summary summary;
  const Instant at = *parse_rfc3339("2026-11-23T09:51:01Z");
  Use use;
  use.verdict = &verdict;
  use.at = &at;
  summary.tally.count(use);
  verdict.reasons = Reason::signature_invalid;
  use.at = nullptr;
  summary.tally.count(use);
  summary.published_private_keys = 3;
  const std::string json = summary_json(summary);
  for (const char* part :
       {R"("records":2,"accepted":1,"rejected":1,)", R"("hygiene":{"published_private_keys":3})",
        R"("by_reason":{"signature_invalid":1})", R"("by_alg":{"RS256":{"accepted":1,"rejected":1}})",
        R"("by_hour":{"2026-11-23T09":{"accepted":1,"rejected":0}})",
        R"("absent":{"by_alg":{"accepted":0,"rejected":0},"by_kid":{"accepted":1,"rejected":1})"}) {
    EXPECT_THAT(json, HasSubstr(part));
  }
}

TEST(Summary, SplitsTheUsesOfACompromisedKeyByWhenTheTokenWasFirstSeen) {
  Summary summary;
  KeyRow window = key("k1");
  window.compromised_at = Instant{1000, 0};
  summary.keys = {window};
  const auto use = [&](const char* token, std::int64_t second, bool compromised) {
    Made made;
    made.token = token;
    made.at = {second, 0};
    made.status = 200;
    made.verdict.has_kid = made.verdict.has_alg = true;
    made.verdict.alg = "RS256";
    made.verdict.kid = "k1";
    made.verdict.signature = SignatureState::valid;
    if (compromised) made.verdict.reasons = Reason::key_compromised;
    count(summary.tally, made);
  };
  use("genuine", 900, false);
  use("genuine", 1100, true);
  use("genuine", 1200, true);
  use("forged", 1100, true);
  const Overview shown = overview(summary);
  ASSERT_EQ(shown.compromised.size(), 1u);
  EXPECT_EQ(shown.compromised[0].issuer, "https://idp.example");
  EXPECT_EQ(shown.compromised[0].seen_before.tokens, 1u);
  EXPECT_EQ(shown.compromised[0].seen_before.uses, 2u);
  EXPECT_EQ(shown.compromised[0].first_inside.tokens, 1u);
  EXPECT_EQ(shown.compromised[0].first_inside.served, 1u);
  EXPECT_EQ(shown.compromised[0].cannot_be_told.uses, 0u);
}

TEST(Summary, CannotTellWhatWasBeforeTheLogsBegin) {
  Summary summary;
  KeyRow window = key("k1");
  window.compromised_at = Instant{1000, 0};
  summary.keys = {window};
  Made made;
  made.token = "a";
  made.at = {1000, 0};
  made.verdict.kid = "k1";
  made.verdict.has_kid = true;
  made.verdict.signature = SignatureState::valid;
  made.verdict.reasons = Reason::key_compromised;
  count(summary.tally, made);
  const Overview shown = overview(summary);
  ASSERT_EQ(shown.compromised.size(), 1u);
  EXPECT_EQ(shown.compromised[0].cannot_be_told.uses, 1u);
}

TEST(Summary, SaysWhatIsWrongWithADocument) {
  const auto error_of = [](std::string_view json) {
    const Result<Summary> read = read_summary(json, "a.json");
    return read ? std::string() : read.error().message;
  };
  EXPECT_THAT(error_of("{"), HasSubstr("a.json: not JSON"));
  EXPECT_THAT(error_of("{}"), HasSubstr("a.json: not a summary"));
  EXPECT_THAT(error_of("[1]"), HasSubstr("a.json: not a summary"));
  EXPECT_THAT(error_of("{\"assay_summary\":1}"), HasSubstr("another version"));
  EXPECT_THAT(error_of("{\"assay_summary\":2}"), HasSubstr("not a whole summary"));
  std::string json = summary_json(summary_of(records(4, 50), 0, 50, "a.log"));
  ASSERT_EQ(error_of(json), "");
  const std::size_t at = json.find("\"accepted\":");
  ASSERT_NE(at, std::string::npos);
  json.replace(at, 11, "\"accepted\":-");
  EXPECT_THAT(error_of(json), HasSubstr("'accepted'"));
}

}  // namespace
}  // namespace assay::tally
