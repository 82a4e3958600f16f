// The token memo: what it knows is exact, what it takes is bounded, and what it gives stays until the next batch.
#include "memo/token_memo.h"

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "support/random.h"

namespace assay::memo {
namespace {

constexpr std::size_t kKiB = 1024;
constexpr std::size_t kMiB = 1024 * kKiB;
constexpr Instant kNow{1'800'000'000, 0};
constexpr jose::Interval kAlways{{std::numeric_limits<std::int64_t>::min(), 0},
                                 {std::numeric_limits<std::int64_t>::max(), 0}};
constexpr jose::Interval kNever{};

// Texts as an accepted token has them; all but alg and kid lie within the claims, as they do when read.
struct Accepted {
  explicit Accepted(const std::string& name)
      : claims(R"({"sub":")" + name + R"(","iss":"https://issuer.example","scope":"read write","exp":1900000000})") {
    const std::string_view text = claims;
    verdict.signature = SignatureState::valid;
    verdict.has_alg = verdict.has_client_id = verdict.has_subject = true;
    verdict.alg = "RS256";
    verdict.claims = text;
    verdict.subject = verdict.client_id = text.substr(8, name.size());
    verdict.issuer = text.substr(text.find("https"), 22);
    verdict.expires_at = text.substr(text.size() - 11, 10);
    scopes = {text.substr(text.find("read"), 4), "write"};
    verdict.scopes = scopes;
  }
  Accepted(const Accepted&) = delete;
  std::string claims;
  std::vector<std::string_view> scopes;
  jose::TokenVerdict verdict;
};

void expect_equal(const jose::TokenVerdict& got, const jose::TokenVerdict& expected) {
  EXPECT_TRUE(got.reasons.empty());
  EXPECT_EQ(got.signature, SignatureState::valid);
  EXPECT_EQ(got.has_alg, expected.has_alg);
  EXPECT_EQ(got.has_kid, expected.has_kid);
  EXPECT_EQ(got.has_subject, expected.has_subject);
  EXPECT_EQ(got.has_client_id, expected.has_client_id);
  EXPECT_EQ(got.alg, expected.alg);
  EXPECT_EQ(got.kid, expected.kid);
  EXPECT_EQ(got.client_id, expected.client_id);
  EXPECT_EQ(got.issuer, expected.issuer);
  EXPECT_EQ(got.subject, expected.subject);
  EXPECT_EQ(got.expires_at, expected.expires_at);
  EXPECT_EQ(got.claims, expected.claims);
  EXPECT_EQ(got.detail, "");
  EXPECT_EQ(std::vector(got.scopes.begin(), got.scopes.end()),
            std::vector(expected.scopes.begin(), expected.scopes.end()));
}

// A token of `size` bytes that differs from that of any other number at its beginning, and at its end unless `tail`.
std::string token_of(std::uint64_t number, std::size_t size = 700, std::string_view tail = {}) {
  std::string token = "h." + std::to_string(number) + ".";
  test::StructuredRandom random(number + 1);
  token += random.text(size - token.size(), "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
  if (!tail.empty()) token.replace(size - tail.size(), tail.size(), tail);
  return token;
}

class Memo : public testing::Test {
 protected:
  void open(std::size_t bytes, bool always = true) {
    share_ = std::make_shared<MemoShare>(bytes);
    memo_ = std::make_unique<TokenMemo>(share_, TokenMemo::Options{.always = always});
  }
  void begin(std::vector<std::string> tokens) {
    tokens_ = std::move(tokens);
    inputs_.clear();
    for (const std::string& token : tokens_) inputs_.push_back({token, kNow});
    serves_ = memo_->begin_batch(snapshot_, inputs_);
    arena_.reset();
  }
  bool knows(std::size_t i) const { return serves_ && memo_->knows_signature(i); }
  // Remembers the i-th token of the batch as accepted.
  void remember(std::size_t i, const jose::Interval& interval = kAlways) {
    const Accepted accepted("user-" + std::to_string(i));
    if (serves_ && memo_->should_remember(i)) memo_->remember(i, inputs_[i].token, 0, accepted.verdict, interval);
  }
  // A batch all of whose tokens are valid. Returns how many were known.
  std::size_t pass(const std::vector<std::string>& tokens) {
    begin(tokens);
    std::size_t known = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (knows(i)) {
        ++known;
      } else {
        remember(i);
      }
    }
    return known;
  }
  bool recall(std::size_t i, Instant at = kNow) {
    verdict_ = jose::TokenVerdict();
    return serves_ && memo_->recall(i, at, verdict_, arena_);
  }
  bool known(const std::string& token) {
    begin({token});
    return knows(0);
  }

  std::shared_ptr<MemoShare> share_;
  std::unique_ptr<TokenMemo> memo_;
  std::shared_ptr<const keys::Snapshot> snapshot_ = std::make_shared<keys::Snapshot>();
  std::vector<std::string> tokens_;
  std::vector<jose::TokenInput> inputs_;
  bool serves_ = false;
  base::Arena arena_;
  jose::TokenVerdict verdict_;
};

TEST_F(Memo, GivesTheWholeVerdictOfATokenThatItRemembers) {
  open(kMiB);
  const std::string token = token_of(1);
  begin({token});
  EXPECT_FALSE(knows(0));
  EXPECT_FALSE(recall(0));
  Accepted accepted("alice");
  accepted.verdict.has_kid = true;
  accepted.verdict.kid = "k1";
  memo_->remember(0, token, 0, accepted.verdict, kAlways);

  const std::string again = token;  // other bytes in memory
  begin({again});
  EXPECT_TRUE(knows(0));
  ASSERT_TRUE(recall(0));
  expect_equal(verdict_, accepted.verdict);
}

TEST_F(Memo, KeepsItsOwnCopyOfEveryText) {
  open(kMiB);
  std::string token = token_of(1);
  const std::string kept = token;
  {
    Accepted accepted("alice");
    begin({token});
    memo_->remember(0, inputs_[0].token, 0, accepted.verdict, kAlways);
    std::memset(accepted.claims.data(), 'x', accepted.claims.size());
  }
  std::memset(token.data(), 'x', token.size());
  begin({kept});
  ASSERT_TRUE(recall(0));
  expect_equal(verdict_, Accepted("alice").verdict);
  EXPECT_FALSE(known(token));
}

TEST_F(Memo, TellsTokensApartByEveryByte) {
  open(kMiB);
  const std::string token = token_of(1, 203);
  pass({token});
  ASSERT_TRUE(known(token));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string other = token;
    other[i] = static_cast<char>(other[i] ^ 1);
    EXPECT_FALSE(known(other)) << "byte " << i;
  }
  EXPECT_FALSE(known(token.substr(1)));
  EXPECT_FALSE(known(token.substr(0, token.size() - 1)));
  EXPECT_FALSE(known("x" + token));
}

// One length and one end lead to one set.
TEST_F(Memo, KeepsAtMostEightTokensOfOneHashAndGivesEachItsOwn) {
  open(kMiB);
  std::vector<std::string> tokens;
  for (std::uint64_t i = 0; i < 100; ++i) tokens.push_back(token_of(i, 500, std::string(32, 'A')));
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    begin({tokens[i]});
    EXPECT_FALSE(knows(0));
    const Accepted accepted(std::to_string(i));
    memo_->remember(0, tokens[i], 0, accepted.verdict, kAlways);
    EXPECT_TRUE(known(tokens[i])) << i;
  }
  begin(tokens);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (!recall(i)) continue;
    ++kept;
    EXPECT_EQ(verdict_.subject, std::to_string(i));
  }
  EXPECT_EQ(kept, 8u);
  EXPECT_EQ(share_->statistics().entries, 8u);
}

