#include "base/file_kind.h"

#include <gtest/gtest.h>

#include <string>

namespace assay::base {
namespace {

using namespace std::string_view_literals;

std::string name_of(std::string_view bytes) {
  const auto kind = file_kind(bytes);
  return kind ? std::string(kind->name) : "text";
}

TEST(FileKind, KnowsCompressedFilesByTheirFirstBytes) {
  EXPECT_EQ(name_of("\x1F\x8B\x08\x00"sv), "gzip data");
  EXPECT_EQ(name_of("\x28\xB5\x2F\xFD\x04"sv), "zstd data");
  EXPECT_EQ(name_of("BZh91AY"sv), "bzip2 data");
  EXPECT_EQ(name_of("\xFD"
                    "7zXZ\0\0"sv),
            "xz data");
  EXPECT_EQ(name_of("PK\x03\x04"sv), "a zip archive");
  EXPECT_EQ(name_of("access.log" + std::string(247, '\0') + "ustar"), "a tar archive");
  EXPECT_EQ(name_of("access.log" + std::string(247, 'x') + " ustar"), "text");
  EXPECT_EQ(name_of("\x04\x22\x4D\x18"sv), "lz4 data");
  EXPECT_EQ(name_of("7z\xBC\xAF\x27\x1C"sv), "a 7z archive");
  EXPECT_EQ(file_kind("\x1F\x8B\x08\x00"sv)->explained("a.gz"), "gzip data; decompress it first: zcat a.gz");
  EXPECT_EQ(file_kind("PK\x03\x04"sv)->explained("my logs.zip"),
            "a zip archive; unpack it and name the folder: unzip -d unpacked 'my logs.zip'");
}

TEST(FileKind, KnowsUtf16WithAndWithoutAMark) {
  EXPECT_EQ(name_of("\xFF\xFE"
                    "e\0y\0"sv),
            "UTF-16 (byte order mark FF FE)");
  EXPECT_EQ(name_of("\xFE\xFF\0e\0y"sv), "UTF-16 (byte order mark FE FF)");
  EXPECT_EQ(name_of("\xFF\xFE\0\0e\0\0\0"sv), "UTF-32 (byte order mark FF FE 00 00)");
  std::string little, big;
  for (int i = 0; i < 40; ++i) (little += 'e') += '\0', (big += '\0') += 'e';
  EXPECT_EQ(file_kind(little)->command, "iconv -f UTF-16LE -t UTF-8");
  EXPECT_EQ(file_kind(big)->command, "iconv -f UTF-16BE -t UTF-8");
  EXPECT_EQ(file_kind("\xFF\xFE"
                      "e\0"sv)
                ->explained(""),
            "UTF-16 (byte order mark FF FE); convert it: iconv -f UTF-16 -t UTF-8");
}

TEST(FileKind, TakesTextForText) {
  std::string odd = "a line with one NUL";
  odd += '\0';
  odd += std::string(100, 'x');
  for (const std::string_view text : {""sv, "\xEF\xBB\xBF{}"sv, "{\"token\":\"a\"}\n"sv, "\x1F"sv,
                                      "\x1B[1mcolour\x1B[0m"sv, "\xE2\x82\xAC"sv, std::string_view(odd)}) {
    EXPECT_EQ(name_of(text), "text") << text;
  }
  EXPECT_EQ(name_of(std::string(80, '\0')), "binary data");
}

}  // namespace
}  // namespace assay::base
