#include "bench/rsa_keys.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace assay::bench {
namespace {

constexpr BN_ULONG kExponent = 65537;

// Deletes objects of OpenSSL.
struct Free {
  void operator()(BIGNUM* p) const noexcept { BN_clear_free(p); }
  void operator()(BN_CTX* p) const noexcept { BN_CTX_free(p); }
  void operator()(BIO* p) const noexcept { BIO_free(p); }
  void operator()(EVP_PKEY* p) const noexcept { EVP_PKEY_free(p); }
  void operator()(EVP_PKEY_CTX* p) const noexcept { EVP_PKEY_CTX_free(p); }
  void operator()(OSSL_PARAM_BLD* p) const noexcept { OSSL_PARAM_BLD_free(p); }
  void operator()(OSSL_PARAM* p) const noexcept { OSSL_PARAM_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

void check(bool good) {
  if (!good) throw std::runtime_error("OpenSSL cannot make an RSA key");
}

Owned<BIGNUM> new_number() {
  Owned<BIGNUM> number(BN_new());
  check(number != nullptr);
  return number;
}

// The members of a private key (RFC 8017 §3.2).
struct Members {
  Owned<BIGNUM> n = new_number(), e = new_number(), d = new_number(), dp = new_number(), dq = new_number(),
                q_inverse = new_number();
};

Members members_of(const BIGNUM* p, const BIGNUM* q) {
  const Owned<BN_CTX> context(BN_CTX_new());
  const Owned<BIGNUM> p1 = new_number(), q1 = new_number(), totient = new_number();
  Members key;
  check(context != nullptr && BN_mul(key.n.get(), p, q, context.get()) == 1 &&
        BN_set_word(key.e.get(), kExponent) == 1);
  check(BN_sub(p1.get(), p, BN_value_one()) == 1 && BN_sub(q1.get(), q, BN_value_one()) == 1);
  check(BN_mul(totient.get(), p1.get(), q1.get(), context.get()) == 1);
  check(BN_mod_inverse(key.d.get(), key.e.get(), totient.get(), context.get()) != nullptr);
  check(BN_mod(key.dp.get(), key.d.get(), p1.get(), context.get()) == 1);
  check(BN_mod(key.dq.get(), key.d.get(), q1.get(), context.get()) == 1);
  check(BN_mod_inverse(key.q_inverse.get(), q, p, context.get()) != nullptr);
  return key;
}

Owned<EVP_PKEY> openssl_key(const BIGNUM* p, const BIGNUM* q) {
  const Members key = members_of(p, q);
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  check(builder != nullptr);
  const std::pair<const char*, const BIGNUM*> members[] = {{OSSL_PKEY_PARAM_RSA_N, key.n.get()},
                                                           {OSSL_PKEY_PARAM_RSA_E, key.e.get()},
                                                           {OSSL_PKEY_PARAM_RSA_D, key.d.get()},
                                                           {OSSL_PKEY_PARAM_RSA_FACTOR1, p},
                                                           {OSSL_PKEY_PARAM_RSA_FACTOR2, q},
                                                           {OSSL_PKEY_PARAM_RSA_EXPONENT1, key.dp.get()},
                                                           {OSSL_PKEY_PARAM_RSA_EXPONENT2, key.dq.get()},
                                                           {OSSL_PKEY_PARAM_RSA_COEFFICIENT1, key.q_inverse.get()}};
  for (const auto& [name, number] : members) check(OSSL_PARAM_BLD_push_BN(builder.get(), name, number) == 1);
  const Owned<OSSL_PARAM> parameters(OSSL_PARAM_BLD_to_param(builder.get()));
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr));
  EVP_PKEY* made = nullptr;
  check(parameters != nullptr && context != nullptr && EVP_PKEY_fromdata_init(context.get()) == 1 &&
        EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_KEYPAIR, parameters.get()) == 1);
  return Owned<EVP_PKEY>(made);
}

std::string pem_of(EVP_PKEY* key) {
  const Owned<BIO> bio(BIO_new(BIO_s_mem()));
  check(bio != nullptr && PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::size_t primes_for(std::size_t keys) {
  std::size_t primes = 2;
  while (primes * (primes - 1) / 2 < keys) ++primes;
  return primes;
}

}  // namespace

struct RsaKeys::Number {
  Owned<BIGNUM> value;
};

RsaKeys::RsaKeys(std::size_t keys, int bits) : bits_(bits), primes_(primes_for(keys)) {}
RsaKeys::~RsaKeys() = default;

void RsaKeys::find_prime(std::size_t i) {
  Owned<BIGNUM> prime = new_number();
  do {
    // Its two highest bits are set, so that the product of two has all `bits_` bits.
    check(BN_generate_prime_ex(prime.get(), bits_ / 2, 0, nullptr, nullptr, nullptr) == 1);
  } while (BN_mod_word(prime.get(), kExponent) == 1);  // e must be invertible modulo p - 1
  primes_[i] = std::make_unique<Number>(Number{std::move(prime)});
}

KeyPair RsaKeys::key(std::size_t i, Algorithm algorithm) const {
  // Pairs in the order (0, 1), (0, 2), (1, 2), (0, 3): those with a larger prime `b` begin at b (b - 1) / 2.
  std::size_t b = 1;
  while ((b + 1) * b / 2 <= i) ++b;
  const std::size_t a = i - b * (b - 1) / 2;
  Result<KeyPair> made =
      KeyPair::from_private(pem_of(openssl_key(primes_[a]->value.get(), primes_[b]->value.get()).get()), algorithm);
  if (!made) throw std::runtime_error(made.error().message);
  return std::move(*made);
}

}  // namespace assay::bench
