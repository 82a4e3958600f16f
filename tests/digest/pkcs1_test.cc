// EMSA-PKCS1-v1_5 against OpenSSL's own judgement: real signatures, and blocks of every wrong form signed with the key.
#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <array>
#include <memory>
#include <string>

#include "digest/digest.h"
#include "digest/pkcs1.h"
#include "support/random.h"

namespace assay::digest {
namespace {

using namespace std::string_literals;

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_PKEY_CTX, Free>;

const unsigned char* octets(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }

// The parts of an encoding, to be put together wrongly.
struct Encoding {
  std::string algorithm;  // AlgorithmIdentifier with its NULL
  std::string digest;
  std::string lead = "\0\1"s;
  char filling = '\xFF';
  std::string separator = "\0"s;
  std::string trailer = "";

  std::string info() const {
    return "\x30"s + static_cast<char>(algorithm.size() + digest.size() + 2) + algorithm + "\x04" +
           static_cast<char>(digest.size()) + digest;
  }
  std::string block(std::size_t size, const std::string& digest_info) const {
    const std::string end = separator + digest_info + trailer;
    return lead + std::string(size - lead.size() - end.size(), filling) + end;
  }
  std::string block(std::size_t size) const { return block(size, info()); }
};

class Pkcs1 : public testing::TestWithParam<Hash> {
 protected:
  static void SetUpTestSuite() { key_.reset(EVP_RSA_gen(2048)); }
  static void TearDownTestSuite() { key_.reset(); }

  static constexpr std::size_t kSize = 256;
  static EVP_PKEY* key() { return key_.get(); }

  const EVP_MD* md() const {
    return GetParam() == Hash::SHA256 ? EVP_sha256() : GetParam() == Hash::SHA384 ? EVP_sha384() : EVP_sha512();
  }
  std::string hashed(std::string_view message) const {
    std::string bytes(static_cast<std::size_t>(digest_bytes(GetParam())), '\0');
    sha2(GetParam(), message, reinterpret_cast<unsigned char*>(bytes.data()));
    return bytes;
  }
  Encoding encoding() const {
    // 2.16.840.1.101.3.4.2.{1,2,3}
    const char last = GetParam() == Hash::SHA256 ? '\1' : GetParam() == Hash::SHA384 ? '\2' : '\3';
    return {"\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02"s + last + "\x05\x00"s, hashed("message")};
  }

  // block^d: what the owner of a key can make of any block.
  std::string sign_raw(const std::string& block) const {
    const Context context(EVP_PKEY_CTX_new(key(), nullptr));
    EXPECT_EQ(EVP_PKEY_sign_init(context.get()), 1);
    EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING), 1);
    std::string signature(kSize, '\0');
    std::size_t size = kSize;
    EXPECT_EQ(EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, octets(block),
                            block.size()),
              1);
    return signature;
  }
  std::string sign(const std::string& message_hash) const {
    const Context context(EVP_PKEY_CTX_new(key(), nullptr));
    EXPECT_EQ(EVP_PKEY_sign_init(context.get()), 1);
    EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING), 1);
    EXPECT_EQ(EVP_PKEY_CTX_set_signature_md(context.get(), md()), 1);
    std::string signature(kSize, '\0');
    std::size_t size = kSize;
    EXPECT_EQ(EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                            octets(message_hash), message_hash.size()),
              1);
    return signature;
  }
  // s^e mod n; empty for a signature that is not below n.
  std::string block_of(const std::string& signature) const {
    const Context context(EVP_PKEY_CTX_new(key(), nullptr));
    EXPECT_EQ(EVP_PKEY_verify_recover_init(context.get()), 1);
    EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING), 1);
    std::string block(kSize, '\0');
    std::size_t size = kSize;
    if (EVP_PKEY_verify_recover(context.get(), reinterpret_cast<unsigned char*>(block.data()), &size, octets(signature),
                                signature.size()) != 1) {
      return "";
    }
    return block;
  }
  bool openssl_accepts(const std::string& signature, const std::string& message_hash) const {
    const Context context(EVP_PKEY_CTX_new(key(), nullptr));
    EXPECT_EQ(EVP_PKEY_verify_init(context.get()), 1);
    EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING), 1);
    EXPECT_EQ(EVP_PKEY_CTX_set_signature_md(context.get(), md()), 1);
    return EVP_PKEY_verify(context.get(), octets(signature), signature.size(), octets(message_hash),
                           message_hash.size()) == 1;
  }
  bool matches(const std::string& block, const std::string& message_hash) const {
    return emsa_pkcs1_matches(GetParam(), octets(message_hash), block);
  }
  void expect_rejected(const std::string& block, const char* what) const {
    ASSERT_EQ(block.size(), kSize) << what;
    EXPECT_FALSE(matches(block, hashed("message"))) << what;
    EXPECT_FALSE(openssl_accepts(sign_raw(block), hashed("message"))) << what << ", OpenSSL";
  }

 private:
  static inline std::unique_ptr<EVP_PKEY, Free> key_;
};

