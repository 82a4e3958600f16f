// Vectors as arrays, and the end of a test that a check of the model brings. See immintrin.h.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace assay::model {
namespace {  // NOLINT(google-build-namespaces): see immintrin.h

using Wrapping = std::uint64_t __attribute__((vector_size(64)));

struct alignas(64) Vector512 {
  std::uint64_t l[8];

  Vector512() = default;
  explicit Vector512(const Wrapping& words) { std::memcpy(l, &words, 64); }
  explicit operator Wrapping() const {
    Wrapping words;
    std::memcpy(&words, l, 64);
    return words;
  }
};
struct alignas(32) Vector256 {
  std::uint64_t l[4];
};
struct alignas(16) Vector128 {
  std::uint64_t l[2];
};

[[noreturn, gnu::cold]] inline void fail(const char* what) {
  std::fprintf(stderr, "kernel model: %s\n", what);
  std::abort();
}
struct alignas(32) DoubleVector {
  double d[4];
};
struct alignas(64) DoubleVector512 {
  double d[8];
};

}  // namespace
}  // namespace assay::model

using __m512i = assay::model::Vector512;
using __m256i = assay::model::Vector256;
using __m256d = assay::model::DoubleVector;
using __m512d = assay::model::DoubleVector512;
using __m128i = assay::model::Vector128;

namespace {  // NOLINT(google-build-namespaces)

inline __m256i _mm256_loadu_si256(const __m256i* from) {
  __m256i result;
  std::memcpy(result.l, static_cast<const void*>(from), 32);
  return result;
}
inline void _mm256_storeu_si256(__m256i* to, const __m256i& a) { std::memcpy(static_cast<void*>(to), a.l, 32); }
inline long long _mm_cvtsi128_si64(const __m128i& a) { return static_cast<long long>(a.l[0]); }

}  // namespace
