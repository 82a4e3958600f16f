#include "lanes/lane_kernels.h"

#include <new>
#include <string>
#include <utility>

#include "lanes/self_test.h"

namespace assay::lanes {
namespace {

bool is_there(const kernel::Kernels& kernels, LaneKernel which) noexcept {
  if (is_rsa(which)) return kernels.rsa.power != nullptr && kernels.rsa.prepare != nullptr;
  if (is_curve(which)) return curve_of(kernels, which).verify != nullptr;
  return which == LaneKernel::sha256 ? kernels.sha256.hash != nullptr : kernels.sha512.hash != nullptr;
}

}  // namespace

LaneKernels::LaneKernels(const kernel::Kernels& kernels, std::function<void(std::string_view)> on_note)
    : kernels_(kernels), on_note_(std::move(on_note)) {
  for (std::size_t i = 0; i < kLaneKernels; ++i) {
    if (!is_there(kernels_, static_cast<LaneKernel>(i))) states_[i] = bad;
  }
}

bool LaneKernels::has(LaneKernel kernel) const noexcept {
  return kernel != LaneKernel::none && states_[static_cast<std::size_t>(kernel)].load(std::memory_order_acquire) != bad;
}

bool LaneKernels::passes(LaneKernel kernel) const {
  std::atomic<std::uint8_t>& state = states_[static_cast<std::size_t>(kernel)];
  if (state.load(std::memory_order_acquire) == untested) {
    const char* note = nullptr;
    {
      const base::MutexLock lock(mutex_);
      if (state.load(std::memory_order_relaxed) == untested) note = test(kernel);
    }
    // Without the lock: the callback may verify a token, which tests another kernel.
    if (note != nullptr && on_note_) {
      on_note_(std::string("lane kernel ") + to_string(kernel) + " (" + kernels_.isa + ") " + note +
               "; OpenSSL is used");
    }
  }
  return state.load(std::memory_order_acquire) == good;
}

// Tests the kernel. Returns a message to report, or null. If memory is refused, the kernel is tested again next time.
const char* LaneKernels::test(LaneKernel kernel) const try {
  const bool passed = passes_self_test(kernel, kernels_);
  states_[static_cast<std::size_t>(kernel)].store(passed ? good : bad, std::memory_order_release);
  return passed ? nullptr : "failed its self-test";
} catch (const std::bad_alloc&) {
  return std::exchange(told_of_memory_, true) ? nullptr : "has no memory for its self-test";
}

const kernel::RsaKernel* LaneKernels::rsa(LaneKernel kernel) const { return passes(kernel) ? &kernels_.rsa : nullptr; }

const kernel::CurveKernel* LaneKernels::curve(LaneKernel kernel) const {
  return passes(kernel) ? &curve_of(kernels_, kernel) : nullptr;
}

const kernel::HashKernel* LaneKernels::hash(LaneKernel kernel) const {
  if (!passes(kernel)) return nullptr;
  return kernel == LaneKernel::sha256 ? &kernels_.sha256 : &kernels_.sha512;
}

}  // namespace assay::lanes
