// Whole numbers of any size for tests: OpenSSL's BIGNUM with operators. Slow, and simple enough to be the oracle.
//
// A value. Differences may be negative; `%` is always in [0, m). Not for secrets. One thread each.
#pragma once

#include <openssl/bn.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace assay::test {

class Big {
 public:
  Big() : value_(BN_new()) {}
  Big(std::uint64_t value) : Big() { set(BN_set_word(get(), value)); }  // NOLINT: literals read as numbers
  Big(const Big& other) : value_(BN_dup(other.get())) {}
  Big(Big&&) noexcept = default;
  Big& operator=(Big other) noexcept {
    value_.swap(other.value_);
    return *this;
  }

  static Big from_hex(const char* hex) {
    Big result;
    BIGNUM* number = result.get();
    set(BN_hex2bn(&number, hex) > 0);
    return result;
  }
  static Big from_bytes(std::string_view big_endian) {
    Big result;
    BN_bin2bn(bytes_of(big_endian), static_cast<int>(big_endian.size()), result.get());
    return result;
  }
  static Big from_little_endian(std::string_view bytes) {
    Big result;
    BN_lebin2bn(bytes_of(bytes), static_cast<int>(bytes.size()), result.get());
    return result;
  }
  static Big power_of_two(int exponent) { return Big(1) << exponent; }

  // Exactly `size` bytes. Throws when the number is longer.
  std::string bytes(std::size_t size) const {
    std::string result(size, '\0');
    set(BN_bn2binpad(get(), reinterpret_cast<unsigned char*>(result.data()), static_cast<int>(size)) >= 0);
    return result;
  }
  std::string little_endian(std::size_t size) const {
    std::string result = bytes(size);
    std::reverse(result.begin(), result.end());
    return result;
  }
  int bits() const { return BN_num_bits(get()); }
  bool odd() const { return BN_is_odd(get()) != 0; }
  bool zero() const { return BN_is_zero(get()) != 0; }

  friend Big operator+(const Big& a, const Big& b) {
    Big c;
    set(BN_add(c.get(), a.get(), b.get()));
    return c;
  }
  friend Big operator-(const Big& a, const Big& b) {
    Big c;
    set(BN_sub(c.get(), a.get(), b.get()));
    return c;
  }
  friend Big operator*(const Big& a, const Big& b) {
    Big c;
    set(BN_mul(c.get(), a.get(), b.get(), context()));
    return c;
  }
  friend Big operator/(const Big& a, const Big& b) {
    Big c;
    set(BN_div(c.get(), nullptr, a.get(), b.get(), context()));
    return c;
  }
  friend Big operator%(const Big& a, const Big& m) {
    Big c;
    set(BN_nnmod(c.get(), a.get(), m.get(), context()));
    return c;
  }
  friend Big operator<<(const Big& a, int bits) {
    Big c;
    set(BN_lshift(c.get(), a.get(), bits));
    return c;
  }
  friend bool operator==(const Big& a, const Big& b) { return BN_cmp(a.get(), b.get()) == 0; }
  friend bool operator<(const Big& a, const Big& b) { return BN_cmp(a.get(), b.get()) < 0; }

  // Modulo m, a prime or a number that this one has no divisor in common with. Throws where there is none.
  Big inverse(const Big& m) const {
    Big c;
    set(BN_mod_inverse(c.get(), get(), m.get(), context()) != nullptr);
    return c;
  }
  Big power(const Big& exponent, const Big& m) const {
    Big c;
    set(BN_mod_exp(c.get(), get(), exponent.get(), m.get(), context()));
    return c;
  }
  bool is_prime() const { return BN_check_prime(get(), context(), nullptr) == 1; }

  const BIGNUM* get() const noexcept { return value_.get(); }
  BIGNUM* get() noexcept { return value_.get(); }
  static BN_CTX* context() {
    thread_local const std::unique_ptr<BN_CTX, Free> context(BN_CTX_new());
    return context.get();
  }

 private:
  struct Free {
    void operator()(BIGNUM* number) const noexcept { BN_free(number); }
    void operator()(BN_CTX* context) const noexcept { BN_CTX_free(context); }
  };
  static void set(bool done) {
    if (!done) throw std::runtime_error("OpenSSL cannot do this sum");
  }
  static const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  }
  std::unique_ptr<BIGNUM, Free> value_;
};

}  // namespace assay::test
