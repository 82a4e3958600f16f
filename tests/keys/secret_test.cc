#include "keys/secret.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "codec/base64url.h"
#include "keys/openssl_text.h"
#include "keys/public_key.h"
#include "keys/ssh_text.h"

namespace assay::keys {
namespace {

using ::testing::HasSubstr;

std::string base64(const std::string& bytes) { return standard_base64(bytes); }
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

TEST(Secret, ServesTheAlgorithmsThatAreAllowedAndThatItIsLongEnoughFor) {
  const auto permitted = [](std::size_t bytes, AlgorithmSet allowed, Profile profile) {
    return read_secret(std::string(bytes, 's'), profile, allowed, "secret")->permitted;
  };
  AlgorithmSet hs256, hs256_to_384, two;
  hs256.insert(Algorithm::HS256);
  hs256_to_384.insert(Algorithm::HS256);
  hs256_to_384.insert(Algorithm::HS384);
  two.insert(Algorithm::HS256);
  two.insert(Algorithm::ES256);
  EXPECT_EQ(permitted(48, AlgorithmSet::all(), Profile::strict), hs256_to_384);
  EXPECT_EQ(permitted(64, two, Profile::strict), hs256);
  EXPECT_EQ(permitted(1, two, Profile::fastmcp), hs256);  // joserfc only warns
}

TEST(Secret, IsRefusedWithItsNameAndTheMend) {
  AlgorithmSet es256, hs512;
  es256.insert(Algorithm::ES256);
  hs512.insert(Algorithm::HS512);
  EXPECT_EQ(read_secret(std::string(64, 's'), Profile::strict, es256, "file").error().message,
            "file: a shared secret verifies only HS256, HS384 and HS512, and none of them is allowed; allow one, or "
            "leave the secret out");
  EXPECT_THAT(read_secret(std::string(63, 's'), Profile::strict, hs512, "file").error().message,
              HasSubstr("file: the secret has 63 bytes and needs at least 64"));
  EXPECT_THAT(read_secret("", Profile::fastmcp, hs512, "file").error().message, HasSubstr("file: the secret is empty"));
}

TEST(Secret, FastmcpRefusesAPublicKeyInEveryFormThatJoserfcKnows) {
  const EvpKey ec = p256(), rsa(EVP_RSA_gen(2048));
  const auto pem = [](const std::string& label, const std::string& der) {
    return "-----BEGIN " + label + "-----\n" + base64(der) + "\n-----END " + label + "-----\n";
  };
  const std::string ssh = ssh_line(*read_public_key(public_pem(ec), Profile::strict, "key"));
  for (const std::string& text :
       {public_der(ec), public_der(rsa), pkcs1_der(rsa), certificate_der(ec), ssh, public_pem(ec),
        pem("X509 CERTIFICATE", certificate_der(ec)), private_pem(ec) + pem("X509 CERTIFICATE", certificate_der(ec)),
        std::string("-----BEGIN PUBLIC KEY----- and no more")})
    EXPECT_THAT(secret_refusal(text, Profile::fastmcp), HasSubstr("holds a public key")) << text;
  for (const std::string& text :
       {private_pem(ec), public_der(ec) + "\n", ssh.substr(0, 40), " " + ssh, base64(public_der(ec)),
        pem("TRUSTED CERTIFICATE", certificate_der(ec)), std::string(R"({"kty":"RSA"})")})
    EXPECT_EQ(secret_refusal(text, Profile::fastmcp), "accepted") << text;
}

TEST(Secret, WithAByteOrderMarkIsRefusedOrNoted) {
  const std::string with_mark = "\xef\xbb\xbf" + std::string(40, 's');
  std::string wide = "\xff\xfe";
  for (const char c : std::string(20, 's')) wide += std::string(1, c) + '\0';
  EXPECT_THAT(secret_refusal(with_mark), HasSubstr("begins with a UTF-8 byte order mark"));
  EXPECT_THAT(secret_refusal(wide), HasSubstr("UTF-16"));
  std::vector<std::string> notes;
  EXPECT_EQ(read_secret(with_mark, Profile::fastmcp, AlgorithmSet::all(), "secret", &notes)->k, with_mark);
  EXPECT_EQ(notes.size(), 1u);
  // Random bytes that only begin alike.
  EXPECT_EQ(secret_refusal("\xff\xfe" + std::string(40, '\x81')), "accepted");
  EXPECT_EQ(secret_refusal("\xef\xbb\xbf" + std::string(40, '\x81')), "accepted");
}

TEST(Secret, ThatIsTooShortNamesTheProfileThatTakesIt) {
  const Error error = read_secret("only-eighteen-char", Profile::strict, AlgorithmSet::all(), "s").error();
  EXPECT_THAT(error.message, HasSubstr("s: the secret has 18 bytes and needs at least 32"));
  ASSERT_EQ(error.way_out.size(), 2u);
  EXPECT_EQ(error.way_out[0].value, "fastmcp");
  EXPECT_EQ(error.way_out[1].value, "HS256");
}

}  // namespace
}  // namespace assay::keys
