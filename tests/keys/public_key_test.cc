#include "keys/public_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "codec/base64url.h"
#include "jwk/pem.h"
#include "keys/openssl_text.h"
#include "keys/prepared_key.h"
#include "keys/ssh_text.h"

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
  EXPECT_THAT(refusal(""), HasSubstr("empty, not a public key"));
  EXPECT_THAT(refusal(public_der(p256()) + "x"), HasSubstr("no public key found"));
}

TEST(PublicKey, IsReadFromTheFirstBlockThatJoserfcLooksFor) {
  const EvpKey one = p256(), other = p256();
  const std::string both = public_pem(one) + public_pem(other);
  EXPECT_EQ(read(both, Profile::fastmcp).x, read(public_pem(one)).x);
  // The word PUBLIC anywhere makes joserfc look for a public key first.
  EXPECT_THAT(refusal(private_pem(one) + public_pem(other), Profile::fastmcp), HasSubstr("no key found"));
  EXPECT_EQ(read(public_pem(other) + private_pem(one), Profile::fastmcp).x, read(public_pem(other)).x);
}

TEST(PublicKey, IsReadFromACertificateAndFromPkcs1) {
  const EvpKey ec = p256(), rsa(EVP_RSA_gen(2048));
  EXPECT_EQ(read(certificate_der(ec)).x, read(public_pem(ec)).x);
  EXPECT_EQ(read(pkcs1_der(rsa)).n, read(public_pem(rsa)).n);
}

std::string pem(const std::string& label, const std::string& der) {
  return "-----BEGIN " + label + "-----\n" + standard_base64(der) + "\n-----END " + label + "-----\n";
}
std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

TEST(PublicKey, StrictReadsShapesInWhichTheKeyIsBeyondDoubt) {
  const EvpKey key = p256();
  const std::string whole = public_pem(key);
  const Jwk wanted = read(whole);
  const std::string jwk = R"({"kty":"EC","crv":"P-256","kid":"k","x":")" + codec::base64url_encode(wanted.x) +
                          R"(","y":")" + codec::base64url_encode(wanted.y) + "\"}";
  for (const std::string& text :
       {replaced(whole, "\n", "\\n"), replaced(whole, "\n", " "), replaced(whole, "\n", ""),
        replaced(whole, "\n", "\n    "), "\xef\xbb\xbf" + whole, "KEY=\"" + replaced(whole, "\n", "\\n") + "\"",
        standard_base64(public_der(key)), standard_base64(public_der(key)) + "\n",
        codec::base64url_encode(public_der(key)), standard_base64(certificate_der(key)), standard_base64(whole),
        pem("CERTIFICATE", certificate_der(key)), pem("EC PUBLIC KEY", public_der(key)), jwk, "\n " + jwk + "\n",
        "\xef\xbb\xbf" + jwk}) {
    const Jwk found = read(text);
    EXPECT_EQ(found.x, wanted.x) << text;
    EXPECT_FALSE(found.has_kid);
  }
}

TEST(PublicKey, StrictSaysWhatItFoundInsteadAndTheMend) {
  const EvpKey key = p256();
  const std::string whole = public_pem(key);
  const Jwk jwk = read(whole);
  std::string wide;
  for (const char c : whole) wide += std::string(1, c) + '\0';
  const std::pair<std::string, const char*> cases[] = {
      {ssh_line(jwk), "an OpenSSH key; convert it: ssh-keygen -e -m PKCS8 -f FILE"},
      {ssh_private_pem(jwk), "give the public one: ssh-keygen"},
      {"\xff\xfe" + wide, "UTF-16 (byte order mark FF FE), not UTF-8; convert it: iconv -f UTF-16 -t UTF-8"},
      {wide, "UTF-16LE"},
      {"<html>", "HTML, not a public key"},
      {whole.substr(0, whole.size() / 2), "its PUBLIC KEY block cannot be read: it has no END line; was it cut?"},
      {whole.substr(0, 14), "a PEM block that is broken: its BEGIN line is cut"},
      {pem("PUBLIC KEY", public_der(key).substr(0, 40)), "its PUBLIC KEY block cannot be read"},
      {pem("CERTIFICATE REQUEST", "x"), "holds a block \"CERTIFICATE REQUEST\", not a public key"},
      {R"({"keys":[]})", "a JWK Set, not a single key; give it as a key set"},
      {R"({"a":1})", "JSON, but no JWK"},
      {R"({"kty":)", "not JSON: "},
      {R"({"kty":"RSA","n":"AQAB"})", "a JWK that cannot be used: e is missing"},
      {R"({"kty":"oct","k":")" + std::string(43, 'A') + "\"}", "a shared secret, not a public key"},
      {R"({"kty":"OKP","crv":"Ed25519","x":")" + std::string(42, 'B') + R"(A","d":")" + std::string(42, 'B') + "A\"}",
       "holds a private key"},
      {"eyJhbGciOiJub25lIn0.e30.", "a token (JWT), not a public key"},
      {"---- BEGIN SSH2 PUBLIC KEY ----", "RFC 4716"}};
  for (const auto& [text, what] : cases) {
    EXPECT_THAT(refusal(text), HasSubstr(what));
    EXPECT_EQ(refusal(text).find('\n'), std::string::npos);
  }
  const EvpKey edwards(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  const std::string advice = refusal(ssh_line(read(public_pem(edwards))));
  EXPECT_EQ(read(advice.substr(advice.find('{'))).x, read(public_pem(edwards)).x);
}