TEST_F(Memo, LeavesOutTokensThatAreTooShortOrTooLong) {
  open(kMiB);
  for (const auto& [size, kept] : {std::pair(std::size_t{31}, false), std::pair(std::size_t{32}, true),
                                   std::pair(std::size_t{4096}, true), std::pair(std::size_t{4097}, false)}) {
    const std::string token = token_of(size, size);
    pass({token, ""});
    EXPECT_EQ(known(token), kept) << size;
  }
}

TEST_F(Memo, RecallsAVerdictInItsIntervalAlone) {
  open(kMiB);
  const std::string token = token_of(1);
  begin({token});
  remember(0, {{100, 5}, {200, 0}});
  begin({token});
  EXPECT_FALSE(recall(0, {100, 4}));
  EXPECT_TRUE(recall(0, {100, 5}));
  EXPECT_TRUE(recall(0, {199, 999'999'999}));
  EXPECT_FALSE(recall(0, {200, 0}));
  EXPECT_FALSE(recall(0, {200, 1}));
  EXPECT_TRUE(knows(0)) << "the signature is valid at any time";
}

TEST_F(Memo, RemembersTheSignatureOfATokenThatIsNotAccepted) {
  open(kMiB);
  const std::string token = token_of(1);
  begin({token});
  Accepted rejected("alice");
  rejected.verdict.reasons.insert(Reason::token_expired);
  memo_->remember(0, token, 0, rejected.verdict, kAlways);
  begin({token});
  EXPECT_TRUE(knows(0));
  EXPECT_FALSE(recall(0));
  // Judged anew at a time at which it is accepted, it is remembered whole.
  remember(0);
  begin({token});
  EXPECT_TRUE(recall(0));
  EXPECT_EQ(share_->statistics().entries, 1u);
}

