#include "digest/digest.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "assay/key_pair.h"
#include "assay/verifier.h"
#include "digest/constant_time.h"
#include "kernel/choice.h"
#include "lanes/hash_lanes.h"
#include "support/random.h"

namespace assay::digest {
namespace {

constexpr Hash kHashes[] = {Hash::SHA256, Hash::SHA384, Hash::SHA512};

TEST(Digest, GoesOnFromTheStateOfAnyWholeBlocks) {
  test::StructuredRandom random = test::StructuredRandom::announced("Digest.GoesOn");
  const lanes::LaneKernels kernels(kernel::best_kernels(), {});
  for (const Hash hash : kHashes) {
    for (const std::size_t blocks : {1u, 2u, 5u}) {
      // 40 at once: lanes; 1: OpenSSL
      for (const std::size_t count : {1u, 40u}) {
        const std::string head = random.bytes(blocks * block_bytes(hash));
        const HashState state = hash_blocks(hash, initial_words(hash), 0, head);
        EXPECT_EQ(state.hashed, head.size());
        std::vector<std::string> rests;
        std::vector<lanes::DigestSlot> slots(count);
        lanes::HashLanes lanes(kernels, false);
        for (std::size_t i = 0; i < count; ++i) rests.push_back(random.bytes(random.size(700)));
        for (std::size_t i = 0; i < count; ++i) lanes.add_rest(hash, state, rests[i], slots[i].digest());
        lanes.run();
        for (std::size_t i = 0; i < count; ++i) {
          unsigned char expected[64];
          sha2(hash, head + rests[i], expected);
          EXPECT_EQ(std::memcmp(slots[i].digest(), expected, static_cast<std::size_t>(digest_bytes(hash))), 0)
              << blocks << " blocks, rest of " << rests[i].size();
        }
      }
    }
  }
}

// Headers that fill blocks, for which the hash goes on from a remembered state, and those that fall just short.
TEST(Digest, OfAHeaderIsRememberedForEachAlgorithmAndChangesNoVerdict) {
  for (const Algorithm algorithm :
       {Algorithm::RS256, Algorithm::PS384, Algorithm::ES256, Algorithm::ES384, Algorithm::ES512, Algorithm::Ed25519,
        Algorithm::HS256, Algorithm::HS384, Algorithm::HS512}) {
    Result<KeyPair> key = KeyPair::generate(algorithm);
    ASSERT_TRUE(key);
    for (const char* backend : {"openssl", "lanes"}) {
      JwtVerifierOptions options;
      options.keys.push_back({KeySource::Kind::jwks_text, key->jwks(), "test"});
      options.backend = backend;
      const Result<JwtVerifier> verifier = JwtVerifier::create(std::move(options));
      ASSERT_TRUE(verifier) << verifier.error().message;
      for (const std::size_t length : {10u, 25u, 26u, 27u, 73u, 74u, 75u, 200u}) {
        const std::string header =
            R"({"alg":")" + std::string(to_string(algorithm)) + R"(","x":")" + std::string(length, 'x') + R"("})";
        std::vector<std::string> tokens;
        for (int i = 0; i < 40; ++i) {
          tokens.push_back(key->sign(header, R"({"sub":")" + std::to_string(i) + R"("})"));
          if (i % 3 != 0) continue;
          // A character of the header: of its remembered blocks, but another header.
          char& changed = tokens.back()[tokens.back().find('.') - 8];
          changed = changed == 'e' ? '4' : 'e';
        }
        const std::vector<std::string_view> views(tokens.begin(), tokens.end());
        std::vector<Verdict> verdicts(tokens.size());
        verifier->verify_batch(views, verdicts, Instant::now());
        for (std::size_t i = 0; i < tokens.size(); ++i) {
          EXPECT_EQ(verdicts[i].valid(), i % 3 != 0) << to_string(algorithm) << ' ' << backend << ' ' << length;
        }
      }
    }
  }
}

TEST(ConstantTime, ToldApartByEachBitAtEveryPlace) {
  test::StructuredRandom random = test::StructuredRandom::announced("ConstantTime");
  for (std::size_t size = 0; size <= 65; ++size) {
    const std::string a = random.bytes(size);
    std::string b = a;
    EXPECT_TRUE(equal_in_constant_time(a.data(), b.data(), size));
    for (std::size_t bit = 0; bit < 8 * size; ++bit) {
      b[bit / 8] = static_cast<char>(b[bit / 8] ^ (1 << bit % 8));
      EXPECT_FALSE(equal_in_constant_time(a.data(), b.data(), size)) << size << ' ' << bit;
      b[bit / 8] = a[bit / 8];
    }
  }
}

}  // namespace
}  // namespace assay::digest