TEST(PublicKey, ShortOnesNameTheProfileThatTakesThem) {
  const Result<Jwk> jwk = read_public_key(public_pem(EvpKey(EVP_RSA_gen(1024))), Profile::strict, "key.pem");
  ASSERT_FALSE(jwk);
  ASSERT_EQ(jwk.error().way_out.size(), 1u);
  EXPECT_EQ(jwk.error().way_out[0].field, "policy.profile");
  EXPECT_EQ(jwk.error().way_out[0].value, "fastmcp");
}

TEST(PublicKey, OfAChainOnlyTheFirstCertificateCounts) {
  const EvpKey leaf = p256(), authority = p256();
  const std::string chain =
      pem("CERTIFICATE", certificate_der(leaf)) + pem("CERTIFICATE", certificate_der(authority, true));
  std::vector<std::string> notes;
  const Result<Jwk> jwk = read_public_key(chain, Profile::strict, "chain.pem", &notes);
  ASSERT_TRUE(jwk) << jwk.error().message;
  EXPECT_EQ(jwk->x, read(public_pem(leaf)).x);
  EXPECT_EQ(jwk->certificate, jwk::pem_blocks(chain, jwk::PemReader::lenient).front().der);
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_THAT(notes[0], HasSubstr("a chain of 2 certificates: only the first, the leaf, counts"));
  // The other way round the first is of a CA, whose key must not become one for tokens.
  const std::string reversed =
      pem("CERTIFICATE", certificate_der(authority, true)) + pem("CERTIFICATE", certificate_der(leaf));
  EXPECT_THAT(refusal(reversed), HasSubstr("begins with a CA's, whose key signs no tokens; put the leaf"));
}

TEST(PublicKey, FastmcpReadsWhatCryptographyReads) {
  const EvpKey rsa(EVP_RSA_gen(2048)), ec = p256();
  const std::string whole = public_pem(rsa);
  const Jwk wanted = read(whole);
  const auto n = [](const std::string& text) { return read(text, Profile::fastmcp).n; };
  for (const std::string& text :
       {replaced(whole, "\n", " "), replaced(whole, "\n", ""), replaced(whole, "\n", "\n\t"), "\n\n  " + whole,
        "key: " + whole + "bye", pem("RSA PUBLIC KEY", pkcs1_der(rsa)), pem("RSA PUBLIC KEY", public_der(rsa)),
        pem("CERTIFICATE", certificate_der(rsa)), pem("X509 CERTIFICATE", certificate_der(rsa)), private_pem(rsa),
        pem("CERTIFICATE", certificate_der(ec)) + private_pem(rsa), ssh_line(wanted), ssh_private_pem(wanted),
        public_der(rsa), pkcs1_der(rsa), whole + public_pem(ec)})
    EXPECT_EQ(n(text), wanted.n) << text;
  for (const std::string& text :
       {replaced(whole, "\n", "\\n"), replaced(whole, "\n", "\n\n"), pem("EC PUBLIC KEY", public_der(ec)),
        pem("PUBLIC KEY", pkcs1_der(rsa)), pem("TRUSTED CERTIFICATE", certificate_der(rsa)),
        pem("CERTIFICATE", certificate_der(rsa)) + whole, private_pem(rsa) + whole, certificate_der(rsa),
        standard_base64(public_der(rsa)), public_der(rsa) + "\n", " " + ssh_line(wanted),
        ssh_private_pem(wanted, "aes256-ctr"), "PUBLIC\n" + pem("CERTIFICATE", certificate_der(rsa)),
        std::string(R"({"kty":"RSA","n":"AQAB","e":"AQAB"})"), std::string()})
    EXPECT_NE(refusal(text, Profile::fastmcp), "accepted") << text;
}

}  // namespace
}  // namespace assay::keys
