#include "assay/key_pair.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <limits>
#include <thread>

#include "codec/base64url.h"
#include "mint/token_text.h"

namespace assay {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const unsigned char* bytes(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }

const EVP_MD* md(Hash hash) {
  return hash == Hash::SHA256 ? EVP_sha256() : hash == Hash::SHA384 ? EVP_sha384() : EVP_sha512();
}

std::string raw_to_der(const std::string& raw) {
  const int n = static_cast<int>(raw.size() / 2);
  ECDSA_SIG* sig = ECDSA_SIG_new();
  ECDSA_SIG_set0(sig, BN_bin2bn(bytes(raw), n, nullptr), BN_bin2bn(bytes(raw) + n, n, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(sig, &der);
  std::string out(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  ECDSA_SIG_free(sig);
  return out;
}

// Verifies by OpenSSL's own road, from the public PEM (or the secret).
bool verifies(const KeyPair& pair, const std::string& input, std::string signature) {
  const AlgorithmInfo& row = info(pair.algorithm());
  if (row.scheme == Scheme::hmac) {
    const std::string secret = pair.private_pem();
    unsigned char mac[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    HMAC(md(row.hash), secret.data(), static_cast<int>(secret.size()), bytes(input), input.size(), mac, &size);
    return signature == std::string(reinterpret_cast<char*>(mac), size);
  }
  const std::string pem = pair.public_pem();
  BIO* bio = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  EVP_PKEY* key = PEM_read_bio_PUBKEY(bio, nullptr, nullptr, nullptr);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* key_context = nullptr;
  EVP_DigestVerifyInit(context, &key_context, row.hash == Hash::none ? nullptr : md(row.hash), nullptr, key);
  if (row.scheme == Scheme::rsa_pss) {
    EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, digest_bytes(row.hash));
  }
  if (row.scheme == Scheme::ecdsa) signature = raw_to_der(signature);
  const int ok = EVP_DigestVerify(context, bytes(signature), signature.size(), bytes(input), input.size());
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  BIO_free(bio);
  return ok == 1;
}

class EachAlgorithm : public testing::TestWithParam<int> {
 protected:
  Algorithm algorithm() const { return static_cast<Algorithm>(GetParam()); }
};

TEST_P(EachAlgorithm, SignsWhatOpensslVerifiesAndSurvivesItsPem) {
  Result<KeyPair> made = KeyPair::generate(algorithm());
  ASSERT_TRUE(made) << made.error().message;
  const std::string input = "header.payload";
  EXPECT_TRUE(verifies(*made, input, made->signature(input)));
  EXPECT_FALSE(verifies(*made, "header.paylood", made->signature(input)));

  Result<KeyPair> again = KeyPair::from_private(made->private_pem(), algorithm());
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->public_pem(), made->public_pem());
  EXPECT_EQ(again->jwks("k"), made->jwks("k"));
  EXPECT_TRUE(verifies(*made, input, again->signature(input)));
}

TEST_P(EachAlgorithm, SignsFromSeveralThreadsAtOnce) {
  Result<KeyPair> pair = KeyPair::generate(algorithm());
  ASSERT_TRUE(pair) << pair.error().message;
  std::vector<std::string> signatures(4);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    threads.emplace_back([&, i] { signatures[i] = pair->signature("input " + std::to_string(i)); });
  }
  for (std::thread& thread : threads) thread.join();
  for (std::size_t i = 0; i < signatures.size(); ++i) {
    EXPECT_TRUE(verifies(*pair, "input " + std::to_string(i), signatures[i]));
  }
}

INSTANTIATE_TEST_SUITE_P(KeyPair, EachAlgorithm, testing::Range(0, kAlgorithmCount), [](const auto& tested) {
  return std::string(to_string(static_cast<Algorithm>(tested.param)));
});

TEST(KeyPair, WritesOnlyPublicMembersInItsJwks) {
  Result<KeyPair> rsa = KeyPair::generate(Algorithm::RS256);
  EXPECT_THAT(rsa->jwks("k1"), StartsWith(R"({"keys":[{"kty":"RSA","kid":"k1","use":"sig","alg":"RS256","n":")"));
  EXPECT_THAT(rsa->jwks(), HasSubstr(R"("e":"AQAB"}]})"));
  EXPECT_THAT(rsa->jwks(), testing::Not(HasSubstr("\"d\"")));
  EXPECT_THAT(KeyPair::generate(Algorithm::EdDSA)->jwks(), HasSubstr(R"("alg":"EdDSA","crv":"Ed25519","x":")"));
  EXPECT_EQ(KeyPair::from_private("abc", Algorithm::HS256)->jwks(),
            R"({"keys":[{"kty":"oct","use":"sig","alg":"HS256","k":"YWJj"}]})");
}

TEST(KeyPair, SaysWhyAKeyCannotSign) {
  Result<KeyPair> ec = KeyPair::generate(Algorithm::ES384);
  EXPECT_THAT(KeyPair::from_private(ec->private_pem(), Algorithm::RS256).error().message, HasSubstr("P-384"));
  EXPECT_THAT(KeyPair::from_private(ec->private_pem(), Algorithm::ES256).error().message, HasSubstr("P-384"));
  EXPECT_THAT(KeyPair::from_private(ec->public_pem(), Algorithm::ES384).error().message, HasSubstr("public key"));
  EXPECT_THAT(KeyPair::from_private("rubbish", Algorithm::ES384).error().message, HasSubstr("PEM"));
  EXPECT_THAT(KeyPair::from_private("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n", Algorithm::RS256).error().message,
              HasSubstr("encrypted"));
  EXPECT_THAT(KeyPair::from_private("", Algorithm::HS256).error().message, HasSubstr("empty"));
  EXPECT_THAT(KeyPair::generate(Algorithm::RS256, 1024).error().message, HasSubstr("2048"));
}

std::string segment(const std::string& token, int index) {
  std::size_t start = 0;
  for (int i = 0; i < index; ++i) start = token.find('.', start) + 1;
  return *codec::base64url_decode(std::string_view(token).substr(start, token.find('.', start) - start));
}

TEST(CreateToken, LaysOutAsFastMcp) {
  Result<KeyPair> pair = KeyPair::from_private("0123456789abcdef0123456789abcdef", Algorithm::HS256);
  TokenRequest request;
  request.issued_at = Instant{1790000000, 0};
  std::string token = pair->create_token(request);
  EXPECT_EQ(segment(token, 0), R"({"typ":"JWT","alg":"HS256"})");
  EXPECT_EQ(segment(token, 1),
            R"({"sub":"fastmcp-user","iss":"https://fastmcp.example.com","iat":1790000000,"exp":1790003600})");

  request.audiences = {"a", "b"};
  request.scopes = {"read", "write"};
  request.kid = "clé😀";
  request.additional_claims = {{"tenant", "{ \"a b\" : [1, 2] }"}, {"iss", "\"é\""}};
  token = pair->create_token(request);
  EXPECT_EQ(segment(token, 0), R"({"typ":"JWT","alg":"HS256","kid":"cl\u00e9\ud83d\ude00"})");
  EXPECT_EQ(segment(token, 1), R"({"sub":"fastmcp-user","iss":"é","iat":1790000000,"exp":1790003600,)"
                               R"("aud":["a","b"],"scope":"read write","tenant":{"a b":[1,2]}})");
}

// Python's integers have no end.
TEST(CreateToken, ExpiresBeyond64BitsIfAsked) {
  Result<KeyPair> pair = KeyPair::from_private("0123456789abcdef0123456789abcdef", Algorithm::HS256);
  TokenRequest request;
  request.issued_at = Instant{std::numeric_limits<std::int64_t>::max() - 1, 0};
  EXPECT_THAT(segment(pair->create_token(request), 1), HasSubstr(R"("exp":9223372036854779406})"));
  request.issued_at = Instant{std::numeric_limits<std::int64_t>::min(), 0};
  request.expires_in_seconds = -1;
  EXPECT_THAT(segment(pair->create_token(request), 1), HasSubstr(R"("exp":-9223372036854775809})"));
}

TEST(RsaKeyPair, IsMadeOfTwoPems) {
  const RsaKeyPair made = RsaKeyPair::generate();
  const Result<RsaKeyPair> again = RsaKeyPair::from_pem(made.private_key(), "-----any public key-----");
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->private_key(), made.private_key());
  EXPECT_EQ(again->public_key(), "-----any public key-----");
  TokenRequest request;
  request.issued_at = Instant{1790000000, 0};
  EXPECT_EQ(again->create_token(request), made.create_token(request));
  EXPECT_FALSE(RsaKeyPair::from_pem(made.public_key(), made.public_key()));
  EXPECT_FALSE(RsaKeyPair::from_pem("", ""));
}

}  // namespace
}  // namespace assay
