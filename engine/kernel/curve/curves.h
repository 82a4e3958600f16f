// The curves: parameters as numbers, least significant word first.
//
// P-256, P-384, P-521: NIST SP 800-186 §3.2.1, y^2 = x^3 - 3x + b. Ed25519: RFC 8032 §5.1, computed on its birationally
// equal short Weierstrass form (SP 800-186 appendix B; NOTES.md): x = u + A/3, y = v with (u, v) on Curve25519.
#pragma once

#include <concepts>
#include <cstdint>

#include "kernel/curve/tower.h"

namespace assay::kernel {
namespace {  // see tower.h

struct ParametersP256 {
  static constexpr int kWords = 4;
  static constexpr int kOrderBits = 256;
  static constexpr int kCoordinateBytes = 32;
  static constexpr int kDigestBytes = 32;  // ES256: SHA-256
  static constexpr std::uint64_t kPrime[4] = {0xffffffffffffffff, 0x00000000ffffffff, 0x0000000000000000,
                                              0xffffffff00000001};
  static constexpr std::uint64_t kOrder[4] = {0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff,
                                              0xffffffff00000000};
  static constexpr std::uint64_t kA[4] = {kPrime[0] - 3, kPrime[1], kPrime[2], kPrime[3]};
  static constexpr std::uint64_t kGx[4] = {0xf4a13945d898c296, 0x77037d812deb33a0, 0xf8bce6e563a440f2,
                                           0x6b17d1f2e12c4247};
  static constexpr std::uint64_t kGy[4] = {0xcbb6406837bf51f5, 0x2bce33576b315ece, 0x8ee7eb4a7c0f9e16,
                                           0x4fe342e2fe1a7f9b};
};

struct ParametersP384 {
  static constexpr int kWords = 6;
  static constexpr int kOrderBits = 384;
  static constexpr int kCoordinateBytes = 48;
  static constexpr int kDigestBytes = 48;  // ES384: SHA-384
  static constexpr std::uint64_t kPrime[6] = {0x00000000ffffffff, 0xffffffff00000000, 0xfffffffffffffffe,
                                              0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff};
  static constexpr std::uint64_t kOrder[6] = {0xecec196accc52973, 0x581a0db248b0a77a, 0xc7634d81f4372ddf,
                                              0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff};
  static constexpr std::uint64_t kA[6] = {kPrime[0] - 3, kPrime[1], kPrime[2], kPrime[3], kPrime[4], kPrime[5]};
  static constexpr std::uint64_t kGx[6] = {0x3a545e3872760ab7, 0x5502f25dbf55296c, 0x59f741e082542a38,
                                           0x6e1d3b628ba79b98, 0x8eb1c71ef320ad74, 0xaa87ca22be8b0537};
  static constexpr std::uint64_t kGy[6] = {0x7a431d7c90ea0e5f, 0x0a60b1ce1d7e819d, 0xe9da3113b5f0b8c0,
                                           0xf8f41dbd289a147c, 0x5d9e98bf9292dc29, 0x3617de4a96262c6f};
};

struct ParametersP521 {
  static constexpr int kWords = 9;
  static constexpr int kOrderBits = 521;
  static constexpr int kCoordinateBytes = 66;
  static constexpr int kDigestBytes = 64;  // ES512: SHA-512
  static constexpr std::uint64_t kPrime[9] = {0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
                                              0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff,
                                              0xffffffffffffffff, 0xffffffffffffffff, 0x00000000000001ff};
  static constexpr std::uint64_t kOrder[9] = {0xbb6fb71e91386409, 0x3bb5c9b8899c47ae, 0x7fcc0148f709a5d0,
                                              0x51868783bf2f966b, 0xfffffffffffffffa, 0xffffffffffffffff,
                                              0xffffffffffffffff, 0xffffffffffffffff, 0x00000000000001ff};
  static constexpr std::uint64_t kA[9] = {kPrime[0] - 3, kPrime[1], kPrime[2], kPrime[3], kPrime[4],
                                          kPrime[5],     kPrime[6], kPrime[7], kPrime[8]};
  static constexpr std::uint64_t kGx[9] = {0xf97e7e31c2e5bd66, 0x3348b3c1856a429b, 0xfe1dc127a2ffa8de,
                                           0xa14b5e77efe75928, 0xf828af606b4d3dba, 0x9c648139053fb521,
                                           0x9e3ecb662395b442, 0x858e06b70404e9cd, 0x00000000000000c6};
  static constexpr std::uint64_t kGy[9] = {0x88be94769fd16650, 0x353c7086a272c240, 0xc550b9013fad0761,
                                           0x97ee72995ef42640, 0x17afbd17273e662c, 0x98f54449579b4468,
                                           0x5c8a5fb42c7d1bd9, 0x39296a789a3bc004, 0x0000000000000118};
};

struct Parameters25519 {
  static constexpr int kWords = 4;
  static constexpr int kOrderBits = 253;
  static constexpr std::uint64_t kPrime[4] = {0xffffffffffffffed, 0xffffffffffffffff, 0xffffffffffffffff,
                                              0x7fffffffffffffff};
  static constexpr std::uint64_t kOrder[4] = {0x5812631a5cf5d3ed, 0x14def9dea2f79cd6, 0x0000000000000000,
                                              0x1000000000000000};
  // (3 - A^2) / 3 with A = 486662 of Curve25519 (RFC 7748 §4.1).
  static constexpr std::uint64_t kA[4] = {0xaaaaaa984914a144, 0xaaaaaaaaaaaaaaaa, 0xaaaaaaaaaaaaaaaa,
                                          0x2aaaaaaaaaaaaaaa};
  // The base point: u = 9, v as RFC 7748 §4.1 gives it.
  static constexpr std::uint64_t kGx[4] = {0xaaaaaaaaaaad245a, 0xaaaaaaaaaaaaaaaa, 0xaaaaaaaaaaaaaaaa,
                                           0x2aaaaaaaaaaaaaaa};
  static constexpr std::uint64_t kGy[4] = {0x29e9c5a27eced3d9, 0x923d4d7e6d7c61b2, 0xe01edd2c7748d14c,
                                           0x20ae19a1b8a086b4};
  static constexpr std::uint64_t kAThird[4] = {0xaaaaaaaaaaad2451, 0xaaaaaaaaaaaaaaaa, 0xaaaaaaaaaaaaaaaa,
                                               0x2aaaaaaaaaaaaaaa};
  // The square root of -486664 that takes the base point of the one form to that of the other (RFC 7748 §4.1).
  static constexpr std::uint64_t kRoot486664[4] = {0x3391fb5500ba81e7, 0x3a5e2c2eb482e57d, 0x2d84f723fc03b081,
                                                   0x70d9120b9f5ff944};
  // d = -121665/121666 of the Edwards form (RFC 8032 §5.1).
  static constexpr std::uint64_t kD[4] = {0x75eb4dca135978a3, 0x00700a4d4141d8ab, 0x8cc740797779e898,
                                          0x52036cee2b6ffe73};
  // 2^((p-1)/4), a square root of -1.
  static constexpr std::uint64_t kRootMinusOne[4] = {0xc4ee1b274a0ea0b0, 0x2f431806ad2fe478, 0x2b4d00993dfbd7a7,
                                                     0x2b8324804fc1df0b};
};

// The numbers of a curve y^2 = x^3 + a x + b and of its base point (x, y), in kWords words each.
template <class P>
concept CurveParameters = requires {
  { P::kOrderBits } -> std::same_as<const int&>;
  { P::kPrime } -> std::same_as<const std::uint64_t(&)[P::kWords]>;
  { P::kOrder } -> std::same_as<const std::uint64_t(&)[P::kWords]>;
  { P::kA } -> std::same_as<const std::uint64_t(&)[P::kWords]>;
  { P::kGx } -> std::same_as<const std::uint64_t(&)[P::kWords]>;
  { P::kGy } -> std::same_as<const std::uint64_t(&)[P::kWords]>;
};

// p - n. ECDSA compares x modulo n with r, so x may be r + n if r is below this.
template <CurveParameters Parameters>
struct PrimeLessOrder {
  std::uint64_t words[Parameters::kWords];
};
template <CurveParameters Parameters>
constexpr PrimeLessOrder<Parameters> prime_less_order() noexcept {
  PrimeLessOrder<Parameters> difference{};
  UInt128 borrow = 0;
  for (int i = 0; i < Parameters::kWords; ++i) {
    const UInt128 t = static_cast<UInt128>(Parameters::kPrime[i]) - Parameters::kOrder[i] - borrow;
    difference.words[i] = static_cast<std::uint64_t>(t);
    borrow = (t >> 64) & 1u;
  }
  return difference;
}

// A curve on an instruction set, with its field and scalars in lanes. SerialF is the same field one element at a time,
// for work that cannot be done in lanes.
template <CurveParameters ParametersT, Field FieldT, Scalar ScalarT, Field SerialFieldT>
struct CurveOver : ParametersT {
  using Parameters = ParametersT;
  using F = FieldT;
  using S = ScalarT;
  using SerialF = SerialFieldT;
  using L = typename F::L;
  using Words = typename L::template Words<ParametersT::kWords>;
  using Mask = typename L::Mask;
  // Digits of a scalar: 2^(window * windows) > n, so that n itself can be recoded.
  static constexpr int windows(int window) noexcept { return (ParametersT::kOrderBits + window - 1) / window; }
};

// What the algorithms of this folder require: a CurveOver whose parts fit together.
template <class C>
concept Curve = CurveParameters<C> && Field<typename C::F> && Scalar<typename C::S> && Field<typename C::SerialF> &&
                    std::same_as<typename C::L, typename C::F::L> && std::same_as<typename C::L, typename C::S::L> &&
                    C::SerialF::L::kCount == 1 &&
                C::F::kWords == C::kWords&& C::S::kWords == C::kWords&& C::SerialF::kWords == C::kWords;

template <class C>
concept EcdsaCurve = Curve<C> && C::kCoordinateBytes <= 8 * C::kWords&& C::kDigestBytes <= 8 * C::kWords;

template <class C>
concept EddsaCurve = Curve<C> && WideScalar<typename C::S> && requires {
  { C::kAThird } -> std::same_as<const std::uint64_t(&)[C::kWords]>;
  { C::kRoot486664 } -> std::same_as<const std::uint64_t(&)[C::kWords]>;
  { C::kD } -> std::same_as<const std::uint64_t(&)[C::kWords]>;
  { C::kRootMinusOne } -> std::same_as<const std::uint64_t(&)[C::kWords]>;
};

}  // namespace
}  // namespace assay::kernel
