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

bool HashLanes::in_lanes(LaneKernel which, std::vector<kernel::HashJob>& jobs) const noexcept {
  if (jobs.empty() || !kernels_.has(which) || (jobs.size() < kernels_.least(which) && !always_)) return false;
  const kernel::HashKernel* kernel = kernels_.hash(which);
  if (kernel == nullptr) return false;
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
  jobs256_.clear();
  jobs512_.clear();
}

}  // namespace assay::lanes
