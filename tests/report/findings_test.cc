#include "report/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "report/baseline.h"
#include "report/incident.h"

namespace assay::report {
namespace {

using testing::HasSubstr;
using testing::Not;

// The findings of one rule.
std::vector<Finding> by_rule(const tally::Overview& overview, std::string_view rule) {
  std::vector<Finding> found;
  for (const Finding& finding : findings_of(overview)) {
    if (finding.rule == rule) found.push_back(finding);
  }
  return found;
}

// The sentence of the one finding of a rule; empty if there is none.
std::string sentence(const tally::Overview& overview, std::string_view rule) {
  const std::vector<Finding> found = by_rule(overview, rule);
  EXPECT_LE(found.size(), 1u) << rule;
  return found.empty() ? "" : found.front().what.plain();
}

Severity severity(const tally::Overview& overview, std::string_view rule) {
  const std::vector<Finding> found = by_rule(overview, rule);
  EXPECT_EQ(found.size(), 1u) << rule;
  return found.empty() ? Severity::good_to_know : found.front().severity;
}

// Ten good uses of tokens, answered with 200.
tally::Overview quiet() {
  tally::Overview overview;
  overview.all.accepted = 10;
  overview.all.times.add(at(24, 8));
  overview.statuses.rows = {{"200", {10, 0, 0, {}}}};
  return overview;
}

tally::Overview with(Reason reason, std::uint64_t decided, std::uint64_t served) {
  tally::Overview overview = quiet();
  overview.all.rejected = decided;
  overview.all.served = served;
  overview.reasons = {{reason, decided, decided, served, {}}};
  return overview;
}

TEST(Headline, SaysFirstWhatWasAnsweredAsGood) {
  const Headline headline = headline_of(incident());
  EXPECT_EQ(headline.severity, Severity::act_now);
  EXPECT_EQ(headline.sentence, "1,361 requests with tokens that were not valid were answered as good");
  EXPECT_THAT(headline.how_sure.plain(), HasSubstr("27,210 uses of tokens in 10 inputs"));
  EXPECT_THAT(headline.how_sure.plain(), HasSubstr("250 (0.9 %) cannot be judged"));
  EXPECT_THAT(headline.how_sure.plain(), HasSubstr("1 input could not be read to the end"));
  EXPECT_EQ(headline_of(with(Reason::token_expired, 2, 1)).sentence,
            "1 request with a token that was not valid was answered as good");
}

TEST(Headline, CallsNothingGoodThatTheInputDoesNotTell) {
  tally::Overview overview = with(Reason::token_expired, 3, 0);
  EXPECT_THAT(headline_of(overview).sentence, HasSubstr("refused every one of which the log tells the answer"));
  overview.statuses.rows.clear();
  EXPECT_EQ(headline_of(overview).sentence,
            "3 of 13 uses of tokens were not valid; the input does not tell how the server answered");
  EXPECT_FALSE(sentence(overview, "answers_unknown").empty());
  overview.statuses.rows = {{"200", {10, 3, 0, {}}}};
  EXPECT_THAT(headline_of(overview).sentence, HasSubstr("the server refused all of them"));
}

TEST(Headline, SaysPlainlyThatNothingIsBad) {
  EXPECT_EQ(headline_of(quiet()).sentence, "All 10 uses of tokens were valid");
  EXPECT_EQ(headline_of(quiet()).severity, Severity::good_to_know);
  EXPECT_THAT(headline_of(quiet()).how_sure.plain(), HasSubstr("All of them could be judged."));
  EXPECT_TRUE(findings_of(quiet()).empty());
  EXPECT_EQ(headline_of(with(Reason::token_redacted, 5, 5)).sentence,
            "Every token that could be judged was valid: 10 of 15 uses");
  EXPECT_EQ(headline_of(tally::Overview()).sentence, "No token was found: there is nothing to judge");
}

TEST(Findings, StandInTheOrderOfUrgency) {
  const Findings findings = findings_of(incident());
  ASSERT_GT(findings.size(), 8u);
  EXPECT_EQ(findings.front().rule, "rejected_served");
  for (std::size_t i = 1; i < findings.size(); ++i) EXPECT_LE(findings[i - 1].severity, findings[i].severity);
  for (const Finding& finding : findings) {
    EXPECT_TRUE(finding.what.plain().ends_with(".")) << finding.what.plain();
    EXPECT_FALSE(finding.anchor.empty());
    EXPECT_TRUE(finding.severity != Severity::act_now || !finding.action.empty()) << finding.rule;
  }
}

TEST(Findings, TellWhatWasAnsweredAsGoodByReason) {
  EXPECT_EQ(sentence(incident(), "rejected_served"),
            "Of 2,145 uses of tokens that were not valid, 1,361 were answered with 2xx or 3xx: key_compromised 1,131, "
            "key_retired 118, token_expired 84, issuer_mismatch 25 and others.");
  EXPECT_EQ(sentence(quiet(), "rejected_served"), "");
  EXPECT_EQ(sentence(with(Reason::token_redacted, 3, 3), "rejected_served"), "") << "nobody knows whether it was valid";
  EXPECT_THAT(sentence(with(Reason::token_expired, 3, 0), "rejected_refused"), HasSubstr("no sign that a server took"));
}

TEST(Findings, TellWhichCheckAServerLeavesOut) {
  for (const auto& [rule, reason, words] :
       {std::tuple("signature_unchecked", Reason::signature_invalid, "the signature"),
        std::tuple("algorithm_unchecked", Reason::algorithm_not_allowed, "the algorithm"),
        std::tuple("audience_unchecked", Reason::audience_mismatch, "the audience"),
        std::tuple("issuer_unchecked", Reason::issuer_mismatch, "the issuer"),
        std::tuple("revocation_unchecked", Reason::token_revoked, "the list of revoked tokens")}) {
    EXPECT_THAT(sentence(with(reason, 5, 2), rule), HasSubstr(std::string("seems not to check ") + words));
    EXPECT_EQ(severity(with(reason, 5, 2), rule), Severity::act_now);
    EXPECT_EQ(sentence(with(reason, 5, 0), rule), "") << "refused";
  }
}

TEST(Findings, SplitTheUsesOfACompromisedKey) {
  EXPECT_EQ(
      sentence(incident(), "compromised_key"),
      "Key m2m-7, compromised since 2026-11-26 08:00:00, was used 1,428 times while it was, 1,150 answered as good: 99 "
      "tokens first seen since then (forged, or fresh), 82 known from before (genuine), 6 that cannot be told apart.");
  tally::Overview overview = quiet();
  overview.compromised.assign(5, incident().compromised.front());
  const std::vector<Finding> found = by_rule(overview, "compromised_key");
  ASSERT_EQ(found.size(), 4u) << "three keys, then their number";
  EXPECT_THAT(found.back().what.plain(), HasSubstr("2 more compromised keys"));
  overview.compromised.assign(1, tally::CompromisedUses());
  EXPECT_EQ(sentence(overview, "compromised_key"), "");
}

TEST(Findings, TellWhichRetiredKeyIsStillInUse) {
  const std::string words = sentence(incident(), "retired_key");
  EXPECT_THAT(words,
              HasSubstr("Retired keys are still in use: 400 uses of their tokens, at least 118 answered as good: "));
  EXPECT_THAT(words, HasSubstr("login-2025 retired 2026-11-25 11:00:00, last used 2026-11-26 23:21:33"));
  EXPECT_EQ(severity(incident(), "retired_key"), Severity::act_now);
  EXPECT_EQ(severity(with(Reason::key_retired, 4, 0), "retired_key"), Severity::look_into);
  EXPECT_EQ(sentence(quiet(), "retired_key"), "");
}

TEST(Findings, TellOfKeysOfAnotherIssuer) {
  const std::optional<Reason> reason = reason_from_string("issuer_key_mismatch");
  if (!reason) GTEST_SKIP() << "this version does not know the reason";
  EXPECT_THAT(sentence(with(*reason, 84, 54), "foreign_issuer_key"),
              HasSubstr("84 uses of tokens that name one issuer and are signed with the key of another; 54 were"));
  EXPECT_EQ(severity(with(*reason, 84, 54), "foreign_issuer_key"), Severity::act_now);
  EXPECT_EQ(severity(with(*reason, 84, 0), "foreign_issuer_key"), Severity::look_into);
}

TEST(Findings, DoNotCallAKidUnknownUnderWhichSignaturesAreValid) {
  tally::Overview overview = with(Reason::key_not_found, 3, 0);
  overview.kids.rows = {{"k1", {0, 5, 0, {}}}, {"k2", {0, 3, 0, {}}}};
  overview.verified_kids.rows = {{"k1", {0, 5, 0, {}}}};
  EXPECT_EQ(sentence(overview, "unknown_kid"), "3 uses of tokens by keys that this run does not have: k2.");
}

TEST(Findings, TellOfKeysThatAreUnknownWeakOrPublished) {
  EXPECT_EQ(sentence(incident(), "unknown_kid"), "35 uses of tokens by keys that this run does not have: dev-1.");
  EXPECT_THAT(sentence(with(Reason::key_not_found, 3, 2), "unknown_kid"), HasSubstr("the servers may know more keys"));
  tally::Overview overview = quiet();
  EXPECT_EQ(sentence(overview, "weak_key"), "");
  EXPECT_EQ(sentence(overview, "published_private_key"), "");
  overview.keys.resize(1);
  overview.keys[0].kid = "old";
  overview.keys[0].weaknesses = {"RSA of 1024 bits"};
  overview.published_private_keys = 1;
  EXPECT_EQ(sentence(overview, "weak_key"), "1 key has a weakness: old (0 uses).");
  EXPECT_THAT(sentence(overview, "published_private_key"), HasSubstr("publish 1 private key:"));
  EXPECT_EQ(severity(overview, "published_private_key"), Severity::act_now);
}

TEST(Findings, TellOfForgeriesByAlgorithm) {
  EXPECT_EQ(sentence(incident(), "unsigned_tokens"),
            "30 tokens came with alg none, that is, without a signature; none was answered as good.");
  EXPECT_THAT(sentence(incident(), "key_confusion"), HasSubstr("25 tokens claimed an HMAC algorithm"));
  EXPECT_EQ(severity(incident(), "key_confusion"), Severity::look_into);
  tally::Overview overview = with(Reason::algorithm_not_allowed, 4, 4);
  overview.algorithms.rows = {{"nOnE", {0, 2, 2, {}}}, {"HS256", {0, 2, 2, {}}}};
  EXPECT_EQ(severity(overview, "unsigned_tokens"), Severity::act_now);
  EXPECT_EQ(severity(overview, "key_confusion"), Severity::act_now);
  overview.algorithms.rows = {{"HS256", {9, 2, 0, {}}}};
  EXPECT_EQ(sentence(overview, "key_confusion"), "") << "the system uses HS256";
  EXPECT_EQ(sentence(overview, "unsigned_tokens"), "");
}

TEST(Findings, TellOfForgeriesThatWereRefused) {
  EXPECT_EQ(sentence(incident(), "refused_forgery"),
            "145 uses of tokens that look forged or altered were not answered as good: signature_invalid 90, "
            "algorithm_not_allowed 55.");
  EXPECT_EQ(sentence(with(Reason::signature_invalid, 3, 3), "refused_forgery"), "");
  EXPECT_EQ(sentence(with(Reason::token_expired, 3, 0), "refused_forgery"), "");
}

TEST(Findings, TellReplaysInTurnsFromThoseOneAfterAnother) {
  EXPECT_EQ(sentence(incident(), "replays"),
            "140 tokens came from two or more client addresses, 70 of them from several addresses in turns; 140 were "
            "answered as good.");
  tally::Overview overview = incident();
  overview.replays.share = 0.25;
  EXPECT_THAT(sentence(overview, "replays"), HasSubstr("Only 25 % of the tokens were looked at"));
  EXPECT_EQ(sentence(quiet(), "replays"), "");
  EXPECT_EQ(sentence(quiet(), "shared_jtis"), "");
  overview.replays.jtis.resize(2);
  EXPECT_THAT(sentence(overview, "shared_jtis"), HasSubstr("2 jtis stand in different tokens"));
}

TEST(Findings, TellClockSkewFromOldTokens) {
  EXPECT_EQ(sentence(incident(), "expired_by_skew"),
            "60 of 230 uses of expired tokens missed by less than 30 s: clock skew, harmless.");
  EXPECT_EQ(sentence(incident(), "long_expired"), "");
  tally::Overview overview = quiet();
  overview.expired_by.parts[5] = 2;
  EXPECT_EQ(sentence(overview, "expired_by_skew"), "");
  EXPECT_THAT(sentence(overview, "long_expired"), HasSubstr("2 uses of tokens came more than a day after"));
}

TEST(Findings, TellWhatCannotBeJudged) {
  EXPECT_THAT(sentence(incident(), "undecidable"), HasSubstr("250 uses of tokens (0.9 %) cannot be judged"));
  EXPECT_EQ(severity(incident(), "undecidable"), Severity::good_to_know);
  EXPECT_EQ(severity(with(Reason::token_redacted, 5, 0), "undecidable"), Severity::look_into);
  EXPECT_EQ(sentence(quiet(), "undecidable"), "");
  EXPECT_THAT(sentence(with(Reason::missing_time, 5, 0), "missing_time"),
              HasSubstr("5 uses of tokens on lines without a time"));
}

TEST(Findings, TellWhatIsMissingInTheInputs) {
  EXPECT_EQ(sentence(incident(), "faulty_input"),
            "1 input could not be read to the end: logs/nginx/ws.access.log.2.gz.");
  EXPECT_EQ(sentence(incident(), "gap"),
            "1 input has 2 gaps of more than 30 minutes without a line, the longest of 2 h 43 min in "
            "logs/nginx/access.log.1.");
  EXPECT_EQ(sentence(incident(), "no_token_in_input"), "1 of 10 inputs holds no token: logs/nginx/error.log.");
  EXPECT_EQ(severity(incident(), "no_token_in_input"), Severity::good_to_know);
  tally::Overview overview = quiet();
  for (const char* rule :
       {"faulty_input", "gap", "no_token_in_input", "counted_twice", "repeated_input", "lines_without_time"})
    EXPECT_EQ(sentence(overview, rule), "") << rule;
  overview.files.resize(3);
  for (tally::FileCoverage& file : overview.files) file.lines = 100;
  overview.files[0].sha256 = overview.files[1].sha256 = std::string(64, 'a');
  overview.files[1].path = "b/access.log";
  overview.files[2].lines_without_time = 50;
  EXPECT_EQ(severity(overview, "no_token_in_input"), Severity::look_into) << "none of them has one";
  EXPECT_THAT(sentence(overview, "counted_twice"), HasSubstr("counts twice: b/access.log."));
  EXPECT_THAT(sentence(overview, "lines_without_time"), HasSubstr("50 of 300 lines"));
  overview.files[1].repeats = "a/access.log";
  EXPECT_EQ(sentence(overview, "counted_twice"), "");
  EXPECT_THAT(sentence(overview, "repeated_input"),
              HasSubstr("1 input has the content of another one and was counted once"));
}

TEST(Findings, TellHowTheRunsDiffer) {
  tally::Overview overview = incident();
  EXPECT_EQ(sentence(overview, "unfinished_run"), "");
  overview.runs.push_back(overview.runs.front());
  overview.runs.back().options.emplace_back("--threads", "2");
  EXPECT_EQ(sentence(overview, "different_policies"), "") << "the number of threads changes no verdict";
  overview.runs.back().options.emplace_back("--leeway", "30");
  overview.runs.back().is_complete = false;
  EXPECT_THAT(sentence(overview, "different_policies"), HasSubstr("The 2 runs had different options"));
  EXPECT_THAT(sentence(overview, "unfinished_run"), HasSubstr("1 of 2 runs was stopped"));
}

TEST(Findings, TellWhatIsGoodToKnow) {
  tally::Overview overview = quiet();
  for (const char* rule : {"valid_refused", "far_expiry", "other_credentials", "repeated_hours"})
    EXPECT_EQ(sentence(overview, rule), "") << rule;
  overview.accepted_refused = 105;
  overview.far_expiry = 1;
  overview.other_credentials = 2;
  overview.repeated_hours = 3;
  EXPECT_THAT(sentence(overview, "valid_refused"),
              HasSubstr("105 requests with valid tokens were answered with 401 or 403"));
  EXPECT_THAT(sentence(overview, "far_expiry"), HasSubstr("1 use of accepted tokens that expire after the year 2200"));
  EXPECT_THAT(sentence(overview, "other_credentials"), HasSubstr("2 other credentials"));
  EXPECT_THAT(sentence(overview, "repeated_hours"), HasSubstr("3 uses of tokens in the hour that comes twice"));
}

TEST(News, AreWhatTheLastAuditDidNotHave) {
  const News news = news_of(incident(), week_before());
  EXPECT_THAT(news.reasons, Not(testing::Contains(Reason::token_expired)));
  EXPECT_THAT(news.reasons, testing::Contains(Reason::key_compromised));
  EXPECT_THAT(news.kids, testing::ElementsAre("login-2026", "m2m-8", "dev-1"));
  EXPECT_THAT(news.algorithms, testing::ElementsAre("none", "HS256"));
  EXPECT_THAT(news.issuers, testing::IsEmpty());
  ASSERT_EQ(news.clients.size(), 6u);
  EXPECT_EQ(news.clients.front().name, "10.40.3.3");
  EXPECT_EQ(news.replays.size(), 138u);
  EXPECT_THAT(news.inputs_in_both, testing::IsEmpty());
  EXPECT_TRUE(news.is_exact);
  EXPECT_FALSE(news.nothing());
  EXPECT_TRUE(news_of(incident(), incident()).nothing());
  EXPECT_EQ(news_of(incident(), incident()).inputs_in_both.size(), 10u);
}

}  // namespace
}  // namespace assay::report
