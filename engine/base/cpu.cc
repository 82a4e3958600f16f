#include "base/cpu.h"

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

#include <cstdlib>
#include <string_view>

namespace assay::base {
namespace {

CpuFeatures detect() noexcept {
  CpuFeatures found;
  const char* variable = std::getenv("ASSAY_CPU");
  const std::string_view shown = variable == nullptr ? "" : variable;
  if (shown == "portable") return found;
#if defined(__x86_64__)
  __builtin_cpu_init();
  // Leaf 7, for features that not every compiler can ask for by name.
  unsigned a = 7, b = 0, c = 0, d = 0;
  __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  found.avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");
  found.bmi2 = (b >> 8) & 1u;
  found.fma = found.avx2 && __builtin_cpu_supports("fma");
  found.adx = (b >> 19) & 1u;
  found.sha_ni = (b >> 29) & 1u;
  found.avx512 = shown != "fma" && found.avx2 && __builtin_cpu_supports("avx512f") &&
                 __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                 __builtin_cpu_supports("avx512vl");
  const bool newer = found.avx512 && shown != "avx512f";
  found.avx512_vbmi = newer && __builtin_cpu_supports("avx512vbmi");
  found.avx512_vbmi2 = found.avx512_vbmi && ((c >> 6) & 1u) != 0;
  found.halves_512 = found.avx512 && __builtin_cpu_is("amdfam19h");  // Zen 3, which has no AVX-512, and Zen 4
  found.avx512_ifma = newer && __builtin_cpu_supports("avx512ifma");
#elif defined(__aarch64__) && defined(__linux__)
  const unsigned long has = getauxval(AT_HWCAP);
  found.neon = (has & HWCAP_ASIMD) != 0;
  found.sha2 = (has & HWCAP_SHA2) != 0;
  found.sha512 = (has & HWCAP_SHA512) != 0 && (has & HWCAP_SHA3) != 0;
#endif
  return found;
}

}  // namespace

const CpuFeatures& cpu_features() noexcept {
  static const CpuFeatures features = detect();
  return features;
}

std::string describe(const CpuFeatures& features) {
  std::string text;
  const auto add = [&](bool has, const char* name) {
    if (!has) return;
    if (!text.empty()) text += ' ';
    text += name;
  };
  add(features.avx2, "avx2");
  add(features.fma, "fma");
  add(features.avx512, "avx512");
  add(features.avx512_vbmi, "vbmi");
  add(features.avx512_ifma, "ifma");
  add(features.sha_ni, "sha");
  add(features.neon, "neon");
  add(features.sha2, "sha2");
  add(features.sha512, "sha512");
  return text.empty() ? "none" : text;
}

}  // namespace assay::base
