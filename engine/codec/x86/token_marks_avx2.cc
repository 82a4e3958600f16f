#include "codec/token_marks_isa.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace assay::codec {
namespace {

constexpr std::size_t kHalf = 32;
constexpr std::size_t kBlock = 2 * kHalf;

struct Tables {
  __m256i low[3], high[3];
};

__m256i both_lanes(const std::uint8_t (&table)[16]) noexcept {
  return _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(table)));
}

__m256i load(const char* from) noexcept { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)); }

__m256i high_nibbles(__m256i c) noexcept { return _mm256_and_si256(_mm256_srli_epi16(c, 4), _mm256_set1_epi8(0xF)); }

// What both tables give for each byte; zero for bytes from 0x80 on, for which a shuffle gives zero.
__m256i classes(__m256i low, __m256i high, __m256i c) noexcept {
  return _mm256_and_si256(_mm256_shuffle_epi8(low, c), _mm256_shuffle_epi8(high, high_nibbles(c)));
}

// The kinds of the marks at 32 places. Reads two bytes beyond them.
__m256i kinds_at(const Tables& tables, const char* text) noexcept {
  const __m256i first = classes(tables.low[0], tables.high[0], load(text));
  const __m256i second = classes(tables.low[1], tables.high[1], load(text + 1));
  const __m256i third = classes(tables.low[2], tables.high[2], load(text + 2));
  return _mm256_and_si256(_mm256_and_si256(first, second), third);
}

std::uint32_t zeros(__m256i bytes) noexcept {
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_setzero_si256())));
}

std::uint64_t marks_of(__m256i low, __m256i high) noexcept {
  return ~(zeros(low) | static_cast<std::uint64_t>(zeros(high)) << kHalf);
}

}  // namespace

TokenMarks token_marks_avx2(const TokenMarkTables& from_tables, const char* text, std::size_t size,
                            std::size_t from) noexcept {
  Tables tables;
  for (int i = 0; i < 3; ++i) {
    tables.low[i] = both_lanes(from_tables.low[i]);
    tables.high[i] = both_lanes(from_tables.high[i]);
  }
  std::size_t begin = from;
  for (; begin + kBlock + 2 <= size; begin += kBlock) {
    const __m256i low = kinds_at(tables, text + begin);
    const __m256i high = kinds_at(tables, text + begin + kHalf);
    const __m256i any = _mm256_or_si256(low, high);
    if (_mm256_testz_si256(any, any) == 0) return {begin, marks_of(low, high)};
  }
  // No mark has a zero byte, so there is none behind the end.
  for (; begin < size; begin += kBlock) {
    char rest[kBlock + kHalf] = {};
    for (std::size_t i = begin; i < size && i - begin < kBlock + 2; ++i) rest[i - begin] = text[i];
    const std::uint64_t bits = marks_of(kinds_at(tables, rest), kinds_at(tables, rest + kHalf));
    if (bits != 0) return {begin, bits};
  }
  return {size, 0};
}

std::size_t base64url_run_avx2(const char* text, std::size_t size) noexcept {
  const __m256i low = both_lanes(kBase64urlRows.low), high = both_lanes(kBase64urlRows.high);
  std::size_t at = 0;
  for (; at + kHalf <= size; at += kHalf) {
    const std::uint32_t others = zeros(classes(low, high, load(text + at)));
    if (others != 0) return at + static_cast<std::size_t>(__builtin_ctz(others));
  }
  return at;
}

}  // namespace assay::codec
#endif
