#include "lanes/lane_scheduler.h"

namespace assay::lanes {

Route route_of(const signature::Job& job, LaneKernel kernel) noexcept {
  if (kernel == LaneKernel::none) return Route::openssl;
  const AlgorithmInfo& algorithm = info(job.algorithm);
  const std::size_t size = job.signature.size();
  const auto of_length = [size](std::size_t wanted) { return size == wanted ? Route::lanes : Route::invalid; };
  switch (algorithm.scheme) {
    case Scheme::hmac:
      return of_length(static_cast<std::size_t>(digest_bytes(algorithm.hash)));
    case Scheme::rsa_pkcs1:
    case Scheme::rsa_pss: {
      if (!is_rsa(kernel)) return Route::openssl;
      const std::size_t modulus_bytes = job.key->jwk.n.size();
      // fastmcp takes a PSS signature without its leading zeros: OpenSSL's matter.
      if (algorithm.scheme == Scheme::rsa_pss && job.key->lenient_pss_length && size < modulus_bytes)
        return Route::openssl;
      return of_length(modulus_bytes);  // RFC 8017 §8.1.2 and §8.2.2 step 1
    }
    case Scheme::ecdsa:
      if (job.key->jwk.curve != algorithm.curve || !is_curve(kernel)) return Route::openssl;
      return of_length(2 * job.key->jwk.x.size());  // RFC 7518 §3.4
    case Scheme::eddsa:
      return kernel == LaneKernel::ed25519 ? of_length(64) : Route::openssl;  // RFC 8032 §5.1.7
  }
  return Route::openssl;
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
