#include "keys/key_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <thread>

#include "support/temp_dir.h"

namespace assay::keys {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::atomic<bool> kGoOn{false};

std::string error_of(const std::string& path, const std::atomic<bool>& stop = kGoOn) {
  const Result<std::string> text = read_key_file(path, "the name", stop);
  return text ? "read: " + *text : text.error().message;
}

class KeyFile : public ::testing::Test {
 protected:
  std::string path(const char* name) const { return folder_.path(name); }
  test::TempDir folder_;
};

TEST_F(KeyFile, IsReadWhole) {
  const std::string text(200'000, 'x');
  std::ofstream(path("file"), std::ios::binary) << text;
  const Result<std::string> read = read_key_file(path("file"), "the name", kGoOn);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, text);
}

TEST_F(KeyFile, FaultsCarryTheSystemsOwnErrorAndTheField) {
  EXPECT_EQ(error_of(path("none")), "the name: cannot be read: No such file or directory; check the path");
  EXPECT_THAT(error_of(path(".")), StartsWith("the name: cannot be read: Is a directory; name a file in it"));
  EXPECT_EQ(read_key_file(path("none"), "the name", kGoOn).error().field, "keys");
  EXPECT_THAT(error_of(std::string("a\0b", 3)), HasSubstr("zero byte"));
}

TEST_F(KeyFile, SaysThatTooManyFilesAreOpen) {
  std::ofstream(path("file")) << "x";
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const std::string error = error_of(path("file"));
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_EQ(error, "the name: cannot be read: Too many open files; let the process open more files (ulimit -n)");
}

// None of these has a writer, so a plain open or read would hang.
TEST_F(KeyFile, OtherThingsThanFilesAreRefusedAtOnce) {
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
  EXPECT_THAT(error_of(path("fifo")), StartsWith("the name: is a named pipe"));
  EXPECT_EQ(error_of("/dev/zero"), "the name: is a device; give a regular file");
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string name = path("socket");
  ASSERT_LT(name.size(), sizeof address.sun_path);
  std::memcpy(address.sun_path, name.c_str(), name.size());
  ASSERT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  EXPECT_EQ(error_of(name), "the name: is a socket; give a regular file");
  ::close(socket);
}

class OwnPipe : public ::testing::Test {
 protected:
  OwnPipe() { EXPECT_EQ(::pipe2(ends_, O_CLOEXEC), 0); }
  ~OwnPipe() override {
    ::close(ends_[0]);
    close_writer();
  }
  void close_writer() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }
  std::string path() const { return "/dev/fd/" + std::to_string(ends_[0]); }
  int ends_[2] = {-1, -1};
};

TEST_F(OwnPipe, IsReadToItsEndHoweverLateItComes) {
  std::thread writer([this] {
    EXPECT_EQ(::write(ends_[1], "one", 3), 3);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    EXPECT_EQ(::write(ends_[1], "two", 3), 3);
    close_writer();
  });
  const std::string read = error_of(path());
  writer.join();
  EXPECT_EQ(read, "read: onetwo");
}

TEST_F(OwnPipe, WithoutAWordIsGivenUpWhenToldToStop) {
  const std::atomic<bool> stop{true};
  EXPECT_THAT(error_of(path(), stop), HasSubstr("was ended"));
}

}  // namespace
}  // namespace assay::keys
