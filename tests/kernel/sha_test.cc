// The hash kernels against OpenSSL: every length, prefix, starting state, count and lane, and nothing read outside.
#define OPENSSL_SUPPRESS_DEPRECATED  // only SHA256_Update and the like can go on from any state
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/cpu.h"
#include "kernel/avx512f/kernels.h"
#include "kernel/avx512f/sha256.h"
#include "kernel/avx512f/sha512.h"
#include "kernel/fma/kernels.h"
#include "kernel/fma/sha256_shani.h"
#include "kernel/fma/sha512.h"
#include "kernel/kernel.h"
#include "kernel/portable/kernels.h"
#include "kernel/portable/sha256_shani.h"
#include "kernel/portable/sha2_arm.h"
#include "support/random.h"

namespace assay::kernel {
namespace {

#if defined(__x86_64__) || defined(__aarch64__)

struct Implementation {
  const char* name;
  bool wide;  // SHA-512, of 128-byte blocks
  // Null if this CPU lacks the instruction set.
  const Kernels* (*kernels)() noexcept;
  bool base::CpuFeatures::*needs;  // null: nothing more
  HashFunction hash;

  std::size_t block() const { return wide ? 128 : 64; }
  std::size_t digest_size() const { return wide ? 64 : 32; }
  const void* initial() const {
    return wide ? static_cast<const void*>(kSha512Initial) : static_cast<const void*>(kSha256Initial);
  }
};

std::ostream& operator<<(std::ostream& to, const Implementation& one) { return to << one.name; }

constexpr Implementation kImplementations[] = {
#if defined(__x86_64__)
    {"Sha256Lanes", false, avx512f::kernels, nullptr, avx512f::sha256_lanes},
    {"Sha256LanesAndShani", false, avx512f::kernels, &base::CpuFeatures::sha_ni, avx512f::sha256_lanes_and_shani},
    {"Sha256Shani", false, portable::kernels, &base::CpuFeatures::sha_ni, portable::sha256_shani},
    {"Sha256ShaniWithAvx", false, fma::kernels, &base::CpuFeatures::sha_ni, fma::sha256_shani},
    {"Sha512Lanes", true, avx512f::kernels, nullptr, avx512f::sha512_lanes},
    {"Sha512LanesOfAvx2", true, fma::kernels, nullptr, fma::sha512_lanes},
#else
    {"Sha256Arm", false, portable::kernels, &base::CpuFeatures::sha2, portable::sha256_arm},
    {"Sha512Arm", true, portable::kernels, &base::CpuFeatures::sha512, portable::sha512_arm},
#endif
};

// A copy on the heap of exactly its size, so that AddressSanitizer sees a byte read beyond it.
class ExactBytes {
 public:
  explicit ExactBytes(std::string_view bytes) : data_(new unsigned char[bytes.size()]), size_(bytes.size()) {
    std::copy(bytes.begin(), bytes.end(), data_.get());
  }
  const unsigned char* data() const { return size_ > 0 ? data_.get() : nullptr; }
  std::size_t size() const { return size_; }

 private:
  std::unique_ptr<unsigned char[]> data_;
  std::size_t size_;
};

// What OpenSSL makes of `input` from a state that has taken in `hashed` bytes.
std::string openssl_digest(bool wide, const void* state, std::uint64_t hashed, std::string_view input) {
  if (wide) {
    SHA512_CTX context;
    SHA512_Init(&context);
    std::memcpy(context.h, state, 64);
    context.Nl = hashed << 3;
    context.Nh = hashed >> 61;
    SHA512_Update(&context, input.data(), input.size());
    std::string digest(64, '\0');
    SHA512_Final(reinterpret_cast<unsigned char*>(digest.data()), &context);
    return digest;
  }
  SHA256_CTX context;
  SHA256_Init(&context);
  std::memcpy(context.h, state, 32);
  context.Nl = static_cast<SHA_LONG>(hashed << 3);
  context.Nh = static_cast<SHA_LONG>(hashed >> 29);
  SHA256_Update(&context, input.data(), input.size());
  std::string digest(32, '\0');
  SHA256_Final(reinterpret_cast<unsigned char*>(digest.data()), &context);
  return digest;
}

// Jobs with inputs of their own.
class JobList {
 public:
  explicit JobList(const Implementation& implementation) : implementation_(implementation) {}

