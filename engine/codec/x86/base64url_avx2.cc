#include "codec/base64url_isa.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace assay::codec {
namespace {

// What is looked up by the halves of a character (W. Muła and D. Lemire, "Faster Base64 Encoding and Decoding Using
// AVX2 Instructions", ACM TWEB 2018), for the alphabet of RFC 4648 §5.
//
// A row is the upper half. Each kind of row has a bit: `row` says which, `column` says for each lower half in which
// kinds of row no character of the alphabet stands. So a character is foreign if the two have a bit in common. Rows 4
// and 6 have holes in the same column, and rows 0, 1 and 8 to 15 are foreign in every column.
struct Tables {
  alignas(16) unsigned char column[16];
  alignas(16) unsigned char row[16];
  // What is added to a character to make its six bits, by the row. '_' is the exception in its row and has index 8.
  alignas(16) unsigned char shift[16];
};

constexpr int kRowOfUnderscore = 5, kShiftOfUnderscore = 8;

constexpr bool is_in_alphabet(int c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

constexpr Tables make_tables() {
  constexpr unsigned char kForeignRow = 0x20;
  Tables tables{};
  for (int row = 0; row < 16; ++row) tables.row[row] = kForeignRow;
  constexpr int kRows[] = {2, 3, 4, 5, 6, 7}, kBits[] = {0x01, 0x02, 0x04, 0x08, 0x04, 0x10};
  for (int column = 0; column < 16; ++column) tables.column[column] = kForeignRow;
  for (int i = 0; i < 6; ++i) {
    tables.row[kRows[i]] = static_cast<unsigned char>(kBits[i]);
    for (int column = 0; column < 16; ++column) {
      if (is_in_alphabet(16 * kRows[i] + column)) continue;
      tables.column[column] = static_cast<unsigned char>(tables.column[column] | kBits[i]);
    }
  }
  tables.shift[2] = static_cast<unsigned char>(62 - '-');
  tables.shift[3] = static_cast<unsigned char>(52 - '0');
  tables.shift[4] = tables.shift[5] = static_cast<unsigned char>(0 - 'A');
  tables.shift[6] = tables.shift[7] = static_cast<unsigned char>(26 - 'a');
  tables.shift[kShiftOfUnderscore] = static_cast<unsigned char>(63 - '_');
  return tables;
}

constexpr Tables kTables = make_tables();

__m256i load(const char* from) noexcept { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)); }
void store(char* to, __m256i bytes) noexcept { _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), bytes); }
__m256i in_both_halves(const unsigned char* table) noexcept {
  return _mm256_broadcastsi128_si256(_mm_load_si128(reinterpret_cast<const __m128i*>(table)));
}

struct Decoder {
  __m256i column = in_both_halves(kTables.column);
  __m256i row = in_both_halves(kTables.row);
  __m256i shift = in_both_halves(kTables.shift);
  // In each 128-bit half the four 24-bit groups, first byte highest, become 12 bytes; then the halves join.
  __m256i pack = _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1, 2, 1, 0, 6, 5, 4, 10, 9, 8,
                                  14, 13, 12, -1, -1, -1, -1);
  __m256i join = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7);

  // Returns the six bits of each character. `foreign` is not zero in each byte whose character is not in the alphabet;
  // the six bits there mean nothing and may be eight.
  __attribute__((always_inline)) __m256i six_bits(__m256i c, __m256i& foreign) const noexcept {
    const __m256i half = _mm256_set1_epi8(0x0F);
    const __m256i upper = _mm256_and_si256(_mm256_srli_epi32(c, 4), half);
    const __m256i lower = _mm256_and_si256(c, half);
    foreign = _mm256_and_si256(_mm256_shuffle_epi8(column, lower), _mm256_shuffle_epi8(row, upper));
    const __m256i underscore = _mm256_and_si256(_mm256_cmpeq_epi8(c, _mm256_set1_epi8('_')),
                                                _mm256_set1_epi8(kShiftOfUnderscore - kRowOfUnderscore));
    return _mm256_add_epi8(c, _mm256_shuffle_epi8(shift, _mm256_add_epi8(upper, underscore)));
  }
  // 24 bytes; the last 8 mean nothing.
  __attribute__((always_inline)) __m256i bytes(__m256i six_bits) const noexcept {
    const __m256i twelve_bits = _mm256_maddubs_epi16(six_bits, _mm256_set1_epi32(0x01400140));
    const __m256i groups = _mm256_madd_epi16(twelve_bits, _mm256_set1_epi32(0x00011000));
    return _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(groups, pack), join);
  }
};

// Loads 32 bytes, of which the first `left` mean something. The others are read too if they lie in the same page, where
// no read fails, and what they hold does not count. Sanitizers do not know that, so the load stands here and not in
// load(), which they check.
__attribute__((no_sanitize("address", "thread"))) inline __m256i load_part(const char* text,
                                                                           std::size_t left) noexcept {
  constexpr std::uintptr_t kPage = 4096;
  if (left >= 32 || reinterpret_cast<std::uintptr_t>(text) % kPage <= kPage - 32) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text));
  }
  alignas(32) char copy[32] = {};
  std::memcpy(copy, text, left);
  return load(copy);
}

}  // namespace

std::size_t base64url_prefix_avx2(const char* text, std::size_t size, char* to) noexcept {
  const Decoder decoder;
  std::size_t done = 0;
  for (; size - done >= 64; done += 64, to += 48) {
    __m256i foreign, foreign_too;
    const __m256i first = decoder.six_bits(load(text + done), foreign);
    const __m256i second = decoder.six_bits(load(text + done + 32), foreign_too);
    foreign = _mm256_or_si256(foreign, foreign_too);
    if (!_mm256_testz_si256(foreign, foreign)) break;
    store(to, decoder.bytes(first));
    store(to + 24, decoder.bytes(second));
  }
  // At most 63 characters are left, or one of the next 64 is foreign.
  while (done < size) {
    const std::size_t left = size - done;
    __m256i foreign;
    const __m256i six_bits = decoder.six_bits(load_part(text + done, left), foreign);
    // A foreign character may share a group of 24 bits with the last good ones, and must not carry into their bits.
    store(to, decoder.bytes(_mm256_and_si256(six_bits, _mm256_set1_epi8(0x3F))));
    std::uint32_t end =
        ~static_cast<std::uint32_t>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(foreign, _mm256_setzero_si256())));
    if (left < 32) end |= ~std::uint32_t{0} << left;
    if (end != 0) return done + static_cast<std::size_t>(__builtin_ctz(end));
    done += 32;
    to += 24;
  }
  return done;
}

}  // namespace assay::codec
#endif
