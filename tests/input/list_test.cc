#include "input/list.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "support/temp_dir.h"

namespace assay::input {
namespace {

using State = ListedInput::State;
using test::TempDir;

std::string encoded(const char* name, const std::string& text) {
  std::string bytes;
  const auto encoder = archive::compression_of_name(name)->make_encoder();
  encoder->encode(text, bytes);
  encoder->finish(bytes);
  return bytes;
}

class List : public testing::Test {
 protected:
  void make_directory(const std::string& name) const { std::filesystem::create_directories(dir_.path(name)); }
  // The names of what is listed, without the folder of the test; skipped ones begin with '-', unreadable ones with '!'.
  std::vector<std::string> listed(const std::vector<std::string>& paths) {
    auto inputs = list_inputs(paths);
    EXPECT_TRUE(inputs) << inputs.error().message;
    if (!inputs) return {};
    inputs_ = std::move(*inputs);
    std::vector<std::string> names;
    for (const ListedInput& input : inputs_) {
      std::string name = input.path;
      if (name.starts_with(dir_.path(""))) name.erase(0, dir_.path("").size());
      names.push_back((input.state == State::skipped ? "-" : input.state == State::unreadable ? "!" : "") + name);
      EXPECT_EQ(input.state == State::ready, input.message.empty());
      EXPECT_TRUE(input.message.empty() || input.message.find(input.path) != std::string::npos) << input.message;
    }
    return names;
  }
  std::string refusal(const std::string& path) {
    const auto inputs = list_inputs({path});
    return inputs ? "" : inputs.error().message;
  }

