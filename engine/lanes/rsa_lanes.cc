#include "lanes/rsa_lanes.h"

#include <algorithm>
#include <cstring>

#include "digest/pkcs1.h"

namespace assay::lanes {
namespace {

// Signatures that are verified together: few enough that their blocks and masks stay in the L2 cache, and enough that
// their MGF1 blocks fill the hash lanes many times.
constexpr std::size_t kSlice = 64;
constexpr std::size_t kMaxBlock = 512;
// MGF1 blocks of one signature lie this far apart; the longest mask is 15 of SHA-256, or 10 of SHA-384.
constexpr std::size_t stride_of(Hash hash) noexcept { return hash == Hash::SHA256 ? 32 : 64; }
constexpr std::size_t kMaskRoom = 640;
constexpr std::size_t kExpectedRoom = 64;

std::string_view view(const unsigned char* bytes, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(bytes), size};
}

}  // namespace

void RsaLanes::verify(const kernel::RsaKernel& kernel, std::span<signature::Job> jobs, std::span<const LaneItem> items,
                      DigestSlot* slots) {
  differences_.resize(kSlice);
  blocks_.resize(kSlice * kMaxBlock);
  for (std::size_t begin = 0; begin < items.size(); begin += kSlice)
    verify_slice(kernel, jobs, items.subspan(begin, std::min(kSlice, items.size() - begin)), slots + begin);
}

void RsaLanes::verify_slice(const kernel::RsaKernel& kernel, std::span<signature::Job> jobs,
                            std::span<const LaneItem> items, DigestSlot* slots) {
  matches_.clear();
  matched_.clear();
  powers_.clear();
  raised_.clear();
  pss_.clear();
  for (std::size_t i = 0; i < items.size(); ++i) {
    signature::Job& job = jobs[items[i].job];
    const AlgorithmInfo& algorithm = info(job.algorithm);
    const kernel::RsaModulus& modulus = items[i].table->modulus();
    const auto* signature = reinterpret_cast<const unsigned char*>(job.signature.data());
    if (algorithm.scheme == Scheme::rsa_pkcs1 && modulus.has_match) {
      Difference& difference = differences_[matches_.size()];
      digest::emsa_pkcs1_difference(algorithm.hash, slots[i].digest(), difference);
      matches_.push_back({&modulus, signature, difference.data(), false});
      matched_.push_back(&job);
    } else {
      powers_.push_back({&modulus, signature, blocks_.data() + powers_.size() * kMaxBlock, false});
      raised_.push_back({&job, &slots[i], {}});
    }
  }
  if (!matches_.empty()) verify_matches(kernel);
  if (!powers_.empty()) verify_powers(kernel);
}

// PKCS#1 v1.5 under keys that are hot.
void RsaLanes::verify_matches(const kernel::RsaKernel& kernel) {
  kernel.match(matches_.data(), matches_.size());
  for (std::size_t i = 0; i < matches_.size(); ++i) matched_[i]->valid = matches_[i].valid;
}

// PSS, which decodes the block, and PKCS#1 v1.5 under other keys.
void RsaLanes::verify_powers(const kernel::RsaKernel& kernel) {
  kernel.power(powers_.data(), powers_.size());
  for (std::size_t i = 0; i < powers_.size(); ++i) {
    signature::Job& job = *raised_[i].job;
    const AlgorithmInfo& algorithm = info(job.algorithm);
    const std::string_view block = view(powers_[i].block, job.signature.size());
    job.valid = false;
    if (!powers_[i].in_range) continue;  // RFC 8017 §5.2.2 step 1
    if (algorithm.scheme == Scheme::rsa_pkcs1) {
      job.valid = digest::emsa_pkcs1_matches(algorithm.hash, raised_[i].slot->digest(), block);
      continue;
    }
    const digest::PssBlock opened = digest::open_pss(algorithm.hash, block, 8 * block.size());
    if (opened.em != nullptr) pss_.push_back({&job, raised_[i].slot, opened});
  }
  if (!pss_.empty()) verify_pss();
}

void RsaLanes::verify_pss() {
  masks_.resize(kSlice * kMaskRoom);
  expected_.resize(kSlice * kExpectedRoom);
  for (std::size_t i = 0; i < pss_.size(); ++i) {
    const Hash hash = info(pss_[i].job->algorithm).hash;
    const std::size_t size = static_cast<std::size_t>(digest_bytes(hash));
    const std::string_view seed = view(pss_[i].block.h, size);
    for (std::size_t k = 0; k * size < pss_[i].block.db_size; ++k)
      hashes_.add_mask(hash, seed, k, masks_.data() + i * kMaskRoom + k * stride_of(hash));
  }
  hashes_.run();
  std::size_t left = 0;
  for (std::size_t i = 0; i < pss_.size(); ++i) {
    const Raised pss = pss_[i];
    const Hash hash = info(pss.job->algorithm).hash;
    const std::size_t size = static_cast<std::size_t>(digest_bytes(hash)), stride = stride_of(hash);
    unsigned char* mask = masks_.data() + i * kMaskRoom;
    if (stride != size) {  // SHA-384's digests close up
      for (std::size_t k = 1; k * size < pss.block.db_size; ++k) std::memmove(mask + k * size, mask + k * stride, size);
    }
    const unsigned char* salt = digest::unmask_pss(hash, pss.block, mask);
    if (salt == nullptr) continue;
    unsigned char* zeros = pss.slot->digest() - 8;
    std::memset(zeros, 0, 8);
    hashes_.add(hash, view(zeros, 8 + size), view(salt, size), expected_.data() + left * kExpectedRoom);
    pss_[left++] = pss;
  }
  hashes_.run();
  for (std::size_t i = 0; i < left; ++i) {
    const std::size_t size = static_cast<std::size_t>(digest_bytes(info(pss_[i].job->algorithm).hash));
    pss_[i].job->valid = std::memcmp(expected_.data() + i * kExpectedRoom, pss_[i].block.h, size) == 0;
  }
}

}  // namespace assay::lanes
