// The intrinsics that engine/kernel/ifma uses, and by avx2.h and avx512f.h those of engine/kernel/fma, as plain C++:
// with this header in place of the compiler's, the sources of those kernels run, and are tested, on a CPU that lacks
// their instructions.
//
// Sums are checked, so that a bound that NOTES.md derives and that does not hold ends the test. A sum of a multiply-add
// may not carry out of its 64 bits. Any other sum or difference of lanes of 64 bits is of limbs, which may be negative:
// it may not leave the range of a signed number. Words that fill a lane and wrap around are added by add_words and
// sub_words of ifma/vector.h, or in a file that is compiled with ASSAY_MODEL_WRAPS.
//
// Meaning of each: Intel Intrinsics Guide.
#pragma once

#include <cstdint>
#include <cstring>

#include "kernel/model/avx2.h"
#include "kernel/model/vectors.h"

namespace assay::model {
namespace {  // NOLINT(google-build-namespaces): as the header that it stands for, each file has its own

// Vectors as arrays of smaller elements.
template <class Element>
struct Elements {
  static constexpr int kCount = static_cast<int>(64 / sizeof(Element));
  Element e[kCount];
  explicit Elements(const Vector512& from) { std::memcpy(e, from.l, 64); }
  Elements() : e() {}
  Vector512 vector() const {
    Vector512 result;
    std::memcpy(result.l, e, 64);
    return result;
  }
};

template <class Function>
Vector512 each(Function function) {
  Vector512 result;
  for (int i = 0; i < 8; ++i) result.l[i] = function(i);
  return result;
}
template <class Function>
std::uint8_t each_bit(Function function) {
  unsigned mask = 0;
  for (int i = 0; i < 8; ++i) mask |= static_cast<unsigned>(function(i) ? 1 : 0) << i;
  return static_cast<std::uint8_t>(mask);
}
inline bool has(std::uint64_t mask, int i) { return (mask >> i & 1) != 0; }

#ifdef ASSAY_MODEL_WRAPS
constexpr bool kSumsAreOfLimbs = false;
#else
constexpr bool kSumsAreOfLimbs = true;
#endif
constexpr std::uint64_t kLow52 = (std::uint64_t{1} << 52) - 1;
__extension__ typedef unsigned __int128 Product;
inline Product product52(std::uint64_t a, std::uint64_t b) {
  return static_cast<Product>(a & kLow52) * static_cast<Product>(b & kLow52);
}
inline std::uint64_t accumulate(std::uint64_t sum, std::uint64_t term) {
  if (sum + term < sum) fail("the sum of a multiply-add leaves 64 bits");
  return sum + term;
}

inline std::uint64_t checked_add(std::uint64_t a, std::uint64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(static_cast<std::int64_t>(a), static_cast<std::int64_t>(b), &sum) && kSumsAreOfLimbs)
    fail("a sum leaves 63 bits and a sign");
  return a + b;
}
inline std::uint64_t checked_sub(std::uint64_t a, std::uint64_t b) {
  std::int64_t difference = 0;
  if (__builtin_sub_overflow(static_cast<std::int64_t>(a), static_cast<std::int64_t>(b), &difference) &&
      kSumsAreOfLimbs)
    fail("a difference leaves 63 bits and a sign");
  return a - b;
}

template <class Element>
Vector512 unpacked(const Vector512& a, const Vector512& b, int half) {
  constexpr int kInQuarter = static_cast<int>(16 / sizeof(Element));
  const Elements<Element> x(a), y(b);
  Elements<Element> result;
  for (int quarter = 0; quarter < 4; ++quarter) {
    for (int i = 0; i < kInQuarter / 2; ++i) {
      const int from = quarter * kInQuarter + half * kInQuarter / 2 + i;
      result.e[quarter * kInQuarter + 2 * i] = x.e[from];
      result.e[quarter * kInQuarter + 2 * i + 1] = y.e[from];
    }
  }
  return result.vector();
}

inline Vector512 shuffled_quarters(const Vector512& a, const Vector512& b, int choice) {
  Vector512 result;
  for (int quarter = 0; quarter < 4; ++quarter) {
    const Vector512& from = quarter < 2 ? a : b;
    const int chosen = choice >> (2 * quarter) & 3;
    result.l[2 * quarter] = from.l[2 * chosen];
    result.l[2 * quarter + 1] = from.l[2 * chosen + 1];
  }
  return result;
}

inline Vector512 logic(const Vector512& a, const Vector512& b, const Vector512& c, int table) {
  return each([&](int i) {
    std::uint64_t result = 0;
    for (int index = 0; index < 8; ++index) {
      if ((table >> index & 1) == 0) continue;
      result |= ((index & 4) != 0 ? a.l[i] : ~a.l[i]) & ((index & 2) != 0 ? b.l[i] : ~b.l[i]) &
                ((index & 1) != 0 ? c.l[i] : ~c.l[i]);
    }
    return result;
  });
}

}  // namespace
}  // namespace assay::model