  void add(std::string_view prefix, std::string_view message) { add(prefix, message, initial(), 0); }
  void add(std::string_view prefix, std::string_view message, std::string_view state, std::uint64_t hashed) {
    inputs_.push_back(
        {ExactBytes(prefix), ExactBytes(message), ExactBytes(state), hashed,
         std::make_unique<unsigned char[]>(implementation_.digest_size()),
         openssl_digest(implementation_.wide, state.data(), hashed, std::string(prefix) + std::string(message))});
  }
  std::string initial() const {
    return std::string(static_cast<const char*>(implementation_.initial()), implementation_.digest_size());
  }

  // Hashes all in one call. Returns a description of each wrong digest.
  std::vector<std::string> faults() {
    std::vector<HashJob> jobs;
    for (const Input& input : inputs_) {
      jobs.push_back({input.state.data(), input.hashed, input.prefix.data(), input.prefix.size(), input.message.data(),
                      input.message.size(), input.digest.get()});
    }
    implementation_.hash(jobs.data(), jobs.size());
    std::vector<std::string> faults;
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      if (std::memcmp(inputs_[i].digest.get(), inputs_[i].expected.data(), implementation_.digest_size()) != 0) {
        faults.push_back("job " + std::to_string(i) + " of " + std::to_string(inputs_.size()) + ", prefix " +
                         std::to_string(inputs_[i].prefix.size()) + ", message " +
                         std::to_string(inputs_[i].message.size()));
      }
    }
    return faults;
  }

 private:
  struct Input {
    ExactBytes prefix, message, state;
    std::uint64_t hashed;
    std::unique_ptr<unsigned char[]> digest;
    std::string expected;
  };
  Implementation implementation_;
  std::vector<Input> inputs_;
};

const std::vector<std::string> kNone;

class HashKernel : public testing::TestWithParam<Implementation> {
 protected:
  void SetUp() override {
    if (GetParam().kernels() == nullptr) GTEST_SKIP() << "this CPU lacks the instruction set";
    const auto needs = GetParam().needs;
    if (needs != nullptr && !(base::cpu_features().*needs)) GTEST_SKIP() << "this CPU lacks the SHA instructions";
  }
};

// 0 to 300, and both sides of every block up to 5000 and of the room that padding needs.
std::vector<std::size_t> lengths(std::size_t block) {
  std::vector<std::size_t> all;
  for (std::size_t length = 0; length <= 300; ++length) all.push_back(length);
  for (std::size_t end = 3 * block; end <= 5000; end += block) {
    for (std::size_t back : {18u, 17u, 16u, 10u, 9u, 8u, 1u, 0u}) {
      if (end - back > 300) all.push_back(end - back);
    }
    all.push_back(end + 1);
  }
  return all;
}

TEST_P(HashKernel, AgreesWithOpensslOnEveryLength) {
  auto random = test::StructuredRandom::announced("AgreesWithOpensslOnEveryLength");
  JobList mixed(GetParam());
  for (const std::size_t length : lengths(GetParam().block())) {
    JobList equal(GetParam());
    for (int i = 0; i < 19; ++i) equal.add("", random.bytes(length));
    EXPECT_EQ(equal.faults(), kNone);
    mixed.add("", random.bytes(length));
  }
  EXPECT_EQ(mixed.faults(), kNone);
}

TEST_P(HashKernel, AgreesWithOpensslAfterEveryPrefix) {
  auto random = test::StructuredRandom::announced("AgreesWithOpensslAfterEveryPrefix");
  for (std::size_t prefix = 0; prefix <= 2 * GetParam().block(); ++prefix) {
    JobList jobs(GetParam());
    for (std::size_t length = 0; length <= 2 * GetParam().block() + 2; ++length)
      jobs.add(random.bytes(prefix), random.bytes(length));
    for (std::size_t length : {511u, 512u, 600u, 1000u}) jobs.add(random.bytes(prefix), random.bytes(length));
    ASSERT_EQ(jobs.faults(), kNone);
  }
}

TEST_P(HashKernel, AgreesWithOpensslForEveryCountInEveryLane) {
  auto random = test::StructuredRandom::announced("AgreesWithOpensslForEveryCountInEveryLane");
  for (std::size_t count = 0; count <= 40; ++count) {
    for (std::size_t odd = 0; odd < std::max<std::size_t>(count, 1); ++odd) {
      // All alike but for one; of one block at most, and of several.
      JobList small(GetParam()), large(GetParam());
      for (std::size_t i = 0; i < count; ++i) {
        small.add(random.bytes(3), random.bytes(i == odd ? 5 : 32));
        large.add("", random.bytes(i == odd ? random.size(700) : 300));
      }
      ASSERT_EQ(small.faults(), kNone);
      ASSERT_EQ(large.faults(), kNone);
    }
  }
}

TEST_P(HashKernel, AgreesWithOpensslFromAnyStateAndLengthOnRandomMixtures) {
  auto random = test::StructuredRandom::announced("AgreesWithOpensslFromAnyStateAndLengthOnRandomMixtures");
  const std::size_t block = GetParam().block();
  for (int round = 0; round < 300; ++round) {
    JobList jobs(GetParam());
    const std::size_t count = 1 + random.size(70);
    const std::size_t limit = random.one_in(2) ? 100 : 3000;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string prefix = random.bytes(random.one_in(2) ? 0 : random.size(2 * block));
      const std::string message = random.bytes(random.size(limit));
      // Totals beyond 2^32 bits reach every byte of the length; SHA-512 counts beyond 2^64 bits.
      const std::uint64_t hashed = (random.next() >> (3 + random.below(60))) >> (GetParam().wide ? 0 : 3) << 7;
      const std::uint64_t most = std::uint64_t{1} << (GetParam().wide ? 63 : 60);
      jobs.add(prefix, message, random.bytes(GetParam().digest_size()), std::min(hashed, most));
    }
    ASSERT_EQ(jobs.faults(), kNone) << "round " << round;
  }
}

