#include "keys/secret.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <string>

#include "codec/base64url.h"
#include "keys/openssl_text.h"

namespace assay::keys {
namespace {

using ::testing::HasSubstr;

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

}  // namespace
}  // namespace assay::keys
