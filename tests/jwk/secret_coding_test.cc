#include "jwk/secret_coding.h"

#include <gtest/gtest.h>

#include <string>

namespace assay::jwk {
namespace {

using Encoding = SecretEncoding;

TEST(SecretCoding, DecodesBase64OfEitherAlphabetPaddedOrNotInLinesOrNot) {
  const std::string bytes = "\xfb\xef\xff\x01";
  for (const char* text :
       {"++//AQ==", "--__AQ==", "++//AQ", "-+_/AQ", "++//AQ=", "++//\r\nAQ==\n", " + + / / A Q = = "}) {
    EXPECT_EQ(decode_secret(text, Encoding::base64), bytes) << text;
  }
  EXPECT_EQ(decode_secret("", Encoding::base64), "");
}

TEST(SecretCoding, RefusesWhatIsNotBase64) {
  for (const char* text : {"A", "AAAAA", "AB", "A=A=", "AAAA===", "AA.A", "\xc3\xa9", "=AAA"})
    EXPECT_EQ(decode_secret(text, Encoding::base64), std::nullopt) << text;
}

TEST(SecretCoding, DecodesHexOfEitherCaseInLinesOrNot) {
  for (const char* text : {"00ffA1", "00 FF a1\n", "00\r\nffA1"})
    EXPECT_EQ(decode_secret(text, Encoding::hex), std::string("\0\xff\xa1", 3)) << text;
  for (const char* text : {"0", "0g", "0x00", "00="})
    EXPECT_EQ(decode_secret(text, Encoding::hex), std::nullopt) << text;
}

TEST(SecretCoding, LeavesRawBytesToTheirFile) { EXPECT_EQ(decode_secret("AAAA", Encoding::raw), std::nullopt); }

}  // namespace
}  // namespace assay::jwk
