// mod_inverse against OpenSSL, for the moduli of all curves and for small ones.
#include "kernel/curve/mod_inverse.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "kernel/big_number.h"

namespace assay::test {
namespace {

template <int kWords>
struct Words {
  explicit Words(const Big& a) {
    const auto from = a.words(kWords);
    std::copy(from.begin(), from.end(), w);
  }
  std::uint64_t w[kWords];
};

template <int kWords>
void agrees_with_openssl(const Modulo& modulo, StructuredRandom& random, int rounds) {
  const auto prepared = kernel::make_inverse_modulus(Words<kWords>(modulo.modulus()).w);
  for (int i = 0; i < rounds; ++i) {
    const Big x = modulo.nonzero(random);
    std::uint64_t out[kWords];
    kernel::mod_inverse(out, Words<kWords>(x).w, prepared);
    ASSERT_EQ(Big::from_words(out, kWords).hex(), modulo.inverse(x).hex())
        << "1/" << x.hex() << " modulo " << modulo.modulus().hex();
  }
}

TEST(ModInverse, AgreesWithOpensslForThePrimeAndTheOrderOfEveryCurve) {
  StructuredRandom random = StructuredRandom::announced("ModInverse");
  for (const bool order : {false, true}) {
    agrees_with_openssl<4>(Modulo(curve_number(0, order)), random, 3000);
    agrees_with_openssl<6>(Modulo(curve_number(1, order)), random, 3000);
    agrees_with_openssl<9>(Modulo(curve_number(2, order)), random, 3000);
    agrees_with_openssl<4>(Modulo(curve_number(3, order)), random, 3000);
  }
}

TEST(ModInverse, HoldsForModuliFarBelowTheWords) {
  StructuredRandom random = StructuredRandom::announced("ModInverse small");
  for (const std::uint64_t prime : {3u, 5u, 7u, 65537u, 4294967291u}) {
    agrees_with_openssl<4>(Modulo(Big(prime)), random, 50);
    agrees_with_openssl<9>(Modulo(Big(prime)), random, 50);
  }
  for (const int exponent : {61, 89, 127}) {  // Mersenne primes, one bit below a limb and across limbs
    agrees_with_openssl<4>(Modulo(Big::power_of_two(exponent) - Big(1)), random, 500);
    agrees_with_openssl<6>(Modulo(Big::power_of_two(exponent) - Big(1)), random, 500);
  }
}

TEST(ModInverse, GivesZeroForZero) {
  const auto prepared = kernel::make_inverse_modulus(Words<4>(curve_number(0, false)).w);
  const std::uint64_t zero[4] = {};
  std::uint64_t out[4] = {1, 2, 3, 4};
  kernel::mod_inverse(out, zero, prepared);
  EXPECT_TRUE(Big::from_words(out, 4).is_zero());
}

}  // namespace
}  // namespace assay::test
