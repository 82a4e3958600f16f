// The lanes against OpenSSL on every vector at hand, in every place of calls of every fill; and that it is the lanes
// that answer.
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "backends/backends.h"
#include "digest/running_sha256.h"
#include "kernel/choice.h"
#include "kernel/kernel.h"
#include "support/random.h"
#include "support/vector_cases.h"
#include "support/vectors.h"

namespace assay::backends {
namespace {

class Lanes : public testing::TestWithParam<BackendUnderTest> {
 protected:
  void SetUp() override { ASSAY_SKIP_WITHOUT(GetParam()); }
};

std::string label_of(const testing::TestParamInfo<BackendUnderTest>& which) { return which.param.label; }

TEST_P(Lanes, AgreeWithOpensslOnTheExamplesOfTheRfcsInEveryPlace) {
  expect_openssl_verdicts_everywhere(*make(GetParam()), test::rfc_cases());
}

TEST_P(Lanes, AgreeWithOpensslOnTheAttacksInEveryPlace) {
  for (const Profile profile : {Profile::strict, Profile::fastmcp}) {
    const test::CaseSet attacks = test::attack_cases(profile);
    EXPECT_GE(attacks.cases.size(), 300u);
    expect_openssl_verdicts_everywhere(*make(GetParam()), attacks);
  }
}

// Texts of every length up to four blocks, and in every number up to more than two groups of sixteen.
TEST_P(Lanes, HashTextsAsOpensslDoes) {
  const auto session = make(GetParam())->new_session();
  test::StructuredRandom random(20261129);
  std::string bytes(300, '\0');
  for (char& c : bytes) c = static_cast<char>(random.next());
  std::vector<std::size_t> sizes;
  for (std::size_t size = 0; size <= 256; ++size) sizes.push_back(size);
  for (std::size_t count = 0; count <= sizes.size(); count = count < 40 ? count + 1 : count + 31) {
    std::vector<digest::Sha256> hashes(count);
    std::vector<signature::HashedText> texts;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t size = sizes[(i + 7 * count) % sizes.size()];
      texts.push_back({std::string_view(bytes).substr(i % 40, size), &hashes[i]});
    }
    session->hash(texts);
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(hashes[i], digest::sha256(texts[i].text)) << texts[i].text.size() << " bytes, " << i << " of " << count;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EachIsa, Lanes, testing::ValuesIn(kLanes), label_of);

class LanesWycheproof : public testing::TestWithParam<std::tuple<test::WycheproofFile, BackendUnderTest>> {};

TEST_P(LanesWycheproof, AgreesWithOpensslInEveryPlace) {
  const auto& [file, which] = GetParam();
  const auto folder = test::wycheproof_dir();
  if (!folder) GTEST_SKIP() << "no Wycheproof files: set ASSAY_WYCHEPROOF_DIR";
  ASSAY_SKIP_WITHOUT(which);
  expect_openssl_verdicts_everywhere(*make(which), test::wycheproof_cases(*folder, file).set);
}

INSTANTIATE_TEST_SUITE_P(EveryFile, LanesWycheproof,
                         testing::Combine(testing::ValuesIn(test::kWycheproofSignatures), testing::ValuesIn(kLanes)),
                         [](const auto& which) {
                           return test::short_name(std::get<0>(which.param)) + "_" + std::get<1>(which.param).label;
                         });

// ---- Which backend ran

// One key and a few signatures of an algorithm: valid ones, and each with a bit flipped.
struct Signer {
  Algorithm algorithm;
  Jwk jwk;
  std::function<std::string(const std::string& message)> sign;
};

// Uniform, unlike structured_below: no sum of theirs is exceptional but by a chance of 2^-200.
test::Big uniform_below(test::StructuredRandom& random, const test::Big& order) {
  std::string bytes(72, '\0');
  for (char& c : bytes) c = static_cast<char>(random.next());
  return test::Big::from_bytes(bytes) % (order - 1) + 1;
}

std::vector<Signer> signers(test::StructuredRandom& random) {
  std::vector<Signer> list;
  const auto rsa = std::make_shared<test::RsaKey>(2048, 65537, 1);
  for (const Algorithm algorithm :
       {Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512}) {
    list.push_back({algorithm, rsa->jwk(),
                    [=, &random](const std::string& message) { return rsa->sign(algorithm, message, random); }});
  }
  for (const Curve curve : {Curve::P256, Curve::P384, Curve::P521}) {
    const test::EcCurve& which = test::EcCurve::of(curve);
    const test::EcKey key{&which, uniform_below(random, which.n)};
    list.push_back({which.algorithm, key.jwk(), [=, &random](const std::string& message) {
                      return key.sign_message(message, uniform_below(random, key.curve->n));
                    }});
  }
  const test::EdKey ed(uniform_below(random, test::EdwardsPoint::L()));
  for (const Algorithm algorithm : {Algorithm::Ed25519, Algorithm::EdDSA}) {
    list.push_back({algorithm, ed.jwk(), [=, &random](const std::string& message) {
                      return ed.sign(message, uniform_below(random, test::EdwardsPoint::L()));
                    }});
  }
  const std::string secret = random.bytes(64);
  for (const Algorithm algorithm : {Algorithm::HS256, Algorithm::HS384, Algorithm::HS512}) {
    Jwk jwk = test::secret_jwk(secret);
    for (const Algorithm each : {Algorithm::HS256, Algorithm::HS384, Algorithm::HS512}) jwk.permitted.insert(each);
    list.push_back({algorithm, jwk,
                    [=](const std::string& message) { return test::hmac(info(algorithm).hash, secret, message); }});
  }
  return list;
}

// `count` valid signatures, and as many with one bit flipped.
void add_cases(test::CaseSet& set, const Signer& signer, std::size_t count, test::StructuredRandom& random) {
  const keys::PreparedKey* key = set.keys.add(signer.jwk);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string message = random.bytes(random.size(700));
    const std::string good = signer.sign(message);
    std::string bad = good;
    const std::size_t at = random.below(bad.size());
    bad[at] = static_cast<char>(static_cast<unsigned char>(bad[at]) ^ 1u << random.below(8));
    set.cases.push_back({key, signer.algorithm, message, good, "valid"});
    set.cases.push_back({key, signer.algorithm, message, bad, "a bit flipped"});
  }
}

TEST_P(Lanes, SayWhoTheyAre) {
  const auto backend = make(GetParam());
  EXPECT_EQ(backend->name(), "lanes");
  EXPECT_EQ(backend->isa(), GetParam().isa);
  EXPECT_EQ(make(kEveryBackend[0])->name(), "openssl");
}

// True where this instruction set has a kernel for the algorithm.
bool has_kernel(const kernel::Kernels& kernels, Algorithm algorithm) {
  const AlgorithmInfo& row = info(algorithm);
  switch (row.scheme) {
    case Scheme::rsa_pkcs1:
    case Scheme::rsa_pss:
      return kernels.rsa.power != nullptr;
    case Scheme::hmac:
      return (row.hash == Hash::SHA256 ? kernels.sha256 : kernels.sha512).hash != nullptr;
    case Scheme::ecdsa:
    case Scheme::eddsa:
      return true;
  }
  return false;
}

TEST_P(Lanes, DecideEverySignatureThatTheyHaveAKernelForAndLeaveTheOthersToOpenssl) {
  test::StructuredRandom random = test::StructuredRandom::announced("which backend decides");
  for (const Signer& signer : signers(random)) {
    SCOPED_TRACE(to_string(signer.algorithm));
    test::CaseSet set;
    add_cases(set, signer, 20, random);
    const auto backend = make(GetParam());
    const auto session = backend->new_session();
    std::vector<signature::Job> jobs;
    for (std::size_t i = 0; i < set.cases.size(); ++i) jobs.push_back(test::job_of(set.cases[i], i % 2 == 0));
    session->verify(jobs, set.keys.generation());
    for (std::size_t i = 0; i < jobs.size(); ++i) EXPECT_EQ(jobs[i].valid, i % 2 == 0) << i;
    const signature::BackendStatistics counts = backend->statistics();
    const bool lanes = has_kernel(*kernel::kernels_for(GetParam().isa), signer.algorithm);
    EXPECT_EQ(counts.by_lanes, lanes ? jobs.size() : 0);
    EXPECT_EQ(counts.by_openssl, lanes ? 0 : jobs.size());
    EXPECT_EQ(counts.exceptional, 0u);
  }
}

TEST_P(Lanes, AgreeWithOpensslWhenAllAlgorithmsAndKeysMixInEveryPlace) {
  test::StructuredRandom random = test::StructuredRandom::announced("a mixture");
  test::CaseSet set;
  for (int keys = 0; keys < 2; ++keys) {
    for (const Signer& signer : signers(random)) add_cases(set, signer, 3, random);
  }
  for (std::size_t i = set.cases.size(); i > 1; --i) std::swap(set.cases[i - 1], set.cases[random.below(i)]);
  for (const int window : {0, 4, 5, 8}) {
    SCOPED_TRACE("window " + std::to_string(window));
    expect_openssl_verdicts_everywhere(*make(GetParam(), window), set);
  }
}

TEST_P(Lanes, AgreeWithOpensslOnCallsLongerThanAPass) {
  test::StructuredRandom random = test::StructuredRandom::announced("long calls");
  test::CaseSet set;
  for (const Signer& signer : signers(random)) add_cases(set, signer, 8, random);
  // The same few again and again: thousands in one call, more than any kernel takes in a pass.
  const std::vector<test::SignatureCase> once = set.cases;
  while (set.cases.size() < 3000) set.cases.insert(set.cases.end(), once.begin(), once.end());
  const std::vector<bool> expected = openssl_verdicts(set);
  const auto backend = make(GetParam());
  const auto session = backend->new_session();
  for (const std::size_t count :
       {once.size() - 1, std::size_t{255}, std::size_t{256}, std::size_t{257}, set.cases.size()}) {
    std::vector<signature::Job> jobs;
    for (std::size_t i = 0; i < count; ++i) jobs.push_back(test::job_of(set.cases[i], expected[i]));
    session->verify(jobs, set.keys.generation());
    for (std::size_t i = 0; i < count; ++i) {
      ASSERT_EQ(jobs[i].valid, expected[i]) << to_string(jobs[i].algorithm) << ", place " << i << " of " << count;
    }
  }
}

TEST_P(Lanes, KeepVerdictsWhenKeysOfAnotherRingHaveTheSamePlaces) {
  test::StructuredRandom random = test::StructuredRandom::announced("another ring");
  const auto backend = make(GetParam());
  const auto session = backend->new_session();
  for (int ring = 0; ring < 3; ++ring) {
    test::CaseSet set;
    for (const Signer& signer : signers(random)) add_cases(set, signer, 2, random);
    const std::vector<bool> expected = openssl_verdicts(set);
    std::vector<signature::Job> jobs;
    for (std::size_t i = 0; i < expected.size(); ++i) jobs.push_back(test::job_of(set.cases[i], expected[i]));
    session->verify(jobs, set.keys.generation());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(jobs[i].valid, expected[i]) << "ring " << ring << ", " << to_string(jobs[i].algorithm);
    }
  }
}

}  // namespace
}  // namespace assay::backends
