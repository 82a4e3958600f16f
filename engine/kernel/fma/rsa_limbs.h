// Large numbers side by side, one in each lane: big-endian bytes to limbs and back.
//
// A number of `limbs` limbs of 52 bits is an array of vectors, least limb first; lane l of each belongs to number l.
// Limbs are integers here (Vector), or the same integers as doubles (Double), the form that products take.
// Bytes and limbs meet in halves of two limbs, 13 bytes, and pieces of two halves: a byte shuffle for each half, and a
// transposition of 4 x 4 words for the pieces of four lanes. A conversion costs less than 1 % of an RSA operation.
// `limbs` is a multiple of four. The bytes must reach beyond the middle of the last piece but not fill it, as 256, 384
// and 512 bytes do with 40, 60 and 80 limbs.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/fma/vector.h"

namespace assay::kernel::fma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

constexpr std::size_t kPieceLimbs = 4;
constexpr std::size_t kHalfBytes = 13;
constexpr std::size_t kPieceBytes = 2 * kHalfBytes;

// The places of the bytes of two limbs in a half, least byte first. The odd limb begins in the middle of byte 6.
[[gnu::always_inline]] inline __m128i spread_places() noexcept {
  return _mm_set_epi8(13, 12, 11, 10, 9, 8, 7, 6, 7, 6, 5, 4, 3, 2, 1, 0);
}
// The way back, greatest byte first: seven bytes of the even limb, six of the odd one. -1 makes a zero.
[[gnu::always_inline]] inline Vector pack_places() noexcept {
  return repeat(_mm_set_epi8(0, 1, 2, 3, 4, 5, 6, 9, 10, 11, 12, 13, 14, -1, -1, -1));
}
// Byte 6 is shared: the odd limb's lowest bits, in byte 8, go above the even limb's highest.
[[gnu::always_inline]] inline Vector shared_place() noexcept {
  return repeat(_mm_set_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, 8, -1, -1, -1, -1, -1, -1));
}
[[gnu::always_inline]] inline Vector odd_limbs_by_4() noexcept { return repeat(_mm_set_epi64x(4, 0)); }

// Loads the half whose least byte is number[end - 1]: a limb in each word, the odd one four bits too far up, and both
// with foreign bits above their 52. Bytes before number[0] count as zero. `end` is not 0; the number has 16 bytes or
// more.
inline __m128i load_half(const unsigned char* number, std::size_t end) noexcept {
  const std::size_t first = end < 16 ? 0 : end - 16;
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(number + first));
  // Byte k of the half lies at end - 1 - k. A place below zero makes a zero.
  const __m128i last = _mm_set1_epi8(static_cast<char>(end - 1 - first));
  return _mm_shuffle_epi8(bytes, _mm_sub_epi8(last, spread_places()));
}

// Loads both halves of the piece whose least byte is number[end - 1].
inline Quad load_piece(const unsigned char* number, std::size_t end) noexcept {
  return _mm256_set_m128i(load_half(number, end - kHalfBytes), load_half(number, end));
}
// The limbs of pieces.
inline Vector limbs_of_pieces(Vector pieces) noexcept {
  return bit_and(shift_right_each(pieces, odd_limbs_by_4()), broadcast(kLimbMask));
}
// The bytes of the limbs of pieces: the way back.
inline Vector pack_pieces(Vector limbs) noexcept {
  const Vector shifted = shift_left_each(limbs, odd_limbs_by_4());
  return shuffle_bytes(bit_or(shifted, shuffle_bytes(shifted, shared_place())), pack_places());
}

// Stores a half, and zeros in the three bytes before it. Bytes before number[0] are dropped.
inline void store_half(__m128i packed, unsigned char* number, std::size_t end) noexcept {
  if (end >= 16) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(number + (end - 16)), packed);
    return;
  }
  alignas(16) unsigned char bytes[16];
  _mm_store_si128(reinterpret_cast<__m128i*>(bytes), packed);
  for (std::size_t i = 0; i < end; ++i) number[i] = bytes[16 - end + i];
}

// Stores a packed piece. Pieces are stored from the least on, since each reaches three bytes into the next.
inline void store_piece(Quad packed, unsigned char* number, std::size_t end) noexcept {
  store_half(_mm256_castsi256_si128(packed), number, end);
  store_half(_mm256_extracti128_si256(packed, 1), number, end - kHalfBytes);
}

