// The floating-point settings that a caller of the library may have (x86-64: the register MXCSR, aarch64: FPCR), and a
// guard that sets them.
#pragma once

#include <cstdint>
#include <vector>

#if defined(__x86_64__) || defined(__aarch64__)
#define ASSAY_TEST_FLOAT_SETTINGS 1

namespace assay::test {

#if defined(__x86_64__)
using FloatSetting = unsigned;

inline FloatSetting float_setting() noexcept { return __builtin_ia32_stmxcsr(); }
inline void set_float_setting(FloatSetting value) noexcept { __builtin_ia32_ldmxcsr(value); }
#else
using FloatSetting = std::uint64_t;

inline FloatSetting float_setting() noexcept {
  FloatSetting value;
  __asm__ volatile("mrs %0, fpcr" : "=r"(value));
  return value;
}
inline void set_float_setting(FloatSetting value) noexcept { __asm__ volatile("msr fpcr, %0" : : "r"(value)); }
#endif

// The register has this value as long as the object lives.
class WithFloatSetting {
 public:
  explicit WithFloatSetting(FloatSetting value) noexcept : saved_(float_setting()) { set_float_setting(value); }
  ~WithFloatSetting() { set_float_setting(saved_); }
  WithFloatSetting(const WithFloatSetting&) = delete;
  WithFloatSetting& operator=(const WithFloatSetting&) = delete;

 private:
  const FloatSetting saved_;
};

// Each of the four rounding modes, with each treatment of what is not ordinary (x86-64: subnormal results and operands
// are zero; aarch64: subnormal numbers are zero, and a NaN is the default one), with all exceptions masked and with a
// signal for each.
inline std::vector<FloatSetting> every_float_setting() {
#if defined(__x86_64__)
  constexpr unsigned kRounding = 13;
  constexpr FloatSetting kFirst = 0x8000, kSecond = 0x40, kMasked = 0x1f80, kSignals = 0;
#else
  constexpr unsigned kRounding = 22;
  constexpr FloatSetting kFirst = 1u << 24, kSecond = 1u << 25, kMasked = 0, kSignals = 0x9f00;
#endif
  std::vector<FloatSetting> all;
  for (FloatSetting rounding = 0; rounding < 4; ++rounding) {
    for (const FloatSetting unusual : {FloatSetting{0}, kFirst, kSecond, kFirst | kSecond}) {
      for (const FloatSetting exceptions : {kMasked, kSignals}) {
        // What the CPU keeps of it: most CPUs of aarch64 have no signals.
        const WithFloatSetting with(rounding << kRounding | unusual | exceptions);
        all.push_back(float_setting());
      }
    }
  }
  return all;
}

}  // namespace assay::test

#endif
