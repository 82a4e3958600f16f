#include "codec/base64url_isa.h"

#if defined(__aarch64__)
#include <arm_neon.h>

#include <cstdint>
#include <cstring>

namespace assay::codec {
namespace {

// The six bits of each ASCII character, or kForeign.
constexpr std::uint8_t kForeign = 0x80;

struct Values {
  std::uint8_t of[128];
};

constexpr Values make_values() {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  Values values{};
  for (std::uint8_t& value : values.of) value = kForeign;
  for (std::uint8_t v = 0; v < 64; ++v) values.of[static_cast<unsigned char>(kAlphabet[v])] = v;
  return values;
}

constexpr Values kValues = make_values();

uint8x16x4_t load_table(const std::uint8_t* from) noexcept {
  return {{vld1q_u8(from), vld1q_u8(from + 16), vld1q_u8(from + 32), vld1q_u8(from + 48)}};
}

struct Decoder {
  uint8x16x4_t lower = load_table(kValues.of);
  uint8x16x4_t upper = load_table(kValues.of + 64);

  // Returns the six bits of each character. The highest bit is set for a character that is not in the alphabet.
  uint8x16_t six_bits(uint8x16_t c) const noexcept {
    // Each lookup leaves what lies beyond its table as it is.
    const uint8x16_t of_lower = vqtbx4q_u8(vdupq_n_u8(kForeign), lower, c);
    return vqtbx4q_u8(of_lower, upper, veorq_u8(c, vdupq_n_u8(0x40)));
  }
};

// 16 characters as 12 bytes; the last 4 bytes are zero. Each is below 64.
uint8x16_t twelve_bytes(uint8x16_t six_bits) noexcept {
  const uint16x8_t pairs = vreinterpretq_u16_u8(six_bits);
  // The first character of each pair is in the lower byte: 12 bits, and above them what the mask takes away.
  const uint32x4_t twelves =
      vreinterpretq_u32_u16(vandq_u16(vsliq_n_u16(vshrq_n_u16(pairs, 8), pairs, 6), vdupq_n_u16(0x0FFF)));
  const uint8x16_t groups = vreinterpretq_u8_u32(vsliq_n_u32(vshrq_n_u32(twelves, 16), twelves, 12));
  // The highest of the three bytes of a group is the first.
  constexpr std::uint8_t kOrder[16] = {2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, 0xFF, 0xFF, 0xFF, 0xFF};
  return vqtbl1q_u8(groups, vld1q_u8(kOrder));
}

// Returns the number of the first byte whose highest bit is set, or 16.
std::size_t first_foreign(uint8x16_t six_bits) noexcept {
  const uint8x16_t foreign = vcltzq_s8(vreinterpretq_s8_u8(six_bits));
  // Four bits of each byte.
  const std::uint64_t bits = vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(foreign), 4)), 0);
  return bits == 0 ? 16 : static_cast<std::size_t>(__builtin_ctzll(bits)) / 4;
}

// The last `left` of `size` characters, fewer than 16, and zeros behind them. Reads nothing outside of the text.
uint8x16_t load_last(const char* text, std::size_t size, std::size_t left) noexcept {
  alignas(16) std::uint8_t last[16] = {};
  if (size < 16) {
    std::memcpy(last, text + size - left, left);
    return vld1q_u8(last);
  }
  constexpr std::uint8_t kPlaces[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const uint8x16_t from = vaddq_u8(vld1q_u8(kPlaces), vdupq_n_u8(static_cast<std::uint8_t>(16 - left)));
  return vqtbl1q_u8(vld1q_u8(reinterpret_cast<const std::uint8_t*>(text + size - 16)), from);
}

}  // namespace

std::size_t base64url_prefix_neon(const char* text, std::size_t size, char* to) noexcept {
  const Decoder decoder;
  const auto* const from = reinterpret_cast<const std::uint8_t*>(text);
  std::size_t done = 0;
  for (; size - done >= 64; done += 64, to += 48) {
    const uint8x16x4_t c = vld4q_u8(from + done);  // the first characters of 16 groups, the second ones, ...
    const uint8x16_t first = decoder.six_bits(c.val[0]), second = decoder.six_bits(c.val[1]);
    const uint8x16_t third = decoder.six_bits(c.val[2]), fourth = decoder.six_bits(c.val[3]);
    if (vmaxvq_u8(vorrq_u8(vorrq_u8(first, second), vorrq_u8(third, fourth))) >= kForeign) break;
    const uint8x16x3_t bytes = {{vsliq_n_u8(vshrq_n_u8(second, 4), first, 2),
                                 vsliq_n_u8(vshrq_n_u8(third, 2), second, 4), vsliq_n_u8(fourth, third, 6)}};
    vst3q_u8(reinterpret_cast<std::uint8_t*>(to), bytes);
  }
  // At most 63 characters are left, or one of the next 64 is foreign.
  while (done < size) {
    const std::size_t left = size - done;
    const uint8x16_t six_bits = decoder.six_bits(left >= 16 ? vld1q_u8(from + done) : load_last(text, size, left));
    // A foreign character may share a group of 24 bits with the last good ones, and must not carry into their bits.
    const uint8x16_t bytes = twelve_bytes(vandq_u8(six_bits, vdupq_n_u8(0x3F)));
    vst1q_u8(reinterpret_cast<std::uint8_t*>(to), bytes);
    const std::size_t good = first_foreign(six_bits);  // the zeros behind the text are foreign
    if (good < 16) return done + good;
    done += 16;
    to += 12;
  }
  return done;
}

}  // namespace assay::codec
#endif