// Loads one number a lane, `bytes` long.
inline void load_bytes(Vector* numbers, const unsigned char* const (&sources)[kLanes], std::size_t limbs,
                       std::size_t bytes) noexcept {
  for (std::size_t done = 0; done < limbs; done += kPieceLimbs) {
    Vector rows[kPieceLimbs];
    load_rows(
        rows, [&](int lane) __attribute__((always_inline)) {
          return load_piece(sources[lane], bytes - done / kPieceLimbs * kPieceBytes);
        });
    for (Vector& row : rows) row = limbs_of_pieces(row);
    transpose(rows);
    for (std::size_t i = 0; i < kPieceLimbs; ++i) numbers[done + i] = rows[i];
  }
}

// Loads one number a lane, already in limbs.
inline void load_limbs(Vector* numbers, const std::uint64_t* const (&sources)[kLanes], std::size_t limbs) noexcept {
  for (std::size_t done = 0; done < limbs; done += kPieceLimbs) {
    Vector rows[kPieceLimbs];
    load_rows(
        rows, [&](int lane) __attribute__((always_inline)) { return load_quad(sources[lane] + done); });
    transpose(rows);
    for (std::size_t i = 0; i < kPieceLimbs; ++i) numbers[done + i] = rows[i];
  }
}

// Stores one number a lane. A lane whose target is null is dropped.
inline void store_bytes(const Vector* numbers, unsigned char* const (&targets)[kLanes], std::size_t limbs,
                        std::size_t bytes) noexcept {
  for (std::size_t done = 0; done < limbs; done += kPieceLimbs) {
    Vector rows[kPieceLimbs];
    for (std::size_t i = 0; i < kPieceLimbs; ++i) rows[i] = numbers[done + i];
    transpose(rows);
    for (Vector& row : rows) row = pack_pieces(row);
    for (int lane = 0; lane < kLanes; ++lane) {
      const std::size_t end = bytes - done / kPieceLimbs * kPieceBytes;
      if (targets[lane] != nullptr) store_piece(quad_of_row(rows, lane), targets[lane], end);
    }
  }
}

inline void to_doubles(Double* doubles, const Vector* integers, std::size_t limbs) noexcept {
  for (std::size_t i = 0; i < limbs; ++i) doubles[i] = limb_of(integers[i]);
}
inline void to_integers(Vector* integers, const Double* doubles, std::size_t limbs) noexcept {
  for (std::size_t i = 0; i < limbs; ++i) integers[i] = sub(biased_integer_of(doubles[i]), broadcast(kBits52));
}

// Computes difference = a - b modulo 2^(52 limbs) and returns all ones in the lanes in which a < b, else zeros. Limbs
// of a and b are below 2^52.
inline Vector subtract(Vector* difference, const Vector* a, const Vector* b, std::size_t limbs) noexcept {
  Vector borrow = zero();  // 0 or 1
  for (std::size_t i = 0; i < limbs; ++i) {
    const Vector limb = sub(sub(a[i], b[i]), borrow);
    borrow = shift_right(limb, 63);
    difference[i] = bit_and(limb, broadcast(kLimbMask));
  }
  return sub(zero(), borrow);
}

// Subtracts n or 2 n from numbers below 3 n, so that they are below n. Limbs are below 2^52.
inline void reduce(Vector* numbers, const Vector* n, Vector* once, Vector* twice, std::size_t limbs) noexcept {
  Vector first = zero(), second = zero();  // borrows, 0 or 1
  for (std::size_t i = 0; i < limbs; ++i) {
    const Vector limb = sub(sub(numbers[i], n[i]), first);
    first = shift_right(limb, 63);
    once[i] = bit_and(limb, broadcast(kLimbMask));
    const Vector next = sub(sub(once[i], n[i]), second);
    second = shift_right(next, 63);
    twice[i] = bit_and(next, broadcast(kLimbMask));
  }
  const Vector is_below_n = sub(zero(), first), is_below_2n = sub(zero(), second);
  for (std::size_t i = 0; i < limbs; ++i)
    numbers[i] = if_negative(is_below_n, numbers[i], if_negative(is_below_2n, once[i], twice[i]));
}

}  // namespace
}  // namespace assay::kernel::fma
