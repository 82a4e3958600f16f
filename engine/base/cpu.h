// CPU features, found once.
#pragma once

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

namespace assay::base {

struct CpuFeatures {
  bool avx2 = false;          // AVX2, BMI1 and POPCNT
  bool bmi2 = false;          // BMI2
  bool fma = false;           // FMA3, with `avx2`
  bool adx = false;           // ADX
  bool avx512 = false;        // AVX-512 F, BW, DQ and VL, with `avx2`; the system saves the registers
  bool avx512_vbmi = false;   // VBMI, with `avx512`
  bool avx512_vbmi2 = false;  // VBMI2, with `avx512_vbmi`
  bool avx512_ifma = false;   // IFMA, with `avx512`
  bool sha_ni = false;        // SHA-NI
  bool halves_512 = false;    // runs instructions on 512 bits in two halves, with `avx512` (AMD Zen 4)
  // Of aarch64.
  bool neon = false;    // AdvSIMD, which every such CPU has
  bool sha2 = false;    // the instructions for SHA-256
  bool sha512 = false;  // the instructions for SHA-512, and those for SHA-3
};

// ASSAY_CPU in the environment hides features, so that tests can run on any machine what runs on an older CPU:
// "portable" hides every one, "fma" AVX-512, "avx512f" what AVX-512 gained after Skylake (IFMA, VBMI, VBMI2).
const CpuFeatures& cpu_features() noexcept;
// "avx2 avx512 vbmi ifma sha" or "neon sha2 sha512", or "none".
std::string describe(const CpuFeatures& features);

// A feature of x86-64 by the name that the compiler's option -mNAME gives it.
struct NamedFeature {
  std::string_view name;
  bool CpuFeatures::*has;
};
inline constexpr NamedFeature kNamedFeatures[] = {
    {"avx2", &CpuFeatures::avx2},
    {"bmi", &CpuFeatures::avx2},
    {"popcnt", &CpuFeatures::avx2},
    {"bmi2", &CpuFeatures::bmi2},
    {"fma", &CpuFeatures::fma},
    {"adx", &CpuFeatures::adx},
    {"avx512f", &CpuFeatures::avx512},
    {"avx512bw", &CpuFeatures::avx512},
    {"avx512dq", &CpuFeatures::avx512},
    {"avx512vl", &CpuFeatures::avx512},
    {"avx512vbmi", &CpuFeatures::avx512_vbmi},
    {"avx512vbmi2", &CpuFeatures::avx512_vbmi2},
    {"avx512ifma", &CpuFeatures::avx512_ifma},
    {"sha", &CpuFeatures::sha_ni},
};

// True if `features` has everything in `names`, a list separated by single spaces. So the features that a file is
// compiled for and those that a CPU is asked for can be one list. False if a name is not in the table above.
constexpr bool has_all(const CpuFeatures& features, std::string_view names) noexcept {
  while (!names.empty()) {
    const std::string_view name = names.substr(0, names.find(' '));
    names.remove_prefix(std::min(name.size() + 1, names.size()));
    const auto* const row = std::find_if(std::begin(kNamedFeatures), std::end(kNamedFeatures),
                                         [name](const NamedFeature& known) { return known.name == name; });
    if (row == std::end(kNamedFeatures) || !(features.*(row->has))) return false;
  }
  return true;
}
// A CPU with every feature, to check when compiling that a list has no unknown name.
inline constexpr CpuFeatures kEveryFeature{true, true, true, true, true, true, true,
                                           true, true, true, true, true, true};

}  // namespace assay::base
