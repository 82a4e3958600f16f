// The curve edwards25519 on Big numbers (RFC 8032 §5.1), every point of it: small orders too. Slow and complete.
//
// Projective x = X/Z, y = Y/Z, T = XY/Z, with the complete addition of Hisil, Wong, Carter and Dawson (2008), §3.1.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "support/big.h"

namespace assay::test {

class EdwardsPoint {
 public:
  // The neutral element, (0, 1).
  EdwardsPoint() : X_(0), Y_(1), Z_(1), T_(0) {}

  static const Big& p() {
    static const Big prime = Big::power_of_two(255) - 19;
    return prime;
  }
  // The order of the base point.
  static const Big& L() {
    static const Big order = Big::power_of_two(252) + Big::from_hex("14DEF9DEA2F79CD65812631A5CF5D3ED");
    return order;
  }
  static const Big& d() {
    static const Big value = (p() - 121665) * Big(121666).inverse(p()) % p();
    return value;
  }
  static const EdwardsPoint& base() {
    static const EdwardsPoint point = *with_y(Big(4) * Big(5).inverse(p()) % p(), false);
    return point;
  }
  // A point of order 8.
  static const EdwardsPoint& torsion() {
    static const EdwardsPoint point = [] {
      for (std::uint64_t y = 2;; ++y) {
        const std::optional<EdwardsPoint> any = with_y(Big(y), false);
        if (!any) continue;
        EdwardsPoint found = any->times(L());
        if (!(found.times(4) == EdwardsPoint())) return found;
      }
    }();
    return point;
  }

  // The point with this y and the x of this parity, if there is one. RFC 8032 §5.1.3.
  static std::optional<EdwardsPoint> with_y(const Big& y, bool x_odd) {
    const Big u = (y * y - 1) % p(), v = (d() * y * y + 1) % p();
    const Big square = u * v.inverse(p()) % p();
    Big x = square.power((p() + 3) / 8, p());
    if (!(x * x % p() == square)) x = x * Big(2).power((p() - 1) / 4, p()) % p();
    if (!(x * x % p() == square)) return std::nullopt;
    if (x.odd() != x_odd) x = (p() - x) % p();
    EdwardsPoint point;
    point.X_ = x;
    point.Y_ = y % p();
    point.T_ = x * y % p();
    return point;
  }

  friend EdwardsPoint operator+(const EdwardsPoint& a, const EdwardsPoint& b) {
    const Big A = a.X_ * b.X_ % p(), B = a.Y_ * b.Y_ % p(), C = a.T_ * d() % p() * b.T_ % p(), D = a.Z_ * b.Z_ % p();
    const Big E = ((a.X_ + a.Y_) * (b.X_ + b.Y_) - A - B) % p(), F = D - C, G = D + C, H = B + A;  // a = -1: H = B - aA
    EdwardsPoint sum;
    sum.X_ = E * F % p();
    sum.Y_ = G * H % p();
    sum.T_ = E * H % p();
    sum.Z_ = F * G % p();
    return sum;
  }
  EdwardsPoint operator-() const {
    EdwardsPoint result = *this;
    result.X_ = (p() - X_) % p();
    result.T_ = (p() - T_) % p();
    return result;
  }
  EdwardsPoint times(const Big& k) const {
    EdwardsPoint result;
    for (int i = k.bits(); i-- > 0;) {
      result = result + result;
      if (BN_is_bit_set(k.get(), i) != 0) result = result + *this;
    }
    return result;
  }
  friend bool operator==(const EdwardsPoint& a, const EdwardsPoint& b) {
    return a.X_ * b.Z_ % p() == b.X_ * a.Z_ % p() && a.Y_ * b.Z_ % p() == b.Y_ * a.Z_ % p();
  }

  // 32 bytes: y, and the parity of x in the top bit.
  std::string encode() const {
    const Big inverse = Z_.inverse(p());
    return encode((Y_ * inverse) % p(), ((X_ * inverse) % p()).odd());
  }
  // Any y below 2^255, which need be neither below p nor on the curve.
  static std::string encode(const Big& y, bool sign) { return (y + (Big(sign ? 1 : 0) << 255)).little_endian(32); }

 private:
  Big X_, Y_, Z_, T_;
};

}  // namespace assay::test
