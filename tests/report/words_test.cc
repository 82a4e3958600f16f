#include "report/words.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "report/reason_words.h"

namespace assay::report {
namespace {

using namespace std::string_view_literals;

TEST(Words, WriteNumbersAsAPersonReadsThem) {
  EXPECT_EQ(number(0), "0");
  EXPECT_EQ(number(999), "999");
  EXPECT_EQ(number(1'234'567), "1,234,567");
  EXPECT_EQ(number(std::numeric_limits<std::uint64_t>::max()), "18,446,744,073,709,551,615");
  EXPECT_EQ(counted(1, "use"), "1 use");
  EXPECT_EQ(counted(2, "use"), "2 uses");
  EXPECT_EQ(counted(0, "address", "addresses"), "0 addresses");
  EXPECT_EQ(answered(0), "none was answered as good");
  EXPECT_EQ(answered(1), "1 was answered as good");
  EXPECT_EQ(answered(1234), "1,234 were answered as good");
  EXPECT_EQ(difference(5, 3), "+2");
  EXPECT_EQ(difference(3, 5), "-2");
  EXPECT_EQ(difference(3, 3), "0");
}

TEST(Words, NeverRoundAShareToAllOrNothing) {
  EXPECT_EQ(percent(0, 10), "0 %");
  EXPECT_EQ(percent(1, 100'000), "< 0.1 %");
  EXPECT_EQ(percent(99'999, 100'000), "> 99.9 %");
  EXPECT_EQ(percent(10, 10), "100 %");
  EXPECT_EQ(percent(1, 8), "12 %");
  EXPECT_EQ(percent(1, 0), "0 %");
}

TEST(Words, WriteTimesInUtcAndLengthsInTwoUnits) {
  EXPECT_EQ(utc(Instant{1'795'680'015, 999}), "2026-11-26 08:00:15");
  EXPECT_EQ(utc(std::optional<Instant>()), "–");
  tally::TimeSpan times;
  EXPECT_EQ(period(times), "–");
  times.add(Instant{1'795'680'015, 0});
  EXPECT_EQ(period(times), "2026-11-26 08:00:15");
  times.add(Instant{1'795'680'016, 0});
  EXPECT_EQ(period(times), "2026-11-26 08:00:15 to 08:00:16");
  times.add(Instant{1'795'780'015, 0});
  EXPECT_EQ(period(times), "2026-11-26 08:00:15 to 2026-11-27 11:46:55");
  EXPECT_EQ(duration(45), "45 s");
  EXPECT_EQ(duration(3600), "1 h");
  EXPECT_EQ(duration(7800), "2 h 10 min");
  EXPECT_EQ(duration(273'599), "3 d 3 h");
  EXPECT_EQ(duration(-1), "0 s");
  constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max();
  EXPECT_GT(seconds_between({-kFar, 0}, {kFar, 0}), 0);
}

TEST(Words, ShowTextsOfUnknownOriginWholeOnlyIfTheyAreShort) {
  EXPECT_EQ(shown(""), "(empty)");
  EXPECT_EQ(shown("k1"), "k1");
  EXPECT_EQ(shown("a\0b\xff"sv), "a\\u0000b\\ufffd");
  EXPECT_EQ(shown(std::string(10'000, 'x')).size(), kLongestName - 1 + 3);  // the dots have three bytes
  EXPECT_EQ(shown(std::string(10'000, '\0')).find_first_not_of("\\u0"), kLongestName - 1);
}

TEST(Words, CutAPathInItsMiddle) {
  EXPECT_EQ(shown_path("logs/access.log"), "logs/access.log");
  EXPECT_EQ(shown_path("logs/0123456789/access.log.2.gz", 18), "logs/…ess.log.2.gz");
  EXPECT_EQ(shown_path("äöüäöüäöü", 6), "ä…üäöü");
  EXPECT_EQ(shown_path(""), "(empty)");
  EXPECT_EQ(shown_path(std::string(100'000, 'x')).size(), kLongestName - 1 + 3);
}

TEST(Words, JoinNamesAndSayHowManyMore) {
  using Names = std::vector<std::string>;
  EXPECT_EQ(names(Names{"a"}).plain(), "a");
  EXPECT_EQ(names(Names{"a", "b"}).plain(), "a and b");
  EXPECT_EQ(names(Names{"a", "b", "c"}).plain(), "a, b and c");
  EXPECT_EQ(names(Names{"a", "b", "c", "d"}, 2).plain(), "a, b and 2 more");
}

TEST(ReasonWords, ExplainEveryReason) {
  for (int i = 0; i < kReasonCount; ++i) {
    const ReasonWords words = words_of(static_cast<Reason>(i));
    EXPECT_GT(words.cause.size(), 10u) << to_string(static_cast<Reason>(i));
    EXPECT_GT(words.action.size(), 6u) << to_string(static_cast<Reason>(i));
    for (const std::string_view text : {words.cause, words.action}) {
      EXPECT_FALSE(text.ends_with('.')) << text;
      EXPECT_FALSE(text.starts_with(' ')) << text;
    }
  }
}

TEST(ReasonWords, CallNoTokenInvalidThatTheLogDoesNotShow) {
  for (const Reason reason : {Reason::token_redacted, Reason::signature_redacted, Reason::missing_time,
                              Reason::malformed_token, Reason::encrypted_token})
    EXPECT_EQ(words_of(reason).proof, Proof::cannot_tell) << to_string(reason);
  for (const Reason reason : {Reason::missing_token, Reason::other_credential, Reason::malformed_record})
    EXPECT_EQ(words_of(reason).proof, Proof::no_token) << to_string(reason);
  for (const Reason reason : {Reason::signature_invalid, Reason::token_expired, Reason::key_compromised})
    EXPECT_EQ(words_of(reason).proof, Proof::not_valid) << to_string(reason);
}

}  // namespace
}  // namespace assay::report
