#include "keys/prepared_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <initializer_list>
#include <memory>
#include <string>

#include "codec/base64url.h"
#include "keys/openssl_key.h"

namespace assay::keys {
namespace {

using ::testing::HasSubstr;

std::string taken(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}
std::string public_pem(const EvpKey& key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(bio, key.get());
  return taken(bio);
}
std::string private_pem(const EvpKey& key, const EVP_CIPHER* cipher = nullptr) {
  BIO* bio = BIO_new(BIO_s_mem());
  unsigned char passphrase[] = "pass";
  PEM_write_bio_PKCS8PrivateKey(bio, key.get(), cipher, reinterpret_cast<char*>(passphrase), 4, nullptr, nullptr);
  return taken(bio);
}
std::string public_der(const EvpKey& key) {
  BIO* bio = BIO_new(BIO_s_mem());
  i2d_PUBKEY_bio(bio, key.get());
  return taken(bio);
}
EvpKey p256() { return EvpKey(EVP_EC_gen("P-256")); }

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
      const Result<PreparedKey> prepared = prepare_key(read(text), Profile::strict, "key.pem");
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
  EXPECT_THAT(refusal(public_pem(EvpKey(EVP_EC_gen("secp256k1")))), HasSubstr("secp256k1"));
  EXPECT_TRUE(read(public_pem(EvpKey(EVP_EC_gen("secp256k1"))), Profile::fastmcp).permitted.empty());
  EXPECT_THAT(refusal("rubbish"), HasSubstr("no public key found"));
  EXPECT_THAT(refusal(""), HasSubstr("no public key found"));
  EXPECT_THAT(refusal(public_der(p256()) + "x"), HasSubstr("no public key found"));
}

std::string certificate_der(const EvpKey& key) {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  BIO* bio = BIO_new(BIO_s_mem());
  i2d_X509_bio(bio, certificate.get());
  return taken(bio);
}
std::string pkcs1_der(const EvpKey& key) {
  unsigned char* data = nullptr;
  const int size = i2d_PublicKey(key.get(), &data);
  std::string der(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  return der;
}
std::string base64(const std::string& bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}
std::string secret_refusal(const std::string& bytes, Profile profile = Profile::strict) {
  const Result<Jwk> jwk = read_secret(bytes, profile, AlgorithmSet::all(), "secret");
  return jwk ? "accepted" : jwk.error().message;
}

TEST(Secret, StrictRefusesKeysInWhateverForm) {
  const EvpKey ec = p256(), rsa(EVP_RSA_gen(2048));
  std::string lines;
  for (std::size_t at = 0; at < public_der(ec).size(); at += 48)
    lines += base64(public_der(ec).substr(at, 48)) + "\r\n";
  const std::string jwk = R"({"kty":"EC","crv":"P-256","x":"AAAAAAAAAAAAAAAA","y":"AAAAAAAAAAAAAAAA"})";
  for (const std::string& text :
       {jwk, " \n" + jwk + "\n", R"({"keys":[)" + jwk + "]}", public_der(ec) + "\n", public_der(rsa) + " \r\n",
        pkcs1_der(rsa) + "\t\n", certificate_der(ec) + "\n", base64(public_der(ec)),
        codec::base64url_encode(public_der(ec)), lines, base64(pkcs1_der(rsa)), base64(certificate_der(ec)) + "\n",
        "---- BEGIN SSH2 PUBLIC KEY ----\n" + std::string(64, 'A') + "\n---- END SSH2 PUBLIC KEY ----\n"}) {
    EXPECT_THAT(secret_refusal(text), HasSubstr("holds a key file")) << text;
    EXPECT_EQ(secret_refusal(text, Profile::fastmcp), "accepted") << text;
  }
}

TEST(Secret, MayLookLikeAKeyWithoutBeingOne) {
  for (const std::string& text : std::initializer_list<std::string>{
           base64(std::string(48, 's')), codec::base64url_encode(std::string(64, '\x30')),
           "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE", R"(["kty","keys","and some more bytes of secret"])",
           R"({"secret":"thirty-two bytes and some more"})", "30 random bytes, and then some more\n",
           std::string(64, ' '), std::string(64, '\x30')})
    EXPECT_EQ(secret_refusal(text), "accepted") << text;
}

TEST(PreparedKey, RefusesPointsOffTheCurve) {
  Jwk jwk = read(public_pem(p256()));
  jwk.y.back() = static_cast<char>(jwk.y.back() ^ 1);
  for (Profile profile : {Profile::strict, Profile::fastmcp}) {
    const auto prepared = prepare_key(jwk, profile, "set");
    ASSERT_FALSE(prepared);
    EXPECT_THAT(prepared.error().message, HasSubstr("not a point on the curve"));
  }
}

// An RSA key of `bits` bits, whose d is odd and does not belong to it.
Jwk rsa_with_foreign_d(std::size_t bits) {
  Jwk jwk;
  jwk.type = KeyType::RSA;
  jwk.n = "\xc1" + std::string(bits / 8 - 2, '\x55') + "\x0b";
  jwk.e = std::string("\x01\x00\x01", 3);
  jwk.d = "\x05" + std::string(bits / 8 - 2, '\x33');
  return jwk;
}

TEST(PreparedKey, RefusesRsaThatOpensslCannotVerifyWith) {
  for (Profile profile : {Profile::strict, Profile::fastmcp}) {
    Jwk jwk = rsa_with_foreign_d(16392);
    const auto with_d = prepare_key(jwk, profile, "set");
    jwk.d.clear();
    const auto without_d = prepare_key(jwk, profile, "set");
    for (const auto* prepared : {&with_d, &without_d}) {
      ASSERT_FALSE(*prepared);
      EXPECT_THAT(prepared->error().message, HasSubstr("RSA of 16392 bits; at most 16384"));
    }
  }
}

TEST(PreparedKey, ChecksAPrivateExponentOnlyWhereThatIsCheap) {
  EXPECT_FALSE(prepare_key(rsa_with_foreign_d(2048), Profile::fastmcp, "set"));
  EXPECT_FALSE(prepare_key(rsa_with_foreign_d(4096), Profile::fastmcp, "set"));
  EXPECT_TRUE(prepare_key(rsa_with_foreign_d(4104), Profile::fastmcp, "set"));
  Jwk long_e = rsa_with_foreign_d(2048);
  long_e.e = std::string(100, '\x07');
  EXPECT_FALSE(prepare_key(long_e, Profile::fastmcp, "set"));
  long_e.n = rsa_with_foreign_d(4096).n;
  EXPECT_TRUE(prepare_key(long_e, Profile::fastmcp, "set"));
  long_e.e = std::string(513, '\x07');  // longer than n
  EXPECT_FALSE(prepare_key(long_e, Profile::fastmcp, "set"));
}

TEST(PreparedKey, ChecksPrimesAtEverySize) {
  Jwk jwk = rsa_with_foreign_d(8192);
  jwk.p = jwk.q = jwk.dp = jwk.dq = jwk.qi = "\x03";
  EXPECT_FALSE(prepare_key(jwk, Profile::fastmcp, "set"));
  jwk.qi = std::string(1 << 20, '\x03');
  EXPECT_FALSE(prepare_key(jwk, Profile::fastmcp, "set"));
}

TEST(PreparedKey, RefusesAPrivatePartOfAnotherKeyAndForgetsItsOwn) {
  const EvpKey key = p256();
  BIGNUM* number = nullptr;
  ASSERT_EQ(EVP_PKEY_get_bn_param(key.get(), "priv", &number), 1);
  Jwk jwk = read(public_pem(key));
  jwk.d.resize(32);
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(jwk.d.data()), 32);
  BN_free(number);
  const auto good = prepare_key(jwk, Profile::strict, "set");
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_TRUE(good->jwk.d.empty());
  jwk.d.back() = static_cast<char>(jwk.d.back() ^ 1);
  EXPECT_FALSE(prepare_key(jwk, Profile::strict, "set"));
}

}  // namespace
}  // namespace assay::keys
