#include "codec/token_marks_isa.h"

#if defined(__aarch64__)
#include <arm_neon.h>

namespace assay::codec {
namespace {

constexpr std::size_t kPart = 16;
constexpr std::size_t kBlock = 4 * kPart;

struct Tables {
  uint8x16_t low[3], high[3];
};

uint8x16_t load(const char* from) noexcept { return vld1q_u8(reinterpret_cast<const std::uint8_t*>(from)); }

// What both tables give for each byte.
uint8x16_t classes(uint8x16_t low, uint8x16_t high, uint8x16_t c) noexcept {
  return vandq_u8(vqtbl1q_u8(low, vandq_u8(c, vdupq_n_u8(0xF))), vqtbl1q_u8(high, vshrq_n_u8(c, 4)));
}

// The kinds of the marks at 16 places. Reads two bytes beyond them.
uint8x16_t kinds_at(const Tables& tables, const char* text) noexcept {
  const uint8x16_t first = classes(tables.low[0], tables.high[0], load(text));
  const uint8x16_t second = classes(tables.low[1], tables.high[1], load(text + 1));
  const uint8x16_t third = classes(tables.low[2], tables.high[2], load(text + 2));
  return vandq_u8(vandq_u8(first, second), third);
}

struct Kinds {
  uint8x16_t part[4];

  Kinds(const Tables& tables, const char* text) noexcept
      : part{kinds_at(tables, text), kinds_at(tables, text + kPart), kinds_at(tables, text + 2 * kPart),
             kinds_at(tables, text + 3 * kPart)} {}
  bool any() const noexcept { return vmaxvq_u8(vorrq_u8(vorrq_u8(part[0], part[1]), vorrq_u8(part[2], part[3]))) != 0; }
  // A bit for each byte that is not zero.
  std::uint64_t marks() const noexcept {
    constexpr std::uint8_t kBits[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
    const uint8x16_t bits = vld1q_u8(kBits);
    uint8x16_t found[4];
    for (int i = 0; i < 4; ++i) found[i] = vandq_u8(vtstq_u8(part[i], part[i]), bits);
    const uint8x16_t sums = vpaddq_u8(vpaddq_u8(found[0], found[1]), vpaddq_u8(found[2], found[3]));
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sums, sums)), 0);
  }
};

}  // namespace

TokenMarks token_marks_neon(const TokenMarkTables& from_tables, const char* text, std::size_t size,
                            std::size_t from) noexcept {
  Tables tables;
  for (int i = 0; i < 3; ++i) {
    tables.low[i] = vld1q_u8(from_tables.low[i]);
    tables.high[i] = vld1q_u8(from_tables.high[i]);
  }
  std::size_t begin = from;
  for (; begin + kBlock + 2 <= size; begin += kBlock) {
    const Kinds kinds(tables, text + begin);
    if (kinds.any()) return {begin, kinds.marks()};
  }
  // No mark has a zero byte, so there is none behind the end.
  for (; begin < size; begin += kBlock) {
    char rest[kBlock + kPart] = {};
    for (std::size_t i = begin; i < size && i - begin < kBlock + 2; ++i) rest[i - begin] = text[i];
    const std::uint64_t bits = Kinds(tables, rest).marks();
    if (bits != 0) return {begin, bits};
  }
  return {size, 0};
}

std::size_t base64url_run_neon(const char* text, std::size_t size) noexcept {
  const uint8x16_t low = vld1q_u8(kBase64urlRows.low), high = vld1q_u8(kBase64urlRows.high);
  std::size_t at = 0;
  for (; at + kPart <= size; at += kPart) {
    const uint8x16_t kinds = classes(low, high, load(text + at));
    if (vminvq_u8(kinds) != 0) continue;
    // Four bits of each byte.
    const uint8x8_t others = vshrn_n_u16(vreinterpretq_u16_u8(vceqzq_u8(kinds)), 4);
    return at + static_cast<std::size_t>(__builtin_ctzll(vget_lane_u64(vreinterpret_u64_u8(others), 0))) / 4;
  }
  return at;
}

}  // namespace assay::codec
#endif
