// The header memo: how many headers it remembers, by the keys that may sign under them.
#include "memo/header_memo.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "codec/base64url.h"
#include "jwk/key_rules.h"

namespace assay::memo {
namespace {

// The memo looks only at the keys' identities: these hold no OpenSSL object.
std::shared_ptr<const keys::Snapshot> snapshot_of(std::size_t keys) {
  std::vector<keys::PreparedKey> made(keys);
  for (std::size_t i = 0; i < keys; ++i) {
    Jwk& jwk = made[i].jwk;
    jwk.type = KeyType::EC;
    jwk.curve = Curve::P256;
    jwk.has_kid = true;
    jwk.kid = "key-" + std::to_string(i);
    jwk.x = jwk.kid;
    jwk.permitted = jwk::algorithms_of(jwk.type, jwk.curve);
  }
  auto snapshot = std::make_shared<keys::Snapshot>();
  snapshot->ring = std::make_shared<keys::KeyRing>(std::move(made), Profile::strict, std::vector<keys::SkippedKid>());
  snapshot->allowed = AlgorithmSet::unless_named();
  return snapshot;
}

// The header of the i-th key, or of none for a larger i.
std::string segment_of(std::size_t i) {
  return codec::base64url_encode(R"({"alg":"ES256","kid":"key-)" + std::to_string(i) + R"("})");
}

// Looks up the headers of 0 to `count`, some hundred a batch, and returns their plans' numbers.
std::vector<std::uint64_t> ids(HeaderMemo& memo, const std::shared_ptr<const keys::Snapshot>& snapshot,
                               std::size_t count) {
  std::vector<std::uint64_t> found;
  for (std::size_t i = 0; i < count; ++i) {
    if (i % 300 == 0) memo.begin_batch(snapshot);
    const std::string segment = segment_of(i);
    found.push_back(memo.look_up(segment, Policy{}).id);
  }
  return found;
}

TEST(HeaderMemo, RemembersTheHeadersOfAllKeysOfALargeSet) {
  constexpr std::size_t kKeys = 6000;  // more than the headers that it remembers for a small set
  const auto snapshot = snapshot_of(kKeys);
  HeaderMemo memo;
  const std::vector<std::uint64_t> first = ids(memo, snapshot, kKeys);
  EXPECT_EQ(std::count(first.begin(), first.end(), std::uint64_t{0}), 0) << "each header has a key";
  EXPECT_EQ(ids(memo, snapshot, kKeys), first);
}

TEST(HeaderMemo, ForgetsHeadersThatAreTooManyForTheKeys) {
  const auto snapshot = snapshot_of(1);
  HeaderMemo memo;
  const std::uint64_t first = ids(memo, snapshot, 1).front();
  EXPECT_NE(first, 0u);
  EXPECT_EQ(ids(memo, snapshot, 1000).front(), first);
  ids(memo, snapshot, 6000);
  EXPECT_NE(ids(memo, snapshot, 1).front(), first) << "6000 headers, nearly all without a key, empty the memo";
}

TEST(HeaderMemo, ForgetsHeadersWhoseBytesAreTooMany) {
  const auto snapshot = snapshot_of(20'000);  // for so many keys it remembers 40,000 headers, but not of 1,900 bytes
  const std::string filler(1400, 'x');
  HeaderMemo memo;
  const std::uint64_t first = ids(memo, snapshot, 1).front();
  const auto look_up = [&](int begin, int end) {
    for (int i = begin; i < end; ++i) {
      if (i % 300 == 0) memo.begin_batch(snapshot);
      memo.look_up(codec::base64url_encode(R"({"alg":"ES256","pad":")" + filler + std::to_string(i) + R"("})"),
                   Policy{});
    }
  };
  look_up(0, 3000);
  EXPECT_EQ(ids(memo, snapshot, 1).front(), first);
  look_up(3000, 6000);
  EXPECT_NE(ids(memo, snapshot, 1).front(), first);
}

TEST(HeaderMemo, ForgetsEverythingWithANewSnapshot) {
  HeaderMemo memo;
  const std::vector<std::uint64_t> first = ids(memo, snapshot_of(10), 10);
  const std::vector<std::uint64_t> second = ids(memo, snapshot_of(10), 10);
  for (std::size_t i = 0; i < first.size(); ++i) EXPECT_NE(first[i], second[i]);
}

}  // namespace
}  // namespace assay::memo
