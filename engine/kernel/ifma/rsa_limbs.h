// Eight large numbers side by side: big-endian bytes to limbs and back.
//
// A number of `limbs` limbs of 52 bits is an array of vectors, least limb first; lane l of each belongs to number l.
// Bytes and limbs meet in pieces of eight limbs, 52 bytes: one byte permutation a lane and a transposition of 8 x 8
// words, so a conversion costs less than 1 % of an RSA operation. Arrays have room for a whole number of pieces.
// A number's bytes must fill its last piece at least in part, as 256, 384 and 512 bytes do those of 40, 60 and 80
// limbs.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/ifma/vector.h"

namespace assay::kernel::ifma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

constexpr std::size_t kPieceLimbs = 8;
constexpr std::size_t kPieceBytes = 52;

struct alignas(64) ByteTable {
  unsigned char at[64];
};

// The places of limb q's bytes in a piece, least byte first: they begin at byte floor(6.5 q).
constexpr ByteTable kSpread = [] {
  ByteTable table{};
  for (unsigned i = 0; i < 64; ++i) table.at[i] = static_cast<unsigned char>(13 * (i / 8) / 2 + i % 8);
  return table;
}();

// The way back: byte k of a piece, taken from two limbs in 16 bytes, seven bytes of the even one, six of the odd one.
constexpr ByteTable kPack = [] {
  ByteTable table{};
  for (unsigned k = 0; k < kPieceBytes; ++k)
    table.at[k] = static_cast<unsigned char>(16 * (k / 13) + k % 13 + (k % 13 >= 7 ? 2 : 0));
  return table;
}();

// Byte 6 of 16 is shared: the odd limb's lowest bits go above the even limb's highest. 0x80 makes a zero.
constexpr ByteTable kShare = [] {
  ByteTable table{};
  for (unsigned i = 0; i < 64; ++i) table.at[i] = i % 16 == 6 ? 8 : 0x80;
  return table;
}();

inline Vector load_table(const ByteTable& table) noexcept { return _mm512_load_si512(table.at); }
inline Vector odd_limbs_by_4() noexcept { return _mm512_set_epi64(4, 0, 4, 0, 4, 0, 4, 0); }

// Loads the limbs of the piece whose least byte is number[end - 1]. Limbs beyond number[0] are zero.
inline Vector load_piece(const unsigned char* number, std::size_t end) noexcept {
  const std::size_t size = end < 64 ? end : 64;
  const Vector bytes = _mm512_maskz_loadu_epi8(first_bytes(size), number + (end - size));
  // Byte k of the piece lies at size - 1 - k. Beyond number[0] that wraps around to a byte that the mask made zero:
  // k <= 52, so it is at least size + 11.
  const Vector spread = _mm512_permutexvar_epi8(backwards(size - 1, load_table(kSpread)), bytes);
  return _mm512_and_si512(_mm512_srlv_epi64(spread, odd_limbs_by_4()), broadcast(kLimbMask));
}

// Stores the limbs of a piece. Bytes beyond number[0] are dropped.
inline void store_piece(Vector limbs, unsigned char* number, std::size_t end) noexcept {
  const Vector shifted = _mm512_sllv_epi64(limbs, odd_limbs_by_4());
  const Vector joined = _mm512_or_si512(shifted, _mm512_shuffle_epi8(shifted, load_table(kShare)));
  const Vector packed = _mm512_permutexvar_epi8(load_table(kPack), joined);
  const std::size_t size = end < kPieceBytes ? end : kPieceBytes;
  const Vector bytes = _mm512_permutexvar_epi8(backwards(size - 1, ascending()), packed);
  _mm512_mask_storeu_epi8(number + (end - size), first_bytes(size), bytes);
}

// Loads one number a lane, `bytes` long.
inline void load_bytes(Vector* numbers, const unsigned char* const (&sources)[kLanes], std::size_t limbs,
                       std::size_t bytes) noexcept {
  for (std::size_t done = 0; done < limbs; done += kPieceLimbs) {
    Vector rows[kLanes];
    for (int lane = 0; lane < kLanes; ++lane)
      rows[lane] = load_piece(sources[lane], bytes - done / kPieceLimbs * kPieceBytes);
    transpose(rows);
    for (int i = 0; i < kLanes; ++i) numbers[done + static_cast<std::size_t>(i)] = rows[i];
  }
}

// Loads one number a lane, already in limbs.
inline void load_limbs(Vector* numbers, const std::uint64_t* const (&sources)[kLanes], std::size_t limbs) noexcept {
  for (std::size_t done = 0; done < limbs; done += kPieceLimbs) {
    Vector rows[kLanes];
    for (int lane = 0; lane < kLanes; ++lane) rows[lane] = _mm512_loadu_si512(sources[lane] + done);
    transpose(rows);
    for (int i = 0; i < kLanes; ++i) numbers[done + static_cast<std::size_t>(i)] = rows[i];
  }
}

// Stores one number a lane. A lane whose target is null is dropped.
inline void store_bytes(const Vector* numbers, unsigned char* const (&targets)[kLanes], std::size_t limbs,
                        std::size_t bytes) noexcept {
  for (std::size_t done = 0; done < limbs; done += kPieceLimbs) {
    Vector rows[kLanes];
    for (std::size_t i = 0; i < kPieceLimbs; ++i) rows[i] = done + i < limbs ? numbers[done + i] : zero();
    transpose(rows);
    for (int lane = 0; lane < kLanes; ++lane) {
      if (targets[lane] != nullptr) store_piece(rows[lane], targets[lane], bytes - done / kPieceLimbs * kPieceBytes);
    }
  }
}

// Computes difference = a - b modulo 2^(52 limbs) and returns the lanes in which a < b. Limbs of a and b are below
// 2^52.
inline LaneMask subtract(Vector* difference, const Vector* a, const Vector* b, std::size_t limbs) noexcept {
  Vector borrow = zero();  // 0 or -1
  for (std::size_t i = 0; i < limbs; ++i) {
    const Vector limb = _mm512_add_epi64(_mm512_sub_epi64(a[i], b[i]), borrow);
    borrow = _mm512_srai_epi64(limb, 63);
    difference[i] = _mm512_and_si512(limb, broadcast(kLimbMask));
  }
  return _mm512_movepi64_mask(borrow);
}

}  // namespace
}  // namespace assay::kernel::ifma
