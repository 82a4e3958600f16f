// The hash kernels against OpenSSL, for messages of 600 bytes, by the number of messages in a call.
//
// One item is one message. kernel/hmac256 computes the inner and the outer hash from a key's cached states.
#define OPENSSL_SUPPRESS_DEPRECATED  // the low-level functions are the fastest of OpenSSL
#include <benchmark/benchmark.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/sha.h>

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "base/cpu.h"
#include "kernel/avx512f/kernels.h"
#include "kernel/avx512f/sha256.h"
#include "kernel/avx512f/sha512.h"
#include "kernel/fma/kernels.h"
#include "kernel/fma/sha256_shani.h"
#include "kernel/fma/sha512.h"
#include "kernel/kernel.h"
#include "kernel/portable/sha256_shani.h"
#include "kernel/portable/sha2_arm.h"

namespace assay::bench {
namespace {

using kernel::HashFunction;
using kernel::HashJob;

constexpr std::int64_t kBatches[] = {1, 2, 4, 8, 10, 12, 16, 32, 64, 256};
constexpr std::size_t kSize = 600;
constexpr std::size_t kLongSize = 16384;
constexpr std::size_t kPrefixSize = 64;  // R and A of EdDSA

enum class Lengths {
  equal,     // kSize
  mixed,     // 300 to kSize
  one_long,  // kSize, except one of kLongSize: the worst case for lanes in lock-step
};

struct Algorithm {
  const char* name;
  std::size_t digest_size;
  std::size_t block;
  const void* initial;
  unsigned char* (*one_shot)(const unsigned char*, std::size_t, unsigned char*);
  void (*first_block)(const unsigned char* block, void* state);  // the state after one block
  const char* hmac_digest;
};

void first_block_256(const unsigned char* block, void* state) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Transform(&context, block);
  std::memcpy(state, context.h, sizeof context.h);
}

void first_block_512(const unsigned char* block, void* state) {
  SHA512_CTX context;
  SHA512_Init(&context);
  SHA512_Transform(&context, block);
  std::memcpy(state, context.h, sizeof context.h);
}

const Algorithm kSha256{"sha256", 32, 64, kernel::kSha256Initial, SHA256, first_block_256, "SHA256"};
const Algorithm kSha512{"sha512", 64, 128, kernel::kSha512Initial, SHA512, first_block_512, "SHA512"};

// Distinct messages, and room for their digests.
struct Messages {
  explicit Messages(std::size_t count, std::size_t size)
      : bytes(count * size), digests(2 * count * 64), bytes_each(size) {
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<unsigned char>(i * 167 + i / 251 + i / 60000);
  }
  unsigned char* message(std::size_t i) { return bytes.data() + i * bytes_each; }
  unsigned char* digest(std::size_t i) { return digests.data() + i * 64; }

  std::vector<unsigned char> bytes, digests;
  std::size_t bytes_each;
};

void count_items(benchmark::State& state, std::size_t count) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
}

// The first `prefix` bytes of each message are passed separately, as the kernels take them.
void hash(benchmark::State& state, const Algorithm& algorithm, HashFunction function, std::size_t prefix,
          Lengths lengths) {
  const auto count = static_cast<std::size_t>(state.range(0));
  Messages messages(count, (lengths == Lengths::one_long ? kLongSize : kSize) + prefix);
  std::vector<HashJob> jobs(count);
  for (std::size_t i = 0; i < count; ++i) {
    const bool is_long = lengths == Lengths::one_long && i == count / 2;
    const std::size_t size = is_long ? kLongSize : lengths == Lengths::mixed ? kSize - i * 37 % 301 : kSize;
    jobs[i] = {algorithm.initial, 0, messages.message(i), prefix, messages.message(i) + prefix, size,
               messages.digest(i)};
  }
  function(jobs.data(), count);
  for (const HashJob& job : jobs) {
    unsigned char expected[64];
    algorithm.one_shot(job.prefix, job.prefix_size + job.message_size, expected);
    if (std::memcmp(expected, job.digest, algorithm.digest_size) != 0) return state.SkipWithError("wrong answer");
  }
  for (auto _ : state) {
    function(jobs.data(), count);
    benchmark::ClobberMemory();
  }
  count_items(state, count);
}

void hash_openssl_256(benchmark::State& state) {
  Messages messages(1, kSize);
  for (auto _ : state) {
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, messages.message(0), kSize);
    SHA256_Final(messages.digest(0), &context);
    benchmark::ClobberMemory();
  }
  count_items(state, 1);
}

void hash_openssl_512(benchmark::State& state) {
  Messages messages(1, kSize);
  for (auto _ : state) {
    SHA512_CTX context;
    SHA512_Init(&context);
    SHA512_Update(&context, messages.message(0), kSize);
    SHA512_Final(messages.digest(0), &context);
    benchmark::ClobberMemory();
  }
  count_items(state, 1);
}

// HMAC by OpenSSL, EVP_MAC with the key set once.
class OpensslHmac {
 public:
  OpensslHmac(const std::string& key, const char* digest)
      : mac_(EVP_MAC_fetch(nullptr, "HMAC", nullptr)), context_(EVP_MAC_CTX_new(mac_)) {
    std::string name = digest;
    const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string("digest", name.data(), 0),
                                     OSSL_PARAM_construct_end()};
    EVP_MAC_init(context_, reinterpret_cast<const unsigned char*>(key.data()), key.size(), parameters);
  }
  ~OpensslHmac() {
    EVP_MAC_CTX_free(context_);
    EVP_MAC_free(mac_);
  }
  OpensslHmac(const OpensslHmac&) = delete;
  OpensslHmac& operator=(const OpensslHmac&) = delete;
  bool of(const unsigned char* message, std::size_t size, unsigned char* to) {
    std::size_t written = 0;
    return EVP_MAC_init(context_, nullptr, 0, nullptr) == 1 && EVP_MAC_update(context_, message, size) == 1 &&
           EVP_MAC_final(context_, to, &written, 64) == 1;
  }

 private:
  EVP_MAC* mac_;
  EVP_MAC_CTX* context_;
};

