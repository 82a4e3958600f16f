#include "lanes/lane_scheduler.h"

#include "signature/lengths.h"

namespace assay::lanes {

namespace {

bool fits(LaneKernel kernel, const signature::Job& job, const AlgorithmInfo& algorithm) noexcept {
  switch (algorithm.scheme) {
    case Scheme::hmac:
      return !is_rsa(kernel) && !is_curve(kernel);
    case Scheme::rsa_pkcs1:
    case Scheme::rsa_pss:
      return is_rsa(kernel);
    case Scheme::ecdsa:
      return is_curve(kernel) && job.key->jwk.curve == algorithm.curve;
    case Scheme::eddsa:
      return kernel == LaneKernel::ed25519;
  }
  return false;
}

}  // namespace

Route route_of(const signature::Job& job, LaneKernel kernel) noexcept {
  const AlgorithmInfo& algorithm = info(job.algorithm);
  if (kernel == LaneKernel::none || !fits(kernel, job, algorithm)) return Route::openssl;
  const std::size_t bytes = signature::signature_bytes(*job.key, algorithm);
  if (job.signature.size() == bytes) return Route::lanes;
  const bool shorter = job.signature.size() < bytes && signature::takes_shorter(*job.key, algorithm);
  return shorter ? Route::openssl : Route::invalid;
}

void LaneScheduler::clear() noexcept {
  added_.clear();
  sorted_.clear();
  counts_.fill(0);
}

void LaneScheduler::add(std::uint32_t job, LaneGroup group, const KeyTable* table) {
  added_.push_back({job, group, table});
  ++counts_[group];
}

void LaneScheduler::sort(std::span<const std::size_t, kLaneGroups> least, std::vector<std::uint32_t>& left_out) {
  std::array<std::uint32_t, kLaneGroups> next;
  std::uint32_t begin = 0;
  for (std::size_t group = 0; group < kLaneGroups; ++group) {
    if (counts_[group] < least[group]) counts_[group] = 0;
    begins_[group] = next[group] = begin;
    begin += counts_[group];
  }
  begins_[kLaneGroups] = begin;
  sorted_.resize(begin);
  for (const LaneItem& item : added_) {
    if (counts_[item.group] == 0) {
      left_out.push_back(item.job);
    } else {
      sorted_[next[item.group]++] = item;
    }
  }
}

std::span<const LaneItem> LaneScheduler::items(LaneGroup group) const noexcept {
  return std::span(sorted_).subspan(begins_[group], begins_[group + std::size_t{1}] - begins_[group]);
}

}  // namespace assay::lanes