using __mmask8 = std::uint8_t;
using __mmask64 = std::uint64_t;

namespace {  // NOLINT(google-build-namespaces)

// ---- all lanes alike, and numbers of lanes

inline __m512i _mm512_set1_epi64(long long x) {
  return assay::model::each([&](int) { return static_cast<std::uint64_t>(x); });
}
inline __m512i _mm512_setzero_si512() { return _mm512_set1_epi64(0); }
inline __m512i _mm512_set1_epi32(int x) {
  assay::model::Elements<std::uint32_t> result;
  for (std::uint32_t& element : result.e) element = static_cast<std::uint32_t>(x);
  return result.vector();
}
inline __m512i _mm512_set1_epi8(char x) {
  assay::model::Elements<std::uint8_t> result;
  for (std::uint8_t& element : result.e) element = static_cast<std::uint8_t>(x);
  return result.vector();
}
inline __m512i _mm512_setr_epi64(long long a, long long b, long long c, long long d, long long e, long long f,
                                 long long g, long long h) {
  const long long all[8] = {a, b, c, d, e, f, g, h};
  return assay::model::each([&](int i) { return static_cast<std::uint64_t>(all[i]); });
}
inline __m512i _mm512_set_epi64(long long h, long long g, long long f, long long e, long long d, long long c,
                                long long b, long long a) {
  return _mm512_setr_epi64(a, b, c, d, e, f, g, h);
}
inline __m512i _mm512_set4_epi32(int d, int c, int b, int a) {
  const int all[4] = {a, b, c, d};
  assay::model::Elements<std::uint32_t> result;
  for (int i = 0; i < 16; ++i) result.e[i] = static_cast<std::uint32_t>(all[i % 4]);
  return result.vector();
}
template <class... Bytes>
inline __m512i _mm512_set_epi8(Bytes... bytes) {
  static_assert(sizeof...(Bytes) == 64);
  const int all[64] = {static_cast<int>(bytes)...};  // the last byte first
  assay::model::Elements<std::uint8_t> result;
  for (int i = 0; i < 64; ++i) result.e[i] = static_cast<std::uint8_t>(all[63 - i]);
  return result.vector();
}

// ---- memory

inline __m512i _mm512_loadu_si512(const void* from) {
  __m512i result;
  std::memcpy(result.l, from, 64);
  return result;
}
inline __m512i _mm512_load_si512(const void* from) {
  if (reinterpret_cast<std::uintptr_t>(from) % 64 != 0) assay::model::fail("a load is not aligned");
  return _mm512_loadu_si512(from);
}
inline void _mm512_storeu_si512(void* to, const __m512i& a) { std::memcpy(to, a.l, 64); }
inline void _mm512_store_si512(void* to, const __m512i& a) {
  if (reinterpret_cast<std::uintptr_t>(to) % 64 != 0) assay::model::fail("a store is not aligned");
  _mm512_storeu_si512(to, a);
}
// Bytes whose bit is clear are not touched.
inline __m512i _mm512_mask_loadu_epi8(const __m512i& otherwise, __mmask64 mask, const void* from) {
  assay::model::Elements<std::uint8_t> result(otherwise);
  for (int i = 0; i < 64; ++i) {
    if (assay::model::has(mask, i)) result.e[i] = static_cast<const std::uint8_t*>(from)[i];
  }
  return result.vector();
}
inline __m512i _mm512_maskz_loadu_epi8(__mmask64 mask, const void* from) {
  return _mm512_mask_loadu_epi8(assay::model::Vector512{}, mask, from);
}
inline void _mm512_mask_storeu_epi8(void* to, __mmask64 mask, const __m512i& a) {
  const assay::model::Elements<std::uint8_t> bytes(a);
  for (int i = 0; i < 64; ++i) {
    if (assay::model::has(mask, i)) static_cast<std::uint8_t*>(to)[i] = bytes.e[i];
  }
}

// ---- sums

inline __m512i _mm512_add_epi64(const __m512i& a, const __m512i& b) {
  return assay::model::each([&](int i) { return assay::model::checked_add(a.l[i], b.l[i]); });
}
inline __m512i _mm512_sub_epi64(const __m512i& a, const __m512i& b) {
  return assay::model::each([&](int i) { return assay::model::checked_sub(a.l[i], b.l[i]); });
}
inline __m512i _mm512_mask_mov_epi64(const __m512i& otherwise, __mmask8 mask, const __m512i& a) {
  return assay::model::each([&](int i) { return assay::model::has(mask, i) ? a.l[i] : otherwise.l[i]; });
}
inline __m512i _mm512_maskz_mov_epi64(__mmask8 mask, const __m512i& a) {
  return _mm512_mask_mov_epi64(_mm512_setzero_si512(), mask, a);
}
inline __m512i _mm512_mask_sub_epi64(const __m512i& otherwise, __mmask8 mask, const __m512i& a, const __m512i& b) {
  return assay::model::each(
      [&](int i) { return assay::model::has(mask, i) ? assay::model::checked_sub(a.l[i], b.l[i]) : otherwise.l[i]; });
}
inline __m512i _mm512_mask_set1_epi64(const __m512i& otherwise, __mmask8 mask, long long x) {
  return _mm512_mask_mov_epi64(otherwise, mask, _mm512_set1_epi64(x));
}
inline __m512i _mm512_add_epi32(const __m512i& a, const __m512i& b) {
  const assay::model::Elements<std::uint32_t> x(a), y(b);
  assay::model::Elements<std::uint32_t> result;
  for (int i = 0; i < 16; ++i) result.e[i] = x.e[i] + y.e[i];
  return result.vector();
}
inline __m512i _mm512_sub_epi8(const __m512i& a, const __m512i& b) {
  const assay::model::Elements<std::uint8_t> x(a), y(b);
  assay::model::Elements<std::uint8_t> result;
  for (int i = 0; i < 64; ++i) result.e[i] = static_cast<std::uint8_t>(x.e[i] - y.e[i]);
  return result.vector();
}

// ---- products

inline __m512i _mm512_madd52lo_epu64(const __m512i& sum, const __m512i& a, const __m512i& b) {
  return assay::model::each([&](int i) {
    const auto product = assay::model::product52(a.l[i], b.l[i]);
    return assay::model::accumulate(sum.l[i], static_cast<std::uint64_t>(product) & assay::model::kLow52);
  });
}
inline __m512i _mm512_madd52hi_epu64(const __m512i& sum, const __m512i& a, const __m512i& b) {
  return assay::model::each([&](int i) {
    const auto product = assay::model::product52(a.l[i], b.l[i]);
    return assay::model::accumulate(sum.l[i], static_cast<std::uint64_t>(product >> 52));
  });
}

// ---- bits

inline __m512i _mm512_and_si512(const __m512i& a, const __m512i& b) {
  return assay::model::each([&](int i) { return a.l[i] & b.l[i]; });
}
inline __m512i _mm512_andnot_si512(const __m512i& a, const __m512i& b) {
  return assay::model::each([&](int i) { return ~a.l[i] & b.l[i]; });
}
inline __m512i _mm512_or_si512(const __m512i& a, const __m512i& b) {
  return assay::model::each([&](int i) { return a.l[i] | b.l[i]; });
}
inline __m512i _mm512_mask_or_epi64(const __m512i& otherwise, __mmask8 mask, const __m512i& a, const __m512i& b) {
  return _mm512_mask_mov_epi64(otherwise, mask, _mm512_or_si512(a, b));
}
inline __m512i _mm512_mask_xor_epi64(const __m512i& otherwise, __mmask8 mask, const __m512i& a, const __m512i& b) {
  return assay::model::each([&](int i) { return assay::model::has(mask, i) ? a.l[i] ^ b.l[i] : otherwise.l[i]; });
}
inline __m512i _mm512_ternarylogic_epi64(const __m512i& a, const __m512i& b, const __m512i& c, int table) {
  return assay::model::logic(a, b, c, table);
}
inline __m512i _mm512_ternarylogic_epi32(const __m512i& a, const __m512i& b, const __m512i& c, int table) {
  return assay::model::logic(a, b, c, table);
}
inline __m512i _mm512_slli_epi64(const __m512i& a, unsigned count) {
  return assay::model::each([&](int i) { return count > 63 ? 0 : a.l[i] << count; });
}
inline __m512i _mm512_srli_epi64(const __m512i& a, unsigned count) {
  return assay::model::each([&](int i) { return count > 63 ? 0 : a.l[i] >> count; });
}
inline __m512i _mm512_srai_epi64(const __m512i& a, unsigned count) {
  return assay::model::each([&](int i) {
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(a.l[i]) >> (count > 63 ? 63 : count));
  });
}
inline __m512i _mm512_sllv_epi64(const __m512i& a, const __m512i& counts) {
  return assay::model::each([&](int i) { return counts.l[i] > 63 ? 0 : a.l[i] << counts.l[i]; });
}
inline __m512i _mm512_srlv_epi64(const __m512i& a, const __m512i& counts) {
  return assay::model::each([&](int i) { return counts.l[i] > 63 ? 0 : a.l[i] >> counts.l[i]; });
}
inline __m512i _mm512_ror_epi64(const __m512i& a, int count) {
  return assay::model::each([&](int i) { return a.l[i] >> count | a.l[i] << (64 - count); });
}
inline __m512i _mm512_ror_epi32(const __m512i& a, int count) {
  assay::model::Elements<std::uint32_t> words(a);
  for (std::uint32_t& word : words.e) word = word >> count | word << (32 - count);
  return words.vector();
}
inline __m512i _mm512_srli_epi32(const __m512i& a, unsigned count) {
  assay::model::Elements<std::uint32_t> words(a);
  for (std::uint32_t& word : words.e) word = count > 31 ? 0 : word >> count;
  return words.vector();
}
// The low 64 bits of b:a, shifted right.
inline __m512i _mm512_shrdv_epi64(const __m512i& a, const __m512i& b, const __m512i& counts) {
  return assay::model::each([&](int i) {
    const unsigned count = static_cast<unsigned>(counts.l[i] % 64);
    return count == 0 ? a.l[i] : a.l[i] >> count | b.l[i] << (64 - count);
  });
}
inline __m512i _mm512_shrdi_epi64(const __m512i& a, const __m512i& b, int count) {
  return _mm512_shrdv_epi64(a, b, _mm512_set1_epi64(count));
}

