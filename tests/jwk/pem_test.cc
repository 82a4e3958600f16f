#include "jwk/pem.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace assay::jwk {
namespace {

using ::testing::HasSubstr;

// One block as "LABEL=bytes", "LABEL!" if it is encrypted, or "LABEL: fault".
std::string shown(const PemBlock& block) {
  if (*block.fault != '\0') return block.label + ": " + block.fault;
  return block.label + (block.encrypted ? "!" : "=") + block.der;
}
std::string read(const std::string& text, PemReader reader = PemReader::lenient) {
  std::string all;
  for (const PemBlock& block : pem_blocks(text, reader)) all += (all.empty() ? "" : ", ") + shown(block);
  return all;
}
std::string in_python(const std::string& text) { return read(text, PemReader::cryptography); }

const std::string kBlock = "-----BEGIN X-----\nYWJj\nZGVm\n-----END X-----\n";

TEST(Pem, IsReadInEveryShapeWhoseBase64IsNotInDoubt) {
  for (const std::string& text :
       {kBlock, "text " + kBlock + "more", std::string("-----BEGIN X----- YWJj ZGVm -----END X----- "),
        std::string("-----BEGIN X-----YWJjZGVm-----END X-----"),
        std::string("-----BEGIN X-----\n\xc2\xa0YWJj\n\xc2\xa0ZGVm\n-----END X-----"),
        std::string("\t-----BEGIN X-----\r\n  YWJj\r\n\tZGVm\r\n  -----END X-----"),
        std::string("\"-----BEGIN X-----\n\nYWJj\n\nZGVm\n\n-----END X-----\""),
        std::string("-----BEGIN X-----\nComment: b\n\nYWJjZGVm\n-----END X-----")})
    EXPECT_EQ(read(text), "X=abcdef") << text;
  for (const char* text : {R"(-----BEGIN X-----\nYWJj\nZGVm\n-----END X-----\n)",
                           R"(-----BEGIN X-----\r\nYWJj\r\nZGVm\r\n-----END X-----)",
                           R"(-----BEGIN X-----\\nYWJjZGVm\\n-----END X-----)"}) {
    EXPECT_EQ(read(text), "X=abcdef") << text;
    EXPECT_THAT(in_python(text), HasSubstr("damaged")) << text;
  }
}

TEST(Pem, SaysWhatIsBroken) {
  EXPECT_EQ(read("-----BEGIN X"), ": its BEGIN line is cut");
  EXPECT_EQ(read("-----BEGIN \nX-----\nYWJj\n-----END \nX-----"), ": its BEGIN line is cut");
  EXPECT_EQ(read("-----BEGIN \n" + kBlock), ": its BEGIN line is cut, X=abcdef");
  EXPECT_EQ(read("-----BEGIN X-----\nYWJj\n"), "X: it has no END line");
  EXPECT_EQ(read("-----BEGIN X-----\nYWJj\n" + kBlock), "X: it has no END line, X=abcdef");
  EXPECT_EQ(read("-----BEGIN X-----\nYWJj\n-----END Y-----"), "X: its END line is not that of its BEGIN line");
  EXPECT_EQ(read("-----BEGIN X-----\nYW!j\n-----END X-----"), "X: its base64 is damaged");
  EXPECT_EQ(read("-----BEGIN X-----\nYWJjZ\n-----END X-----"), "X: its base64 is damaged");
  EXPECT_EQ(read("-----BEGIN X-----\n-----END X-----"), "X: it is empty");
  EXPECT_EQ(read("no block"), "");
  EXPECT_EQ(read(kBlock + kBlock), "X=abcdef, X=abcdef");
}

TEST(Pem, TellsEncryptedBlocks) {
  const char* text = "-----BEGIN X-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nYWJj\n-----END X-----\n";
  EXPECT_EQ(read(text), "X!abc");
  EXPECT_EQ(in_python(text), "X!abc");
}

TEST(Pem, IsReadAsCryptographyReadsIt) {
  EXPECT_EQ(in_python("-----BEGIN X----- YWJj ZGVm -----END X----- "), "X=abcdef");
  EXPECT_EQ(in_python("  \n" + kBlock), "X=abcdef");
  EXPECT_EQ(in_python("-----BEGIN X-----\nYWJjZA\n-----END X-----"), "X=abcd");  // without its padding
  EXPECT_THAT(in_python("-----BEGIN X-----\n\nYWJj\n\nZGVm\n\n-----END X-----"), HasSubstr("an empty line"));
  EXPECT_THAT(in_python("-----BEGIN X-----\nComment: b\nYWJj\n-----END X-----"), HasSubstr("damaged"));
}

TEST(Pem, ReadsBareBase64OfBothAlphabets) {
  EXPECT_EQ(bytes_of_base64("YWJj\nZGVm\n"), "abcdef");
  EXPECT_EQ(bytes_of_base64("YWJjZA=="), "abcd");
  EXPECT_EQ(bytes_of_base64("-_-_"), bytes_of_base64("+/+/"));
  EXPECT_EQ(bytes_of_base64("a key!"), "");
  EXPECT_EQ(bytes_of_base64("YW\x01j"), "");
}

}  // namespace
}  // namespace assay::jwk