// Few lanes may hand what they have left to other code: from within a prefix, a message, and (not at all) its padding.
TEST_P(HashKernel, AgreesWithOpensslWhereFewOfManyMessagesAreLonger) {
  auto random = test::StructuredRandom::announced("AgreesWithOpensslWhereFewOfManyMessagesAreLonger");
  const std::size_t block = GetParam().block();
  for (std::size_t few = 1; few <= 12; ++few) {
    for (const std::size_t prefix : {std::size_t{0}, block - 3, block, block + 1, 2 * block - 1, 2 * block}) {
      for (const std::size_t message : {std::size_t{0}, std::size_t{1}, block - 8, block - 1, block, 5 * block - 4}) {
        JobList jobs(GetParam());
        for (std::size_t i = 0; i < 16; ++i) {
          if (i % 13 < few) {
            jobs.add(random.bytes(prefix), random.bytes(message + i % 3));
          } else {
            jobs.add("", random.bytes(random.size(2 * block)));
          }
        }
        ASSERT_EQ(jobs.faults(), kNone) << few << " of " << prefix << " + " << message;
      }
    }
  }
}

// The state of a key after its padded block (RFC 2104), as many bytes as a digest.
std::string padded_key_state(const Implementation& implementation, std::string_view key, char pad) {
  std::string block(implementation.block(), pad);
  for (std::size_t i = 0; i < key.size(); ++i) block[i] = static_cast<char>(block[i] ^ key[i]);
  const auto* const bytes = reinterpret_cast<const unsigned char*>(block.data());
  SHA256_CTX narrow;
  SHA512_CTX wide;
  if (implementation.wide) {
    SHA512_Init(&wide);
    SHA512_Transform(&wide, bytes);
  } else {
    SHA256_Init(&narrow);
    SHA256_Transform(&narrow, bytes);
  }
  const void* const state = implementation.wide ? static_cast<const void*>(wide.h) : static_cast<const void*>(narrow.h);
  return {static_cast<const char*>(state), implementation.digest_size()};
}

