#include "input/source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

namespace assay::input {
namespace {

bool is_standard_input(const std::string& path) { return path == "-"; }

Error cannot_read(const std::string& path, int error) {
  const std::string shown = is_standard_input(path) ? "standard input" : path;
  if (error == EISDIR) return {"cannot read " + shown + ": it is a directory; name the files in it"};
  std::string message = "cannot read " + shown + ": " + std::generic_category().message(error);
  if (error == ENOENT) message += "; check the name";
  if (error == EACCES) message += "; check its permissions";
  if (error == EMFILE) message += "; raise the limit (ulimit -n)";
  if (error == EBADF && is_standard_input(path)) message += "; it is closed";
  return {message};
}

Error is_no_text(const std::string& path, const base::FileKind& kind) {
  if (is_standard_input(path)) return {"cannot read standard input: it is " + kind.explained("")};
  return {"cannot read " + path + ": it is " + kind.explained(path)};
}

Error is_shorter(const std::string& name, std::uint64_t size) {
  return {"cannot read " + name + " to its end: it was truncated while it was read and ends at byte " +
          std::to_string(size) + " now; read a copy, or rotate logs without copytruncate"};
}

// What a regular file is if it is no text. Other files are looked at when they are read.
Result<std::optional<base::FileKind>> kind_of(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return cannot_read(path, errno);
  char first[base::kFileKindBytes];
  const ssize_t got = ::pread(fd, first, sizeof first, 0);
  ::close(fd);
  return got > 0 ? base::file_kind({first, static_cast<std::size_t>(got)}) : std::nullopt;
}

bool status(const std::string& path, struct stat& st) {
  return (is_standard_input(path) ? ::fstat(STDIN_FILENO, &st) : ::stat(path.c_str(), &st)) == 0;
}

}  // namespace

InputFile::~InputFile() { ::close(fd_); }

Result<std::uint64_t> InputFile::size() const {
  struct stat st {};
  if (::fstat(fd_, &st) != 0) return cannot_read(name_, errno);
  return static_cast<std::uint64_t>(st.st_size);
}

Result<std::size_t> InputFile::read_at(std::uint64_t offset, char* to, std::size_t room) const {
  std::size_t done = 0;
  while (done < room) {
    const ssize_t got = ::pread(fd_, to + done, room - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_read(name_, errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Error InputFile::truncated() const {
  const Result<std::uint64_t> now = size();
  return now ? is_shorter(name_, *now) : now.error();
}

Source::Source(std::vector<std::string> inputs, Signals signals) : inputs_(std::move(inputs)), signals_(signals) {
  if (inputs_.empty()) inputs_.push_back("-");
}

Source::~Source() { close_current(); }

void Source::close_current() noexcept {
  if (fd_ > STDIN_FILENO && file_ == nullptr) ::close(fd_);
  file_.reset();
  fd_ = -1;
}

Result<void> Source::check() const {
  for (const std::string& path : inputs_) {
    struct stat st {};
    if (!status(path, st)) return cannot_read(path, errno);
    if (S_ISDIR(st.st_mode)) return cannot_read(path, EISDIR);
    if (is_standard_input(path)) continue;
    if (::access(path.c_str(), R_OK) != 0) return cannot_read(path, errno);
    if (!S_ISREG(st.st_mode)) continue;
    const auto kind = kind_of(path);
    if (!kind) return kind.error();
    if (*kind) return is_no_text(path, **kind);
  }
  return {};
}

Error Source::not_text(const base::FileKind& kind) const { return is_no_text(inputs_[index()], kind); }

std::uint64_t Source::total_bytes() const {
  std::uint64_t total = 0;
  for (const std::string& path : inputs_) {
    struct stat st {};
    if (!status(path, st) || !S_ISREG(st.st_mode)) return 0;
    total += static_cast<std::uint64_t>(st.st_size);
  }
  return total;
}

bool Source::next_may_block() const {
  struct stat st {};
  return next_ != inputs_.size() && status(inputs_[next_], st) && !S_ISREG(st.st_mode);
}

Result<bool> Source::open_next() {
  close_current();
  if (next_ == inputs_.size()) return false;
  const std::string& path = inputs_[next_++];
  struct stat st {};
  // Without O_NONBLOCK, opening a named pipe would wait for a writer, even if a signal comes.
  const int no_wait = status(path, st) && S_ISFIFO(st.st_mode) ? O_NONBLOCK : 0;
  do {
    fd_ = is_standard_input(path) ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | no_wait);
  } while (fd_ < 0 && errno == EINTR && !stopping());
  if (fd_ < 0 || ::fstat(fd_, &st) != 0) return cannot_read(path, errno);
  if (S_ISDIR(st.st_mode)) return cannot_read(path, EISDIR);
  regular_ = S_ISREG(st.st_mode);
  size_ = regular_ ? static_cast<std::uint64_t>(st.st_size) : 0;
  if (regular_) ::posix_fadvise(fd_, 0, 0, POSIX_FADV_SEQUENTIAL);
#ifdef F_SETPIPE_SZ
  // Writer and reader take turns less often if the pipe holds more than a block. It works without, so errors are
  // ignored.
  if (S_ISFIFO(st.st_mode)) static_cast<void>(::fcntl(fd_, F_SETPIPE_SZ, 1 << 20));
#endif
  // Some files report no size and yet hold bytes (/proc). Standard input is not dealt out: it has a position of its
  // own.
  if (regular_ && st.st_size > 0 && !is_standard_input(path)) file_ = std::make_shared<InputFile>(fd_, path);
  return true;
}

Result<Source::Read> Source::read(char* to, std::size_t room, bool wait) {
  for (;;) {
    if (stopping()) return Read{Outcome::stopped, 0};
    if (!regular_) {
      struct pollfd fds[2] = {{fd_, POLLIN, 0}, {signals_.wake_fd, POLLIN, 0}};
      const int ready = ::poll(fds, signals_.wake_fd >= 0 ? 2 : 1, wait ? -1 : 0);
      if (ready < 0 && errno == EINTR) return Read{Outcome::woken, 0};
      if (ready < 0) return cannot_read(inputs_[index()], errno);
      if (signals_.wake_fd >= 0 && fds[1].revents != 0) {
        char bytes[64];
        // The bytes are read, or every later wait would return at once. A closed descriptor is not polled again.
        if (::read(signals_.wake_fd, bytes, sizeof bytes) == 0) signals_.wake_fd = -1;
        if (stopping()) return Read{Outcome::stopped, 0};
        if (fds[0].revents == 0) return Read{Outcome::woken, 0};
      }
      if (fds[0].revents == 0) {
        if (!wait) return Read{Outcome::nothing, 0};
        continue;
      }
    }
    const ssize_t got = ::read(fd_, to, room);
    if (got > 0) return Read{Outcome::data, static_cast<std::size_t>(got)};
    if (got == 0) {
      if (const off_t at = ::lseek(fd_, 0, SEEK_CUR); at >= 0 && static_cast<std::uint64_t>(at) < size_) {
        return is_shorter(inputs_[index()], static_cast<std::uint64_t>(at));
      }
      return Read{Outcome::end, 0};
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      // Another reader of a non-blocking pipe was faster.
      if (!wait) return Read{Outcome::nothing, 0};
      continue;
    }
    if (errno != EINTR) return cannot_read(inputs_[index()], errno);
  }
}

}  // namespace assay::input