TEST_F(Memo, RemembersTheSignatureAloneWhereTheTextsAreLarge) {
  open(kMiB);
  const std::string token = token_of(1);
  Accepted accepted(std::string(20 * kKiB, 'a'));
  for (int i = 0; i < 2; ++i) {
    begin({token});
    memo_->remember(0, token, 0, accepted.verdict, kAlways);
  }
  begin({token});
  EXPECT_TRUE(knows(0));
  EXPECT_FALSE(recall(0));
}

TEST_F(Memo, ForgetsAllWithTheKeySnapshot) {
  open(kMiB);
  const std::string token = token_of(1);
  pass({token});
  ASSERT_TRUE(known(token));
  snapshot_ = std::make_shared<keys::Snapshot>();
  EXPECT_FALSE(known(token));
  EXPECT_EQ(share_->statistics().entries, 0u);
  pass({token});
  EXPECT_TRUE(known(token));
}

TEST_F(Memo, CountsABatchOnceThatBeginsAgainWithNewerKeys) {
  open(kMiB);
  const std::string token = token_of(1);
  pass({token});
  begin({token, token_of(2)});
  ASSERT_TRUE(recall(0));
  const MemoStatistics before = share_->statistics();
  snapshot_ = std::make_shared<keys::Snapshot>();
  memo_->begin_again(snapshot_);
  EXPECT_FALSE(knows(0));
  EXPECT_FALSE(recall(0));
  EXPECT_EQ(share_->statistics().lookups, before.lookups);
  EXPECT_EQ(share_->statistics().hits, before.hits - 1);
  EXPECT_EQ(share_->statistics().entries, 0u);
  memo_->begin_again(snapshot_);
  EXPECT_EQ(share_->statistics().hits, before.hits - 1);
  remember(0);
  EXPECT_TRUE(known(token));
}

TEST_F(Memo, HoldsATokenOnceThatABatchShowsTwice) {
  open(kMiB);
  const std::string token = token_of(1);
  pass({token, token, token});
  EXPECT_EQ(share_->statistics().entries, 1u);
  EXPECT_EQ(pass({token, token, token}), 3u);
}

