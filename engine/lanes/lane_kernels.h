// The kernels that the lanes backend uses, by name. Each passes a self-test before its first use.
//
// A kernel that the instruction set lacks, or that fails its self-test, is null, and OpenSSL takes its place. The test
// runs when a kernel is first asked for, so that a program that verifies one token runs none. Thread safe.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <string_view>

#include "base/thread_annotations.h"
#include "kernel/kernel.h"
#include "lanes/lane_kernel.h"

namespace assay::lanes {

class LaneKernels {
 public:
  // `on_note` may be empty. It is called for each kernel that fails, from any thread.
  LaneKernels(const kernel::Kernels& kernels, std::function<void(std::string_view)> on_note);

  // Whether the instruction set has the kernel and its self-test has not failed. Runs no test.
  bool has(LaneKernel kernel) const noexcept;
  // Returns the kernel, tested, or null: then OpenSSL decides.
  const kernel::RsaKernel* rsa(LaneKernel kernel) const;
  const kernel::CurveKernel* curve(LaneKernel kernel) const;
  const kernel::HashKernel* hash(LaneKernel kernel) const;

  // Messages in a call from which a hash kernel is faster than OpenSSL.
  std::size_t least(LaneKernel hash) const noexcept {
    return hash == LaneKernel::sha256 ? kernels_.sha256.least : kernels_.sha512.least;
  }
  std::string_view isa() const noexcept { return kernels_.isa; }

 private:
  enum State : std::uint8_t { untested, good, bad };
  bool passes(LaneKernel kernel) const;
  const char* test(LaneKernel kernel) const REQUIRES(mutex_);

  const kernel::Kernels kernels_;
  const std::function<void(std::string_view)> on_note_;
  mutable base::Mutex mutex_;  // held while a kernel is tested
  mutable bool told_of_memory_ GUARDED_BY(mutex_) = false;
  mutable std::array<std::atomic<std::uint8_t>, kLaneKernels> states_{};
};

}  // namespace assay::lanes
