// OpenSSL's numbers as the oracle of the kernels' arithmetic.
#pragma once

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "support/random.h"

namespace assay::test {

class Big {
 public:
  explicit Big(std::uint64_t value = 0) : bn_(BN_new()) { BN_set_word(bn_.get(), value); }
  Big(const Big& other) : bn_(BN_dup(other.get())) {}
  Big(Big&&) noexcept = default;
  Big& operator=(const Big& other) {
    BN_copy(bn_.get(), other.get());
    return *this;
  }
  Big& operator=(Big&&) noexcept = default;
  ~Big() = default;

  static Big decimal(const char* digits) {
    Big result;
    BIGNUM* bn = result.get();
    BN_dec2bn(&bn, digits);
    return result;
  }
  static Big power_of_two(int exponent) {
    Big result;
    BN_set_bit(result.get(), exponent);
    return result;
  }
  static Big from_bytes(const std::string& big_endian) {
    Big result;
    BN_bin2bn(reinterpret_cast<const unsigned char*>(big_endian.data()), static_cast<int>(big_endian.size()),
              result.get());
    return result;
  }
  static Big from_words(const std::uint64_t* words, int count) {
    std::string bytes(8 * static_cast<std::size_t>(count), '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[bytes.size() - 1 - i] = static_cast<char>(words[i / 8] >> (8 * (i % 8)));
    }
    return from_bytes(bytes);
  }

  std::vector<std::uint64_t> words(int count) const {
    std::vector<unsigned char> bytes(8 * static_cast<std::size_t>(count));
    if (BN_bn2binpad(get(), bytes.data(), static_cast<int>(bytes.size())) < 0) throw std::string("number too long");
    std::vector<std::uint64_t> result(static_cast<std::size_t>(count));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      result[i / 8] |= std::uint64_t{bytes[bytes.size() - 1 - i]} << (8 * (i % 8));
    }
    return result;
  }
  std::string hex() const {
    char* text = BN_bn2hex(get());
    std::string result = text;
    OPENSSL_free(text);
    return result;
  }

  BIGNUM* get() const { return bn_.get(); }
  int bits() const { return BN_num_bits(get()); }
  bool is_zero() const { return BN_is_zero(get()) != 0; }
  friend bool operator==(const Big& a, const Big& b) { return BN_cmp(a.get(), b.get()) == 0; }
  friend Big operator+(const Big& a, const Big& b) {
    Big result;
    BN_add(result.get(), a.get(), b.get());
    return result;
  }
  friend Big operator-(const Big& a, const Big& b) {  // may be negative
    Big result;
    BN_sub(result.get(), a.get(), b.get());
    return result;
  }
  friend Big operator<<(const Big& a, int count) {
    Big result;
    BN_lshift(result.get(), a.get(), count);
    return result;
  }

 private:
  struct Free {
    void operator()(BIGNUM* bn) const { BN_free(bn); }
  };
  std::unique_ptr<BIGNUM, Free> bn_;
};

// Results lie in [0, m).
class Modulo {
 public:
  explicit Modulo(Big m) : m_(std::move(m)), context_(BN_CTX_new()) {}

  const Big& modulus() const { return m_; }
  Big reduce(const Big& a) const {
    Big result;
    BN_nnmod(result.get(), a.get(), m_.get(), context_.get());
    return result;
  }
  Big mul(const Big& a, const Big& b) const {
    Big result;
    BN_mod_mul(result.get(), a.get(), b.get(), m_.get(), context_.get());
    return result;
  }
  Big inverse(const Big& a) const {
    Big result;
    if (BN_mod_inverse(result.get(), a.get(), m_.get(), context_.get()) == nullptr) throw std::string("no inverse");
    return result;
  }

  // Below 2^bits: uniform, of long runs of equal bits, small, near a power of two or near the modulus.
  Big any(StructuredRandom& random, int bits) const {
    const Big limit = Big::power_of_two(bits);
    Big value;
    switch (random.below(6)) {
      case 0:
        value = Big(random.below(4));
        break;
      case 1:
        value = m_ - Big(random.below(4));
        break;
      case 2:
        value = Big::power_of_two(static_cast<int>(random.below(static_cast<std::uint64_t>(bits)))) + Big(1) -
                Big(random.below(3));
        break;
      case 3:
        value = limit - Big::power_of_two(static_cast<int>(random.below(static_cast<std::uint64_t>(bits)))) -
                Big(random.below(2));
        break;
      default:
        value = Big::from_bytes(random.bytes(static_cast<std::size_t>(bits + 7) / 8));
    }
    return Modulo(limit).reduce(value);
  }
  // Below the modulus, of the same kinds.
  Big element(StructuredRandom& random) const { return reduce(any(random, m_.bits())); }
  Big nonzero(StructuredRandom& random) const {
    for (;;) {
      Big value = element(random);
      if (!value.is_zero()) return value;
    }
  }

 private:
  struct Free {
    void operator()(BN_CTX* context) const { BN_CTX_free(context); }
  };
  Big m_;
  std::unique_ptr<BN_CTX, Free> context_;
};

// The primes and orders of P-256, P-384, P-521 and Ed25519, in this order: OpenSSL's own, and RFC 8032's.
inline Big curve_number(int curve, bool order) {
  constexpr int kNids[] = {NID_X9_62_prime256v1, NID_secp384r1, NID_secp521r1};
  if (curve == 3) {
    return order ? Big::power_of_two(252) + Big::decimal("27742317777372353535851937790883648493")
                 : Big::power_of_two(255) - Big(19);
  }
  EC_GROUP* group = EC_GROUP_new_by_curve_name(kNids[curve]);
  Big result;
  if (order) {
    BN_copy(result.get(), EC_GROUP_get0_order(group));
  } else {
    EC_GROUP_get_curve(group, result.get(), nullptr, nullptr, nullptr);
  }
  EC_GROUP_free(group);
  return result;
}
inline Modulo curve_prime(int curve) { return Modulo(curve_number(curve, false)); }
inline Modulo curve_order(int curve) { return Modulo(curve_number(curve, true)); }

}  // namespace assay::test
