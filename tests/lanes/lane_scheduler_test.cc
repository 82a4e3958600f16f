// Sorting a batch into groups: what is screened out, what goes to OpenSSL, and the order of what is left.
#include "lanes/lane_scheduler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace assay::lanes {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

keys::PreparedKey rsa_key(std::size_t bytes, std::string e = std::string("\x01\x00\x01", 3)) {
  keys::PreparedKey key;
  key.jwk.type = KeyType::RSA;
  key.jwk.n = std::string(bytes, '\xC1');
  key.jwk.e = std::move(e);
  return key;
}

keys::PreparedKey curve_key(Curve curve, std::size_t bytes) {
  keys::PreparedKey key;
  key.jwk.curve = curve;
  key.jwk.type = curve == Curve::Ed25519 || curve == Curve::Ed448 ? KeyType::OKP : KeyType::EC;
  key.jwk.x = std::string(bytes, '\x11');
  if (key.jwk.type == KeyType::EC) key.jwk.y = key.jwk.x;
  return key;
}

Route route_of_length(const keys::PreparedKey& key, Algorithm algorithm, std::size_t length) {
  const std::string signature(length, 's');
  const signature::Job job{&key, algorithm, "input", signature, false};
  return route_of(job, info(algorithm).scheme == Scheme::hmac ? kernel_of(info(algorithm).hash) : kernel_of(key));
}

TEST(LaneKernelOfKey, IsOfTheKeysSizeAndCurve) {
  EXPECT_EQ(kernel_of(rsa_key(256)), LaneKernel::rsa2048);
  EXPECT_EQ(kernel_of(rsa_key(384)), LaneKernel::rsa3072);
  EXPECT_EQ(kernel_of(rsa_key(512)), LaneKernel::rsa4096);
  EXPECT_EQ(kernel_of(curve_key(Curve::P256, 32)), LaneKernel::p256);
  EXPECT_EQ(kernel_of(curve_key(Curve::P384, 48)), LaneKernel::p384);
  EXPECT_EQ(kernel_of(curve_key(Curve::P521, 66)), LaneKernel::p521);
  EXPECT_EQ(kernel_of(curve_key(Curve::Ed25519, 32)), LaneKernel::ed25519);
}

TEST(LaneKernelOfKey, IsNoneForOtherSizesExponentsAndCurves) {
  EXPECT_EQ(kernel_of(rsa_key(255)), LaneKernel::none);
  EXPECT_EQ(kernel_of(rsa_key(320)), LaneKernel::none);
  EXPECT_EQ(kernel_of(rsa_key(256, "\x03")), LaneKernel::none);
  EXPECT_EQ(kernel_of(rsa_key(256, std::string("\x00\x01\x00\x01", 4))), LaneKernel::none);
  keys::PreparedKey small = rsa_key(256);
  small.jwk.n[0] = '\x7F';  // 2047 bits
  EXPECT_EQ(kernel_of(small), LaneKernel::none);
  keys::PreparedKey even = rsa_key(256);
  even.jwk.n.back() = '\x02';
  EXPECT_EQ(kernel_of(even), LaneKernel::none);
  EXPECT_EQ(kernel_of(curve_key(Curve::Ed448, 57)), LaneKernel::none);
  EXPECT_EQ(kernel_of(curve_key(Curve::secp256k1, 32)), LaneKernel::none);
  EXPECT_EQ(kernel_of(curve_key(Curve::P256, 31)), LaneKernel::none);
  EXPECT_EQ(kernel_of(keys::PreparedKey()), LaneKernel::none);
}

TEST(Route, ScreensOutSignaturesOfAnotherLength) {
  const keys::PreparedKey rsa = rsa_key(256), p256 = curve_key(Curve::P256, 32), p521 = curve_key(Curve::P521, 66),
                          ed25519 = curve_key(Curve::Ed25519, 32), secret;
  for (const auto& [key, algorithm, length] :
       {std::tuple(&rsa, Algorithm::RS256, 256), std::tuple(&rsa, Algorithm::PS512, 256),
        std::tuple(&p256, Algorithm::ES256, 64), std::tuple(&p521, Algorithm::ES512, 132),
        std::tuple(&ed25519, Algorithm::EdDSA, 64), std::tuple(&ed25519, Algorithm::Ed25519, 64),
        std::tuple(&secret, Algorithm::HS256, 32), std::tuple(&secret, Algorithm::HS384, 48),
        std::tuple(&secret, Algorithm::HS512, 64)}) {
    const auto size = static_cast<std::size_t>(length);
    EXPECT_EQ(route_of_length(*key, algorithm, size), Route::lanes) << to_string(algorithm);
    for (const std::size_t wrong : {std::size_t{0}, std::size_t{1}, size - 1, size + 1, 2 * size})
      EXPECT_EQ(route_of_length(*key, algorithm, wrong), Route::invalid) << to_string(algorithm) << ' ' << wrong;
  }
}