TEST_P(Pkcs1, MatchesTheBlocksOfOpensslSignatures) {
  for (int i = 0; i < 20; ++i) {
    const std::string hash = hashed("message " + std::to_string(i));
    const std::string block = block_of(sign(hash));
    EXPECT_TRUE(matches(block, hash));
    EXPECT_FALSE(matches(block, hashed("another")));
  }
  EXPECT_EQ(block_of(sign(hashed("message"))), encoding().block(kSize)) << "the parts of this test are right";
}

TEST_P(Pkcs1, AgreesWithOpensslOnCorruptedSignatures) {
  test::StructuredRandom random = test::StructuredRandom::announced("Pkcs1");
  const std::string hash = hashed("message");
  const std::string good = sign(hash);
  int accepted = 0;
  for (int round = 0; round < 300; ++round) {
    std::string signature = good;
    if (!random.one_in(4)) signature[random.below(kSize)] ^= static_cast<char>(1u << random.below(8));
    const bool verdict = matches(block_of(signature), hash);
    EXPECT_EQ(verdict, openssl_accepts(signature, hash));
    accepted += verdict;
  }
  EXPECT_GT(accepted, 0);
  EXPECT_LT(accepted, 300);
}

TEST_P(Pkcs1, RejectsEveryChangedBitAndByte) {
  const std::string hash = hashed("message");
  const std::string good = encoding().block(kSize);
  ASSERT_TRUE(matches(good, hash));
  for (std::size_t i = 0; i < kSize; ++i) {
    for (unsigned value = 0; value < 256; ++value) {
      std::string bad = good;
      bad[i] = static_cast<char>(value);
      EXPECT_EQ(matches(bad, hash), bad == good) << "byte " << i << " is " << value;
    }
  }
}

TEST_P(Pkcs1, RejectsWrongPadding) {
  Encoding e = encoding();
  ASSERT_TRUE(matches(e.block(kSize), e.digest));
  e.lead = "\0\2"s;
  expect_rejected(e.block(kSize), "block type 2");
  e.lead = "\0\0"s;
  expect_rejected(e.block(kSize), "block type 0");
  e.lead = "\0\0\1"s;
  expect_rejected(e.block(kSize), "a zero more in front");
  e.lead = "\0"s;
  expect_rejected(e.block(kSize), "no block type");
  e = encoding();
  e.filling = '\0';
  expect_rejected(e.block(kSize), "zeros for padding");
  e.filling = '\x7F';
  expect_rejected(e.block(kSize), "7F for padding");
  e = encoding();
  e.separator = "";
  expect_rejected(e.block(kSize), "no zero after the padding");
  e.separator = "\0\0"s;
  expect_rejected(e.block(kSize), "two zeros after the padding");
  e.separator = "\0\xFF\0"s;
  expect_rejected(e.block(kSize), "padding again after its end");
}

TEST_P(Pkcs1, RejectsAShorterRunOfPadding) {
  const Encoding right = encoding();
  for (const std::size_t run : {0u, 1u, 7u, 8u, 9u, 100u}) {
    Encoding e = right;
    e.trailer = std::string(kSize - right.lead.size() - run - 1 - right.info().size(), '\x42');
    expect_rejected(e.block(kSize), "garbage after the digest");
    e.trailer.clear();
    e.lead += std::string(run, '\xFF') + '\0' + right.info() + '\0';  // a whole encoding, then another
    if (e.lead.size() + 1 + e.info().size() <= kSize) expect_rejected(e.block(kSize), "two encodings");
  }
  Encoding e = right;
  e.trailer = "\0"s;
  expect_rejected(e.block(kSize), "one byte after the digest");
}

