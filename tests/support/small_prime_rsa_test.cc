#include "support/small_prime_rsa.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "verify/backend_choice.h"

namespace assay::test {
namespace {

TEST(SmallPrimeRsaKey, HasExactlyTheBitsThatWereAskedFor) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    for (const int bits : {512, 544, 608}) EXPECT_EQ(SmallPrimeRsaKey(bits, seed).n().bits(), bits) << seed;
  }
}

TEST(SmallPrimeRsaKey, GivesTheRootOfEveryBlock) {
  StructuredRandom random = StructuredRandom::announced("GivesTheRootOfEveryBlock");
  for (const int bits : {512, 544, 2048, 3072, 4096}) {
    const SmallPrimeRsaKey key(bits, random.next());
    const auto size = static_cast<std::size_t>(bits) / 8;
    std::vector<Big> blocks = {Big(0), Big(1), key.n() - 1, key.n() - 2, key.n() / 3, Big(65537)};
    for (int i = 0; i < 50; ++i) blocks.push_back(Big::from_bytes(random.bytes(size)) % key.n());
    for (const Big& block : blocks) {
      const std::string root = key.raw_sign(block.bytes(size));
      ASSERT_EQ(root.size(), size);
      ASSERT_TRUE(Big::from_bytes(root) < key.n());
      ASSERT_TRUE(Big::from_bytes(root).power(Big(SmallPrimeRsaKey::kExponent), key.n()) == block) << bits;
    }
  }
}

TEST(SmallPrimeRsaKey, SignsWhatOpensslAccepts) {
  StructuredRandom random = StructuredRandom::announced("SignsWhatOpensslAccepts");
  signature::BackendOptions options;
  options.name = "openssl";
  const auto openssl = verify::make_backend(options);
  ASSERT_TRUE(openssl);
  const auto session = (*openssl)->new_session();
  const SmallPrimeRsaKey key(2048, 7);
  Keys keys;
  const keys::PreparedKey* prepared = keys.add(key.jwk());
  for (const Algorithm algorithm : {Algorithm::RS256, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384}) {
    const std::string message = random.bytes(100), signature = key.sign(algorithm, message, random);
    std::string wrong = signature;
    wrong.back() = static_cast<char>(wrong.back() ^ 1);
    for (const bool intact : {true, false}) {
      const SignatureCase one{prepared, algorithm, message, intact ? signature : wrong, ""};
      signature::Job job = job_of(one, intact);
      session->verify({&job, 1}, keys.generation());
      EXPECT_EQ(job.valid, intact) << to_string(algorithm);
    }
  }
}

TEST(SmallPrimeRsaKey, RefusesOtherLengths) {
  EXPECT_THROW(SmallPrimeRsaKey(480, 1), std::runtime_error);
  EXPECT_THROW(SmallPrimeRsaKey(2050, 1), std::runtime_error);
  EXPECT_THROW(SmallPrimeRsaKey(4128, 1), std::runtime_error);
  EXPECT_THROW(static_cast<void>(SmallPrimeRsaKey(512, 1).raw_sign(std::string(65, 'x'))), std::runtime_error);
}

}  // namespace
}  // namespace assay::test
