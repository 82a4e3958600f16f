#include "jwk/secret_text.h"

#include <gtest/gtest.h>

namespace assay::jwk {
namespace {

TEST(SecretOfFile, LeavesOutTheFinalNewlineOfText) {
  EXPECT_EQ(secret_of_file("secret\n"), "secret");
  EXPECT_EQ(secret_of_file("secret\r\n"), "secret");
  EXPECT_EQ(secret_of_file("secret\n\n"), "secret\n");
  EXPECT_EQ(secret_of_file("two\r\nlines\tof text\n"), "two\r\nlines\tof text");
  EXPECT_EQ(secret_of_file("s\"\\é\n"), "s\"\\é");
  EXPECT_EQ(secret_of_file("secret"), "secret");
  EXPECT_EQ(secret_of_file("secret\r"), "secret\r");
  EXPECT_EQ(secret_of_file("\n"), "");
}

TEST(SecretOfFile, KeepsTheFinalNewlineOfWhatIsNotText) {
  EXPECT_EQ(secret_of_file("s\xff\n"), "s\xff\n");
  EXPECT_EQ(secret_of_file("s\x01\r\n"), "s\x01\r\n");
  EXPECT_EQ(secret_of_file("s\xed\xa0\x80\n"), "s\xed\xa0\x80\n");  // a surrogate
}

}  // namespace
}  // namespace assay::jwk
