// The intrinsics of AVX2 and FMA that engine/kernel/fma uses for RSA and curves, as plain C++. See immintrin.h.
//
// Doubles are checked: every one is an integer below 2^106, sums and differences are exact, and a fused multiply-add is
// either the upper half of a product, which may not leave the binade of its constant 2^k or 1.5 2^k, or exact; a lower
// half is not negative and below 2^53. The rounding mode is the one that the kernel sets, by the real MXCSR. Sums of
// integers are not checked: the kernels add bit patterns of doubles, which wrap around by design.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernel/model/vectors.h"

namespace assay::model {
namespace {  // NOLINT(google-build-namespaces): see immintrin.h

__extension__ typedef __int128 Whole;

inline Whole whole(double a) {
  if (!(std::fabs(a) < 0x1p106) || std::trunc(a) != a) fail("a double is not an integer below 2^106");
  return static_cast<Whole>(a);
}
inline double exact(double result, Whole wanted) {
  if (whole(result) != wanted) fail("a sum of doubles is rounded");
  return result;
}
inline std::uint64_t pattern_of(double a) {
  std::uint64_t bits;
  std::memcpy(&bits, &a, 8);
  return bits;
}
// 2^k or 1.5 2^k, from 2^52 on.
inline bool is_constant_of_upper_halves(double a) {
  constexpr std::uint64_t kHalf = std::uint64_t{1} << 51;
  const std::uint64_t bits = pattern_of(a), fraction = bits & ((std::uint64_t{1} << 52) - 1);
  return a >= 0x1p100 && (fraction == 0 || fraction == kHalf);
}
inline double multiply_add(double a, double b, double c) {
  const Whole product = whole(a) * whole(b);
  const double result = std::fma(a, b, c);
  // What is left of a product may happen to be such a constant; then its lower half is exact.
  if (is_constant_of_upper_halves(c) && whole(result) != product + whole(c)) {
    if (pattern_of(result) >> 52 != pattern_of(c) >> 52) fail("the upper half of a product leaves its binade");
    return result;
  }
  exact(result, product + whole(c));
  const bool adds_to_limb = std::fabs(c) < 0x1p52;
  if (!adds_to_limb && !is_constant_of_upper_halves(c) && !(result >= 0 && result < 0x1p53))
    fail("the lower half of a product is negative or too large");
  return result;
}

template <class Function>
Vector256 each_of_four(Function function) {
  Vector256 result;
  for (int i = 0; i < 4; ++i) result.l[i] = function(i);
  return result;
}
template <class Function>
DoubleVector each_double(Function function) {
  DoubleVector result;
  for (int i = 0; i < 4; ++i) result.d[i] = function(i);
  return result;
}
inline bool sign_of(const DoubleVector& a, int i) { return pattern_of(a.d[i]) >> 63 != 0; }

}  // namespace
}  // namespace assay::model

