#include "codec/flat_object_isa.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace assay::codec {
namespace {

__m256i load(const char* from) noexcept { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)); }
std::uint32_t mask_of(__m256i bytes) noexcept { return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes)); }

// Returns all ones in each byte that is a backslash or outside U+0020 to U+007E. Bytes from 0x80 on are negative.
__m256i unusual_in(__m256i c) noexcept {
  const __m256i outside = _mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), c);
  const __m256i backslash = _mm256_cmpeq_epi8(c, _mm256_set1_epi8('\\'));
  const __m256i del = _mm256_cmpeq_epi8(c, _mm256_set1_epi8(0x7F));
  return _mm256_or_si256(_mm256_or_si256(backslash, del), outside);
}

// Writes `base` plus the position of each bit, four at a time, whether there are as many or not: few halves of a block
// have more. Writes at most 32 positions; those beyond the number of bits, which is returned, mean nothing.
std::size_t write_positions(std::uint32_t bits, std::size_t base, std::uint16_t* to) noexcept {
  const auto count = static_cast<std::size_t>(__builtin_popcount(bits));
  for (;;) {
    for (int i = 0; i < 4; ++i) {
      to[i] = static_cast<std::uint16_t>(base + _tzcnt_u32(bits));
      bits = _blsr_u32(bits);
    }
    if (__builtin_expect(bits == 0, 1)) return count;
    to += 4;
  }
}

}  // namespace

std::uint32_t flat_quotes_avx2(const char* text, std::size_t size, std::uint16_t* at) noexcept {
  const __m256i quote = _mm256_set1_epi8('"');
  __m256i unusual = _mm256_setzero_si256();
  std::size_t count = 0, begin = 0;
  // Each half of a block has its own bits, because in one chain of bits each position waits for the one before it.
  for (; begin + 64 <= size; begin += 64) {
    const __m256i low = load(text + begin), high = load(text + begin + 32);
    unusual = _mm256_or_si256(unusual, _mm256_or_si256(unusual_in(low), unusual_in(high)));
    const std::uint32_t low_quotes = mask_of(_mm256_cmpeq_epi8(low, quote));
    const std::uint32_t high_quotes = mask_of(_mm256_cmpeq_epi8(high, quote));
    count += write_positions(low_quotes, begin, at + count);
    count += write_positions(high_quotes, begin + 32, at + count);
    if (count > kFlatMostQuotes) return kFlatUndecided;
  }
  std::uint32_t unusual_bits = mask_of(unusual);
  for (; begin < size; begin += 32) {
    const std::uint32_t inside = size - begin >= 32 ? ~std::uint32_t{0} : (std::uint32_t{1} << (size - begin)) - 1;
    const __m256i c = load(text + begin);
    unusual_bits |= mask_of(unusual_in(c)) & inside;
    count += write_positions(mask_of(_mm256_cmpeq_epi8(c, quote)) & inside, begin, at + count);
  }
  return unusual_bits == 0 && count <= kFlatMostQuotes ? static_cast<std::uint32_t>(count) : kFlatUndecided;
}

}  // namespace assay::codec
#endif
