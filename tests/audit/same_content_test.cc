#include "audit/same_content.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

#include "archive/compression.h"
#include "digest/digest.h"
#include "support/temp_dir.h"

namespace assay::audit {
namespace {

using test::TempDir;

std::string compressed(const archive::Compression& compression, const std::string& text) {
  std::string bytes;
  const auto encoder = compression.make_encoder();
  encoder->encode(text, bytes);
  encoder->finish(bytes);
  return bytes;
}

std::string lines(std::size_t count, const std::string& last = "") {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += "line " + std::to_string(i) + "\n";
  return text + last;
}

std::vector<std::size_t> same(const std::vector<std::string>& paths) {
  const auto listed = input::list_inputs(paths);
  EXPECT_TRUE(listed) << listed.error().message;
  return same_content(*listed);
}

TEST(SameContent, HashesTheUncompressedContent) {
  const TempDir dir;
  for (const std::size_t size : {0u, 1u, 55u, 56u, 63u, 64u, 65u, 119u, 120u, 262143u, 262144u, 262145u, 600000u}) {
    const std::string text(size, 'a');
    ContentDigest expected{};
    digest::sha2(Hash::SHA256, text, expected.data());
    const auto plain = content_sha256(dir.write("in", text));
    ASSERT_TRUE(plain);
    EXPECT_EQ(*plain, expected) << size;
    for (const archive::Compression& compression : archive::compressions()) {
      const auto packed = content_sha256(dir.write("in", compressed(compression, text)));
      ASSERT_TRUE(packed);
      EXPECT_EQ(*packed, expected) << size << compression.name;
    }
  }
}

TEST(SameContent, FindsCopiesWhateverTheirCompression) {
  const TempDir dir;
  const std::string text = lines(20000);
  const std::vector<std::string> paths = {dir.write("a", text),
                                          dir.write("b", lines(20000, "more\n")),
                                          dir.write("c", text),
                                          dir.write("d.gz", compressed(archive::compressions()[0], text)),
                                          dir.write("e.zst", compressed(archive::compressions()[1], text)),
                                          dir.write("f", lines(20000, "most\n"))};
  EXPECT_EQ(same(paths), (std::vector<std::size_t>{0, 1, 0, 0, 0, 5}));
}

TEST(SameContent, TellsNothingOfEmptyAndFaultyFiles) {
  const TempDir dir;
  const std::string archive = compressed(archive::compressions()[0], lines(100));
  const std::string cut = archive.substr(0, archive.size() - 4);
  EXPECT_EQ(same({dir.write("a", ""), dir.write("b", ""), dir.write("c", cut), dir.write("d", cut),
                  dir.write("e", lines(100))}),
            (std::vector<std::size_t>{0, 1, 2, 3, 4}));
  const auto listed = input::list_inputs({dir.write("f", "x\n"), dir.write("g", "x\n")});
  ASSERT_TRUE(listed);
  ::unlink(dir.path("g").c_str());
  EXPECT_EQ(same_content(*listed), (std::vector<std::size_t>{0, 1}));
}

}  // namespace
}  // namespace assay::audit
