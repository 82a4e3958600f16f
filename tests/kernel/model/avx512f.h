// The intrinsics of AVX-512 F and DQ that engine/kernel/registers/avx512f.h uses beyond those of engine/kernel/ifma, as
// plain C++. Doubles are checked as in avx2.h. See immintrin.h, which includes this.
#pragma once

#include <cstdint>
#include <cstring>

#include "kernel/model/avx2.h"
#include "kernel/model/vectors.h"

namespace assay::model {
namespace {  // NOLINT(google-build-namespaces): see immintrin.h

template <class Function>
DoubleVector512 each_of_eight_doubles(Function function) {
  DoubleVector512 result;
  for (int i = 0; i < 8; ++i) result.d[i] = function(i);
  return result;
}

}  // namespace
}  // namespace assay::model

namespace {  // NOLINT(google-build-namespaces)

using assay::model::each_of_eight_doubles;

// ---- Doubles

inline __m512d _mm512_add_pd(const __m512d& a, const __m512d& b) {
  using assay::model::whole;
  return each_of_eight_doubles(
      [&](int i) { return assay::model::exact(a.d[i] + b.d[i], whole(a.d[i]) + whole(b.d[i])); });
}
inline __m512d _mm512_sub_pd(const __m512d& a, const __m512d& b) {
  using assay::model::whole;
  return each_of_eight_doubles(
      [&](int i) { return assay::model::exact(a.d[i] - b.d[i], whole(a.d[i]) - whole(b.d[i])); });
}
inline __m512d _mm512_fmadd_pd(const __m512d& a, const __m512d& b, const __m512d& c) {
  return each_of_eight_doubles([&](int i) { return assay::model::multiply_add(a.d[i], b.d[i], c.d[i]); });
}
inline __m512d _mm512_set1_pd(double x) {
  return each_of_eight_doubles([&](int) { return x; });
}
inline __m512d _mm512_castsi512_pd(const __m512i& a) {
  __m512d result;
  std::memcpy(result.d, a.l, 64);
  return result;
}
inline __m512i _mm512_castpd_si512(const __m512d& a) {
  __m512i result;
  std::memcpy(result.l, a.d, 64);
  return result;
}
inline __m512i _mm512_xor_si512(const __m512i& a, const __m512i& b) {
  return assay::model::each([&](int i) { return a.l[i] ^ b.l[i]; });
}
inline __m512d _mm512_xor_pd(const __m512d& a, const __m512d& b) {
  return _mm512_castsi512_pd(_mm512_xor_si512(_mm512_castpd_si512(a), _mm512_castpd_si512(b)));
}
inline __m512d _mm512_mask_mov_pd(const __m512d& otherwise, __mmask8 mask, const __m512d& a) {
  return each_of_eight_doubles([&](int i) { return assay::model::has(mask, i) ? a.d[i] : otherwise.d[i]; });
}

// ---- Integers

inline __m512i _mm512_sll_epi64(const __m512i& a, const __m128i& count) {
  return assay::model::each([&](int i) { return count.l[0] > 63 ? 0 : a.l[i] << count.l[0]; });
}
inline __m512i _mm512_srl_epi64(const __m512i& a, const __m128i& count) {
  return assay::model::each([&](int i) { return count.l[0] > 63 ? 0 : a.l[i] >> count.l[0]; });
}
inline __m512i _mm512_mul_epu32(const __m512i& a, const __m512i& b) {
  return assay::model::each([&](int i) { return (a.l[i] & 0xffffffff) * (b.l[i] & 0xffffffff); });
}

// ---- Places

inline __m512i _mm512_broadcast_i32x4(const __m128i& a) {
  return assay::model::each([&](int i) { return a.l[i % 2]; });
}
inline __m512d _mm512_shuffle_f64x2(const __m512d& a, const __m512d& b, int choice) {
  return _mm512_castsi512_pd(assay::model::shuffled_quarters(_mm512_castpd_si512(a), _mm512_castpd_si512(b), choice));
}
inline __m512d _mm512_permutex_pd(const __m512d& a, int choice) {
  return each_of_eight_doubles([&](int i) { return a.d[i / 4 * 4 + (choice >> (2 * (i % 4)) & 3)]; });
}

}  // namespace
