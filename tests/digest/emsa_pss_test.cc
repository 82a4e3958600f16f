// EMSA-PSS against OpenSSL's own judgement, for moduli of every length modulo 8 and salts of every length.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <memory>
#include <random>
#include <string>

#include "digest/digest.h"
#include "digest/emsa_pss.h"

namespace assay::digest {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Context = std::unique_ptr<EVP_PKEY_CTX, Free>;

const EVP_MD* md_of(Hash hash) {
  return hash == Hash::SHA256 ? EVP_sha256() : hash == Hash::SHA384 ? EVP_sha384() : EVP_sha512();
}

std::string hashed(Hash hash, std::string_view message) {
  std::string bytes(static_cast<std::size_t>(digest_bytes(hash)), '\0');
  sha2(hash, message, reinterpret_cast<unsigned char*>(bytes.data()));
  return bytes;
}

const unsigned char* bytes_of(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }

Context pss_context(EVP_PKEY* key, Hash hash, int salt, bool sign) {
  Context context(EVP_PKEY_CTX_new(key, nullptr));
  EXPECT_EQ(sign ? EVP_PKEY_sign_init(context.get()) : EVP_PKEY_verify_init(context.get()), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_signature_md(context.get(), md_of(hash)), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), salt), 1);
  return context;
}

std::string sign(EVP_PKEY* key, Hash hash, int salt, const std::string& digest_bytes) {
  const Context context = pss_context(key, hash, salt, true);
  std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
  std::size_t size = signature.size();
  EXPECT_EQ(EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                          bytes_of(digest_bytes), digest_bytes.size()),
            1);
  return signature;
}

bool openssl_accepts(EVP_PKEY* key, Hash hash, const std::string& signature, const std::string& digest_bytes) {
  const Context context = pss_context(key, hash, RSA_PSS_SALTLEN_DIGEST, false);
  return EVP_PKEY_verify(context.get(), bytes_of(signature), signature.size(), bytes_of(digest_bytes),
                         digest_bytes.size()) == 1;
}

bool assay_accepts(EVP_PKEY* key, Hash hash, const std::string& signature, const std::string& digest_bytes) {
  const Context context(EVP_PKEY_CTX_new(key, nullptr));
  EXPECT_EQ(EVP_PKEY_verify_recover_init(context.get()), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING), 1);
  std::string block(signature.size(), '\0');
  std::size_t size = block.size();
  if (EVP_PKEY_verify_recover(context.get(), reinterpret_cast<unsigned char*>(block.data()), &size, bytes_of(signature),
                              signature.size()) != 1) {
    return false;
  }
  return emsa_pss_verify(hash, bytes_of(digest_bytes), block, static_cast<std::size_t>(EVP_PKEY_get_bits(key)));
}

// One modulus length a test: 1033 bits is 1 modulo 8, where the encoded message is a byte shorter than the modulus.
class EmsaPss : public testing::TestWithParam<unsigned> {
 protected:
  EmsaPss() : key_(EVP_RSA_gen(GetParam())) {}
  Key key_;
};

TEST_P(EmsaPss, AgreesWithOpensslOnEverySaltLength) {
  for (const Hash hash : {Hash::SHA256, Hash::SHA384, Hash::SHA512}) {
    const std::string message = hashed(hash, "message");
    for (const int salt : {0, 1, 20, 31, 32, 33, 47, 48, 49, 64}) {
      const int room = EVP_PKEY_get_bits(key_.get()) / 8 - digest_bytes(hash) - 3;
      if (salt > room) continue;
      const std::string signature = sign(key_.get(), hash, salt, message);
      EXPECT_EQ(assay_accepts(key_.get(), hash, signature, message), salt == digest_bytes(hash)) << salt;
      EXPECT_EQ(openssl_accepts(key_.get(), hash, signature, message), salt == digest_bytes(hash)) << salt;
    }
  }
}

TEST_P(EmsaPss, AgreesWithOpensslOnEveryCorruption) {
  const std::string message = hashed(Hash::SHA256, "message");
  const std::string good = sign(key_.get(), Hash::SHA256, 32, message);
  ASSERT_TRUE(assay_accepts(key_.get(), Hash::SHA256, good, message));
  std::mt19937 random(GetParam());
  for (int round = 0; round < 200; ++round) {
    std::string bad = good;
    bad[random() % bad.size()] ^= static_cast<char>(1u << random() % 8);
    EXPECT_EQ(assay_accepts(key_.get(), Hash::SHA256, bad, message),
              openssl_accepts(key_.get(), Hash::SHA256, bad, message));
  }
  EXPECT_FALSE(assay_accepts(key_.get(), Hash::SHA256, good, hashed(Hash::SHA256, "another")));
}

// Every single fault of a well-formed block, made without a key: the block itself is given. Parameter: bits of the
// modulus. 522 and 528 bits leave the data block no zeros: it begins with 01, of which 522 bits keep a single bit.
class EmsaPssBlock : public testing::TestWithParam<unsigned> {};

TEST_P(EmsaPssBlock, ChecksEachFieldOfTheEncodedMessage) {
  const unsigned bits = GetParam();
  const Key key(EVP_RSA_gen(bits));
  ASSERT_NE(key, nullptr);
  const std::string message = hashed(Hash::SHA256, "message");
  const std::string signature = sign(key.get(), Hash::SHA256, 32, message);
  const Context context(EVP_PKEY_CTX_new(key.get(), nullptr));
  ASSERT_EQ(EVP_PKEY_verify_recover_init(context.get()), 1);
  ASSERT_EQ(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING), 1);
  std::string block(signature.size(), '\0');
  std::size_t size = block.size();
  ASSERT_EQ(EVP_PKEY_verify_recover(context.get(), reinterpret_cast<unsigned char*>(block.data()), &size,
                                    bytes_of(signature), signature.size()),
            1);
  ASSERT_TRUE(emsa_pss_verify(Hash::SHA256, bytes_of(message), block, bits));
  for (std::size_t i = 0; i < block.size() * 8; ++i) {
    std::string bad = block;
    bad[i / 8] ^= static_cast<char>(1u << i % 8);
    EXPECT_FALSE(emsa_pss_verify(Hash::SHA256, bytes_of(message), bad, bits)) << "bit " << i;
  }
  EXPECT_FALSE(emsa_pss_verify(Hash::SHA256, bytes_of(message), block.substr(0, 60), 480)) << "too short for the hash";
  EXPECT_FALSE(emsa_pss_verify(Hash::SHA256, bytes_of(message), "", bits));
}

INSTANTIATE_TEST_SUITE_P(ModulusBits, EmsaPssBlock, testing::Values(522u, 528u, 1024u));

INSTANTIATE_TEST_SUITE_P(ModulusBits, EmsaPss, testing::Values(1024u, 1025u, 1030u, 1031u, 1032u, 1033u, 2048u));

}  // namespace
}  // namespace assay::digest
