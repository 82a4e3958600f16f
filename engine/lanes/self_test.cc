#include "lanes/self_test.h"

#include <array>
#include <cstring>
#include <new>
#include <string>
#include <vector>

#include "base/page_memory.h"
#include "digest/digest.h"
#include "digest/pkcs1.h"
#include "lanes/rsa_modulus.h"
#include "lanes/self_test_vectors.h"

namespace assay::lanes {
namespace {

// Two groups of eight, or one of sixteen hashes.
constexpr std::size_t kJobs = 16;
// And a rest of four, which another kernel may take (rsa_few.h).
constexpr std::size_t kRsaJobs = kJobs + 4;
constexpr int kWindow = 4;

// In the two groups, every lane of eight gets a good signature once and a bad one once.
constexpr bool is_good(std::size_t job) noexcept { return (job + job / 8) % 2 == 0; }

std::string from_hex(std::string_view hex) {
  const auto digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
  std::string bytes(hex.size() / 2, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<char>(digit(hex[2 * i]) << 4 | digit(hex[2 * i + 1]));
  return bytes;
}

const unsigned char* bytes_of(const std::string& text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

bool test_matches(const kernel::RsaModulus& modulus, const std::string& good, const std::string& bad,
                  const unsigned char* hashed, const kernel::RsaKernel& rsa) {
  std::array<unsigned char, digest::kPkcs1DifferenceBytes> difference;
  digest::emsa_pkcs1_difference(Hash::SHA256, hashed, difference);
  kernel::RsaMatch matches[kRsaJobs];
  for (std::size_t i = 0; i < kRsaJobs; ++i)
    matches[i] = {&modulus, bytes_of(is_good(i) ? good : bad), difference.data(), !is_good(i)};
  rsa.match(matches, kRsaJobs);
  for (std::size_t i = 0; i < kRsaJobs; ++i) {
    if (matches[i].valid != is_good(i)) return false;
  }
  return true;
}

bool test_rsa(const SelfTestVector& vector, const kernel::RsaKernel& rsa) {
  const std::string n = from_hex(vector.public_key), good = from_hex(vector.signature);
  std::string bad = good;
  bad.back() = static_cast<char>(bad.back() ^ 1);
  kernel::RsaModulus modulus;
  if (!prepare_modulus(rsa, n, modulus)) return false;
  std::vector<unsigned char> blocks(kRsaJobs * n.size());
  kernel::RsaJob jobs[kRsaJobs];
  for (std::size_t i = 0; i < kRsaJobs; ++i)
    jobs[i] = {&modulus, bytes_of(is_good(i) ? good : bad), blocks.data() + i * n.size(), false};
  rsa.power(jobs, kRsaJobs);
  unsigned char hashed[64];
  digest::sha2(Hash::SHA256, kSelfTestMessage, hashed);
  for (std::size_t i = 0; i < kRsaJobs; ++i) {
    if (!jobs[i].in_range) return false;
    const std::string_view block(reinterpret_cast<const char*>(jobs[i].block), n.size());
    if (digest::emsa_pkcs1_matches(Hash::SHA256, hashed, block) != is_good(i)) return false;
  }
  rsa.prepare_match(&modulus);
  return test_matches(modulus, good, bad, hashed, rsa);
}

bool test_curve(const SelfTestVector& vector, const kernel::CurveKernel& curve) {
  const std::string key = from_hex(vector.public_key), good = from_hex(vector.signature);
  // The lowest bit of s; of S of Ed25519, which is little-endian.
  const bool edwards = vector.kernel == LaneKernel::ed25519;
  std::string bad = good;
  char& low = bad[edwards ? 32 : bad.size() - 1];
  low = static_cast<char>(low ^ 1);
  unsigned char hashed[64];
  if (edwards) {
    digest::sha2(Hash::SHA512, good.substr(0, 32) + key + std::string(kSelfTestMessage), hashed);
  } else {
    const Hash hash = vector.kernel == LaneKernel::p256   ? Hash::SHA256
                      : vector.kernel == LaneKernel::p384 ? Hash::SHA384
                                                          : Hash::SHA512;
    digest::sha2(hash, kSelfTestMessage, hashed);
  }
  base::PageMemory table(curve.table_bytes(kWindow)), generator(curve.table_bytes(kWindow));
  {
    base::PageMemory scratch(curve.build_scratch_bytes(kWindow));
    if (!table || !generator || !scratch) throw std::bad_alloc();
    if (!curve.build_table(bytes_of(key), kWindow, table.words(), scratch.words())) return false;
    curve.build_generator(kWindow, generator.words(), scratch.words());
  }
  base::PageMemory scratch(curve.scratch_bytes(kWindow, kWindow));
  if (!scratch) throw std::bad_alloc();
  kernel::CurveJob jobs[kJobs];
  kernel::Outcome outcomes[kJobs];
  for (std::size_t i = 0; i < kJobs; ++i) jobs[i] = {bytes_of(is_good(i) ? good : bad), hashed, table.words()};
  curve.verify(jobs, kJobs, outcomes, kWindow, {generator.words(), kWindow}, scratch.words());
  for (std::size_t i = 0; i < kJobs; ++i) {
    if (outcomes[i] != (is_good(i) ? kernel::Outcome::valid : kernel::Outcome::invalid)) return false;
  }
  return true;
}

// Messages of many lengths, with and without a prefix, against OpenSSL.
bool test_hash(Hash hash, const void* initial, const kernel::HashKernel& kernel) {
  std::string text(600, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 167 + 13);
  kernel::HashJob jobs[kJobs];
  std::array<std::array<unsigned char, 64>, kJobs> digests{};
  for (std::size_t i = 0; i < kJobs; ++i) {
    const std::size_t prefix = i % 3 * 32;
    jobs[i] = {initial, 0, bytes_of(text), prefix, bytes_of(text) + prefix, 37 * i, digests[i].data()};
  }
  kernel.hash(jobs, kJobs);
  for (std::size_t i = 0; i < kJobs; ++i) {
    unsigned char expected[64];
    digest::sha2(hash, std::string_view(text).substr(0, jobs[i].prefix_size + jobs[i].message_size), expected);
    if (std::memcmp(expected, digests[i].data(), static_cast<std::size_t>(digest_bytes(hash))) != 0) return false;
  }
  return true;
}

// The last blocks of messages of 64 bytes and up to 55 more, against OpenSSL. `count` is at most kJobs.
bool test_padded(const kernel::HashKernel& kernel, std::size_t count) {
  constexpr std::size_t kFirst = 64;
  std::string text(kFirst + 55, '\0');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 59 + 7);
  const digest::HashState state =
      digest::hash_blocks(Hash::SHA256, kernel::kSha256Initial, 0, std::string_view(text).substr(0, kFirst));
  kernel::PaddedBlock blocks[kJobs]{};
  std::array<std::array<unsigned char, 32>, kJobs> digests{};
  const auto size_of = [](std::size_t i) { return i * 55 / (kJobs - 1); };
  for (std::size_t i = 0; i < count; ++i) {
    unsigned char* const block = blocks[i].block;
    std::memcpy(block, text.data() + kFirst, size_of(i));
    block[size_of(i)] = 0x80;
    block[62] = static_cast<unsigned char>(8 * (kFirst + size_of(i)) >> 8);
    block[63] = static_cast<unsigned char>(8 * (kFirst + size_of(i)));
    blocks[i].state = state.words;
    blocks[i].digest = digests[i].data();
  }
  kernel.padded(blocks, count);
  for (std::size_t i = 0; i < count; ++i) {
    unsigned char expected[32];
    digest::sha2(Hash::SHA256, std::string_view(text).substr(0, kFirst + size_of(i)), expected);
    if (std::memcmp(expected, digests[i].data(), sizeof expected) != 0) return false;
  }
  return true;
}

bool test_sha256(const kernel::HashKernel& kernel) {
  if (!test_hash(Hash::SHA256, kernel::kSha256Initial, kernel)) return false;
  return kernel.padded == nullptr || (test_padded(kernel, kJobs) && test_padded(kernel, 2));
}

}  // namespace

bool passes_self_test(LaneKernel which, const kernel::Kernels& kernels) {
  if (which == LaneKernel::sha256) return test_sha256(kernels.sha256);
  if (which == LaneKernel::sha512) {
    return test_hash(Hash::SHA384, kernel::kSha384Initial, kernels.sha512) &&
           test_hash(Hash::SHA512, kernel::kSha512Initial, kernels.sha512);
  }
  const SelfTestVector& vector = kSelfTestVectors[static_cast<std::size_t>(which)];
  return is_rsa(which) ? test_rsa(vector, kernels.rsa) : test_curve(vector, curve_of(kernels, which));
}

}  // namespace assay::lanes
