// --cross-check: which verdicts are checked, and what happens when lanes and OpenSSL differ.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "kernel/choice.h"
#include "lanes/lanes_backend.h"
#include "support/signing.h"
#include "verify/backend_choice.h"

namespace assay::verify {
namespace {

using kernel::CurveJob;
using kernel::CurveTable;
using kernel::Outcome;

// A kernel that passes its self-test and goes wrong later: every signature is valid then.
std::atomic<bool> gone_wrong{false};

void verify_until_wrong(const CurveJob* jobs, std::size_t count, Outcome* outcomes, int window, CurveTable generator,
                        void* scratch) noexcept {
  kernel::best_kernels().p256.verify(jobs, count, outcomes, window, generator, scratch);
  if (gone_wrong) std::fill_n(outcomes, count, Outcome::valid);
}

class CrossCheck : public testing::Test {
 protected:
  CrossCheck() { gone_wrong = false; }

  std::shared_ptr<const signature::Backend> backend(double share) const {
    kernel::Kernels kernels = kernel::best_kernels();
    kernels.p256.verify = verify_until_wrong;
    signature::BackendOptions options;
    options.tables_at_once = true;
    options.window = 4;
    options.cross_check = share;
    return lanes::make_lanes_backend(kernels, options);
  }
  // Signatures of which each second one is good.
  std::vector<signature::Job> jobs(std::size_t count) {
    std::vector<signature::Job> made;
    for (std::size_t i = 0; i < count; ++i)
      made.push_back({key_, Algorithm::ES256, i % 2 == 0 ? "good" : "another", good_, false});
    return made;
  }

  const test::EcKey signer_{&test::EcCurve::of(Curve::P256), test::Big(12345)};
  const std::string good_ = signer_.sign_message("good", test::Big(67890));
  test::Keys keys_;
  Jwk jwk_ = [this] {
    Jwk jwk = signer_.jwk();
    jwk.has_kid = true;
    jwk.kid = "k1";
    return jwk;
  }();
  const keys::PreparedKey* key_ = keys_.add(jwk_);
};

TEST_F(CrossCheck, ChecksItsShareSpreadEvenly) {
  for (const auto& [share, expected] :
       {std::pair(0.0, 0u), std::pair(0.01, 10u), std::pair(0.25, 250u), std::pair(1.0, 1000u)}) {
    const auto made = backend(share);
    const auto session = made->new_session();
    std::vector<signature::Job> batch = jobs(10);
    for (int i = 0; i < 100; ++i) session->verify(batch, keys_.generation());
    EXPECT_EQ(made->statistics().cross_checked, expected) << share;
    EXPECT_EQ(made->statistics().by_lanes, 1000u);
    EXPECT_EQ(made->fault(), "");
  }
}

TEST_F(CrossCheck, FindsADifferenceAndLetsOpensslStand) {
  const auto made = backend(1);
  const auto session = made->new_session();
  std::vector<signature::Job> batch = jobs(10);
  session->verify(batch, keys_.generation());
  EXPECT_EQ(made->fault(), "");
  gone_wrong = true;
  session->verify(batch, keys_.generation());
  for (std::size_t i = 0; i < batch.size(); ++i) EXPECT_EQ(batch[i].valid, i % 2 == 0);
  const std::string fault = made->fault();
  const std::string isa(kernel::best_kernels().isa);
  for (const std::string& part :
       {std::string("p256 (" + isa + ")"), std::string("alg ES256"), std::string("kid \"k1\""),
        std::string("finds a signature valid that OpenSSL finds invalid")})
    EXPECT_NE(fault.find(part), std::string::npos) << fault;
  EXPECT_EQ(fault.find('\n'), std::string::npos);
}

TEST_F(CrossCheck, UsesOpensslAloneAfterADifference) {
  const auto made = backend(1);
  gone_wrong = false;
  std::vector<signature::Job> batch = jobs(10);
  made->new_session()->verify(batch, keys_.generation());
  gone_wrong = true;
  made->new_session()->verify(batch, keys_.generation());
  ASSERT_NE(made->fault(), "");
  const std::uint64_t by_lanes = made->statistics().by_lanes;
  for (signature::Job& job : batch) job.valid = false;
  made->new_session()->verify(batch, keys_.generation());
  for (std::size_t i = 0; i < batch.size(); ++i) EXPECT_EQ(batch[i].valid, i % 2 == 0);
  EXPECT_EQ(made->statistics().by_lanes, by_lanes);
}

TEST_F(CrossCheck, SeesNothingWhereNothingIsChecked) {
  const auto made = backend(0);
  std::vector<signature::Job> batch = jobs(10);
  made->new_session()->verify(batch, keys_.generation());
  gone_wrong = true;
  made->new_session()->verify(batch, keys_.generation());
  EXPECT_EQ(made->fault(), "");
  EXPECT_TRUE(batch[1].valid) << "the kernel of this test is wrong, and nobody looked";
}

TEST(CrossCheckShare, IsFromZeroToOne) {
  for (const double share : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    signature::BackendOptions options;
    options.cross_check = share;
    EXPECT_FALSE(make_backend(options)) << share;
  }
}

}  // namespace
}  // namespace assay::verify
