#include "codec/flat_object_isa.h"

#if defined(__x86_64__)
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"  // GCC bug 105593: false alarms in the intrinsics themselves
#endif
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

// The class of each ASCII character.
constexpr unsigned char kQuote = 1, kUnusual = 0x80;
struct Classes {
  alignas(64) unsigned char of[128];
};

constexpr Classes make_classes() {
  Classes classes{};
  for (int c = 0; c < 0x20; ++c) classes.of[c] = kUnusual;
  classes.of[static_cast<int>('\\')] = kUnusual;
  classes.of[0x7F] = kUnusual;
  classes.of[static_cast<int>('"')] = kQuote;
  return classes;
}

constexpr Positions kPositions = make_positions();
constexpr Classes kClasses = make_classes();

}  // namespace

std::uint32_t flat_quotes_avx512(const char* text, std::size_t size, std::uint16_t* at) noexcept {
  const __m512i positions = _mm512_load_si512(kPositions.of);
  const __m512i low_classes = _mm512_load_si512(kClasses.of);
  const __m512i high_classes = _mm512_load_si512(kClasses.of + 64);
  __m512i seen =
      _mm512_setzero_si512();  // a byte's high bit is set once an unusual character or one beyond ASCII is seen
  std::size_t count = 0;
  for (std::size_t begin = 0; begin < size; begin += 64) {
    const std::size_t left = size - begin;
    const __mmask64 inside = left >= 64 ? ~__mmask64{0} : (__mmask64{1} << left) - 1;
    const __m512i block = _mm512_mask_loadu_epi8(_mm512_set1_epi8(' '), inside, text + begin);
    const __m512i classes = _mm512_permutex2var_epi8(low_classes, block, high_classes);
    seen = _mm512_ternarylogic_epi64(seen, classes, block, 0xFE);  // or of the three
    const __mmask64 quotes = _mm512_test_epi8_mask(classes, _mm512_set1_epi8(kQuote));
    const auto found = static_cast<std::size_t>(_mm_popcnt_u64(quotes));
    if (count + found > kFlatMostQuotes) return kFlatUndecided;
    // The positions of the quotes in the block, packed together, widened, and counted from the beginning of the text.
    const __m512i packed = _mm512_maskz_compress_epi8(quotes, positions);
    const __m256i base = _mm256_set1_epi16(static_cast<short>(begin));
    const __m256i first = _mm256_cvtepu8_epi16(_mm512_castsi512_si128(packed));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(at + count), _mm256_add_epi16(first, base));
    if (found > 16) {
      const __m512i all_base = _mm512_set1_epi16(static_cast<short>(begin));
      const __m512i low = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(packed));
      const __m512i high =
          _mm512_maskz_cvtepu8_epi16(~__mmask32{0}, _mm512_castsi512_si256(_mm512_shuffle_i64x2(packed, packed, 0xEE)));
      _mm512_storeu_si512(at + count, _mm512_add_epi16(low, all_base));
      _mm512_storeu_si512(at + count + 32, _mm512_add_epi16(high, all_base));
    }
    count += found;
  }
  return _mm512_movepi8_mask(seen) == 0 ? static_cast<std::uint32_t>(count) : kFlatUndecided;
}

}  // namespace assay::codec
#endif
