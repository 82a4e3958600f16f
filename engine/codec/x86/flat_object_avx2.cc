#include "codec/flat_object_isa.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include "codec/escaped_bits.h"

namespace assay::codec {
namespace {

__m256i load(const char* from) noexcept { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)); }
std::uint32_t mask_of(__m256i bytes) noexcept { return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes)); }

// What no plain text holds: backslashes and bytes outside U+0020 to U+007E.
class Unusual {
 public:
  void look_at(__m256i c) noexcept {
    // One more than a byte from U+0020 to U+007E is 0x21 to 0x7F; than any other, it is less or negative.
    least_ = _mm256_min_epi8(least_, _mm256_add_epi8(c, _mm256_set1_epi8(1)));
    backslash_ = _mm256_or_si256(backslash_, _mm256_cmpeq_epi8(c, _mm256_set1_epi8('\\')));
  }
  // The bits of the bytes of a register at whose places something was seen.
  std::uint32_t seen() const noexcept {
    return mask_of(_mm256_or_si256(backslash_, _mm256_cmpgt_epi8(_mm256_set1_epi8(0x21), least_)));
  }

 private:
  __m256i least_ = _mm256_set1_epi8(0x7F);
  __m256i backslash_ = _mm256_setzero_si256();
};

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

std::uint64_t mask_of(__m256i low, __m256i high) noexcept {
  return mask_of(low) | static_cast<std::uint64_t>(mask_of(high)) << 32;
}

// Returns all ones in each byte below 0x20.
__m256i control_in(__m256i c) noexcept { return _mm256_cmpeq_epi8(_mm256_min_epu8(c, _mm256_set1_epi8(0x1F)), c); }

}  // namespace

std::uint32_t flat_any_quotes_avx2(const char* text, std::size_t size, std::uint16_t* at,
                                   FlatContent& content) noexcept {
  const __m256i quote = _mm256_set1_epi8('"'), backslash = _mm256_set1_epi8('\\');
  std::uint64_t beyond_ascii = 0, any_backslash = 0;
  std::size_t count = 0;
  bool first_is_escaped = false;
  for (std::size_t begin = 0; begin < size; begin += 64) {
    const __m256i low = load(text + begin), high = load(text + begin + 32);
    const std::uint64_t inside = size - begin >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << (size - begin)) - 1;
    const std::uint64_t backslashes =
        mask_of(_mm256_cmpeq_epi8(low, backslash), _mm256_cmpeq_epi8(high, backslash)) & inside;
    std::uint64_t quotes = mask_of(_mm256_cmpeq_epi8(low, quote), _mm256_cmpeq_epi8(high, quote)) & inside;
    if ((backslashes | (first_is_escaped ? 1 : 0)) != 0) quotes &= ~escaped_in(backslashes, first_is_escaped);
    any_backslash |= backslashes;
    const std::uint64_t control = mask_of(control_in(low), control_in(high)) & inside;
    beyond_ascii |= mask_of(low, high) & inside;
    if (control != 0) return kFlatUndecided;
    if (quotes == 0) continue;
    count += write_positions(static_cast<std::uint32_t>(quotes), begin, at + count);
    count += write_positions(static_cast<std::uint32_t>(quotes >> 32), begin + 32, at + count);
    if (count > kFlatMostQuotes) return kFlatUndecided;
  }
  content = {any_backslash != 0, beyond_ascii != 0};
  return static_cast<std::uint32_t>(count);
}

std::uint32_t flat_quotes_avx2(const char* text, std::size_t size, std::uint16_t* at) noexcept {
  const __m256i quote = _mm256_set1_epi8('"');
  Unusual unusual;
  std::size_t count = 0, begin = 0;
  // Each half of a block has its own bits, because in one chain of bits each position waits for the one before it.
  for (; begin + 64 <= size; begin += 64) {
    const __m256i low = load(text + begin), high = load(text + begin + 32);
    unusual.look_at(low);
    unusual.look_at(high);
    const std::uint32_t low_quotes = mask_of(_mm256_cmpeq_epi8(low, quote));
    const std::uint32_t high_quotes = mask_of(_mm256_cmpeq_epi8(high, quote));
    if ((low_quotes | high_quotes) == 0) continue;  // within a token
    count += write_positions(low_quotes, begin, at + count);
    count += write_positions(high_quotes, begin + 32, at + count);
    if (count > kFlatMostQuotes) return kFlatUndecided;
  }
  std::uint32_t unusual_bits = unusual.seen();
  for (; begin < size; begin += 32) {
    const std::uint32_t inside = size - begin >= 32 ? ~std::uint32_t{0} : (std::uint32_t{1} << (size - begin)) - 1;
    const __m256i c = load(text + begin);
    Unusual in_rest;
    in_rest.look_at(c);
    unusual_bits |= in_rest.seen() & inside;
    count += write_positions(mask_of(_mm256_cmpeq_epi8(c, quote)) & inside, begin, at + count);
  }
  return unusual_bits == 0 && count <= kFlatMostQuotes ? static_cast<std::uint32_t>(count) : kFlatUndecided;
}

}  // namespace assay::codec
#endif
