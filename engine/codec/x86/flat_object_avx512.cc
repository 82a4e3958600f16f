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

// Writes the positions of the quotes of a block that begins at `begin`, up to 64 of them: packed together, widened, and
// counted from the beginning of the text.
inline void write_positions(__mmask64 quotes, std::size_t found, std::size_t begin, std::uint16_t* to) noexcept {
  const __m512i packed = _mm512_maskz_compress_epi8(quotes, _mm512_load_si512(kPositions.of));
  const __m256i base = _mm256_set1_epi16(static_cast<short>(begin));
  const __m256i first = _mm256_cvtepu8_epi16(_mm512_castsi512_si128(packed));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), _mm256_add_epi16(first, base));
  if (found <= 16) return;
  const __m512i all_base = _mm512_set1_epi16(static_cast<short>(begin));
  const __m512i low = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(packed));
  const __m512i high =
      _mm512_maskz_cvtepu8_epi16(~__mmask32{0}, _mm512_castsi512_si256(_mm512_shuffle_i64x2(packed, packed, 0xEE)));
  _mm512_storeu_si512(to, _mm512_add_epi16(low, all_base));
  _mm512_storeu_si512(to + 32, _mm512_add_epi16(high, all_base));
}

}  // namespace

std::uint32_t flat_quotes_avx512(const char* text, std::size_t size, std::uint16_t* at) noexcept {
  const __m512i low_classes = _mm512_load_si512(kClasses.of);
  const __m512i high_classes = _mm512_load_si512(kClasses.of + 64);
  // A byte's high bit is set once an unusual character or one beyond ASCII is seen.
  __m512i seen = _mm512_setzero_si512();
  const auto classes_of = [&](__m512i block) __attribute__((always_inline)) {
    const __m512i classes = _mm512_permutex2var_epi8(low_classes, block, high_classes);
    seen = _mm512_ternarylogic_epi64(seen, classes, block, 0xFE);  // or of the three
    return classes;
  };
  const auto quotes_in = [](__m512i classes) __attribute__((always_inline)) {
    return _mm512_test_epi8_mask(classes, _mm512_set1_epi8(kQuote));
  };
  std::size_t count = 0, begin = 0;
  // Returns false if there are too many quotes.
  const auto write = [&](__mmask64 quotes, std::size_t of_block) __attribute__((always_inline)) {
    const auto found = static_cast<std::size_t>(_mm_popcnt_u64(quotes));
    if (count + found > kFlatMostQuotes) return false;
    write_positions(quotes, found, of_block, at + count);
    count += found;
    return true;
  };
  // Two blocks at a time: within a token there is no quote in either.
  for (; begin + 128 <= size; begin += 128) {
    const __m512i first = classes_of(_mm512_loadu_si512(text + begin));
    const __m512i second = classes_of(_mm512_loadu_si512(text + begin + 64));
    if (quotes_in(_mm512_or_si512(first, second)) == 0) continue;
    if (!write(quotes_in(first), begin) || !write(quotes_in(second), begin + 64)) return kFlatUndecided;
  }
  for (; begin < size; begin += 64) {
    const std::size_t left = size - begin;
    const __mmask64 inside = left >= 64 ? ~__mmask64{0} : (__mmask64{1} << left) - 1;
    const __m512i block = _mm512_mask_loadu_epi8(_mm512_set1_epi8(' '), inside, text + begin);
    if (!write(quotes_in(classes_of(block)), begin)) return kFlatUndecided;
  }
  return _mm512_movepi8_mask(seen) == 0 ? static_cast<std::uint32_t>(count) : kFlatUndecided;
}

}  // namespace assay::codec
#endif
