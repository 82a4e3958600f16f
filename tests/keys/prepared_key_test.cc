#include "keys/prepared_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bn.h>

#include <string>
#include <vector>

#include "keys/openssl_text.h"
#include "keys/public_key.h"

namespace assay::keys {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

Jwk read(const std::string& text) { return *read_public_key(text, Profile::strict, "key.pem"); }

TEST(PreparedKey, RefusesPointsOffTheCurve) {
  Jwk jwk = read(public_pem(p256()));
  jwk.y.back() = static_cast<char>(jwk.y.back() ^ 1);
  for (Profile profile : {Profile::strict, Profile::fastmcp}) {
    const auto prepared = prepare_key(jwk, profile);
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
    const auto with_d = prepare_key(jwk, profile);
    jwk.d.clear();
    const auto without_d = prepare_key(jwk, profile);
    for (const auto* prepared : {&with_d, &without_d}) {
      ASSERT_FALSE(*prepared);
      EXPECT_THAT(prepared->error().message, HasSubstr("RSA of 16392 bits; at most 16384"));
    }
  }
}

TEST(PreparedKey, ChecksAPrivateExponentOnlyWhereThatIsCheap) {
  EXPECT_FALSE(prepare_key(rsa_with_foreign_d(2048), Profile::fastmcp));
  EXPECT_FALSE(prepare_key(rsa_with_foreign_d(4096), Profile::fastmcp));
  EXPECT_TRUE(prepare_key(rsa_with_foreign_d(4104), Profile::fastmcp));
  Jwk long_e = rsa_with_foreign_d(2048);
  long_e.e = std::string(100, '\x07');
  EXPECT_FALSE(prepare_key(long_e, Profile::fastmcp));
  long_e.n = rsa_with_foreign_d(4096).n;
  EXPECT_TRUE(prepare_key(long_e, Profile::fastmcp));
  long_e.e = std::string(513, '\x07');  // longer than n
  EXPECT_FALSE(prepare_key(long_e, Profile::fastmcp));
}

TEST(PreparedKey, ChecksPrimesAtEverySize) {
  Jwk jwk = rsa_with_foreign_d(8192);
  jwk.p = jwk.q = jwk.dp = jwk.dq = jwk.qi = "\x03";
  EXPECT_FALSE(prepare_key(jwk, Profile::fastmcp));
  jwk.qi = std::string(1 << 20, '\x03');
  EXPECT_FALSE(prepare_key(jwk, Profile::fastmcp));
}

TEST(PreparedKey, RefusesAPrivatePartOfAnotherKeyAndForgetsItsOwn) {
  const EvpKey key = p256();
  BIGNUM* number = nullptr;
  ASSERT_EQ(EVP_PKEY_get_bn_param(key.get(), "priv", &number), 1);
  Jwk jwk = read(public_pem(key));
  jwk.d.resize(32);
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(jwk.d.data()), 32);
  BN_free(number);
  const auto good = prepare_key(jwk, Profile::strict);
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_TRUE(good->jwk.d.empty());
  jwk.d.back() = static_cast<char>(jwk.d.back() ^ 1);
  EXPECT_FALSE(prepare_key(jwk, Profile::strict));
}

TEST(PreparedKey, PassesOverAPrivatePartIfToldSo) {
  EXPECT_TRUE(prepare_key(rsa_with_foreign_d(2048), Profile::fastmcp, nullptr, PrivatePart::pass_over));
  Jwk edwards = read(public_pem(EvpKey(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"))));
  edwards.d = std::string(32, '\x05');
  EXPECT_FALSE(prepare_key(edwards, Profile::strict));
  EXPECT_TRUE(prepare_key(edwards, Profile::strict, nullptr, PrivatePart::pass_over));
  // FastMCP's public part comes from d.
  EXPECT_TRUE(prepare_key(edwards, Profile::fastmcp));
  EXPECT_FALSE(prepare_key(edwards, Profile::fastmcp, nullptr, PrivatePart::pass_over));
}

TEST(PreparedKey, FastmcpReducesCoordinatesOfAnySize) {
  const Jwk jwk = read(public_pem(p256()));
  for (const int times : {1, 2, 1000}) {
    BIGNUM* x = BN_bin2bn(reinterpret_cast<const unsigned char*>(jwk.x.data()), 32, nullptr);
    BIGNUM* p = nullptr;
    BN_hex2bn(&p, "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF");
    BN_mul_word(p, static_cast<BN_ULONG>(times));
    BN_add(x, x, p);
    Jwk larger = jwk;
    larger.x.resize(40);
    BN_bn2binpad(x, reinterpret_cast<unsigned char*>(larger.x.data()), 40);
    BN_free(x);
    BN_free(p);
    const auto prepared = prepare_key(larger, Profile::fastmcp);
    ASSERT_TRUE(prepared) << prepared.error().message;
    EXPECT_EQ(prepared->jwk.x, jwk.x);
    EXPECT_FALSE(prepare_key(larger, Profile::strict));
  }
}

TEST(PreparedKey, KnowsTheThumbprintsOfItsCertificate) {
  const EvpKey key = p256();
  Jwk jwk = read(public_pem(key));
  jwk.certificate = certificate_der(key);
  jwk.x5t = "ab+/cd==";
  std::vector<std::string> notes;
  const auto prepared = prepare_key(jwk, Profile::strict, &notes);
  ASSERT_TRUE(prepared);
  ASSERT_EQ(prepared->thumbprints.size(), 3u);
  EXPECT_EQ(prepared->thumbprints[0], "ab-_cd");
  EXPECT_EQ(prepared->thumbprints[1].size(), 27u);  // SHA-1
  EXPECT_EQ(prepared->thumbprints[2].size(), 43u);  // SHA-256
  EXPECT_TRUE(prepared->jwk.certificate.empty());
  EXPECT_TRUE(notes.empty());
}

TEST(PreparedKey, TellsOfACertificateThatIsOutOfItsTimeOrOfAnotherKey) {
  const EvpKey key = p256();
  Jwk jwk = read(public_pem(key));
  const auto note = [&](const std::string& certificate) {
    jwk.certificate = certificate;
    std::vector<std::string> notes;
    const auto prepared = prepare_key(jwk, Profile::strict, &notes);
    EXPECT_TRUE(prepared);
    EXPECT_LE(notes.size(), 1u);
    // What is shown of the key is the note's beginning.
    const std::string fault = prepared->certificate_faults.empty() ? "" : prepared->certificate_faults[0];
    EXPECT_EQ(fault.empty(), notes.empty());
    EXPECT_THAT(notes.empty() ? "" : notes[0], StartsWith(fault.substr(0, 30)));
    return notes.empty() ? "" : notes[0];
  };
  EXPECT_EQ(note(certificate_der(key)), "");
  EXPECT_THAT(note(certificate_der(key, false, -7200, -3600)), HasSubstr("its certificate expired on 2"));
  EXPECT_THAT(note(certificate_der(key, false, 86400, 90000)), HasSubstr("its certificate is not valid before 2"));
  EXPECT_THAT(note(certificate_der(p256())), HasSubstr("its x5c holds the certificate of another key"));
  EXPECT_EQ(note("no certificate"), "");
}

}  // namespace
}  // namespace assay::keys
