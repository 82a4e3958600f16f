#include "lanes/rsa_modulus.h"

#include <openssl/bn.h>

#include <memory>

namespace assay::lanes {
namespace {

constexpr std::size_t kLargestModulus = 512;

struct Free {
  void operator()(BIGNUM* number) const noexcept { BN_free(number); }
  void operator()(BN_CTX* context) const noexcept { BN_CTX_free(context); }
};

}  // namespace

bool prepare_modulus(const kernel::RsaKernel& kernel, std::string_view n, kernel::RsaModulus& modulus) {
  // 40, 60 and 80 limbs of 52 bits: of 4096 bits one more than are needed, since the kernels work in blocks of four or
  // five.
  const std::size_t limbs = n.size() * 5 / 32;
  const auto* bytes = reinterpret_cast<const unsigned char*>(n.data());
  const std::unique_ptr<BN_CTX, Free> context(BN_CTX_new());
  const std::unique_ptr<BIGNUM, Free> divisor(BN_bin2bn(bytes, static_cast<int>(n.size()), nullptr)), r2(BN_new());
  unsigned char r2_bytes[kLargestModulus];
  return n.size() <= kLargestModulus && context != nullptr && divisor != nullptr && r2 != nullptr &&
         BN_set_bit(r2.get(), static_cast<int>(2 * 52 * limbs)) == 1 &&
         BN_mod(r2.get(), r2.get(), divisor.get(), context.get()) == 1 &&
         BN_bn2binpad(r2.get(), r2_bytes, static_cast<int>(n.size())) >= 0 &&
         kernel.prepare(bytes, r2_bytes, n.size(), &modulus);
}

}  // namespace assay::lanes
