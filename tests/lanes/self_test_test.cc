// The self-tests: that every kernel passes its own, that a wrong one does not, and that OpenSSL then takes its place.
#include "lanes/self_test.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "kernel/choice.h"
#include "lanes/lane_kernels.h"
#include "lanes/lanes_backend.h"
#include "lanes/table_cache.h"
#include "support/float_settings.h"
#include "support/signing.h"

namespace assay::lanes {
namespace {

using kernel::CurveJob;
using kernel::CurveTable;
using kernel::HashJob;
using kernel::Outcome;
using kernel::RsaJob;
using kernel::RsaMatch;

const kernel::Kernels& kernels_here() { return kernel::best_kernels(); }

TEST(SelfTest, IsPassedByEveryKernelOfEveryInstructionSet) {
  for (const char* isa : kernel::isa_names()) {
    const kernel::Kernels* kernels = kernel::kernels_for(isa);
    if (kernels == nullptr) continue;
    const LaneKernels tested(*kernels, [](std::string_view note) { ADD_FAILURE() << note; });
    int there = 0;
    for (std::size_t i = 0; i < kLaneKernels; ++i) {
      const auto which = static_cast<LaneKernel>(i);
      if (!tested.has(which)) continue;
      ++there;
      EXPECT_TRUE(passes_self_test(which, *kernels)) << isa << ' ' << to_string(which);
    }
    EXPECT_GE(there, 4) << isa << ": the curves are everywhere";
  }
}

#ifdef ASSAY_TEST_FLOAT_SETTINGS
TEST(SelfTest, IsPassedUnderEveryFloatingPointSettingOfTheCaller) {
  for (const char* isa : kernel::isa_names()) {
    const kernel::Kernels* kernels = kernel::kernels_for(isa);
    if (kernels == nullptr) continue;
    const LaneKernels there(*kernels, {});
    for (std::size_t i = 0; i < kLaneKernels; ++i) {
      const auto which = static_cast<LaneKernel>(i);
      if (!there.has(which)) continue;
      for (const test::FloatSetting setting : test::every_float_setting()) {
        const test::WithFloatSetting with(setting);
        EXPECT_TRUE(passes_self_test(which, *kernels)) << isa << ' ' << to_string(which) << ", setting " << setting;
        EXPECT_EQ(test::float_setting(), setting) << isa << ' ' << to_string(which);
      }
    }
  }
}
#endif

// Every lane says what one lane would: the outcome of its neighbour, or always the same.
template <Outcome kAnswer>
void always(const CurveJob*, std::size_t count, Outcome* outcomes, int, CurveTable, void*) noexcept {
  std::fill_n(outcomes, count, kAnswer);
}

void wrong_in_one_lane(const CurveJob* jobs, std::size_t count, Outcome* outcomes, int window, CurveTable generator,
                       void* scratch) noexcept {
  kernels_here().p256.verify(jobs, count, outcomes, window, generator, scratch);
  for (std::size_t i = 5; i < count; i += 8) outcomes[i] = Outcome::valid;
}

void copy_signature(RsaJob* jobs, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; ++i) {
    std::memcpy(jobs[i].block, jobs[i].signature, jobs[i].key->bytes);
    jobs[i].in_range = true;
  }
}

void accept_all(RsaMatch* jobs, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; ++i) jobs[i].valid = true;
}

void reject_all(RsaMatch* jobs, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; ++i) jobs[i].valid = false;
}

void wrong_in_one_lane_of_rsa(RsaMatch* jobs, std::size_t count) noexcept {
  kernels_here().rsa.match(jobs, count);
  for (std::size_t i = 3; i < count; i += 8) jobs[i].valid = true;
}

void zeros(const HashJob* jobs, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; ++i) std::memset(jobs[i].digest, 0, 32);
}

void zeros_of_padded(const kernel::PaddedBlock* blocks, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; ++i) std::memset(blocks[i].digest, 0, 32);
}

// Right but for a rest of two.
void wrong_in_a_rest_of_padded(const kernel::PaddedBlock* blocks, std::size_t count) noexcept {
  kernels_here().sha256.padded(blocks, count);
  if (count % 3 == 2) std::memset(blocks[count - 1].digest, 0, 32);
}

void wrong_in_a_rest_of_rsa(RsaJob* jobs, std::size_t count) noexcept {
  kernels_here().rsa.power(jobs, count);
  if (count % 8 != 0) jobs[count - 1].in_range = false;
}

