#include "base/output_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <filesystem>
#include <string>

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
  // Writes the file anew and returns its mode.
  mode_t written(const std::string& name, OutputFile::Options options) const {
    Result<OutputFile> output = OutputFile::open(dir_.path(name), options);
    EXPECT_TRUE(output && output->write("x") && output->commit());
    return mode(dir_.path(name));
  }

  const TempDir dir_;

 private:
  mode_t umask_;
};

TEST_F(OutputFileMode, OfANewFileIsAsAskedForLessTheUmask) {
  EXPECT_EQ(written("open", {}), 0644u);
  EXPECT_EQ(written("closed", {.mode = OutputFile::kOwnerOnly}), 0600u);
}

TEST_F(OutputFileMode, IsThatOfTheFileRewritten) {
  for (const mode_t before : {0600u, 0640u, 0666u, 0755u}) {
    for (const unsigned asked : {0666u, 0600u}) {
      ASSERT_EQ(::chmod(dir_.write("out", "old").c_str(), before), 0);
      EXPECT_EQ(written("out", {.mode = asked}), before);
    }
  }
}

TEST_F(OutputFileMode, IsNotThatOfTheFileReplaced) {
  ASSERT_EQ(::chmod(dir_.write("out", "old").c_str(), 0666), 0);
  EXPECT_EQ(written("out", {.existing = OutputFile::Existing::replace, .mode = 0600}), 0600u);
}

TEST(OutputFile, RewritesTheTargetOfASymbolicLinkAndReplacesTheLinkItself) {
  const TempDir dir;
  dir.write("target", "old");
  std::filesystem::create_symlink(dir.path("target"), dir.path("link"));
  Result<OutputFile> rewritten = OutputFile::open(dir.path("link"));
  ASSERT_TRUE(rewritten && rewritten->write("new") && rewritten->commit());
  EXPECT_TRUE(std::filesystem::is_symlink(dir.path("link")));
  EXPECT_EQ(dir.read("target"), "new");
  Result<OutputFile> replaced = OutputFile::open(dir.path("link"), {.existing = OutputFile::Existing::replace});
  ASSERT_TRUE(replaced && replaced->write("newer") && replaced->commit());
  EXPECT_FALSE(std::filesystem::is_symlink(dir.path("link")));
  EXPECT_EQ(dir.read("link"), "newer");
  EXPECT_EQ(dir.read("target"), "new");
}

TEST(OutputFile, RefusesAFileThatIsThereFromTheBeginningOrAppearsMeanwhile) {
  const TempDir dir;
  constexpr OutputFile::Options kRefuse{.existing = OutputFile::Existing::refuse};
  dir.write("out", "old");
  std::filesystem::create_symlink("nowhere", dir.path("dangling"));
  for (const char* name : {"out", "dangling"}) {
    const Result<OutputFile> there = OutputFile::open(dir.path(name), kRefuse);
    ASSERT_FALSE(there) << name;
    EXPECT_EQ(there.error().field, "existing");
  }
  {
    Result<OutputFile> late = OutputFile::open(dir.path("late"), kRefuse);
    ASSERT_TRUE(late && late->write("new"));
    dir.write("late", "of another");
    const Result<void> done = late->commit();
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().field, "existing");
  }
  EXPECT_EQ(dir.read("late"), "of another");
  Result<OutputFile> fresh = OutputFile::open(dir.path("fresh"), kRefuse);
  ASSERT_TRUE(fresh && fresh->write("new") && fresh->commit());
  EXPECT_EQ(dir.read("fresh"), "new");
  EXPECT_EQ(dir.entries(), 4u);
}

TEST(OutputFile, WritesNoFileOfItsOwnThroughAPipeOrALinkToOne) {
  const TempDir dir;
  ASSERT_EQ(::mkfifo(dir.path("pipe").c_str(), 0600), 0);
  std::filesystem::create_symlink("pipe", dir.path("link"));
  for (const char* name : {"pipe", "link"}) {
    const Result<OutputFile> refused = OutputFile::open(dir.path(name), {.existing = OutputFile::Existing::refuse});
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().field, "existing") << name;
    // Opening the pipe for writing would wait for a reader.
    Result<OutputFile> replaced = OutputFile::open(dir.path(name), {.existing = OutputFile::Existing::replace});
    ASSERT_TRUE(replaced) << name;
    ASSERT_TRUE(replaced->write("secret"));
    ASSERT_TRUE(replaced->commit());
    EXPECT_TRUE(std::filesystem::is_regular_file(std::filesystem::symlink_status(dir.path(name)))) << name;
    EXPECT_EQ(dir.read(name), "secret") << name;
  }
}

TEST(OutputFile, IsStandardOutputOnlyWhereAFileIsRewritten) {
  for (const auto existing : {OutputFile::Existing::replace, OutputFile::Existing::refuse}) {
    EXPECT_FALSE(OutputFile::open("", {.existing = existing}));
  }
}

TEST(OutputFile, ReportsAPipeThatNobodyReads) {
  std::signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> fds{};
  ASSERT_EQ(::pipe(fds.data()), 0);
  Result<OutputFile> output = OutputFile::open("/dev/fd/" + std::to_string(fds[1]));
  ASSERT_TRUE(output);
  EXPECT_EQ(*output->write("x"), OutputFile::Outcome::written);
  ::close(fds[0]);
  EXPECT_EQ(*output->write("x"), OutputFile::Outcome::closed);
  EXPECT_TRUE(output->commit());
  ::close(fds[1]);
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

TEST(OutputFile, IsGoneOnWithAfterARunThatEndedEarly) {
  const TempDir dir;
  const std::string path = dir.path("out");
  {
    Result<OutputFile> output = OutputFile::open(path, {.resumable = true});
    ASSERT_TRUE(output) << output.error().message;
    ASSERT_TRUE(output->write("kept, and lost"));
    ASSERT_TRUE(output->sync());
    const Result<OutputFile> beside = OutputFile::open(path, {.resumable = true});
    ASSERT_FALSE(beside);
    EXPECT_NE(beside.error().message.find("another run"), std::string::npos);
  }
  EXPECT_EQ(dir.entries(), 1u);
  EXPECT_EQ(dir.read("out.partial"), "kept, and lost");
  EXPECT_FALSE(OutputFile::open(path, {.resumable = true, .resume_at = 100}));
  Result<OutputFile> output = OutputFile::open(path, {.resumable = true, .resume_at = 6});
  ASSERT_TRUE(output) << output.error().message;
  ASSERT_TRUE(output->write("gone on with"));
  ASSERT_TRUE(output->commit());
  EXPECT_EQ(dir.read("out"), "kept, gone on with");
  EXPECT_EQ(dir.entries(), 1u);
  EXPECT_FALSE(OutputFile::open("-", {.resumable = true}));
}

}  // namespace
}  // namespace assay::base