TEST_F(Memo, StaysWithinItsMemoryAndKeepsWhatIsFoundAgain) {
  for (const std::size_t budget : {300 * kKiB, kMiB, 5 * kMiB + 12345}) {
    open(budget);
    std::uint64_t next = 0;
    const std::vector<std::string> hot = {token_of(next++), token_of(next++), token_of(next++)};
    pass(hot);
    std::size_t found = 0;
    const std::size_t batches = 4 * budget / (64 * 1000);
    for (std::size_t batch = 0; batch < batches; ++batch) {
      std::vector<std::string> tokens = hot;
      for (int i = 0; i < 64; ++i) tokens.push_back(token_of(next++));
      found += pass(tokens);
      EXPECT_LE(share_->statistics().bytes, budget);
    }
    // A full set may push one of them out.
    EXPECT_GE(found, batches * hot.size() * 9 / 10) << budget;
    const MemoStatistics statistics = share_->statistics();
    EXPECT_GE(statistics.entries, budget / 4 / 1100) << budget;
    EXPECT_LE(statistics.entries, budget / 900) << budget;
    EXPECT_EQ(statistics.hits, found);
    EXPECT_EQ(statistics.lookups, batches * (hot.size() + 64) + hot.size());
    memo_.reset();
    EXPECT_EQ(share_->statistics().bytes, 0u);
    EXPECT_EQ(share_->statistics().hits, found);
  }
}

// What a batch recalls is read when all of it is judged: nothing that the batch adds may move or overwrite it.
TEST_F(Memo, LeavesRecalledTextsInPlaceUntilTheNextBatch) {
  open(600 * kKiB);
  std::uint64_t next = 1000;
  for (int round = 0; round < 40; ++round) {
    std::vector<std::string> tokens;
    for (std::uint64_t i = 0; i < 100; ++i) tokens.push_back(token_of(i));
    for (int i = 0; i < 200; ++i) tokens.push_back(token_of(next++));
    begin(tokens);
    std::vector<std::pair<std::size_t, jose::TokenVerdict>> recalled;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      if (recall(i)) {
        recalled.emplace_back(i, verdict_);
      } else {
        remember(i);
      }
    }
    if (round > 0) {
      EXPECT_GE(recalled.size(), 50u);
    }
    for (const auto& [i, verdict] : recalled) expect_equal(verdict, Accepted("user-" + std::to_string(i)).verdict);
  }
}

TEST_F(Memo, SharesMemoryWithTheOthersOfItsEngine) {
  open(600 * kKiB);
  TokenMemo other(share_, {.always = true});
  std::uint64_t next = 0;
  const auto fill = [&](TokenMemo& memo) {
    for (int batch = 0; batch < 20; ++batch) {
      std::vector<std::string> tokens;
      std::vector<jose::TokenInput> inputs;
      for (int i = 0; i < 64; ++i) tokens.push_back(token_of(next++));
      for (const std::string& token : tokens) inputs.push_back({token, kNow});
      EXPECT_TRUE(memo.begin_batch(snapshot_, inputs));
      const Accepted accepted("a");
      for (std::size_t i = 0; i < tokens.size(); ++i) memo.remember(i, tokens[i], 0, accepted.verdict, kAlways);
    }
  };
  fill(*memo_);
  const std::uint64_t of_one = share_->statistics().entries;
  EXPECT_GT(of_one, 200u);
  fill(other);
  EXPECT_LE(share_->statistics().bytes, 600 * kKiB);
  // One finds no memory left and goes without, until the other gives back what it has.
  EXPECT_LE(share_->statistics().entries, of_one);
  memo_.reset();
  fill(other);
  EXPECT_GT(share_->statistics().entries, 200u);
}

TEST_F(Memo, RemembersNothingWhereItMayTakeNoMemory) {
  for (const std::size_t budget : {std::size_t{0}, std::size_t{1000}, 255 * kKiB}) {
    for (const bool always : {true, false}) {
      open(budget, always);
      const std::string token = token_of(1);
      for (int i = 0; i < 5; ++i) EXPECT_EQ(pass({token}), 0u) << budget;
      EXPECT_LE(share_->statistics().bytes, budget);
    }
  }
}