namespace {  // NOLINT(google-build-namespaces)

using assay::model::each_double;
using assay::model::each_of_four;

// ---- Doubles

inline __m256d _mm256_add_pd(const __m256d& a, const __m256d& b) {
  using assay::model::whole;
  return each_double([&](int i) { return assay::model::exact(a.d[i] + b.d[i], whole(a.d[i]) + whole(b.d[i])); });
}
inline __m256d _mm256_sub_pd(const __m256d& a, const __m256d& b) {
  using assay::model::whole;
  return each_double([&](int i) { return assay::model::exact(a.d[i] - b.d[i], whole(a.d[i]) - whole(b.d[i])); });
}
inline __m256d _mm256_fmadd_pd(const __m256d& a, const __m256d& b, const __m256d& c) {
  return each_double([&](int i) { return assay::model::multiply_add(a.d[i], b.d[i], c.d[i]); });
}
inline __m256d _mm256_set1_pd(double x) {
  return each_double([&](int) { return x; });
}
inline __m256d _mm256_broadcast_sd(const double* x) { return _mm256_set1_pd(*x); }
inline __m256d _mm256_loadu_pd(const double* from) {
  return each_double([&](int i) { return from[i]; });
}
inline void _mm256_storeu_pd(double* to, const __m256d& a) { std::memcpy(to, a.d, 32); }
inline __m256d _mm256_castsi256_pd(const __m256i& a) {
  __m256d result;
  std::memcpy(result.d, a.l, 32);
  return result;
}
inline __m256i _mm256_castpd_si256(const __m256d& a) {
  __m256i result;
  std::memcpy(result.l, a.d, 32);
  return result;
}
// b where the sign of `mask` is set, else a.
inline __m256d _mm256_blendv_pd(const __m256d& a, const __m256d& b, const __m256d& mask) {
  return each_double([&](int i) { return assay::model::sign_of(mask, i) ? b.d[i] : a.d[i]; });
}
inline int _mm256_movemask_pd(const __m256d& a) {
  int mask = 0;
  for (int i = 0; i < 4; ++i) mask |= static_cast<int>(assay::model::sign_of(a, i)) << i;
  return mask;
}
inline __m256d _mm256_permute4x64_pd(const __m256d& a, int choice) {
  return each_double([&](int i) { return a.d[choice >> (2 * i) & 3]; });
}

// ---- Integers

inline __m256i _mm256_setzero_si256() {
  return each_of_four([](int) { return std::uint64_t{0}; });
}
inline __m256i _mm256_set1_epi64x(long long x) {
  return each_of_four([&](int) { return static_cast<std::uint64_t>(x); });
}
inline __m256i _mm256_setr_epi64x(long long a, long long b, long long c, long long d) {
  const long long all[4] = {a, b, c, d};
  return each_of_four([&](int i) { return static_cast<std::uint64_t>(all[i]); });
}
inline __m256i _mm256_set_epi64x(long long d, long long c, long long b, long long a) {
  return _mm256_setr_epi64x(a, b, c, d);
}
inline __m256i _mm256_load_si256(const __m256i* from) {
  if (reinterpret_cast<std::uintptr_t>(from) % 32 != 0) assay::model::fail("a load is not aligned");
  return _mm256_loadu_si256(from);
}
inline void _mm256_store_si256(__m256i* to, const __m256i& a) {
  if (reinterpret_cast<std::uintptr_t>(to) % 32 != 0) assay::model::fail("a store is not aligned");
  _mm256_storeu_si256(to, a);
}
inline __m256i _mm256_add_epi64(const __m256i& a, const __m256i& b) {
  return each_of_four([&](int i) { return a.l[i] + b.l[i]; });
}
inline __m256i _mm256_sub_epi64(const __m256i& a, const __m256i& b) {
  return each_of_four([&](int i) { return a.l[i] - b.l[i]; });
}
inline __m256i _mm256_mul_epu32(const __m256i& a, const __m256i& b) {
  return each_of_four([&](int i) { return (a.l[i] & 0xffffffff) * (b.l[i] & 0xffffffff); });
}
inline __m256i _mm256_and_si256(const __m256i& a, const __m256i& b) {
  return each_of_four([&](int i) { return a.l[i] & b.l[i]; });
}
inline __m256i _mm256_andnot_si256(const __m256i& a, const __m256i& b) {
  return each_of_four([&](int i) { return ~a.l[i] & b.l[i]; });
}
inline __m256i _mm256_or_si256(const __m256i& a, const __m256i& b) {
  return each_of_four([&](int i) { return a.l[i] | b.l[i]; });
}
inline __m256i _mm256_xor_si256(const __m256i& a, const __m256i& b) {
  return each_of_four([&](int i) { return a.l[i] ^ b.l[i]; });
}
inline __m256d _mm256_xor_pd(const __m256d& a, const __m256d& b) {
  return _mm256_castsi256_pd(_mm256_xor_si256(_mm256_castpd_si256(a), _mm256_castpd_si256(b)));
}
inline __m256i _mm256_slli_epi64(const __m256i& a, int count) {
  return each_of_four([&](int i) { return count > 63 ? 0 : a.l[i] << count; });
}
inline __m256i _mm256_srli_epi64(const __m256i& a, int count) {
  return each_of_four([&](int i) { return count > 63 ? 0 : a.l[i] >> count; });
}
inline __m128i _mm_cvtsi32_si128(int x) { return {{static_cast<std::uint32_t>(x), 0}}; }
inline __m256i _mm256_sll_epi64(const __m256i& a, const __m128i& count) {
  return each_of_four([&](int i) { return count.l[0] > 63 ? 0 : a.l[i] << count.l[0]; });
}
inline __m256i _mm256_srl_epi64(const __m256i& a, const __m128i& count) {
  return each_of_four([&](int i) { return count.l[0] > 63 ? 0 : a.l[i] >> count.l[0]; });
}
inline __m256i _mm256_sllv_epi64(const __m256i& a, const __m256i& counts) {
  return each_of_four([&](int i) { return counts.l[i] > 63 ? 0 : a.l[i] << counts.l[i]; });
}
inline __m256i _mm256_srlv_epi64(const __m256i& a, const __m256i& counts) {
  return each_of_four([&](int i) { return counts.l[i] > 63 ? 0 : a.l[i] >> counts.l[i]; });
}
inline __m256i _mm256_cmpeq_epi64(const __m256i& a, const __m256i& b) {
  return each_of_four([&](int i) { return a.l[i] == b.l[i] ? ~std::uint64_t{0} : 0; });
}
inline __m256i _mm256_cmpgt_epi64(const __m256i& a, const __m256i& b) {
  return each_of_four([&](int i) {
    return static_cast<std::int64_t>(a.l[i]) > static_cast<std::int64_t>(b.l[i]) ? ~std::uint64_t{0} : 0;
  });
}

// ---- Places

inline __m256i _mm256_unpacklo_epi64(const __m256i& a, const __m256i& b) { return {{a.l[0], b.l[0], a.l[2], b.l[2]}}; }
inline __m256i _mm256_unpackhi_epi64(const __m256i& a, const __m256i& b) { return {{a.l[1], b.l[1], a.l[3], b.l[3]}}; }
inline __m256i _mm256_permute2x128_si256(const __m256i& a, const __m256i& b, int choice) {
  __m256i result;
  for (int half = 0; half < 2; ++half) {
    const int chosen = choice >> (4 * half) & 3;
    const __m256i& from = chosen < 2 ? a : b;
    result.l[2 * half] = from.l[2 * (chosen % 2)];
    result.l[2 * half + 1] = from.l[2 * (chosen % 2) + 1];
  }
  return result;
}
inline __m256i _mm256_blendv_epi8(const __m256i& a, const __m256i& b, const __m256i& mask) {
  __m256i result;
  std::uint8_t no[32], yes[32], set[32];
  std::memcpy(no, a.l, 32), std::memcpy(yes, b.l, 32), std::memcpy(set, mask.l, 32);
  for (int i = 0; i < 32; ++i) no[i] = (set[i] & 0x80) != 0 ? yes[i] : no[i];
  std::memcpy(result.l, no, 32);
  return result;
}
inline __m128i _mm256_castsi256_si128(const __m256i& a) { return {{a.l[0], a.l[1]}}; }
inline __m128i _mm256_extracti128_si256(const __m256i& a, int half) { return {{a.l[2 * half], a.l[2 * half + 1]}}; }
inline __m256i _mm256_set_m128i(const __m128i& high, const __m128i& low) {
  return {{low.l[0], low.l[1], high.l[0], high.l[1]}};
}
inline __m256i _mm256_broadcastsi128_si256(const __m128i& a) { return _mm256_set_m128i(a, a); }

// ---- Sixteen bytes

template <class... Bytes>
inline __m128i _mm_set_epi8(Bytes... bytes) {
  static_assert(sizeof...(Bytes) == 16);
  const int all[16] = {static_cast<int>(bytes)...};  // the last byte first
  std::uint8_t result[16];
  for (int i = 0; i < 16; ++i) result[i] = static_cast<std::uint8_t>(all[15 - i]);
  __m128i vector;
  std::memcpy(vector.l, result, 16);
  return vector;
}
inline __m128i _mm_set_epi64x(long long b, long long a) {
  return {{static_cast<std::uint64_t>(a), static_cast<std::uint64_t>(b)}};
}
inline __m128i _mm_set1_epi8(char x) {
  __m128i vector;
  std::memset(vector.l, x, 16);
  return vector;
}
inline __m128i _mm_loadu_si128(const __m128i* from) {
  __m128i vector;
  std::memcpy(vector.l, static_cast<const void*>(from), 16);
  return vector;
}
inline void _mm_storeu_si128(__m128i* to, const __m128i& a) { std::memcpy(static_cast<void*>(to), a.l, 16); }
inline void _mm_store_si128(__m128i* to, const __m128i& a) {
  if (reinterpret_cast<std::uintptr_t>(to) % 16 != 0) assay::model::fail("a store is not aligned");
  _mm_storeu_si128(to, a);
}
inline __m128i _mm_sub_epi8(const __m128i& a, const __m128i& b) {
  std::uint8_t x[16], y[16];
  std::memcpy(x, a.l, 16), std::memcpy(y, b.l, 16);
  for (int i = 0; i < 16; ++i) x[i] = static_cast<std::uint8_t>(x[i] - y[i]);
  __m128i vector;
  std::memcpy(vector.l, x, 16);
  return vector;
}
inline __m128i _mm_shuffle_epi8(const __m128i& a, const __m128i& places) {
  std::uint8_t from[16], chosen[16], result[16];
  std::memcpy(from, a.l, 16), std::memcpy(chosen, places.l, 16);
  for (int i = 0; i < 16; ++i) result[i] = (chosen[i] & 0x80) != 0 ? std::uint8_t{0} : from[chosen[i] % 16];
  __m128i vector;
  std::memcpy(vector.l, result, 16);
  return vector;
}
inline __m256i _mm256_shuffle_epi8(const __m256i& a, const __m256i& places) {
  return _mm256_set_m128i(_mm_shuffle_epi8(_mm256_extracti128_si256(a, 1), _mm256_extracti128_si256(places, 1)),
                          _mm_shuffle_epi8(_mm256_castsi256_si128(a), _mm256_castsi256_si128(places)));
}

// ---- The rounding mode, which scalar instructions obey as well

inline unsigned _mm_getcsr() { return __builtin_ia32_stmxcsr(); }
inline void _mm_setcsr(unsigned mode) { __builtin_ia32_ldmxcsr(mode); }

}  // namespace