TEST(Route, SendsToOpensslWhatNoKernelTakes) {
  const keys::PreparedKey p256 = curve_key(Curve::P256, 32);
  EXPECT_EQ(route_of_length(p256, Algorithm::ES384, 96), Route::openssl) << "a key of another curve";
  EXPECT_EQ(route_of_length(curve_key(Curve::Ed448, 57), Algorithm::EdDSA, 114), Route::openssl);
  EXPECT_EQ(route_of_length(rsa_key(300), Algorithm::RS256, 300), Route::openssl);
  EXPECT_EQ(route_of_length(curve_key(Curve::Ed25519, 32), Algorithm::RS256, 256), Route::openssl);
}

TEST(Route, LeavesShortPssSignaturesOfFastmcpToOpenssl) {
  keys::PreparedKey key = rsa_key(256);
  EXPECT_EQ(route_of_length(key, Algorithm::PS256, 255), Route::invalid);
  key.lenient_pss_length = true;
  EXPECT_EQ(route_of_length(key, Algorithm::PS256, 255), Route::openssl);
  EXPECT_EQ(route_of_length(key, Algorithm::PS256, 256), Route::lanes);
  EXPECT_EQ(route_of_length(key, Algorithm::PS256, 257), Route::invalid);
  EXPECT_EQ(route_of_length(key, Algorithm::RS256, 255), Route::invalid);
}

TEST(LaneGroup, IsAnotherForEachKernelAndWindow) {
  std::vector<bool> seen(kLaneGroups);
  const auto mark = [&](LaneGroup group) {
    ASSERT_LT(group, kLaneGroups);
    EXPECT_FALSE(seen[group]);
    seen[group] = true;
  };
  for (std::size_t i = 0; i < kLaneKernels; ++i) {
    const auto kernel = static_cast<LaneKernel>(i);
    if (!is_curve(kernel)) mark(group_of(kernel));
    for (int window = kMinWindow; is_curve(kernel) && window <= kMaxWindow; ++window) mark(group_of(kernel, window));
  }
  EXPECT_THAT(seen, testing::Each(true));
}

std::vector<std::uint32_t> jobs_of(std::span<const LaneItem> items) {
  std::vector<std::uint32_t> jobs;
  for (const LaneItem& item : items) jobs.push_back(item.job);
  return jobs;
}

class Scheduler : public testing::Test {
 protected:
  Scheduler() { least_.fill(1); }

  LaneScheduler scheduler_;
  std::array<std::size_t, kLaneGroups> least_;
  std::vector<std::uint32_t> left_out_;
  const LaneGroup hmac_ = group_of(LaneKernel::sha256), p256_ = group_of(LaneKernel::p256, 8),
                  p256_large_ = group_of(LaneKernel::p256, 10);
};

TEST_F(Scheduler, GathersGroupsAcrossTheBatchInTheOrderOfAdding) {
  const KeyTable one, two;
  scheduler_.add(0, p256_large_, &one);
  scheduler_.add(1, p256_, &two);
  scheduler_.add(2, hmac_, nullptr);
  scheduler_.add(3, p256_large_, &two);
  scheduler_.add(4, p256_, &one);
  scheduler_.sort(least_, left_out_);
  EXPECT_THAT(jobs_of(scheduler_.items()), ElementsAre(2, 1, 4, 0, 3));
  EXPECT_THAT(jobs_of(scheduler_.items(p256_)), ElementsAre(1, 4));
  EXPECT_EQ(scheduler_.items(p256_)[0].table, &two);
  EXPECT_EQ(scheduler_.items(p256_large_)[0].table, &one);
  EXPECT_THAT(scheduler_.items(group_of(LaneKernel::rsa2048)), IsEmpty());
  EXPECT_THAT(left_out_, IsEmpty());
}

TEST_F(Scheduler, LeavesOutGroupsThatAreTooSmall) {
  least_[hmac_] = 3;
  least_[p256_] = 2;
  for (std::uint32_t job = 0; job < 4; ++job) scheduler_.add(job, job % 2 == 0 ? hmac_ : p256_, nullptr);
  scheduler_.sort(least_, left_out_);
  EXPECT_THAT(jobs_of(scheduler_.items()), ElementsAre(1, 3));
  EXPECT_THAT(left_out_, ElementsAre(0, 2));
  EXPECT_THAT(scheduler_.items(hmac_), IsEmpty());
}

TEST_F(Scheduler, ForgetsTheLastBatch) {
  scheduler_.add(0, hmac_, nullptr);
  scheduler_.sort(least_, left_out_);
  scheduler_.clear();
  scheduler_.sort(least_, left_out_);
  EXPECT_THAT(scheduler_.items(), IsEmpty());
  scheduler_.add(7, p256_, nullptr);
  scheduler_.sort(least_, left_out_);
  EXPECT_THAT(jobs_of(scheduler_.items()), ElementsAre(7));
}

}  // namespace
}  // namespace assay::lanes
