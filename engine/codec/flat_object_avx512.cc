#include "codec/flat_object_isa.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace assay::codec {
namespace {

struct Positions {
  alignas(64) unsigned char of[64];
};

constexpr Positions make_positions() {
  Positions positions{};
  for (int i = 0; i < 64; ++i) positions.of[i] = static_cast<unsigned char>(i);
  return positions;
}

constexpr Positions kPositions = make_positions();

}  // namespace

std::uint32_t flat_quotes_avx512(const char* text, std::size_t size, std::uint16_t* at, std::size_t most) noexcept {
  const __m512i positions = _mm512_load_si512(kPositions.of);
  const __m512i spaces = _mm512_set1_epi8(' ');
  __mmask64 unusual = 0;
  std::size_t count = 0;
  for (std::size_t begin = 0; begin < size; begin += 64) {
    const std::size_t left = size - begin;
    const __mmask64 inside = left >= 64 ? ~__mmask64{0} : (__mmask64{1} << left) - 1;
    const __m512i block = _mm512_mask_loadu_epi8(spaces, inside, text + begin);
    unusual |= _mm512_cmpge_epu8_mask(_mm512_sub_epi8(block, spaces), _mm512_set1_epi8(0x7F - 0x20)) |
               _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8('\\'));
    const __mmask64 quotes = _mm512_cmpeq_epi8_mask(block, _mm512_set1_epi8('"'));
    const auto found = static_cast<std::size_t>(_mm_popcnt_u64(quotes));
    if (count + found > most) return kFlatUndecided;
    // The positions in the block, closed up, widened and moved to where the block begins.
    const __m512i packed = _mm512_maskz_compress_epi8(quotes, positions);
    const __m512i base = _mm512_set1_epi16(static_cast<short>(begin));
    const __m512i low = _mm512_add_epi16(_mm512_cvtepu8_epi16(_mm512_castsi512_si256(packed)), base);
    _mm512_storeu_si512(at + count, low);
    if (found > 32) {
      const __m512i high = _mm512_add_epi16(_mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(packed, 1)), base);
      _mm512_storeu_si512(at + count + 32, high);
    }
    count += found;
  }
  return unusual == 0 ? static_cast<std::uint32_t>(count) : kFlatUndecided;
}

}  // namespace assay::codec
#endif
