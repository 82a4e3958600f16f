#include "keys/key_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <string_view>
#include <system_error>
#include <utility>

#include "archive/unpacked.h"
#include "keys/clock.h"

namespace assay::keys {
namespace {

constexpr auto kLongestSilence = std::chrono::seconds(60);
// How often a wait for a pipe looks at `stop`.
constexpr int kLookMilliseconds = 100;

// An open file; closed at the end.
class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const noexcept { return fd_; }

 private:
  const int fd_;
};

Error fault(const std::string& name, const std::string& what) { return {name + ": " + what, "keys"}; }

Error system_fault(const std::string& name, int error) {
  const char* mend = "; check the path";
  if (error == EACCES || error == EPERM) mend = "; check its permissions";
  if (error == EMFILE || error == ENFILE) mend = "; let the process open more files (ulimit -n)";
  if (error == EISDIR) mend = "; name a file in it";
  if (error == EIO) mend = "; check the disk";
  return fault(name, "cannot be read: " + std::generic_category().message(error) + mend);
}

// Whether the path names a descriptor of this process. Opening it waits for nobody.
bool is_own_descriptor(std::string_view path) noexcept {
  return path == "/dev/stdin" || path.starts_with("/dev/fd/") || path.starts_with("/proc/self/fd/");
}

// Says what a path is if it cannot be read as a file, or returns an empty string.
std::string other_than_a_file(mode_t mode, bool own_descriptor) {
  const char* const mend = "; give a regular file";
  if (S_ISREG(mode) || (own_descriptor && (S_ISFIFO(mode) || S_ISSOCK(mode)))) return {};
  if (own_descriptor && S_ISCHR(mode)) return std::string("is a terminal or another device, not a pipe") + mend;
  if (S_ISFIFO(mode)) {
    return "is a named pipe, which could keep the program waiting; give a regular file, or <(command) in a shell";
  }
  return std::string(S_ISSOCK(mode) ? "is a socket" : "is a device") + mend;
}

// Waits until a pipe has bytes or has ended.
Result<void> wait_for_bytes(int fd, const std::string& name, const std::atomic<bool>& stop) {
  const Clock::time_point until = Clock::now() + kLongestSilence;
  for (;;) {
    pollfd one = {fd, POLLIN, 0};
    const int ready = ::poll(&one, 1, kLookMilliseconds);
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return system_fault(name, errno);
    if (stop.load(std::memory_order_relaxed)) return fault(name, "the reading of keys was ended");
    if (Clock::now() >= until) return fault(name, "nothing came for a minute; end the command that writes it");
  }
}

}  // namespace

Result<std::string> read_key_file(const std::string& path, const std::string& name, const std::atomic<bool>& stop,
                                  std::size_t max_bytes) {
  if (path.find('\0') != std::string::npos) return fault(name, "the path holds a zero byte; give another");
  // Without O_NONBLOCK the open of a named pipe would wait for a writer.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
  struct stat status {};
  if (file.get() < 0) {
    const int error = errno;
    // A socket cannot be opened at all.
    if (error == ENXIO && ::stat(path.c_str(), &status) == 0 && S_ISSOCK(status.st_mode))
      return fault(name, other_than_a_file(status.st_mode, false));
    return system_fault(name, error);
  }
  if (::fstat(file.get(), &status) != 0) return system_fault(name, errno);
  if (S_ISDIR(status.st_mode)) return system_fault(name, EISDIR);
  if (const std::string what = other_than_a_file(status.st_mode, is_own_descriptor(path)); !what.empty())
    return fault(name, what);

  std::string text;
  char block[1 << 16];
  for (;;) {
    const ssize_t got = ::read(file.get(), block, sizeof block);
    if (got == 0) break;
    if (got > 0) {
      text.append(block, static_cast<std::size_t>(got));
      if (text.size() > max_bytes) {
        return fault(name, "larger than " + std::to_string(max_bytes >> 20) + " MiB; is this the right file?");
      }
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (Result<void> waited = wait_for_bytes(file.get(), name, stop); !waited) return waited.error();
    } else if (errno != EINTR) {
      return system_fault(name, errno);
    }
  }
  Result<std::string> plain = archive::unpacked(std::move(text), max_bytes);
  if (!plain) return fault(name, plain.error().message + "; is this the right file?");
  return plain;
}

}  // namespace assay::keys
