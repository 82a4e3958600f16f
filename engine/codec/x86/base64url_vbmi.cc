#include "codec/base64url_isa.h"

#if defined(__x86_64__)
#include <immintrin.h>

namespace assay::codec {
namespace {

// The value of each ASCII character; 0x80 if it is not in the alphabet.
struct Values {
  alignas(64) unsigned char of[128];
};

constexpr Values make_values() {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  Values values{};
  for (int c = 0; c < 128; ++c) values.of[c] = 0x80;
  for (int v = 0; v < 64; ++v) values.of[static_cast<int>(kAlphabet[v])] = static_cast<unsigned char>(v);
  return values;
}

// The source of output byte i. Three of each four bytes are kept, the highest first.
struct Packing {
  alignas(64) unsigned char from[64];
};

constexpr Packing make_packing() {
  Packing packing{};
  for (int i = 0; i < 48; ++i) packing.from[i] = static_cast<unsigned char>(i / 3 * 4 + 2 - i % 3);
  return packing;
}

constexpr Values kValues = make_values();
constexpr Packing kPacking = make_packing();

// Turns characters of the alphabet into their six bits. Of any other character, the top bit is set before or
// afterwards.
struct Decoder {
  __m512i low_values = _mm512_load_si512(kValues.of);
  __m512i high_values = _mm512_load_si512(kValues.of + 64);
  __m512i pack = _mm512_load_si512(kPacking.from);

  __attribute__((always_inline)) __m512i six_bits(__m512i c) const noexcept {
    return _mm512_permutex2var_epi8(low_values, c, high_values);
  }
  __attribute__((always_inline)) __m512i bytes(__m512i values) const noexcept {
    const __m512i twelve_bits = _mm512_maddubs_epi16(values, _mm512_set1_epi32(0x01400140));
    const __m512i groups = _mm512_madd_epi16(twelve_bits, _mm512_set1_epi32(0x00011000));
    // The mask is there because GCC 12 warns inside its own header about the form without one.
    return _mm512_maskz_permutexvar_epi8((__mmask64{1} << 48) - 1, pack, groups);
  }
};

}  // namespace

std::size_t base64url_prefix_vbmi(const char* text, std::size_t size, char* to) noexcept {
  const Decoder decoder;
  std::size_t done = 0;
  for (; size - done >= 64; done += 64, to += 48) {
    const __m512i c = _mm512_loadu_si512(text + done);
    const __m512i six_bits = decoder.six_bits(c);
    const __mmask64 bad = _mm512_movepi8_mask(_mm512_or_si512(c, six_bits));
    if (bad != 0) {
      size = done + static_cast<std::size_t>(__builtin_ctzll(bad));
      break;
    }
    _mm512_storeu_si512(to, decoder.bytes(six_bits));
  }
  if (size == done) return done;
  // The rest is less than a block. 'A' stands for 0, so it fills up the last group without a trace; characters behind a
  // foreign one become zeros too. Only the bytes that the rest decodes to are written.
  __mmask64 here = ~__mmask64{0} >> (64 - (size - done));
  const __m512i c = _mm512_mask_loadu_epi8(_mm512_set1_epi8('A'), here, text + done);
  const __m512i six_bits = decoder.six_bits(c);
  const __mmask64 bad = _mm512_movepi8_mask(_mm512_or_si512(c, six_bits));
  if (bad != 0) size = done + static_cast<std::size_t>(__builtin_ctzll(bad));
  if (size == done) return done;
  here = ~__mmask64{0} >> (64 - (size - done));
  _mm512_mask_storeu_epi8(to, (__mmask64{1} << ((size - done) * 3 / 4)) - 1,
                          decoder.bytes(_mm512_maskz_mov_epi8(here, six_bits)));
  return size;
}

}  // namespace assay::codec
#endif
