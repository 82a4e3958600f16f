// The kernels that the lanes backend uses, by name; each proves itself before its first use.
//
// A kernel that is not there, or that fails its self-test, is null from then on, and OpenSSL decides in its place. The
// test runs when a kernel is first asked for, so that a program that judges one token pays for none. Thread safe.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string_view>

#include "assay/algorithm.h"
#include "kernel/kernel.h"
#include "keys/prepared_key.h"

namespace assay::lanes {

enum class LaneKernel : std::uint8_t { rsa2048, rsa3072, rsa4096, p256, p384, p521, ed25519, sha256, sha512, none };
inline constexpr std::size_t kLaneKernels = static_cast<std::size_t>(LaneKernel::none);
inline constexpr std::size_t kRsaKernels = 3;
inline constexpr std::size_t kCurveKernels = 4;

// "p256"; "none".
const char* to_string(LaneKernel kernel) noexcept;
constexpr bool is_rsa(LaneKernel kernel) noexcept { return kernel <= LaneKernel::rsa4096; }
constexpr bool is_curve(LaneKernel kernel) noexcept {
  return kernel >= LaneKernel::p256 && kernel <= LaneKernel::ed25519;
}
// 0 to 3 of a curve, 0 to 2 of an RSA size.
constexpr std::size_t index_of(LaneKernel kernel) noexcept {
  return static_cast<std::size_t>(kernel) - (is_curve(kernel) ? static_cast<std::size_t>(LaneKernel::p256) : 0);
}
// SHA-384 is SHA-512 from another initial value.
constexpr LaneKernel kernel_of(Hash hash) noexcept {
  return hash == Hash::SHA256 ? LaneKernel::sha256 : hash == Hash::none ? LaneKernel::none : LaneKernel::sha512;
}
// The kernel that fits a key: RSA of 2048, 3072 or 4096 bits with e = 65537, the curves of ES256, ES384, ES512 and
// Ed25519. none: any other.
LaneKernel kernel_of(const keys::PreparedKey& key) noexcept;

class LaneKernels {
 public:
  // `on_note` may be empty; it is told of each kernel that fails, from any thread.
  LaneKernels(const kernel::Kernels& kernels, std::function<void(std::string_view)> on_note);

  // Whether the instruction set has the kernel and no test of it has failed yet. Runs no test.
  bool has(LaneKernel kernel) const noexcept;
  // The kernel, tested; null: OpenSSL decides.
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

  const kernel::Kernels kernels_;
  const std::function<void(std::string_view)> on_note_;
  mutable std::mutex mutex_;  // held while a kernel is tested
  mutable std::array<std::atomic<std::uint8_t>, kLaneKernels> states_{};
};

}  // namespace assay::lanes
