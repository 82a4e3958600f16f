#include "archive/unpacked.h"

#include <gtest/gtest.h>

#include "archive/decoding.h"

namespace assay::archive {
namespace {

TEST(Unpacked, GivesTheTextOfAnArchiveAndAnythingElseAsItIs) {
  for (const char* text : {"", "secret", "{\"keys\":[]}"}) EXPECT_EQ(*unpacked(text, 100), text);
  for (const Compression& compression : compressions()) {
    for (const std::size_t size : {0, 1, 70'000, 1'000'000}) {
      const std::string text(size, 'x');
      const auto given = unpacked(encode(compression, text), 1'000'000);
      ASSERT_TRUE(given) << given.error().message;
      EXPECT_EQ(*given, text);
    }
  }
}

TEST(Unpacked, RefusesWhatIsTooLargeCutOffOrCorrupt) {
  for (const Compression& compression : compressions()) {
    const std::string name(compression.name), archive = encode(compression, std::string(1'000'000, 'x'));
    EXPECT_LT(archive.size(), 10'000u);
    EXPECT_EQ(unpacked(archive, 999'999).error().message, "its " + name + " data hold more than 999999 bytes");
    EXPECT_EQ(unpacked(archive, 0).error().message, "its " + name + " data hold more than 0 bytes");
    const auto cut = unpacked(archive.substr(0, archive.size() - 1), 1'000'000);
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().message, "its " + name + " data are cut off at byte " + std::to_string(archive.size() - 1));
    std::string corrupt = archive;
    corrupt[corrupt.size() / 2] = static_cast<char>(~corrupt[corrupt.size() / 2]);
    EXPECT_FALSE(unpacked(corrupt, 1'000'000));
  }
}

}  // namespace
}  // namespace assay::archive