// ---- comparisons

inline __mmask8 _mm512_cmpeq_epi64_mask(const __m512i& a, const __m512i& b) {
  return assay::model::each_bit([&](int i) { return a.l[i] == b.l[i]; });
}
inline __mmask8 _mm512_cmplt_epu64_mask(const __m512i& a, const __m512i& b) {
  return assay::model::each_bit([&](int i) { return a.l[i] < b.l[i]; });
}
inline __mmask8 _mm512_mask_cmpeq_epi64_mask(__mmask8 mask, const __m512i& a, const __m512i& b) {
  return static_cast<__mmask8>(mask & _mm512_cmpeq_epi64_mask(a, b));
}
inline __mmask8 _mm512_mask_cmplt_epu64_mask(__mmask8 mask, const __m512i& a, const __m512i& b) {
  return static_cast<__mmask8>(mask & _mm512_cmplt_epu64_mask(a, b));
}
inline __mmask8 _mm512_test_epi64_mask(const __m512i& a, const __m512i& b) {
  return assay::model::each_bit([&](int i) { return (a.l[i] & b.l[i]) != 0; });
}
inline __mmask8 _mm512_movepi64_mask(const __m512i& a) {
  return assay::model::each_bit([&](int i) { return a.l[i] >> 63 != 0; });
}

