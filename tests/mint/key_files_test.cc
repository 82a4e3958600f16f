#include "mint/key_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

namespace assay::mint {
namespace {

class KeyFiles : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "assay-key-files-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  std::string path(const char* name) const { return folder_ + "/" + name; }
  static unsigned mode(const std::string& file) {
    struct stat found {};
    return ::stat(file.c_str(), &found) == 0 ? found.st_mode & 07777u : 0;
  }
  std::string folder_;
};

TEST_F(KeyFiles, KeepsAPrivateFileFromOthersAndFromOverwriting) {
  const std::string file = path("key.pem");
  ASSERT_TRUE(write_private_file(file, "one", false));
  EXPECT_EQ(mode(file), 0600u);
  const Result<void> again = write_private_file(file, "two", false);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().field, "overwrite");
  EXPECT_THAT(again.error().message, testing::HasSubstr("key.pem exists"));
  EXPECT_EQ(*read_key_file(file), "one");
  ::chmod(file.c_str(), 0644);
  ASSERT_TRUE(write_private_file(file, "three", true));
  EXPECT_EQ(*read_key_file(file), "three");
  EXPECT_EQ(mode(file), 0600u);
}

TEST_F(KeyFiles, KeepsTheModeOfAPublicFile) {
  const std::string file = path("key.pub.pem");
  const mode_t before = ::umask(0022);
  ASSERT_TRUE(write_public_file(file, "one"));
  EXPECT_EQ(mode(file), 0644u);
  ::chmod(file.c_str(), 0640);
  ASSERT_TRUE(write_public_file(file, "two"));
  ::umask(before);
  EXPECT_EQ(mode(file), 0640u);
  EXPECT_EQ(*read_key_file(file), "two");
}

TEST_F(KeyFiles, ReplacesASymbolicLinkByAPrivateFileAndLeavesItsTarget) {
  const std::string target = path("target"), link = path("key.pem");
  ASSERT_TRUE(write_public_file(target, "old"));
  std::filesystem::create_symlink(target, link);
  EXPECT_FALSE(write_private_file(link, "new", false));
  ASSERT_TRUE(write_private_file(link, "new", true));
  EXPECT_FALSE(std::filesystem::is_symlink(link));
  EXPECT_EQ(mode(link), 0600u);
  EXPECT_EQ(*read_key_file(target), "old");
}

TEST_F(KeyFiles, NamesTheFileThatIsMissing) {
  EXPECT_THAT(read_key_file(path("none")).error().message, testing::HasSubstr("none: cannot read"));
  EXPECT_FALSE(write_private_file(path("no/folder"), "x", false));
}

}  // namespace
}  // namespace assay::mint