// What a token's bytes, the keys and the policy decide: as the memo may assume.
struct Decided {
  std::string subject;
  jose::Interval interval;
};

Decided decided(const std::string& token) {
  test::StructuredRandom random(std::hash<std::string>{}(token));
  Decided made{std::to_string(random.next()), kNever};
  const jose::Interval some{{static_cast<std::int64_t>(random.below(10)), 1},
                            {static_cast<std::int64_t>(random.below(10)), 1}};
  if (some.from < some.until) made.interval = some;
  return made;
}

TEST_F(Memo, AgreesWithAMapOfAllThatItWasGiven) {
  auto random = test::StructuredRandom::announced("Memo.AgreesWithAMapOfAllThatItWasGiven");
  for (const std::size_t budget : {400 * kKiB, 8 * kMiB}) {
    open(budget);
    std::unordered_map<std::string, bool> model;  // all valid tokens under the snapshot: whether ever accepted
    std::size_t valid = 0, known = 0, accepted = 0, recalled = 0;
    for (int batch = 0; batch < 400; ++batch) {
      if (random.one_in(100)) {
        snapshot_ = std::make_shared<keys::Snapshot>();
        model.clear();
      }
      std::vector<std::string> tokens;
      for (std::uint64_t i = random.below(80); i > 0; --i) {
        const std::uint64_t number = random.one_in(2) ? random.below(40) : random.below(1500);
        const bool same_end = number % 50 == 0;
        tokens.push_back(
            token_of(number, same_end ? 300 : 40 + number * 7 % 1200, same_end ? std::string(40, 'B') : ""));
        if (random.one_in(10)) tokens.back() = random.corrupted(tokens.back());
      }
      begin(tokens);
      std::vector<std::pair<jose::TokenVerdict, std::string>> verdicts;
      for (std::size_t i = 0; i < tokens.size(); ++i) {
        const auto found = model.find(tokens[i]);
        const bool is_valid = found != model.end();
        EXPECT_TRUE(is_valid || !knows(i));
        valid += is_valid ? 1 : 0;
        known += knows(i) ? 1 : 0;
        const Instant at{static_cast<std::int64_t>(random.below(12)), static_cast<std::uint32_t>(random.below(2))};
        const Decided truth = decided(tokens[i]);
        const bool is_accepted = is_valid && found->second && truth.interval.contains(at);
        accepted += is_accepted ? 1 : 0;
        if (!recall(i, at)) continue;
        ++recalled;
        EXPECT_TRUE(is_accepted);
        verdicts.emplace_back(verdict_, truth.subject);
      }
      for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (random.one_in(3)) continue;  // as if its signature were invalid
        const Decided truth = decided(tokens[i]);
        Accepted made(truth.subject);
        if (random.one_in(4)) made.verdict.reasons.insert(Reason::token_expired);
        memo_->remember(i, tokens[i], 0, made.verdict, truth.interval);
        model[tokens[i]] |= made.verdict.reasons.empty();
      }
      for (const auto& [verdict, subject] : verdicts) expect_equal(verdict, Accepted(subject).verdict);
    }
    if (budget > kMiB) {
      EXPECT_GE(known, valid * 95 / 100);
      EXPECT_GE(recalled, accepted * 95 / 100);
    } else {
      EXPECT_GE(known, valid / 4);
    }
    EXPECT_GT(recalled, 500u);
  }
}

// ---- Which tokens are kept

class Admission : public Memo {
 protected:
  // A batch of tokens that were never seen, and what of it was looked for.
  std::size_t pass_distinct(std::size_t count) {
    std::vector<std::string> tokens;
    for (std::size_t i = 0; i < count; ++i) tokens.push_back(token_of(next_++, 100));
    const std::uint64_t before = share_->statistics().lookups;
    pass(tokens);
    return static_cast<std::size_t>(share_->statistics().lookups - before);
  }
  std::uint64_t next_ = 1'000'000;
};

