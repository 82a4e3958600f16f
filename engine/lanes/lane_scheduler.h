// Sorts the signatures of a batch into groups that one call of a kernel takes.
//
// What cannot be valid is screened out first, and what no kernel takes goes to OpenSSL. A group is a size of RSA, a
// curve and a window, or an HMAC hash; keys mix in it, so that few tokens of many keys fill the lanes as well as many
// of one.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "lanes/key_table.h"
#include "lanes/lane_kernel.h"
#include "signature/backend.h"

namespace assay::lanes {

// Where a signature goes, from its key and its length alone.
enum class Route : std::uint8_t {
  invalid,  // its length is not that of a signature
  openssl,  // no kernel takes it
  lanes,
};
// `kernel`: kernel_of(*job.key), or of its hash for HMAC.
Route route_of(const signature::Job& job, LaneKernel kernel) noexcept;

using LaneGroup = std::uint8_t;
inline constexpr int kWindows = kMaxWindow - kMinWindow + 1;
inline constexpr LaneGroup kHmacGroups = kRsaKernels;  // SHA-256; SHA-384 and SHA-512
inline constexpr LaneGroup kCurveGroups = kRsaKernels + 2;
inline constexpr std::size_t kLaneGroups = kCurveGroups + kCurveKernels * kWindows;

// Of an RSA size or a hash (HMAC); of a curve and a window of its tables.
constexpr LaneGroup group_of(LaneKernel kernel, int window = 0) noexcept {
  if (is_rsa(kernel)) return static_cast<LaneGroup>(kernel);
  if (kernel == LaneKernel::sha256) return kHmacGroups;
  if (kernel == LaneKernel::sha512) return kHmacGroups + 1;
  return static_cast<LaneGroup>(kCurveGroups + index_of(kernel) * kWindows + static_cast<std::size_t>(window) -
                                kMinWindow);
}

struct LaneItem {
  std::uint32_t job = 0;  // index into the batch
  LaneGroup group = 0;
  const KeyTable* table = nullptr;  // of RSA and curves
};

// Owned by a session. Keeps its memory; not thread safe.
class LaneScheduler {
 public:
  void clear() noexcept;
  void add(std::uint32_t job, LaneGroup group, const KeyTable* table);
  // Sorts by group, groups in order, each in the order of adding; groups with fewer than `least` are left out and land
  // in `left_out`.
  void sort(std::span<const std::size_t, kLaneGroups> least, std::vector<std::uint32_t>& left_out);

  // After sort(): all items, and those of a group.
  std::span<const LaneItem> items() const noexcept { return sorted_; }
  std::span<const LaneItem> items(LaneGroup group) const noexcept;

 private:
  std::vector<LaneItem> added_, sorted_;
  std::array<std::uint32_t, kLaneGroups> counts_{};
  std::array<std::uint32_t, kLaneGroups + 1> begins_{};
};

}  // namespace assay::lanes
