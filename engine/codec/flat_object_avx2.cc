#include "codec/flat_object_isa.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace assay::codec {
namespace {

std::uint64_t mask_of(__m256i low, __m256i high) noexcept {
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(low)) |
         static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm256_movemask_epi8(high))) << 32;
}

// Returns all ones in each byte that is a backslash or outside U+0020 to U+007E. Bytes from 0x80 on are negative.
__m256i unusual_in(__m256i c) noexcept {
  const __m256i outside = _mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), c);
  const __m256i backslash = _mm256_cmpeq_epi8(c, _mm256_set1_epi8('\\'));
  const __m256i del = _mm256_cmpeq_epi8(c, _mm256_set1_epi8(0x7F));
  return _mm256_or_si256(_mm256_or_si256(backslash, del), outside);
}

}  // namespace

std::uint32_t flat_quotes_avx2(const char* text, std::size_t size, std::uint16_t* at) noexcept {
  const __m256i quote = _mm256_set1_epi8('"');
  std::uint64_t unusual = 0;
  std::size_t count = 0;
  for (std::size_t begin = 0; begin < size; begin += 64) {
    const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + begin));
    const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text + begin + 32));
    const std::size_t left = size - begin;
    const std::uint64_t inside = left >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << left) - 1;
    unusual |= mask_of(unusual_in(low), unusual_in(high)) & inside;
    std::uint64_t quotes = mask_of(_mm256_cmpeq_epi8(low, quote), _mm256_cmpeq_epi8(high, quote)) & inside;
    const auto found = static_cast<std::size_t>(__builtin_popcountll(quotes));
    if (count + found > kFlatMostQuotes) return kFlatUndecided;
    // Writes eight positions at a time, whether there are as many quotes or not: few blocks have more. Positions beyond
    // `count` mean nothing.
    std::uint16_t* to = at + count;
    for (std::size_t written = 0; written < found; written += 8) {
      for (int i = 0; i < 8; ++i) {
        *to++ = static_cast<std::uint16_t>(begin + _tzcnt_u64(quotes));
        quotes = _blsr_u64(quotes);
      }
    }
    count += found;
  }
  return unusual == 0 ? static_cast<std::uint32_t>(count) : kFlatUndecided;
}

}  // namespace assay::codec
#endif
