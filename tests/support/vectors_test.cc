#include "support/vectors.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace assay::test {
namespace {

TEST(Vectors, ReadHexadecimalOfEitherCase) { EXPECT_EQ(from_hex("00fFa1"), std::string("\x00\xff\xa1", 3)); }

TEST(Vectors, RefuseWhatIsNotHexadecimal) {
  EXPECT_THROW(from_hex("0"), std::runtime_error);
  EXPECT_THROW(from_hex("0g"), std::runtime_error);
}

TEST(Vectors, AreAllThere) {
  EXPECT_EQ(read_lines(data_path("vectors/attacks.ndjson")).size(), 954u);
  EXPECT_EQ(read_lines(data_path("vectors/rfc.ndjson")).size(), 23u);
}

TEST(Vectors, NameTheFileThatIsMissing) { EXPECT_THROW(read_file("/nonexistent/vectors"), std::runtime_error); }

TEST(Vectors, GiveTheTextOfAMemberOrNothing) {
  const Document document(R"({"a":"b","n":1})", "here");
  EXPECT_EQ(text_of(document.root(), "a"), "b");
  EXPECT_EQ(text_of(document.root(), "n"), "");
  EXPECT_THROW(Document("{", "here"), std::runtime_error);
}

}  // namespace
}  // namespace assay::test