// ---- places

inline __m512i _mm512_unpacklo_epi64(const __m512i& a, const __m512i& b) {
  return assay::model::unpacked<std::uint64_t>(a, b, 0);
}
inline __m512i _mm512_unpackhi_epi64(const __m512i& a, const __m512i& b) {
  return assay::model::unpacked<std::uint64_t>(a, b, 1);
}
inline __m512i _mm512_unpacklo_epi32(const __m512i& a, const __m512i& b) {
  return assay::model::unpacked<std::uint32_t>(a, b, 0);
}
inline __m512i _mm512_unpackhi_epi32(const __m512i& a, const __m512i& b) {
  return assay::model::unpacked<std::uint32_t>(a, b, 1);
}
inline __m512i _mm512_shuffle_i64x2(const __m512i& a, const __m512i& b, int choice) {
  return assay::model::shuffled_quarters(a, b, choice);
}
inline __m512i _mm512_shuffle_i32x4(const __m512i& a, const __m512i& b, int choice) {
  return assay::model::shuffled_quarters(a, b, choice);
}
inline __m512i _mm512_permutex_epi64(const __m512i& a, int choice) {
  return assay::model::each([&](int i) { return a.l[i / 4 * 4 + (choice >> (2 * (i % 4)) & 3)]; });
}
inline __m512i _mm512_permutex2var_epi64(const __m512i& a, const __m512i& places, const __m512i& b) {
  return assay::model::each(
      [&](int i) { return (places.l[i] & 8) != 0 ? b.l[places.l[i] % 8] : a.l[places.l[i] % 8]; });
}
inline __m512i _mm512_shuffle_epi8(const __m512i& a, const __m512i& places) {
  const assay::model::Elements<std::uint8_t> from(a), chosen(places);
  assay::model::Elements<std::uint8_t> result;
  for (int i = 0; i < 64; ++i)
    result.e[i] = (chosen.e[i] & 0x80) != 0 ? std::uint8_t{0} : from.e[i / 16 * 16 + chosen.e[i] % 16];
  return result.vector();
}
inline __m512i _mm512_permutexvar_epi8(const __m512i& places, const __m512i& a) {
  const assay::model::Elements<std::uint8_t> from(a), chosen(places);
  assay::model::Elements<std::uint8_t> result;
  for (int i = 0; i < 64; ++i) result.e[i] = from.e[chosen.e[i] % 64];
  return result.vector();
}
inline __m512i _mm512_mask_mov_epi8(const __m512i& otherwise, __mmask64 mask, const __m512i& a) {
  const assay::model::Elements<std::uint8_t> yes(a);
  assay::model::Elements<std::uint8_t> result(otherwise);
  for (int i = 0; i < 64; ++i) {
    if (assay::model::has(mask, i)) result.e[i] = yes.e[i];
  }
  return result.vector();
}
inline __m512i _mm512_maskz_permutexvar_epi8(__mmask64 mask, const __m512i& places, const __m512i& a) {
  return _mm512_mask_mov_epi8(_mm512_setzero_si512(), mask, _mm512_permutexvar_epi8(places, a));
}
inline __m512i _mm512_inserti64x4(__m512i a, const __m256i& b, int half) {
  std::memcpy(a.l + 4 * half, b.l, 32);
  return a;
}
inline __m256i _mm512_extracti64x4_epi64(const __m512i& a, int half) {
  __m256i result;
  std::memcpy(result.l, a.l + 4 * half, 32);
  return result;
}
inline __m512i _mm512_castsi256_si512(const __m256i& a) { return _mm512_inserti64x4(_mm512_setzero_si512(), a, 0); }
inline __m256i _mm512_castsi512_si256(const __m512i& a) { return _mm512_extracti64x4_epi64(a, 0); }
inline __m128i _mm512_castsi512_si128(const __m512i& a) { return {{a.l[0], a.l[1]}}; }
inline std::uint64_t _bzhi_u64(std::uint64_t a, unsigned count) {
  return count % 256 > 63 ? a : a & ((std::uint64_t{1} << count % 256) - 1);
}

}  // namespace

#include "kernel/model/avx512f.h"
