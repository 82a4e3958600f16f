#include "codec/base64url_isa.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace assay::codec {
namespace {

// Returns all ones in each byte from `first` to `last`, which are ASCII. Bytes from 0x80 on are negative and in no
// range.
__m256i in_range(__m256i c, char first, char last) noexcept {
  return _mm256_and_si256(_mm256_cmpgt_epi8(c, _mm256_set1_epi8(static_cast<char>(first - 1))),
                          _mm256_cmpgt_epi8(_mm256_set1_epi8(static_cast<char>(last + 1)), c));
}

__m256i select(__m256i mask, int offset) noexcept {
  return _mm256_and_si256(mask, _mm256_set1_epi8(static_cast<char>(offset)));
}

struct Decoder {
  // In each 128-bit half the four 24-bit groups, first byte highest, become 12 bytes; then the halves join.
  __m256i pack = _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1, 2, 1, 0, 6, 5, 4, 10, 9, 8,
                                  14, 13, 12, -1, -1, -1, -1);
  __m256i join = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7);

  // Writes 24 bytes and up to 8 beyond. Returns all ones in each byte whose character is in the alphabet.
  __attribute__((always_inline)) __m256i decode(const char* text, char* to) const noexcept {
    const __m256i c = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text));
    const __m256i upper = in_range(c, 'A', 'Z');
    const __m256i lower = in_range(c, 'a', 'z');
    const __m256i digit = in_range(c, '0', '9');
    const __m256i minus = _mm256_cmpeq_epi8(c, _mm256_set1_epi8('-'));
    const __m256i under = _mm256_cmpeq_epi8(c, _mm256_set1_epi8('_'));
    const __m256i letter = _mm256_or_si256(upper, lower);
    const __m256i sign = _mm256_or_si256(minus, under);

    const __m256i letter_offset = _mm256_or_si256(select(upper, -'A'), select(lower, 26 - 'a'));
    const __m256i sign_offset = _mm256_or_si256(select(minus, 62 - '-'), select(under, 63 - '_'));
    const __m256i offset = _mm256_or_si256(_mm256_or_si256(letter_offset, sign_offset), select(digit, 52 - '0'));
    const __m256i six_bits = _mm256_add_epi8(c, offset);

    const __m256i twelve_bits = _mm256_maddubs_epi16(six_bits, _mm256_set1_epi32(0x01400140));
    const __m256i groups = _mm256_madd_epi16(twelve_bits, _mm256_set1_epi32(0x00011000));
    const __m256i bytes = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(groups, pack), join);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), bytes);
    return _mm256_or_si256(_mm256_or_si256(letter, sign), digit);
  }
};

}  // namespace

std::size_t base64url_prefix_avx2(const char* text, std::size_t size, char* to) noexcept {
  const Decoder decoder;
  std::size_t done = 0;
  for (; size - done >= 32; done += 32, to += 24) {
    if (_mm256_movemask_epi8(decoder.decode(text + done, to)) != -1) break;
  }
  return done;
}

}  // namespace assay::codec
#endif
