#include "base/output_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support/temp_dir.h"

namespace assay::base {
namespace {

using test::TempDir;

TEST(OutputFile, AppearsOnlyWhenComplete) {
  const TempDir dir;
  dir.write("out", "old");
  {
    Result<OutputFile> output = OutputFile::open(dir.path("out"));
    ASSERT_TRUE(output);
    ASSERT_TRUE(output->write("new"));
    EXPECT_EQ(dir.read("out"), "old");
    ASSERT_TRUE(output->commit());
  }
  EXPECT_EQ(dir.read("out"), "new");
  EXPECT_EQ(dir.entries(), 1u);
}

TEST(OutputFile, IsRemovedWhenNotComplete) {
  const TempDir dir;
  {
    Result<OutputFile> output = OutputFile::open(dir.path("out"));
    ASSERT_TRUE(output);
    ASSERT_TRUE(output->write("half"));
    EXPECT_EQ(dir.entries(), 1u);
  }
  EXPECT_EQ(dir.entries(), 0u);
}

class OutputFileMode : public testing::Test {
 protected:
  OutputFileMode() : umask_(::umask(0022)) {}
  ~OutputFileMode() override { ::umask(umask_); }

  mode_t mode(const std::string& path) const {
    struct stat st {};
    EXPECT_EQ(::stat(path.c_str(), &st), 0) << path;
    return st.st_mode & 07777;
  }
  // Of the file when it is written anew.
  mode_t written(const std::string& name, bool credentials) const {
    Result<OutputFile> output = OutputFile::open(dir_.path(name), credentials);
    EXPECT_TRUE(output && output->write("x") && output->commit());
    return mode(dir_.path(name));
  }

  const TempDir dir_;

 private:
  mode_t umask_;
};

TEST_F(OutputFileMode, OfANewFileIsItsOwnersAloneWhenItHoldsCredentials) {
  EXPECT_EQ(written("open", false), 0644u);
  EXPECT_EQ(written("closed", true), 0600u);
}

TEST_F(OutputFileMode, IsThatOfTheFileReplaced) {
  for (const mode_t before : {0600u, 0640u, 0666u, 0755u}) {
    for (const bool credentials : {false, true}) {
      ASSERT_EQ(::chmod(dir_.write("out", "old").c_str(), before), 0);
      EXPECT_EQ(written("out", credentials), before);
    }
  }
}

TEST(OutputFile, TellsAFullDisk) {
  Result<OutputFile> output = OutputFile::open("/dev/full");
  ASSERT_TRUE(output);
  const auto wrote = output->write("x");
  ASSERT_FALSE(wrote);
  EXPECT_NE(wrote.error().message.find("/dev/full: No space left on device"), std::string::npos);
}

TEST(OutputFile, NamesAPlaceThatCannotBeWritten) {
  const TempDir dir;
  const Result<OutputFile> nowhere = OutputFile::open(dir.path("no/such/out"));
  ASSERT_FALSE(nowhere);
  EXPECT_NE(nowhere.error().message.find("no/such/out"), std::string::npos);
  EXPECT_FALSE(OutputFile::open(dir.path("")));
}

}  // namespace
}  // namespace assay::base