TEST_F(Admission, IsForTokensThatAreSeenASecondTime) {
  open(4 * kMiB, false);
  const std::string token = token_of(1);
  EXPECT_EQ(pass({token}), 0u);
  EXPECT_EQ(pass({token}), 0u);
  EXPECT_EQ(pass({token}), 1u);
  pass_distinct(500);
  EXPECT_LE(share_->statistics().entries, 3u);
  EXPECT_EQ(pass({token}), 1u);
}

TEST_F(Admission, IsAtOnceWhereTokensRepeat) {
  open(4 * kMiB, false);
  const std::string hot = token_of(1);
  for (int i = 0; i < 200; ++i) pass({hot, hot, hot, hot});
  const std::string other = token_of(2);
  EXPECT_EQ(pass({other}), 0u);
  EXPECT_EQ(pass({other}), 1u);
}

TEST_F(Admission, IsForASecondSightAgainWhereMemoryIsShort) {
  open(400 * kKiB, false);
  const std::string hot = token_of(1);
  for (int i = 0; i < 3000; ++i) pass({hot, hot, hot, hot, token_of(next_++)});
  const std::uint64_t bytes = share_->statistics().bytes;
  EXPECT_LE(bytes, 400 * kKiB);
  const std::string other = token_of(2);
  EXPECT_EQ(pass({other}), 0u);
  EXPECT_EQ(pass({other}), 0u);
  EXPECT_EQ(pass({other}), 1u);
  EXPECT_EQ(pass({hot}), 1u);
}

TEST_F(Admission, LooksForASampleAloneWhereNothingRepeats) {
  open(4 * kMiB, false);
  for (int i = 0; i < 30; ++i) pass_distinct(300);
  std::size_t looked_for = 0;
  for (int i = 0; i < 1000; ++i) looked_for += pass_distinct(300);
  EXPECT_NEAR(static_cast<double>(looked_for) / 300'000, 1 / 16., 0.03);
  EXPECT_LE(share_->statistics().entries, 10u);
}

TEST_F(Admission, SeesThatTokensBeginToRepeat) {
  open(8 * kMiB, false);
  for (int i = 0; i < 100; ++i) pass_distinct(300);
  // One token in ten is now of a hundred.
  std::size_t found = 0;
  int batches = 0;
  for (std::size_t last = 0; last < 25 && batches < 1000; ++batches) {
    std::vector<std::string> tokens;
    for (int i = 0; i < 270; ++i) tokens.push_back(token_of(next_++, 100));
    for (std::uint64_t i = 0; i < 30; ++i)
      tokens.push_back(token_of((static_cast<std::uint64_t>(batches) * 30 + i) % 100, 100));
    last = pass(tokens);
    found += last;
  }
  EXPECT_LT(batches, 300) << found;
}

TEST_F(Admission, SeesASingleTokenThatRepeats) {
  open(8 * kMiB, false);
  for (int i = 0; i < 100; ++i) pass_distinct(300);
  const std::string hot = token_of(1);
  int batches = 0;
  for (std::size_t last = 0; last < 10 && batches < 10'000; ++batches) {
    std::vector<std::string> tokens;
    for (int i = 0; i < 90; ++i) tokens.push_back(token_of(next_++, 100));
    for (int i = 0; i < 10; ++i) tokens.push_back(hot);
    last = pass(tokens);
  }
  EXPECT_LT(batches, 4000);
}

TEST_F(Admission, SeesTokensThatRepeatFarApart) {
  open(64 * kMiB, false);
  constexpr std::uint64_t kApart = 60'000;
  std::size_t found = 0;
  for (std::uint64_t at = 0; at < 8 * kApart; at += 300) {
    std::vector<std::string> tokens;
    for (std::uint64_t i = 0; i < 300; ++i) tokens.push_back(token_of((at + i) % kApart, 100));
    const std::size_t known = pass(tokens);
    if (at >= 7 * kApart) found += known;
  }
  EXPECT_GE(found, kApart * 9 / 10);
}

}  // namespace
}  // namespace assay::memo
