#include "base/output_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

namespace assay::base {
namespace {

Error cannot_write(const std::string& shown, int error) {
  std::string message = "cannot write " + shown + ": " + std::generic_category().message(error);
  if (error == ENOSPC || error == EDQUOT) message += "; free some space or write elsewhere";
  if (error == ENOENT) message += "; create its directory first";
  if (error == EACCES || error == EROFS) message += "; check the permissions of the directory";
  if (error == EISDIR) message += "; name a file in it";
  return {message};
}

}  // namespace

Result<OutputFile> OutputFile::open(const std::string& path, bool credentials) {
  if (path.empty() || path == "-") return OutputFile(STDOUT_FILENO, "standard output");
  struct stat st {};
  const bool exists = ::stat(path.c_str(), &st) == 0;
  if (exists && S_ISDIR(st.st_mode)) return cannot_write(path, EISDIR);
  if (exists && !S_ISREG(st.st_mode)) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (fd < 0) return cannot_write(path, errno);
    return OutputFile(fd, path);
  }
  std::string place = path;
  if (exists) {
    // Through a symbolic link the file is replaced, not the link.
    char resolved[PATH_MAX];
    if (::realpath(path.c_str(), resolved) == nullptr) return cannot_write(path, errno);
    place = resolved;
  }
  std::string temporary;
  int fd = -1;
  const mode_t mode = exists || credentials ? 0600 : 0666;
  for (int attempt = 0; attempt < 100; ++attempt) {
    temporary = place + ".tmp." + std::to_string(::getpid());
    if (attempt != 0) temporary += '.' + std::to_string(attempt);
    fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd >= 0 || errno != EEXIST) break;
  }
  if (fd < 0) return cannot_write(path, errno);
  OutputFile output(fd, path);
  output.place_ = std::move(place);
  output.temporary_ = std::move(temporary);
  if (exists && ::fchmod(fd, st.st_mode & 0777) != 0) return cannot_write(path, errno);
  return output;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      shown_(std::move(other.shown_)),
      place_(std::move(other.place_)),
      temporary_(std::exchange(other.temporary_, {})) {}

OutputFile::~OutputFile() {
  if (fd_ > STDERR_FILENO) ::close(fd_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Error OutputFile::failure(int error) const { return cannot_write(shown_, error); }

Result<OutputFile::Outcome> OutputFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd_, bytes.data(), bytes.size());
    if (wrote >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(wrote));
    } else if (errno == EPIPE) {
      return Outcome::closed;
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      struct pollfd room {
        fd_, POLLOUT, 0
      };
      ::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      return failure(errno);
    }
  }
  return Outcome::written;
}

Result<void> OutputFile::commit() {
  if (temporary_.empty()) return {};
  // Some file systems tell only here that the bytes did not fit.
  const int closed = ::close(std::exchange(fd_, -1));
  if (closed != 0 && errno != EINTR) return failure(errno);
  if (std::rename(temporary_.c_str(), place_.c_str()) != 0) return failure(errno);
  temporary_.clear();
  return {};
}

}  // namespace assay::base
