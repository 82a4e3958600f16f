#include "codec/flat_object_isa.h"

#if defined(__aarch64__)
#include <arm_neon.h>

#include "codec/escaped_bits.h"

namespace assay::codec {
namespace {

constexpr std::size_t kBlock = 64;

struct Block {
  uint8x16_t part[4];
};

Block load(const char* text) noexcept {
  const auto* const from = reinterpret_cast<const std::uint8_t*>(text);
  return {{vld1q_u8(from), vld1q_u8(from + 16), vld1q_u8(from + 32), vld1q_u8(from + 48)}};
}

// Returns a bit for each byte; a byte is all ones or zero.
std::uint64_t mask_of(const Block& block) noexcept {
  constexpr std::uint8_t kBits[16] = {1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128};
  const uint8x16_t bits = vld1q_u8(kBits);
  const uint8x16_t low = vpaddq_u8(vandq_u8(block.part[0], bits), vandq_u8(block.part[1], bits));
  const uint8x16_t high = vpaddq_u8(vandq_u8(block.part[2], bits), vandq_u8(block.part[3], bits));
  const uint8x16_t sums = vpaddq_u8(low, high);
  return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(sums, sums)), 0);
}

template <class Function>
Block each(const Block& block, Function function) noexcept {
  return {{function(block.part[0]), function(block.part[1]), function(block.part[2]), function(block.part[3])}};
}

Block equal(const Block& block, char c) noexcept {
  const uint8x16_t wanted = vdupq_n_u8(static_cast<std::uint8_t>(c));
  return each(block, [wanted](uint8x16_t part) { return vceqq_u8(part, wanted); });
}

// All ones in each byte that no plain text holds: backslashes and bytes outside U+0020 to U+007E.
uint8x16_t unusual_in(uint8x16_t c) noexcept {
  // Less 0x20, a byte from U+0020 to U+007E is at most 0x5E, and any other is more.
  const uint8x16_t outside = vcgtq_u8(vsubq_u8(c, vdupq_n_u8(0x20)), vdupq_n_u8(0x7E - 0x20));
  return vorrq_u8(outside, vceqq_u8(c, vdupq_n_u8('\\')));
}

// The bits of the bytes of the block at `begin` that belong to the text.
std::uint64_t inside_of(std::size_t size, std::size_t begin) noexcept {
  return size - begin >= kBlock ? ~std::uint64_t{0} : (std::uint64_t{1} << (size - begin)) - 1;
}

// Writes `base` plus the position of each bit, four at a time, whether there are as many or not. Writes at most 64
// positions; those beyond the number of bits, which is returned, mean nothing.
std::size_t write_positions(std::uint64_t bits, std::size_t base, std::uint16_t* to) noexcept {
  const auto count = static_cast<std::size_t>(__builtin_popcountll(bits));
  while (bits != 0) {
    for (int i = 0; i < 4; ++i) {
      // The highest bit stands for no bit, because the builtin does not know zero.
      to[i] =
          static_cast<std::uint16_t>(base + static_cast<std::size_t>(__builtin_ctzll(bits | std::uint64_t{1} << 63)));
      bits &= bits - 1;
    }
    to += 4;
  }
  return count;
}

}  // namespace

std::uint32_t flat_quotes_neon(const char* text, std::size_t size, std::uint16_t* at) noexcept {
  uint8x16_t unusual = vdupq_n_u8(0);
  std::size_t count = 0, begin = 0;
  for (; begin + kBlock <= size; begin += kBlock) {
    const Block block = load(text + begin);
    for (const uint8x16_t part : block.part) unusual = vorrq_u8(unusual, unusual_in(part));
    count += write_positions(mask_of(equal(block, '"')), begin, at + count);
    if (count > kFlatMostQuotes) return kFlatUndecided;
  }
  bool plain = vmaxvq_u8(unusual) == 0;
  if (begin < size) {
    const Block block = load(text + begin);
    const std::uint64_t inside = inside_of(size, begin);
    plain = plain && (mask_of(each(block, unusual_in)) & inside) == 0;
    count += write_positions(mask_of(equal(block, '"')) & inside, begin, at + count);
  }
  return plain && count <= kFlatMostQuotes ? static_cast<std::uint32_t>(count) : kFlatUndecided;
}

std::uint32_t flat_any_quotes_neon(const char* text, std::size_t size, std::uint16_t* at,
                                   FlatContent& content) noexcept {
  std::uint64_t beyond_ascii = 0, any_backslash = 0;
  std::size_t count = 0;
  bool first_is_escaped = false;
  for (std::size_t begin = 0; begin < size; begin += kBlock) {
    const Block block = load(text + begin);
    const std::uint64_t inside = inside_of(size, begin);
    const std::uint64_t backslashes = mask_of(equal(block, '\\')) & inside;
    std::uint64_t quotes = mask_of(equal(block, '"')) & inside;
    if ((backslashes | (first_is_escaped ? 1 : 0)) != 0) quotes &= ~escaped_in(backslashes, first_is_escaped);
    any_backslash |= backslashes;
    const Block control = each(block, [](uint8x16_t part) { return vcltq_u8(part, vdupq_n_u8(0x20)); });
    const Block beyond = each(block, [](uint8x16_t part) { return vcgeq_u8(part, vdupq_n_u8(0x80)); });
    beyond_ascii |= mask_of(beyond) & inside;
    if ((mask_of(control) & inside) != 0) return kFlatUndecided;
    count += write_positions(quotes, begin, at + count);
    if (count > kFlatMostQuotes) return kFlatUndecided;
  }
  content = {any_backslash != 0, beyond_ascii != 0};
  return static_cast<std::uint32_t>(count);
}

}  // namespace assay::codec
#endif