#if defined(__x86_64__)
// Messages of every length that ends in the block, from random states, in calls of every number.
void expect_digests_of_padded_blocks(decltype(kernel::HashKernel::padded) hash) {
  test::StructuredRandom random = test::StructuredRandom::announced("PaddedBlocks");
  for (std::size_t count = 0; count <= 55; ++count) {
    std::vector<std::string> states, expected;
    std::vector<PaddedBlock> blocks(count);
    std::string digests(32 * count + 1, '\x5A');
    for (std::size_t i = 0; i < count; ++i) {
      const std::string end = random.bytes((count + i) % 56);
      const std::uint64_t hashed = 64 * random.below(1u << 20);
      states.push_back(random.bytes(32));
      expected.push_back(openssl_digest(false, states.back().data(), hashed, end));
      const std::uint64_t bits = __builtin_bswap64(8 * (hashed + end.size()));
      std::memset(blocks[i].block, 0, sizeof blocks[i].block);
      std::memcpy(blocks[i].block, end.data(), end.size());
      blocks[i].block[end.size()] = 0x80;
      std::memcpy(blocks[i].block + 56, &bits, sizeof bits);
    }
    for (std::size_t i = 0; i < count; ++i) {
      blocks[i].state = states[i].data();
      blocks[i].digest = reinterpret_cast<unsigned char*>(digests.data()) + 32 * i;
    }
    hash(blocks.data(), count);
    for (std::size_t i = 0; i < count; ++i)
      EXPECT_TRUE(digests.substr(32 * i, 32) == expected[i]) << "block " << i << " of " << count;
    EXPECT_EQ(digests.back(), '\x5A') << count;
  }
}

TEST(PaddedBlocks, HaveTheDigestsOfOpenssl) {
  if (!base::cpu_features().sha_ni) GTEST_SKIP() << "this CPU lacks the SHA instructions";
  expect_digests_of_padded_blocks(portable::sha256_shani_padded);
}

TEST(PaddedBlocks, HaveTheDigestsOfOpensslWithAvx) {
  if (!base::cpu_features().sha_ni || fma::kernels() == nullptr)
    GTEST_SKIP() << "this CPU lacks the SHA instructions or AVX2";
  expect_digests_of_padded_blocks(fma::sha256_shani_padded);
}
#endif

TEST_P(HashKernel, ComposesToTheHmacOfOpenssl) {
  auto random = test::StructuredRandom::announced("ComposesToTheHmacOfOpenssl");
  const Implementation& implementation = GetParam();
  const std::size_t size = implementation.digest_size();
  for (std::size_t count : {1u, 2u, 7u, 8u, 16u, 50u}) {
    std::vector<std::string> keys, messages, inner_states, outer_states;
    std::vector<std::string> inner(count, std::string(size, '\0')), outer(count, std::string(size, '\0'));
    std::vector<HashJob> inner_jobs, outer_jobs;
    for (std::size_t i = 0; i < count; ++i) {
      keys.push_back(random.bytes(1 + random.size(implementation.block() - 1)));
      messages.push_back(random.bytes(random.size(1000)));
      inner_states.push_back(padded_key_state(implementation, keys[i], 0x36));
      outer_states.push_back(padded_key_state(implementation, keys[i], 0x5c));
    }
    const auto bytes = [](std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); };
    for (std::size_t i = 0; i < count; ++i) {
      inner_jobs.push_back({inner_states[i].data(), implementation.block(), nullptr, 0, bytes(messages[i]),
                            messages[i].size(), bytes(inner[i])});
      outer_jobs.push_back(
          {outer_states[i].data(), implementation.block(), nullptr, 0, bytes(inner[i]), size, bytes(outer[i])});
    }
    implementation.hash(inner_jobs.data(), count);
    implementation.hash(outer_jobs.data(), count);
    for (std::size_t i = 0; i < count; ++i) {
      std::string expected(size, '\0');
      ASSERT_NE(
          HMAC(implementation.wide ? EVP_sha512() : EVP_sha256(), keys[i].data(), static_cast<int>(keys[i].size()),
               bytes(messages[i]), messages[i].size(), bytes(expected), nullptr),
          nullptr);
      EXPECT_EQ(outer[i], expected) << "job " << i << " of " << count;
    }
  }
}

