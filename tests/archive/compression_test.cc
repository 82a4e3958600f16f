#include "archive/compression.h"

#include <gtest/gtest.h>

#include "archive/decoding.h"

namespace assay::archive {
namespace {

TEST(Compression, IsRecognisedByItsFirstBytesAndBySuffix) {
  for (const Compression& compression : compressions()) {
    const std::string archive = encode(compression, "text");
    EXPECT_EQ(recognise(archive).compression, &compression);
    EXPECT_EQ(recognise(archive.substr(0, 4)).begins, Begins::yes);
    for (const std::size_t size : {0, 1, 2}) {
      EXPECT_EQ(recognise(archive.substr(0, size)).begins, Begins::perhaps) << compression.name << size;
      EXPECT_EQ(recognise(archive.substr(0, size) + "x").begins, Begins::no) << compression.name << size;
    }
    const std::string name = "access.log" + std::string(compression.suffix);
    EXPECT_EQ(compression_of_name(name), &compression);
    EXPECT_EQ(without_suffix(name), "access.log");
  }
  EXPECT_EQ(compression_of_name("access.log"), nullptr);
  EXPECT_EQ(without_suffix("access.log"), "access.log");
}

TEST(Compression, RecognisesASkippableFrameOfZstd) {
  for (int first = 0x50; first <= 0x5F; ++first) {
    EXPECT_EQ(recognise(static_cast<char>(first) + std::string("\x2A\x4D\x18")).begins, Begins::yes);
  }
  EXPECT_EQ(recognise("PQRS").begins, Begins::no);
  EXPECT_EQ(recognise("P").begins, Begins::perhaps);
}

TEST(Compression, TakesTextForNone) {
  for (const char* text : {"{\"token\":1}", "eyJhbGciOiJSUzI1NiJ9", "\n", " x"}) {
    EXPECT_EQ(recognise(text).begins, Begins::no) << text;
  }
}

}  // namespace
}  // namespace assay::archive
