// CPU features, found once.
#pragma once

#include <string>

namespace assay::base {

struct CpuFeatures {
  bool avx2 = false;          // with BMI1 and POPCNT
  bool avx512 = false;        // F, BW, DQ, VL, and the system saves the registers
  bool avx512_vbmi = false;   // VBMI, with the above
  bool avx512_vbmi2 = false;  // VBMI2, with the above
  bool avx512_ifma = false;   // IFMA, with the above
  bool lanes_ifma = false;    // all that engine/kernel/ifma is compiled for: the above, VBMI2, BMI2 and ADX
  bool sha_ni = false;
};

// ASSAY_CPU=portable in the environment hides every feature, so that tests can run the plain code on any machine.
const CpuFeatures& cpu_features() noexcept;
// "avx2 avx512 vbmi ifma sha", or "none".
std::string describe(const CpuFeatures& features);

}  // namespace assay::base
