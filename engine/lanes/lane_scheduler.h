// Sorts the signatures of a batch into groups that one call of a kernel takes.
//
// Signatures of a wrong length are rejected first, and those that no kernel takes go to OpenSSL. A group is an RSA
// size, a curve with a window, or a hash of HMAC. Keys mix in a group, so that few tokens of many keys fill the lanes
// as well as many tokens of one key.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "lanes/key_table.h"
#include "lanes/lane_kernel.h"
#include "signature/backend.h"

namespace assay::lanes {

// Where a signature goes. Its key and its length decide.
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

// The group of an RSA size or of a hash, or, if `kernel` is a curve, of the curve and the window of its tables.
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

// A session owns it. It keeps its memory from batch to batch. Not thread safe.
class LaneScheduler {
 public:
  void clear() noexcept;
  void add(std::uint32_t job, LaneGroup group, const KeyTable* table);
  // Sorts the items by group, and within a group in the order of adding. Groups with fewer items than `least` are left
  // out; their jobs are appended to `left_out`.
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
