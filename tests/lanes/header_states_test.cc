// Hash states of headers: made once for a header, the same that a whole hash passes through, and never another
// header's.
#include "lanes/header_states.h"

#include <gtest/gtest.h>

#include <cstring>
#include <deque>
#include <string>
#include <vector>

#include "kernel/choice.h"
#include "lanes/key_table.h"
#include "lanes/lanes_backend.h"
#include "support/signing.h"

namespace assay::lanes {
namespace {

class HeaderStatesOf : public testing::Test {
 protected:
  HeaderStatesOf() { states_.begin_round(); }

  // A job with a header of so many bytes, the dot included; `fill` makes headers differ.
  signature::Job job(std::uint64_t id, Algorithm algorithm, std::size_t header_bytes, char fill = 'h') {
    const std::string& text = texts_.emplace_back(std::string(header_bytes - 1, fill) + ".payload");
    return {.key = info(algorithm).scheme == Scheme::hmac ? secret_ : &other_,
            .algorithm = algorithm,
            .signing_input = text,
            .signature = {},
            .header_id = id,
            .header_bytes = header_bytes};
  }
  // That the state is what the algorithm's hash is after the whole blocks of the header.
  static void expect_state_of(const signature::Job& job, const digest::HashState* state) {
    ASSERT_NE(state, nullptr);
    const Hash hash = info(job.algorithm).hash;
    const std::string_view head = job.signing_input.substr(0, HeaderStates::head_bytes(job));
    const digest::HashState expected = digest::hash_blocks(hash, digest::initial_words(hash), 0, head);
    EXPECT_EQ(std::memcmp(state->words, expected.words, sizeof expected.words), 0);
    EXPECT_EQ(state->hashed, head.size());
  }

  HeaderStates states_;
  test::Keys keys_;
  const keys::PreparedKey* secret_ = keys_.add(test::secret_jwk(std::string(32, 's')));
  const keys::PreparedKey* another_secret_ = keys_.add(test::secret_jwk(std::string(32, 't')));
  const keys::PreparedKey other_;
  std::deque<std::string> texts_;
};

TEST_F(HeaderStatesOf, HashTheWholeBlocksOfHeaderAndDot) {
  std::uint64_t id = 0;
  for (const auto& [algorithm, block] :
       {std::pair(Algorithm::ES256, 64), std::pair(Algorithm::RS384, 128), std::pair(Algorithm::PS512, 128)}) {
    const auto bytes = static_cast<std::size_t>(block);
    EXPECT_EQ(states_.find(job(++id, algorithm, bytes - 1)), nullptr) << "it fills no block";
    for (const std::size_t size : {bytes, bytes + 1, 2 * bytes - 1, 2 * bytes, 3 * bytes + 7}) {
      const signature::Job one = job(++id, algorithm, size);
      EXPECT_EQ(HeaderStates::head_bytes(one), size / bytes * bytes);
      expect_state_of(one, states_.find(one));
    }
  }
}

TEST_F(HeaderStatesOf, AreMadeOnceForAHeader) {
  const signature::Job first = job(1, Algorithm::ES256, 80);
  const digest::HashState* state = states_.find(first);
  // A token that gives the number of a header is taken at its word: the state is found, not computed.
  const signature::Job again = job(1, Algorithm::ES256, 80, 'x');
  states_.begin_round();
  EXPECT_EQ(states_.find(again), state);
  expect_state_of(first, state);
}

TEST_F(HeaderStatesOf, StayWhereTheyAreWhileOthersAreMade) {
  const signature::Job first = job(1, Algorithm::ES256, 80);
  const digest::HashState* state = states_.find(first);
  for (std::uint64_t id = 2; id < 500; ++id) states_.find(job(id, Algorithm::ES256, 80, 'x'));
  EXPECT_EQ(states_.find(first), state);
  expect_state_of(first, state);
}

TEST_F(HeaderStatesOf, AreNotMadeForTokensWithoutANumberNorForEdDsa) {
  EXPECT_EQ(states_.find(job(0, Algorithm::ES256, 200)), nullptr);
  EXPECT_EQ(states_.find(job(1, Algorithm::EdDSA, 200)), nullptr);
}

TEST_F(HeaderStatesOf, OfHmacServeTheirKeyOnly) {
  signature::Job one = job(1, Algorithm::HS256, 80);
  const digest::HashState* state = states_.find(one);
  ASSERT_NE(state, nullptr);
  EXPECT_EQ(state->hashed, 128u) << "the key's block and one of the header";
  one.key = another_secret_;
  EXPECT_EQ(states_.find(one), nullptr);
  one.key = secret_;
  EXPECT_EQ(states_.find(one), state);
}

TEST_F(HeaderStatesOf, AreReplacedInALaterRoundOnly) {
  const signature::Job old = job(1, Algorithm::ES256, 80);
  const signature::Job late = job(1 + HeaderStates::kMost, Algorithm::ES256, 80, 'x');
  const digest::HashState* state = states_.find(old);
  EXPECT_EQ(states_.find(late), nullptr) << "the old one's is in use";
  expect_state_of(old, state);
  states_.begin_round();
  EXPECT_EQ(states_.find(late), state);
  expect_state_of(late, state);
  EXPECT_EQ(states_.find(old), nullptr);
}

TEST_F(HeaderStatesOf, AreDroppedByClear) {
  states_.find(job(1, Algorithm::ES256, 80));
  states_.clear();
  const signature::Job other = job(1, Algorithm::ES256, 80, 'x');
  expect_state_of(other, states_.find(other));
}

// Through the backend: two rings, whose first headers have one number, and more headers than are kept.
TEST_F(HeaderStatesOf, ChangeNoVerdict) {
  if (kernel::best_kernels().sha256.hash == nullptr) GTEST_SKIP() << "this CPU has no kernel for SHA-256";
  signature::BackendOptions options;
  options.tables_at_once = true;
  options.window = kMinWindow;
  const auto backend = make_lanes_backend(kernel::best_kernels(), options);
  const auto session = backend->new_session();
  const std::string secret(32, 's');
  for (int ring = 0; ring < 2; ++ring) {
    test::Keys keys;
    const keys::PreparedKey* key = keys.add(test::secret_jwk(secret));
    std::deque<std::string> texts, macs;
    std::vector<signature::Job> jobs;
    for (std::uint64_t id = 1; id < HeaderStates::kMost + 100; ++id) {
      const std::string header = std::string(70, static_cast<char>('a' + ring)) + std::to_string(id) + '.';
      const std::string& text = texts.emplace_back(header + "payload");
      std::string& mac = macs.emplace_back(test::hmac(Hash::SHA256, secret, text));
      if (id % 3 == 0) mac.back() = static_cast<char>(mac.back() ^ 1);
      jobs.push_back({.key = key,
                      .algorithm = Algorithm::HS256,
                      .signing_input = text,
                      .signature = mac,
                      .header_id = id,
                      .header_bytes = header.size()});
    }
    for (int call = 0; call < 2; ++call) {
      session->verify(jobs, keys.generation());
      for (const signature::Job& one : jobs) ASSERT_EQ(one.valid, one.header_id % 3 != 0) << one.header_id;
    }
  }
  EXPECT_GT(backend->statistics().by_lanes, 4 * HeaderStates::kMost);
}

}  // namespace
}  // namespace assay::lanes