TEST(SelfTest, IsFailedByAKernelThatIsWrongAnywhere) {
  for (auto verify :
       {always<Outcome::valid>, always<Outcome::invalid>, always<Outcome::exceptional>, wrong_in_one_lane}) {
    kernel::Kernels broken = kernels_here();
    broken.p256.verify = verify;
    EXPECT_FALSE(passes_self_test(LaneKernel::p256, broken));
    EXPECT_TRUE(passes_self_test(LaneKernel::p384, broken));
  }
  kernel::Kernels broken = kernels_here();
  broken.sha256.hash = zeros;
  broken.sha512.hash = zeros;
  EXPECT_FALSE(passes_self_test(LaneKernel::sha256, broken));
  EXPECT_FALSE(passes_self_test(LaneKernel::sha512, broken));
  if (kernels_here().sha256.padded != nullptr) {
    for (const auto padded : {zeros_of_padded, wrong_in_a_rest_of_padded}) {
      broken.sha256 = kernels_here().sha256;
      EXPECT_TRUE(passes_self_test(LaneKernel::sha256, broken));
      broken.sha256.padded = padded;
      EXPECT_FALSE(passes_self_test(LaneKernel::sha256, broken));
    }
  }
  if (kernels_here().rsa.power == nullptr) return;
  for (const auto power : {copy_signature, wrong_in_a_rest_of_rsa}) {
    broken.rsa.power = power;
    for (const LaneKernel size : {LaneKernel::rsa2048, LaneKernel::rsa3072, LaneKernel::rsa4096})
      EXPECT_FALSE(passes_self_test(size, broken));
  }
  for (const auto match : {accept_all, reject_all, wrong_in_one_lane_of_rsa}) {
    broken.rsa = kernels_here().rsa;
    broken.rsa.match = match;
    for (const LaneKernel size : {LaneKernel::rsa2048, LaneKernel::rsa3072, LaneKernel::rsa4096})
      EXPECT_FALSE(passes_self_test(size, broken));
  }
}

// A good and a bad ES256 signature through a backend whose kernel takes everything.
TEST(SelfTest, TakesOutAKernelThatFailsAndTellsOnce) {
  kernel::Kernels broken = kernels_here();
  broken.p256.verify = always<Outcome::valid>;
  std::vector<std::string> notes;
  signature::BackendOptions options;
  options.tables_at_once = true;
  options.window = kMinWindow;
  options.on_note = [&](std::string_view note) { notes.emplace_back(note); };
  const auto backend = make_lanes_backend(broken, options);

  const test::EcKey signer{&test::EcCurve::of(Curve::P256), test::Big(12345)};
  test::Keys keys;
  const keys::PreparedKey* key = keys.add(signer.jwk());
  const std::string good = signer.sign_message("good", test::Big(67890));
  std::vector<signature::Job> jobs;
  for (int i = 0; i < 20; ++i) jobs.push_back({key, Algorithm::ES256, i % 2 == 0 ? "good" : "another", good, false});
  for (int session = 0; session < 2; ++session) {
    backend->new_session()->verify(jobs, keys.generation());
    for (int i = 0; i < 20; ++i) EXPECT_EQ(jobs[static_cast<std::size_t>(i)].valid, i % 2 == 0);
  }
  EXPECT_EQ(backend->statistics().by_lanes, 0u);
  EXPECT_EQ(backend->statistics().by_openssl, 40u);
  EXPECT_EQ(notes, std::vector<std::string>{"lane kernel p256 (" + std::string(kernels_here().isa) +
                                            ") failed its self-test; OpenSSL is used"});
}

// More bytes than an address space has.
std::size_t too_many_bytes(int) noexcept { return std::size_t{1} << 60; }

TEST(SelfTest, SaysThatMemoryWasRefusedAndNotThatAKernelFailed) {
  kernel::Kernels greedy = kernels_here();
  greedy.p256.table_bytes = too_many_bytes;
  EXPECT_THROW(passes_self_test(LaneKernel::p256, greedy), std::bad_alloc);
  std::vector<std::string> notes;
  const LaneKernels kernels(greedy, [&](std::string_view note) { notes.emplace_back(note); });
  for (int i = 0; i < 2; ++i) EXPECT_EQ(kernels.curve(LaneKernel::p256), nullptr);
  EXPECT_TRUE(kernels.has(LaneKernel::p256));  // it is tried again
  EXPECT_EQ(notes, std::vector<std::string>{"lane kernel p256 (" + std::string(kernels_here().isa) +
                                            ") has no memory for its self-test; OpenSSL is used"});
}

TEST(SelfTest, IsNotRunForOneToken) {
  kernel::Kernels broken = kernels_here();
  broken.p256.verify = always<Outcome::valid>;
  signature::BackendOptions options;
  options.on_note = [](std::string_view note) { ADD_FAILURE() << note; };
  const auto backend = make_lanes_backend(broken, options);
  const test::EcKey signer{&test::EcCurve::of(Curve::P256), test::Big(12345)};
  test::Keys keys;
  const std::string good = signer.sign_message("good", test::Big(67890));
  signature::Job job{keys.add(signer.jwk()), Algorithm::ES256, "good", good, false};
  backend->new_session()->verify({&job, 1}, keys.generation());
  EXPECT_TRUE(job.valid);
}

}  // namespace
}  // namespace assay::lanes
