// The table cache: who gets a table, of what size, at whose cost; and that nobody reads one that was freed.
#include "lanes/table_cache.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "kernel/choice.h"
#include "kernel/kernel.h"
#include "lanes/lanes_backend.h"
#include "support/signing.h"

namespace assay::lanes {
namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;
constexpr std::uint32_t kWarm = 8;

// The kernels of any CPU: what is tested here does not depend on the instruction set.
class Tables : public testing::Test {
 protected:
  void open(std::size_t budget, bool at_once = false, int window = 0) {
    cache_ = std::make_unique<TableCache>(kernels_, TableCache::Options{budget, window, at_once});
    budget_ = budget;
  }
  const keys::PreparedKey& p256_key(std::uint64_t number) {
    return *keys_.add(test::EcKey{&test::EcCurve::of(Curve::P256), test::Big(number + 2)}.jwk());
  }
  std::shared_ptr<CachedKey> find(const keys::PreparedKey& key) { return cache_->find(key, kernel_of(key)); }
  std::shared_ptr<CachedKey> p256(std::uint64_t number) { return find(p256_key(number)); }
  // Uses, and all builds that they start.
  void use(const std::shared_ptr<CachedKey>& key, std::uint32_t uses) {
    cache_->add_uses(key, uses);
    cache_->wait_until_idle();
    EXPECT_LE(cache_->statistics().bytes, budget_);
  }
  int window_of(const std::shared_ptr<CachedKey>& key) const {
    const KeyTable* table = key->table();
    return table == nullptr ? 0 : table->window;
  }

