// A kernel of curve/ at the rounding mode of this folder.
#pragma once

#include "kernel/fma/vector.h"
#include "kernel/kernel.h"

namespace assay::kernel::fma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

// Algorithm is an Ecdsa or an Eddsa over a field of this folder. The functions that compute set MXCSR, call those of
// the algorithm, which the compiler cannot see into from here, and leave MXCSR as it was.
template <class Algorithm>
struct Rounded {
  static constexpr CurveKernel kAlgorithm = Algorithm::kernel();

  [[gnu::noinline]] static bool call_build_table(const unsigned char* public_key, int window, std::uint64_t* entries,
                                                 void* scratch) noexcept {
    return kAlgorithm.build_table(public_key, window, entries, scratch);
  }
  [[gnu::noinline]] static void call_build_generator(int window, std::uint64_t* entries, void* scratch) noexcept {
    kAlgorithm.build_generator(window, entries, scratch);
  }
  [[gnu::noinline]] static void call_verify(const CurveJob* jobs, std::size_t count, Outcome* outcomes, int key_window,
                                            CurveTable generator, void* scratch) noexcept {
    kAlgorithm.verify(jobs, count, outcomes, key_window, generator, scratch);
  }

  static bool build_table(const unsigned char* public_key, int window, std::uint64_t* entries, void* scratch) noexcept {
    const RoundTowardZero rounding;
    return call_build_table(public_key, window, entries, scratch);
  }
  static void build_generator(int window, std::uint64_t* entries, void* scratch) noexcept {
    const RoundTowardZero rounding;
    call_build_generator(window, entries, scratch);
  }
  static void verify(const CurveJob* jobs, std::size_t count, Outcome* outcomes, int key_window, CurveTable generator,
                     void* scratch) noexcept {
    const RoundTowardZero rounding;
    call_verify(jobs, count, outcomes, key_window, generator, scratch);
  }

  static constexpr CurveKernel kernel() noexcept {
    CurveKernel kernel = kAlgorithm;
    kernel.build_table = build_table;
    kernel.build_generator = build_generator;
    kernel.verify = verify;
    return kernel;
  }
};

}  // namespace
}  // namespace assay::kernel::fma