const std::string kKey(32, 'k');

void hmac(benchmark::State& state, const Algorithm& algorithm, HashFunction function) {
  const auto count = static_cast<std::size_t>(state.range(0));
  alignas(64) unsigned char states[2][64];
  for (int pass = 0; pass < 2; ++pass) {
    std::vector<unsigned char> block(algorithm.block, pass == 0 ? 0x36 : 0x5c);
    for (std::size_t i = 0; i < kKey.size(); ++i) block[i] = static_cast<unsigned char>(block[i] ^ kKey[i]);
    algorithm.first_block(block.data(), states[pass]);
  }
  Messages messages(count, kSize);
  std::vector<HashJob> inner(count), outer(count);
  for (std::size_t i = 0; i < count; ++i) {
    inner[i] = {states[0], algorithm.block, nullptr, 0, messages.message(i), kSize, messages.digest(i)};
    outer[i] = {
        states[1], algorithm.block, nullptr, 0, messages.digest(i), algorithm.digest_size, messages.digest(count + i)};
  }
  const auto run = [&] {
    function(inner.data(), count);
    function(outer.data(), count);
  };
  run();
  OpensslHmac reference(kKey, algorithm.hmac_digest);
  for (std::size_t i = 0; i < count; ++i) {
    unsigned char expected[64];
    if (!reference.of(messages.message(i), kSize, expected) ||
        std::memcmp(expected, outer[i].digest, algorithm.digest_size) != 0) {
      return state.SkipWithError("wrong answer");
    }
  }
  for (auto _ : state) {
    run();
    benchmark::ClobberMemory();
  }
  count_items(state, count);
}

void hmac_openssl(benchmark::State& state, const Algorithm& algorithm) {
  OpensslHmac mac(kKey, algorithm.hmac_digest);
  Messages messages(1, kSize);
  for (auto _ : state) {
    if (!mac.of(messages.message(0), kSize, messages.digest(0))) return state.SkipWithError("OpenSSL failed");
    benchmark::ClobberMemory();
  }
  count_items(state, 1);
}

[[maybe_unused]] void add(const Algorithm& algorithm, const char* isa, HashFunction function) {
  const std::string name = algorithm.name;
  const std::string bits = name.substr(3);
  const std::string end = std::string("/") + isa + "/";
  const std::string size = std::to_string(kSize);
  std::vector<benchmark::internal::Benchmark*> all = {
      benchmark::RegisterBenchmark(("kernel/" + name + end + size).c_str(),
                                   [=](benchmark::State& s) { hash(s, algorithm, function, 0, Lengths::equal); }),
      benchmark::RegisterBenchmark(("kernel/" + name + end + "300-" + size).c_str(),
                                   [=](benchmark::State& s) { hash(s, algorithm, function, 0, Lengths::mixed); }),
      benchmark::RegisterBenchmark(
          ("kernel/" + name + end + std::to_string(kPrefixSize) + "+" + size).c_str(),
          [=](benchmark::State& s) { hash(s, algorithm, function, kPrefixSize, Lengths::equal); }),
      benchmark::RegisterBenchmark(("kernel/" + name + end + size + ",16384").c_str(),
                                   [=](benchmark::State& s) { hash(s, algorithm, function, 0, Lengths::one_long); }),
      benchmark::RegisterBenchmark(("kernel/hmac" + bits + end + size).c_str(),
                                   [=](benchmark::State& s) { hmac(s, algorithm, function); })};
  for (benchmark::internal::Benchmark* one : all) {
    one->ArgName("batch");
    for (const std::int64_t batch : kBatches) one->Arg(batch);
  }
}

const bool registered = [] {
  benchmark::RegisterBenchmark("kernel/sha256/openssl/600", hash_openssl_256);
  benchmark::RegisterBenchmark("kernel/sha512/openssl/600", hash_openssl_512);
  benchmark::RegisterBenchmark("kernel/hmac256/openssl/600", [](benchmark::State& s) { hmac_openssl(s, kSha256); });
  benchmark::RegisterBenchmark("kernel/hmac512/openssl/600", [](benchmark::State& s) { hmac_openssl(s, kSha512); });
#if defined(__x86_64__)
  const bool avx512f = kernel::avx512f::kernels() != nullptr, sha_ni = base::cpu_features().sha_ni;
  if (avx512f) {
    add(kSha256, "avx512f", kernel::avx512f::sha256_lanes);
    add(kSha512, "avx512f", kernel::avx512f::sha512_lanes);
  }
  const bool fma = kernel::fma::kernels() != nullptr;
  if (fma) add(kSha512, "fma", kernel::fma::sha512_lanes);
  if (fma && sha_ni) add(kSha256, "shani+avx", kernel::fma::sha256_shani);
  if (sha_ni) add(kSha256, "shani", kernel::portable::sha256_shani);
  if (avx512f && sha_ni) add(kSha256, "avx512f+shani", kernel::avx512f::sha256_lanes_and_shani);
#elif defined(__aarch64__)
  if (base::cpu_features().sha2) add(kSha256, "aarch64", kernel::portable::sha256_arm);
  if (base::cpu_features().sha512) add(kSha512, "aarch64", kernel::portable::sha512_arm);
#endif
  return true;
}();

}  // namespace
}  // namespace assay::bench
