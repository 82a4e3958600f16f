#include "lanes/curve_lanes.h"

namespace assay::lanes {

bool CurveLanes::verify(const kernel::CurveKernel& kernel, kernel::CurveTable generator, int window,
                        std::span<signature::Job> jobs, std::span<const LaneItem> items, DigestSlot* slots,
                        std::vector<std::uint32_t>& exceptional) {
  const std::size_t bytes = kernel.scratch_bytes(window, generator.window);
  if (bytes > scratch_bytes_) {
    scratch_bytes_ = 0;
    scratch_ = base::PageMemory(bytes);
    if (!scratch_) return false;
    scratch_bytes_ = bytes;
  }
  signatures_.resize(items.size());
  outcomes_.resize(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto* signature = reinterpret_cast<const unsigned char*>(jobs[items[i].job].signature.data());
    signatures_[i] = {signature, slots[i].digest(), items[i].table->entries()};
  }
  kernel.verify(signatures_.data(), items.size(), outcomes_.data(), window, generator, scratch_.data());
  for (std::size_t i = 0; i < items.size(); ++i) {
    jobs[items[i].job].valid = outcomes_[i] == kernel::Outcome::valid;
    if (outcomes_[i] == kernel::Outcome::exceptional) exceptional.push_back(items[i].job);
  }
  return true;
}

}  // namespace assay::lanes