// Readable memory between two pages that are not.
class GuardedPages {
 public:
  explicit GuardedPages(std::size_t pages) : page_(static_cast<std::size_t>(sysconf(_SC_PAGESIZE))), pages_(pages) {
    map_ = mmap(nullptr, (pages_ + 2) * page_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map_ == MAP_FAILED) return;
    mprotect(map_, page_, PROT_NONE);
    mprotect(begin() + size(), page_, PROT_NONE);
  }
  ~GuardedPages() {
    if (map_ != MAP_FAILED) munmap(map_, (pages_ + 2) * page_);
  }
  GuardedPages(const GuardedPages&) = delete;
  GuardedPages& operator=(const GuardedPages&) = delete;
  bool mapped() const { return map_ != MAP_FAILED; }
  unsigned char* begin() { return static_cast<unsigned char*>(map_) + page_; }
  std::size_t size() const { return pages_ * page_; }

 private:
  std::size_t page_, pages_;
  void* map_;
};

TEST_P(HashKernel, ReadsNothingBesideTheMessage) {
  auto random = test::StructuredRandom::announced("ReadsNothingBesideTheMessage");
  GuardedPages pages(2);
  ASSERT_TRUE(pages.mapped());
  const std::string content = random.bytes(pages.size());
  std::copy(content.begin(), content.end(), pages.begin());
  for (std::size_t prefix : {0u, 8u, 64u, 100u}) {
    const ExactBytes head(random.bytes(prefix));
    for (std::size_t length = 0; length <= 600; ++length) {
      // One message that begins where memory does, one that ends there.
      const unsigned char* const messages[2] = {pages.begin(), pages.begin() + pages.size() - length};
      unsigned char digests[2][64];
      HashJob jobs[2];
      for (int i = 0; i < 2; ++i)
        jobs[i] = {GetParam().initial(), 0, head.data(), head.size(), messages[i], length, digests[i]};
      GetParam().hash(jobs, 2);
      for (int i = 0; i < 2; ++i) {
        std::string input;
        if (prefix > 0) input.assign(reinterpret_cast<const char*>(head.data()), prefix);
        input.append(reinterpret_cast<const char*>(messages[i]), length);
        const std::string expected = openssl_digest(GetParam().wide, GetParam().initial(), 0, input);
        ASSERT_EQ(std::memcmp(digests[i], expected.data(), expected.size()), 0) << prefix << " + " << length;
      }
    }
  }
}

TEST_P(HashKernel, MakesSha384OfItsInitialState) {
  if (!GetParam().wide) GTEST_SKIP() << "SHA-384 is a SHA-512";
  auto random = test::StructuredRandom::announced("MakesSha384OfItsInitialState");
  std::vector<std::string> messages;
  for (int i = 0; i < 20; ++i) messages.push_back(random.bytes(random.size(600)));
  unsigned char digests[20][64];
  std::vector<HashJob> jobs;
  for (std::size_t i = 0; i < 20; ++i) {
    jobs.push_back({kSha384Initial, 0, nullptr, 0, reinterpret_cast<const unsigned char*>(messages[i].data()),
                    messages[i].size(), digests[i]});
  }
  GetParam().hash(jobs.data(), jobs.size());
  for (std::size_t i = 0; i < 20; ++i) {
    unsigned char expected[48];
    SHA384(jobs[i].message, jobs[i].message_size, expected);
    EXPECT_EQ(std::memcmp(digests[i], expected, 48), 0) << "message " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Isa, HashKernel, testing::ValuesIn(kImplementations),
                         [](const auto& tested) { return tested.param.name; });

#endif

// FIPS 180-4 §5.3 in the reach of every machine: OpenSSL's own contexts begin so.
TEST(HashConstants, AreThoseOfOpenssl) {
  SHA256_CTX sha256;
  SHA512_CTX sha384, sha512;
  SHA256_Init(&sha256);
  SHA384_Init(&sha384);
  SHA512_Init(&sha512);
  EXPECT_EQ(std::memcmp(kSha256Initial, sha256.h, 32), 0);
  EXPECT_EQ(std::memcmp(kSha384Initial, sha384.h, 64), 0);
  EXPECT_EQ(std::memcmp(kSha512Initial, sha512.h, 64), 0);
}

}  // namespace
}  // namespace assay::kernel