TEST_P(Pkcs1, RejectsOtherEncodingsOfDigestInfo) {
  const Encoding right = encoding();
  Encoding e = right;
  e.algorithm = "\x30\x0b"s + right.algorithm.substr(2, 11);
  expect_rejected(e.block(kSize), "no NULL");
  e.algorithm = "\x30\x0c"s + right.algorithm.substr(2, 11) + "\x05";
  expect_rejected(e.block(kSize), "half a NULL");
  e.algorithm = "\x30\x0e"s + right.algorithm.substr(2, 11) + "\x05\x81\x00"s;
  expect_rejected(e.block(kSize), "a NULL with a long length");
  e.algorithm = "\x30\x81\x0d"s + right.algorithm.substr(2);
  expect_rejected(e.block(kSize), "a long length of the algorithm");
  e.algorithm = right.algorithm;
  e.algorithm[12] = static_cast<char>(e.algorithm[12] % 3 + 1);
  expect_rejected(e.block(kSize), "another hash");
  e.algorithm = "\x30\x0e\x06\x0a"s + right.algorithm.substr(4, 9) + "\x01\x05\x00"s;
  expect_rejected(e.block(kSize), "a longer identifier");

  const std::string info = right.info();
  expect_rejected(right.block(kSize, "\x30\x81"s + info.substr(1)), "BER: a long length of the sequence");
  expect_rejected(right.block(kSize, "\x30\x80"s + info.substr(2) + "\0\0"s), "BER: an indefinite length");
  const std::size_t octets_at = info.size() - right.digest.size() - 2;
  expect_rejected(right.block(kSize, "\x30"s + static_cast<char>(info[1] + 1) + info.substr(2, octets_at - 2) +
                                         "\x04\x81" + info.substr(octets_at + 1)),
                  "BER: a long length of the digest");
  expect_rejected(right.block(kSize, right.digest), "no DigestInfo");
  e = right;
  e.digest.pop_back();
  expect_rejected(e.block(kSize), "a shorter digest");
  e.digest = right.digest + '\0';
  expect_rejected(e.block(kSize), "a longer digest");
}

// E - difference, by hand, from the last byte on: each byte of E below the second is FF, so nothing is borrowed.
TEST_P(Pkcs1, IsLessThanOnesByTheDifference) {
  for (int i = 0; i < 20; ++i) {
    Encoding e = encoding();
    e.digest = hashed("message " + std::to_string(i));
    std::array<unsigned char, kPkcs1DifferenceBytes> difference;
    difference.fill(0x5A);
    emsa_pkcs1_difference(GetParam(), octets(e.digest), difference);
    std::string block = "\0\1"s + std::string(kSize - 2, '\xFF');
    for (std::size_t k = 0; k < difference.size(); ++k) {
      char& byte = block[kSize - difference.size() + k];
      byte = static_cast<char>(static_cast<unsigned char>(byte) - difference[k]);
    }
    EXPECT_EQ(block, e.block(kSize));
  }
}

TEST_P(Pkcs1, TakesAnyBlockThatLeavesEightBytesOfPadding) {
  const Encoding e = encoding();
  const std::size_t least = e.info().size() + 11;
  for (const std::size_t size : {least, least + 1, std::size_t{128}, std::size_t{384}, std::size_t{512}}) {
    const std::string block = e.block(size);
    EXPECT_TRUE(matches(block, e.digest)) << size;
    EXPECT_FALSE(matches(block.substr(1), e.digest)) << size << ": the first zero dropped";
    EXPECT_FALSE(matches('\0' + block, e.digest)) << size << ": a zero in front";
    EXPECT_FALSE(matches(block.substr(0, size - 1), e.digest)) << size << ": cut";
  }
  EXPECT_FALSE(matches(e.block(least - 1), e.digest)) << "seven bytes of padding";
  for (std::size_t size = 0; size < least; ++size) {
    EXPECT_FALSE(matches(e.block(least).substr(least - size), e.digest)) << size;
  }
  EXPECT_FALSE(emsa_pkcs1_matches(Hash::none, octets(e.digest), e.block(kSize)));
}

INSTANTIATE_TEST_SUITE_P(Hashes, Pkcs1, testing::Values(Hash::SHA256, Hash::SHA384, Hash::SHA512),
                         [](const testing::TestParamInfo<Hash>& i) {
                           return "SHA" + std::to_string(8 * digest_bytes(i.param));
                         });

}  // namespace
}  // namespace assay::digest
