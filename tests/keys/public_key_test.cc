#include "keys/public_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "keys/openssl_text.h"
#include "keys/prepared_key.h"

namespace assay::keys {
namespace {

using ::testing::HasSubstr;

Jwk read(const std::string& text, Profile profile = Profile::strict) {
  Result<Jwk> jwk = read_public_key(text, profile, "key.pem");
  EXPECT_TRUE(jwk) << jwk.error().message;
  return jwk ? *jwk : Jwk();
}
std::string refusal(const std::string& text, Profile profile = Profile::strict) {
  const Result<Jwk> jwk = read_public_key(text, profile, "key.pem");
  return jwk ? "accepted" : jwk.error().message;
}

TEST(PublicKey, IsReadFromPemAndDerAndRebuiltEqual) {
  for (const EvpKey& key :
       {p256(), EvpKey(EVP_EC_gen("P-521")), EvpKey(EVP_RSA_gen(2048)),
        EvpKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")), EvpKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED448"))}) {
    for (const std::string& text : {public_pem(key), "a comment\r\n" + public_pem(key), public_der(key)}) {
      const Result<PreparedKey> prepared = prepare_key(read(text), Profile::strict);
      ASSERT_TRUE(prepared) << prepared.error().message;
      EXPECT_EQ(EVP_PKEY_eq(prepared->openssl->pkey.get(), key.get()), 1);
      EXPECT_FALSE(prepared->jwk.permitted.empty());
    }
  }
}

TEST(PublicKey, StrictRefusesPrivateKeysAndFastmcpTakesTheirPublicPart) {
  const EvpKey key = p256();
  EXPECT_THAT(refusal(private_pem(key)), HasSubstr("key.pem: holds a private key"));
  EXPECT_EQ(read(private_pem(key), Profile::fastmcp).x, read(public_pem(key)).x);
  // Nobody is asked for a passphrase.
  EXPECT_THAT(refusal(private_pem(key, EVP_aes_128_cbc())), HasSubstr("private key"));
  EXPECT_THAT(refusal(private_pem(key, EVP_aes_128_cbc()), Profile::fastmcp), HasSubstr("no key found"));
}

TEST(PublicKey, StrictRefusesSeveralAndWeakAndForeignOnes) {
  EXPECT_THAT(refusal(public_pem(p256()) + public_pem(p256())), HasSubstr("holds 2 keys"));
  EXPECT_THAT(refusal(public_pem(EvpKey(EVP_RSA_gen(1024)))), HasSubstr("1024 bits"));
  EXPECT_EQ(refusal(public_pem(EvpKey(EVP_RSA_gen(1024))), Profile::fastmcp), "accepted");
  EXPECT_TRUE(read(public_pem(EvpKey(EVP_EC_gen("secp256k1"))), Profile::strict).permitted.contains(Algorithm::ES256K));
  EXPECT_THAT(refusal("rubbish"), HasSubstr("no public key found"));
  EXPECT_THAT(refusal(""), HasSubstr("no public key found"));
  EXPECT_THAT(refusal(public_der(p256()) + "x"), HasSubstr("no public key found"));
}

TEST(PublicKey, IsReadFromTheFirstBlockThatJoserfcLooksFor) {
  const EvpKey one = p256(), other = p256();
  const std::string both = public_pem(one) + public_pem(other);
  EXPECT_EQ(read(both, Profile::fastmcp).x, read(public_pem(one)).x);
  // The word PUBLIC anywhere makes joserfc look for a public key first.
  EXPECT_EQ(read(private_pem(one) + public_pem(other), Profile::fastmcp).x, read(public_pem(other)).x);
}

TEST(PublicKey, IsReadFromACertificateAndFromPkcs1) {
  const EvpKey ec = p256(), rsa(EVP_RSA_gen(2048));
  EXPECT_EQ(read(certificate_der(ec)).x, read(public_pem(ec)).x);
  EXPECT_EQ(read(pkcs1_der(rsa)).n, read(public_pem(rsa)).n);
}

}  // namespace
}  // namespace assay::keys
