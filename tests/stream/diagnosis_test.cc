#include "stream/diagnosis.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace assay::stream {
namespace {

using Kind = InputNote::Kind;

jose::TokenVerdict rejected(Reason reason) {
  jose::TokenVerdict verdict;
  verdict.reasons = reason;
  return verdict;
}

class InputNotesTest : public testing::Test {
 protected:
  void add(const Diagnosis& batch, std::size_t file, std::uint64_t records) { notes_.add(batch, file, records); }
  static Diagnosis seen(Kind kind, const std::string& place) {
    Diagnosis batch;
    batch.saw(kind, place);
    return batch;
  }
  std::vector<std::string> told_;
  InputNotes notes_{
      [this](const InputNote& note) {
        told_.push_back(note.input + " " + std::to_string(static_cast<int>(note.kind)) + " " + note.place);
      },
      {"a", "b", "c", "d", "e", "f", "g"}};
};

TEST_F(InputNotesTest, TellsOnceForAnInputThatItIsNoLines) {
  add(seen(Kind::array, ""), 0, 1);
  add(seen(Kind::array, ""), 0, 2);
  Diagnosis pretty = seen(Kind::several_lines, "");
  pretty.saw(Kind::in_text, "");
  add(pretty, 1, 1);
  add(seen(Kind::array, ""), 1, 2);
  notes_.end();
  EXPECT_EQ(told_, (std::vector<std::string>{"a 0 ", "b 1 "}));
}

TEST_F(InputNotesTest, TellsWhereTokensStandWhenTheFirstRecordsHeldNone) {
  add(seen(Kind::elsewhere, "/x"), 0, 50);
  EXPECT_TRUE(told_.empty());
  add(seen(Kind::elsewhere, "/y"), 0, 100);
  EXPECT_EQ(told_, (std::vector<std::string>{"a 3 /x"}));
  add(seen(Kind::elsewhere, "/z"), 0, 200);
  add(seen(Kind::in_text, ""), 1, 1);
  notes_.end();
  EXPECT_EQ(told_, (std::vector<std::string>{"a 3 /x", "b 4 "}));
}

TEST_F(InputNotesTest, TellsNothingOfAnInputThatHoldsTokens) {
  Diagnosis batch = seen(Kind::elsewhere, "/x");
  batch.count(rejected(Reason::token_expired), 100);
  add(batch, 0, 100);
  notes_.end();
  EXPECT_TRUE(told_.empty());
  // Beyond the first records a token no longer counts, and what is no token never does.
  Diagnosis other = seen(Kind::elsewhere, "/x");
  other.count(rejected(Reason::token_expired), 101);
  other.count(rejected(Reason::malformed_token), 1);
  add(other, 1, 101);
  EXPECT_EQ(told_.size(), 1u);
}

TEST_F(InputNotesTest, TellsOfFiveInputsAtMost) {
  for (std::size_t file = 0; file < 7; ++file) add(seen(Kind::array, ""), file, 1);
  notes_.end();
  EXPECT_EQ(told_.size(), 5u);
}

TEST(Diagnosis, CountsUnknownKids) {
  Diagnosis run;
  for (int i = 0; i < 3; ++i) {
    Diagnosis batch;
    jose::TokenVerdict verdict = rejected(Reason::key_not_found);
    batch.count(verdict, 1);  // has no kid
    verdict.has_kid = true;
    verdict.kid = i == 0 ? "k1" : "k2";
    batch.count(verdict, 2);
    verdict.kid = "skipped";  // its key is known, and the note on it says what is wrong
    verdict.key_was_skipped = true;
    batch.count(verdict, 3);
    run.add(batch);
  }
  const auto& kids = run.unknown_kids().values();
  ASSERT_EQ(kids.size(), 2u);
  EXPECT_EQ(kids[0].first, "k1");
  EXPECT_EQ(kids[0].second.rejected, 1u);
  EXPECT_EQ(kids[1].second.rejected, 2u);
}

TEST(Diagnosis, ComparesTheTimesOfSignedTokens) {
  // {"alg":"none"}.{"iat":1790000000,"exp":1790000300}.
  const std::string token = "eyJhbGciOiJub25lIn0.eyJpYXQiOjE3OTAwMDAwMDAsImV4cCI6MTc5MDAwMDMwMH0.AAAA";
  const std::string without_iat = "eyJhbGciOiJub25lIn0.eyJleHAiOjE3OTAwMDAzMDB9.AAAA";
  jose::TokenVerdict verdict = rejected(Reason::token_expired);
  Diagnosis batch;
  batch.compare_times(verdict, token, Instant{1790003700, 0});
  EXPECT_EQ(batch.times().state().seen, 0u) << "anybody may have written these times";
  verdict.signature = SignatureState::valid;
  for (const std::string& bad : {without_iat, std::string("eyJ.x"), std::string()})
    batch.compare_times(verdict, bad, Instant{1790003700, 0});
  EXPECT_EQ(batch.times().state().seen, 0u);
  for (int i = 0; i < 100; ++i) batch.compare_times(verdict, token, Instant{1790003700, 0});
  EXPECT_EQ(batch.times().state().seen, Diagnosis::kMostCompared);
  EXPECT_EQ(batch.times().state().out_of_time, Diagnosis::kMostCompared);
  EXPECT_EQ(batch.times().state().earliest, 1790000000);
}

TEST_F(InputNotesTest, GoesOnAsIfItHadNotBeenDisturbed) {
  add(seen(Kind::array, ""), 0, 1);
  add(seen(Kind::elsewhere, "/x"), 1, 50);
  const InputNotes::State state = notes_.state();
  told_.clear();
  InputNotes later([this](const InputNote& note) { told_.push_back("again " + note.input); }, {"a", "b", "c"});
  later.restore(state);
  EXPECT_EQ(told_, (std::vector<std::string>{"again a"}));
  later.add(seen(Kind::in_text, ""), 1, 100);
  EXPECT_EQ(told_, (std::vector<std::string>{"again a", "again b"}));
  later.end();
  EXPECT_EQ(later.state().told.size(), 2u);
  EXPECT_EQ(later.state().told[1].place, "/x");
}

}  // namespace
}  // namespace assay::stream