  const LaneKernels kernels_{*kernel::kernels_for("portable"), {}};
  test::Keys keys_;
  std::unique_ptr<TableCache> cache_;
  std::size_t budget_ = 0;
};

TEST_F(Tables, AreForKeysThatWereUsedSomeTimes) {
  open(64 * kMiB);
  const auto key = p256(1);
  use(key, kWarm - 1);
  EXPECT_EQ(key->table(), nullptr);
  EXPECT_EQ(cache_->generator(LaneKernel::p256).entries, nullptr);
  use(key, 1);
  EXPECT_EQ(window_of(key), 8);
  EXPECT_EQ(cache_->generator(LaneKernel::p256).window, 8);
  EXPECT_EQ(cache_->statistics().built, 2u);
}

TEST_F(Tables, GrowWithTheHeatOfTheKey) {
  open(64 * kMiB);
  const auto key = p256(1);
  use(key, kWarm);
  use(key, 1024);
  EXPECT_EQ(window_of(key), 10);
  EXPECT_EQ(cache_->generator(LaneKernel::p256).window, 13);
  use(key, 8192);
  EXPECT_EQ(window_of(key), 13);
}

TEST_F(Tables, OfTheGeneratorsLeaveAQuarterOfTheBudgetToKeys) {
  open(16 * kMiB);
  const auto key = p256(1);
  use(key, kWarm);
  use(key, 100'000);
  const kernel::CurveTable generator = cache_->generator(LaneKernel::p256);
  EXPECT_LE(kernels_.curve(LaneKernel::p256)->table_bytes(generator.window), 4 * kMiB);
  EXPECT_GT(generator.window, 8);
  EXPECT_LT(generator.window, 16);
}

TEST_F(Tables, AreKnownByTheBytesOfTheKey) {
  open(64 * kMiB);
  const keys::PreparedKey& first = p256_key(1);
  const keys::PreparedKey& same_in_another_set = p256_key(1);
  EXPECT_EQ(find(first), find(same_in_another_set));
  EXPECT_NE(find(first), p256(2));
}

TEST_F(Tables, ServeNewSessionsAndReloadedKeysFromTheFirstTokenOn) {
  signature::BackendOptions options;
  options.table_memory = 16 * kMiB;
  const auto backend = make_lanes_backend(kernel::best_kernels(), options);
  const test::EcKey signer{&test::EcCurve::of(Curve::P256), test::Big(12345)};
  const std::string signature = signer.sign_message("text", test::Big(67890));
  std::vector<signature::Job> jobs(8, {keys_.add(signer.jwk()), Algorithm::ES256, "text", signature, false});
  const auto first = backend->new_session();
  while (backend->statistics().by_lanes == 0) first->verify(jobs, keys_.generation());

  test::Keys reloaded;
  for (signature::Job& job : jobs) job.key = reloaded.add(signer.jwk());
  const std::uint64_t before = backend->statistics().by_lanes;
  backend->new_session()->verify(jobs, reloaded.generation());
  EXPECT_EQ(backend->statistics().by_lanes, before + jobs.size());
  first->verify(jobs, reloaded.generation());
  EXPECT_EQ(backend->statistics().by_lanes, before + 2 * jobs.size());
  for (const signature::Job& job : jobs) EXPECT_TRUE(job.valid);
}

TEST_F(Tables, AreNotMadeWithoutABudget) {
  open(0);
  const auto key = p256(1);
  use(key, 100'000);
  EXPECT_EQ(key->table(), nullptr);
  EXPECT_EQ(cache_->statistics().built, 0u);
}

TEST_F(Tables, AreNotMadeWhereTheBudgetHoldsNoGenerator) {
  open(kMiB / 16);
  const auto key = p256(1);
  use(key, 100'000);
  EXPECT_EQ(key->table(), nullptr);
  EXPECT_EQ(cache_->statistics().bytes, 0u);
}

TEST_F(Tables, ShrinkWithTheFairShareOfTheirKeys) {
  open(2 * kMiB);
  std::vector<std::shared_ptr<CachedKey>> keys;
  for (std::uint64_t i = 0; i < 40; ++i) keys.push_back(p256(i));
  use(keys[0], kWarm);
  EXPECT_GE(window_of(keys[0]), kMinWindow);
  EXPECT_LT(window_of(keys[0]), 8);
}

// Every key as hot as every other, more of them than there is room for: those that have tables keep them.
TEST_F(Tables, AreKeptWhenMoreKeysRotateThanFit) {
  open(2 * kMiB);
  std::vector<std::shared_ptr<CachedKey>> keys;
  for (std::uint64_t i = 0; i < 150; ++i) keys.push_back(p256(i));
  const auto rotate = [&](int rounds) {
    for (int round = 0; round < rounds; ++round) {
      for (const auto& key : keys) {
        cache_->add_uses(key, 16);
        EXPECT_LE(cache_->statistics().bytes, budget_);
      }
    }
    cache_->wait_until_idle();
  };
  rotate(60);
  std::vector<const KeyTable*> before;
  std::size_t with_table = 0;
  for (const auto& key : keys) {
    before.push_back(key->table());
    with_table += key->table() == nullptr ? 0 : 1;
  }
  EXPECT_GT(with_table, 20u);
  EXPECT_LT(with_table, keys.size());
  const std::uint64_t evicted = cache_->statistics().evicted;
  rotate(100);
  EXPECT_EQ(cache_->statistics().evicted, evicted);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (before[i] != nullptr) {
      EXPECT_EQ(keys[i]->table(), before[i]);
    }
  }
}

TEST_F(Tables, OfColdKeysMakeRoomForHotterOnes) {
  open(2 * kMiB, false, 6);  // 86 KB each
  std::vector<std::shared_ptr<CachedKey>> keys;
  for (std::uint64_t i = 0; i < 60; ++i) keys.push_back(p256(i));
  for (const auto& key : keys) use(key, kWarm);
  const auto newcomer = p256(100);
  use(newcomer, kWarm);
  EXPECT_EQ(newcomer->table(), nullptr) << "no hotter than those that have tables";
  const std::uint64_t evicted = cache_->statistics().evicted;
  EXPECT_EQ(evicted, 0u);
  ASSERT_NE(keys[0]->table(), nullptr);
  ASSERT_NE(keys[1]->table(), nullptr);
  use(keys[0], 1);  // so that the second was used least recently
  use(newcomer, 10 * kWarm);
  EXPECT_NE(newcomer->table(), nullptr);
  EXPECT_EQ(cache_->statistics().evicted, evicted + 1);
  EXPECT_NE(keys[0]->table(), nullptr);
  EXPECT_EQ(keys[1]->table(), nullptr);
}

TEST_F(Tables, StayReadableWhilePinned) {
  open(2 * kMiB, false, 6);
  std::vector<std::shared_ptr<CachedKey>> keys;
  for (std::uint64_t i = 0; i < 60; ++i) keys.push_back(p256(i));
  for (const auto& key : keys) use(key, kWarm);
  TablePin pin(cache_->epochs());
  pin.enter();
  const KeyTable* held = keys[0]->table();
  ASSERT_NE(held, nullptr);
  const std::uint64_t first_word = held->entries()[0];
  // Its room is wanted; it can be had only once the pin has let go.
  const auto hot = p256(100);
  std::thread builder([&] { use(hot, 1000); });
  while (keys[0]->table() != nullptr) std::this_thread::yield();
  EXPECT_EQ(held->entries()[0], first_word);
  EXPECT_EQ(hot->table(), nullptr);
  pin.leave();
  builder.join();
  EXPECT_NE(hot->table(), nullptr);
}

TEST_F(Tables, OfRsaAreMadeByTheCallerForTheSecondToken) {
  const LaneKernels best(kernel::best_kernels(), {});
  if (!best.has(LaneKernel::rsa2048)) GTEST_SKIP() << "this CPU has neither AVX-512 IFMA nor FMA, and no RSA kernel";
  TableCache cache(best, {kMiB, 0, false});
  const keys::PreparedKey& key = *keys_.add(test::RsaKey(2048, 65537, 1).jwk());
  const auto cached = cache.find(key, kernel_of(key));
  cache.add_uses(cached, 1);
  EXPECT_EQ(cached->table(), nullptr);
  cache.add_uses(cached, 1);
  ASSERT_NE(cached->table(), nullptr);
  EXPECT_EQ(cached->table()->modulus().bytes, 256u);
  EXPECT_GE(cache.statistics().bytes, sizeof(kernel::RsaModulus));
}

TEST_F(Tables, OfRsaGetWhatAMatchNeedsOnceTheKeyIsHot) {
  const LaneKernels best(kernel::best_kernels(), {});
  if (!best.has(LaneKernel::rsa2048)) GTEST_SKIP() << "this CPU has neither AVX-512 IFMA nor FMA, and no RSA kernel";
  TableCache cache(best, {kMiB, 0, false});
  const keys::PreparedKey& key = *keys_.add(test::RsaKey(2048, 65537, 1).jwk());
  const auto cached = cache.find(key, kernel_of(key));
  cache.add_uses(cached, 511);
  ASSERT_NE(cached->table(), nullptr);
  EXPECT_FALSE(cached->table()->modulus().has_match);
  cache.add_uses(cached, 1);
  ASSERT_NE(cached->table(), nullptr);
  EXPECT_TRUE(cached->table()->modulus().has_match);
  EXPECT_EQ(cache.statistics().built, 2u);
  cache.add_uses(cached, 100'000);
  EXPECT_EQ(cache.statistics().built, 2u);
  EXPECT_EQ(cache.statistics().bytes, modulus_bytes()) << "the first one is freed";
  // With the second token, if tables are built at once.
  TableCache eager(best, {kMiB, 0, true});
  const auto first = eager.find(key, kernel_of(key));
  eager.add_uses(first, 1);
  ASSERT_NE(first->table(), nullptr);
  EXPECT_FALSE(first->table()->modulus().has_match);
  eager.add_uses(first, 1);
  ASSERT_NE(first->table(), nullptr);
  EXPECT_TRUE(first->table()->modulus().has_match);
}

TEST_F(Tables, AreNotTriedTwiceForAKeyThatHasNone) {
  open(64 * kMiB, true, 4);
  Jwk jwk;
  jwk.type = KeyType::OKP;
  jwk.curve = Curve::Ed25519;
  jwk.x = std::string(32, '\0');
  jwk.x[0] = '\x01';  // the neutral element: of order 1
  keys::PreparedKey key;
  key.jwk = jwk;
  const auto cached = find(key);
  use(cached, 1);
  EXPECT_EQ(cached->table(), nullptr);
  const std::uint64_t built = cache_->statistics().built;
  use(cached, 100'000);
  EXPECT_EQ(cached->table(), nullptr);
  EXPECT_EQ(cache_->statistics().built, built);
}

// Sessions that read and report while tables come and go. What it finds, sanitizers tell: a freed table that is read, a
// race; and the words of a table that is not the key's.
TEST_F(Tables, ComeAndGoUnderManyReaders) {
  open(2 * kMiB, false, 6);
  constexpr std::size_t kKeys = 40;
  std::vector<std::shared_ptr<CachedKey>> keys;
  for (std::uint64_t i = 0; i < kKeys; ++i) keys.push_back(p256(i));
  std::vector<std::atomic<std::uint64_t>> first_words(kKeys);
  std::atomic<int> faults{0};
  std::vector<std::thread> threads;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    threads.emplace_back([&, seed] {
      test::StructuredRandom random(seed);
      TablePin pin(cache_->epochs());
      for (int round = 0; round < 300; ++round) {
        // The hot ones change, so that tables must.
        const std::size_t hot = static_cast<std::size_t>(round / 30) * 4 % kKeys;
        for (int i = 0; i < 4; ++i) {
          const std::size_t which = random.one_in(4) ? random.below(kKeys) : (hot + random.below(4)) % kKeys;
          cache_->add_uses(keys[which], 64);
        }
        pin.enter();
        for (std::size_t i = 0; i < kKeys; ++i) {
          const KeyTable* table = keys[i]->table();
          if (table == nullptr) continue;
          std::uint64_t expected = 0;
          const std::uint64_t word = table->entries()[0];
          if (!first_words[i].compare_exchange_strong(expected, word) && expected != word) ++faults;
        }
        pin.leave();
        if (cache_->statistics().bytes > budget_) ++faults;
        std::this_thread::yield();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(faults.load(), 0);
  cache_->wait_until_idle();
  EXPECT_GT(cache_->statistics().built, 10u);
}

}  // namespace
}  // namespace assay::lanes
