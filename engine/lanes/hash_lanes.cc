// Messages that are too few for the lanes go to OpenSSL's plain SHA-2 functions, for the reason given in digest.cc.
#define OPENSSL_API_COMPAT 0x10101000L
#include "lanes/hash_lanes.h"

#include <openssl/sha.h>

#include <cstring>

namespace assay::lanes {
namespace {

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

void hash256(const kernel::HashJob& job) noexcept {
  SHA256_CTX context;
  SHA256_Init(&context);
  std::memcpy(context.h, job.state, sizeof context.h);
  context.Nl = static_cast<SHA_LONG>(8 * job.hashed);  // bits; of a key and a header: far below 2^32
  SHA256_Update(&context, job.prefix, job.prefix_size);
  SHA256_Update(&context, job.message, job.message_size);
  SHA256_Final(job.digest, &context);
}

void hash512(const kernel::HashJob& job) noexcept {
  SHA512_CTX context;
  SHA512_Init(&context);
  std::memcpy(context.h, job.state, sizeof context.h);
  context.Nl = 8 * job.hashed;
  SHA512_Update(&context, job.prefix, job.prefix_size);
  SHA512_Update(&context, job.message, job.message_size);
  SHA512_Final(job.digest, &context);
}

// MGF1's counters, big-endian (RFC 8017 appendix B.2.1).
constexpr char kCounters[16][4] = {{0, 0, 0, 0},  {0, 0, 0, 1},  {0, 0, 0, 2},  {0, 0, 0, 3},
                                   {0, 0, 0, 4},  {0, 0, 0, 5},  {0, 0, 0, 6},  {0, 0, 0, 7},
                                   {0, 0, 0, 8},  {0, 0, 0, 9},  {0, 0, 0, 10}, {0, 0, 0, 11},
                                   {0, 0, 0, 12}, {0, 0, 0, 13}, {0, 0, 0, 14}, {0, 0, 0, 15}};

// What follows the first 32 bytes of the last block of a SHA-256: 0x80, zeros, and the bits of the message.
constexpr std::size_t kHalfBlock = 32;
struct HalfBlock {
  unsigned char bytes[kHalfBlock];
};
constexpr HalfBlock end_of_block(std::size_t more, std::size_t message_bytes) noexcept {
  HalfBlock half{};
  half.bytes[more] = 0x80;
  half.bytes[kHalfBlock - 2] = static_cast<unsigned char>(8 * message_bytes >> 8);
  half.bytes[kHalfBlock - 1] = static_cast<unsigned char>(8 * message_bytes);
  return half;
}
constexpr HalfBlock kAfterInner = end_of_block(0, 64 + 32);  // the key's block, the inner digest
constexpr HalfBlock kAfterSeed = end_of_block(4, 32 + 4);    // the counter comes before

}  // namespace

void HashLanes::add(Hash hash, std::string_view prefix, std::string_view message, unsigned char* digest) {
  jobs_of(hash).push_back(
      {digest::initial_words(hash), 0, bytes_of(prefix), prefix.size(), bytes_of(message), message.size(), digest});
}

void HashLanes::add_keyed(Hash hash, const void* state, std::string_view message, unsigned char* digest) {
  jobs_of(hash).push_back({state, digest::block_bytes(hash), nullptr, 0, bytes_of(message), message.size(), digest});
}

void HashLanes::add_rest(Hash hash, const digest::HashState& state, std::string_view message, unsigned char* digest) {
  jobs_of(hash).push_back({state.words, state.hashed, nullptr, 0, bytes_of(message), message.size(), digest});
}

void HashLanes::add_outer(Hash hash, const void* state, std::string_view inner, unsigned char* digest) {
  if (hash != Hash::SHA256 || hash_padded_ == nullptr) return add_keyed(hash, state, inner, digest);
  add_padded(state, inner.data(), digest, kAfterInner.bytes);
}

void HashLanes::add_mask(Hash hash, std::string_view seed, std::size_t counter, unsigned char* mask) {
  if (hash != Hash::SHA256 || hash_padded_ == nullptr)
    return add(hash, seed, {kCounters[counter], sizeof kCounters[counter]}, mask);
  add_padded(kernel::kSha256Initial, seed.data(), mask, kAfterSeed.bytes);
  padded256_.back().block[kHalfBlock + 3] = static_cast<unsigned char>(counter);
}

// In its place: what is put together elsewhere is copied with loads that have to wait for the stores.
void HashLanes::add_padded(const void* state, const char* first, unsigned char* digest, const unsigned char* second) {
  kernel::PaddedBlock& block = padded256_.emplace_back();
  std::memcpy(block.block, first, kHalfBlock);
  std::memcpy(block.block + kHalfBlock, second, kHalfBlock);
  block.state = state;
  block.digest = digest;
}

bool HashLanes::in_lanes(LaneKernel which, std::vector<kernel::HashJob>& jobs) noexcept {
  if (jobs.empty() || !kernels_.has(which) || (jobs.size() < kernels_.least(which) && !always_)) return false;
  const kernel::HashKernel* kernel = kernels_.hash(which);
  if (kernel == nullptr) return false;
  if (which == LaneKernel::sha256) hash_padded_ = kernel->padded;
  kernel->hash(jobs.data(), jobs.size());
  return true;
}

void HashLanes::run() noexcept {
  if (!in_lanes(LaneKernel::sha256, jobs256_)) {
    for (const kernel::HashJob& job : jobs256_) hash256(job);
  }
  if (!in_lanes(LaneKernel::sha512, jobs512_)) {
    for (const kernel::HashJob& job : jobs512_) hash512(job);
  }
  if (!padded256_.empty()) hash_padded_(padded256_.data(), padded256_.size());
  padded256_.clear();
  jobs256_.clear();
  jobs512_.clear();
}

}  // namespace assay::lanes