  TempDir dir_;
  std::vector<ListedInput> inputs_;
};

using Names = std::vector<std::string>;

TEST_F(List, WalksDirectoriesInTheOrderOfNamesAndTime) {
  make_directory("logs/b");
  for (const char* name : {"logs/c.log", "logs/c.log.2.gz", "logs/c.log.1", "logs/b/x", "logs/a", "logs/.hidden"}) {
    dir_.write(name, "text\n");
  }
  EXPECT_EQ(listed({dir_.path("logs"), dir_.path("logs/a")}),
            (Names{"logs/.hidden", "logs/a", "logs/b/x", "logs/c.log.2.gz", "logs/c.log.1", "logs/c.log", "logs/a"}));
  EXPECT_TRUE(inputs_.front().is_found);
  EXPECT_FALSE(inputs_.back().is_found);
  EXPECT_EQ(listed({dir_.path("logs/")}).size(), 6u);
}

TEST_F(List, TellsKindSizeAndTime) {
  dir_.write("text", "12345");
  dir_.write("zipped", encoded("x.gz", "text"));
  dir_.write("packed", encoded("x.zst", "text"));
  EXPECT_EQ(listed({dir_.path("text"), dir_.path("zipped"), dir_.path("packed")}).size(), 3u);
  EXPECT_EQ(inputs_[0].compression, nullptr);
  EXPECT_EQ(inputs_[0].size, 5u);
  EXPECT_TRUE(inputs_[0].is_regular);
  EXPECT_GT(inputs_[0].modified, (Instant{1700000000, 0}));
  EXPECT_EQ(inputs_[1].compression, archive::compression_of_name("x.gz"));
  EXPECT_EQ(inputs_[2].compression, archive::compression_of_name("x.zst"));
}

TEST_F(List, SkipsInADirectoryWhatIsNoText) {
  make_directory("logs");
  dir_.write("logs/a.xz", std::string("\xFD"
                                      "7zXZ\0rest",
                                      10));
  std::string tar(600, '\0');
  tar.replace(257, 5, "ustar");
  dir_.write("logs/b.tar.gz", encoded("x.gz", tar));
  dir_.write("logs/c.tar.zst", encoded("x.zst", tar));
  ASSERT_EQ(::mkfifo(dir_.path("logs/d").c_str(), 0600), 0);
  const int sock = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, dir_.path("logs/e").c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(::bind(sock, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  std::filesystem::create_symlink("/dev/null", dir_.path("logs/f"));
  dir_.write("logs/g", "");
  EXPECT_EQ(listed({dir_.path("logs")}),
            (Names{"-logs/a.xz", "-logs/b.tar.gz", "-logs/c.tar.zst", "-logs/d", "-logs/e", "-logs/f", "logs/g"}));
  const char* kinds[] = {
      "xz data", "its gzip data hold a tar archive", "its zstd data hold a tar archive", "a named pipe", "a socket",
      "a device"};
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_NE(inputs_[i].message.find(kinds[i]), std::string::npos) << inputs_[i].message;
  }
  ::close(sock);
}

TEST_F(List, RefusesAGivenPathThatIsNoTextOrMissing) {
  EXPECT_NE(refusal(dir_.path("missing")).find("No such file"), std::string::npos);
  const std::string xz = dir_.write("a.xz", std::string("\xFD"
                                                        "7zXZ\0rest",
                                                        10));
  EXPECT_NE(refusal(xz).find("xz data; decompress it first: xzcat " + xz), std::string::npos);
  const std::string twice = dir_.write("a.gz.gz", encoded("x.gz", encoded("x.gz", "text")));
  EXPECT_NE(refusal(twice).find("its gzip data hold gzip data"), std::string::npos) << refusal(twice);
  // The list does not report that decompression fails; the reader does.
  EXPECT_EQ(refusal(dir_.write("b.gz", std::string("\x1F\x8B\x08\xFF\xFF", 5))), "");
}

TEST_F(List, TakesPipesAndDevicesThatAreGiven) {
  ASSERT_EQ(::mkfifo(dir_.path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(listed({dir_.path("pipe"), "/dev/null", "-"}), (Names{"pipe", "/dev/null", "-"}));
  EXPECT_FALSE(inputs_[0].is_regular);
}

TEST_F(List, EndsInALoopOfSymbolicLinks) {
  make_directory("logs/sub");
  dir_.write("logs/sub/a", "text\n");
  std::filesystem::create_directory_symlink("..", dir_.path("logs/sub/loop"));
  std::filesystem::create_directory_symlink("sub", dir_.path("logs/tub"));
  std::filesystem::create_symlink("self", dir_.path("logs/self"));
  EXPECT_EQ(listed({dir_.path("logs")}), (Names{"!logs/self", "logs/sub/a", "-logs/sub/loop", "-logs/tub"}));
  // A directory that is given twice is read twice.
  EXPECT_EQ(listed({dir_.path("logs/sub"), dir_.path("logs/sub")}).size(), 8u);
}

TEST_F(List, TellsWhatADirectoryHoldsThatCannotBeRead) {
  make_directory("logs/closed");
  dir_.write("logs/a", "text\n");
  dir_.write("logs/b", "text\n");
  std::filesystem::create_symlink("vanished", dir_.path("logs/c"));
  // A regular file whose first bytes nobody can read.
  std::filesystem::create_symlink("/proc/self/mem", dir_.path("logs/d"));
  EXPECT_EQ(listed({dir_.path("logs")}), (Names{"logs/a", "logs/b", "!logs/c", "!logs/d"}));
  EXPECT_NE(inputs_.back().message.find("Input/output error"), std::string::npos) << inputs_.back().message;
  if (::geteuid() == 0) GTEST_SKIP() << "root reads everything";
  ::chmod(dir_.path("logs/b").c_str(), 0);
  ::chmod(dir_.path("logs/closed").c_str(), 0);
  EXPECT_EQ(listed({dir_.path("logs")}), (Names{"logs/a", "!logs/b", "!logs/c", "!logs/closed", "!logs/d"}));
  ::chmod(dir_.path("logs/closed").c_str(), 0700);
}

TEST_F(List, ReadsADirectoryDeeperThanDescriptorsReach) {
  std::string path = "deep";
  for (int i = 0; i < 200; ++i) path += "/d";
  make_directory(path);
  dir_.write(path + "/log", "text\n");
  struct rlimit before {};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const struct rlimit few { 50, before.rlim_max };
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  const Names names = listed({dir_.path("deep")});
  ::setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(names, (Names{path + "/log"}));
}

}  // namespace
}  // namespace assay::input
