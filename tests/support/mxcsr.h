// The floating-point settings that a caller of the library may have (x86: the register MXCSR), and a guard that sets
// them.
#pragma once

#if defined(__x86_64__)

#include <vector>

namespace assay::test {

inline unsigned mxcsr() noexcept { return __builtin_ia32_stmxcsr(); }

// The register has this value as long as the object lives.
class WithMxcsr {
 public:
  explicit WithMxcsr(unsigned value) noexcept : saved_(mxcsr()) { __builtin_ia32_ldmxcsr(value); }
  ~WithMxcsr() { __builtin_ia32_ldmxcsr(saved_); }
  WithMxcsr(const WithMxcsr&) = delete;
  WithMxcsr& operator=(const WithMxcsr&) = delete;

 private:
  const unsigned saved_;
};

// Each of the four rounding modes, with and without FTZ and DAZ (subnormal results and operands are zero), with all
// exceptions masked and with a signal for each.
inline std::vector<unsigned> every_mxcsr() {
  constexpr unsigned kFlushToZero = 0x8000, kDenormalsAreZero = 0x40, kMasks = 0x1f80;
  std::vector<unsigned> all;
  for (unsigned rounding = 0; rounding < 4; ++rounding) {
    for (const unsigned subnormals : {0u, kFlushToZero, kDenormalsAreZero, kFlushToZero | kDenormalsAreZero}) {
      for (const unsigned masks : {kMasks, 0u}) all.push_back(rounding << 13 | subnormals | masks);
    }
  }
  return all;
}

}  // namespace assay::test

#endif  // __x86_64__
