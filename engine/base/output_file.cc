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

Error is_there(const std::string& shown) { return {shown + " exists and is not overwritten", "existing"}; }

// False sets errno. A file system that cannot sync is no error.
bool sync(int fd) {
  while (::fsync(fd) != 0) {
    if (errno == EINVAL || errno == ENOTSUP || errno == ENOSYS) return true;
    if (errno != EINTR) return false;
  }
  return true;
}

// Makes a name in the directory of `place` last. A directory that may not be read cannot be synced.
bool sync_directory_of(const std::string& place) {
  const std::size_t slash = place.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : place.substr(0, slash + 1);
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return true;
  const bool synced = sync(fd);
  const int error = errno;
  ::close(fd);
  errno = error;
  return synced;
}

// Renames, but fails with EEXIST rather than replace a file.
int rename_to_new(const char* from, const char* to) {
  if (::link(from, to) == 0) return ::unlink(from);
#ifdef RENAME_NOREPLACE
  // FAT and others have no links.
  if (errno != EEXIST) return ::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
#endif
  return -1;
}

}  // namespace

Result<OutputFile> OutputFile::open(const std::string& path, Options options) {
  struct stat st {};
  if (options.existing != Existing::rewrite) {
    // Nothing is written through what stands in the place, be it a pipe, a device or a link to one.
    if (path.empty()) return Error{"the path is empty; name a file"};
    const bool exists = ::lstat(path.c_str(), &st) == 0;
    if (exists && options.existing == Existing::refuse) return is_there(path);
    if (exists && S_ISDIR(st.st_mode)) return cannot_write(path, EISDIR);
    return open_temporary(path, path, options, options.mode);
  }
  if (path.empty() || path == "-") return OutputFile(STDOUT_FILENO, "standard output");
  if (::stat(path.c_str(), &st) != 0) return open_temporary(path, path, options, options.mode);
  if (S_ISDIR(st.st_mode)) return cannot_write(path, EISDIR);
  if (!S_ISREG(st.st_mode)) return open_directly(path);

  char resolved[PATH_MAX];
  if (::realpath(path.c_str(), resolved) == nullptr) return cannot_write(path, errno);
  Result<OutputFile> output = open_temporary(path, resolved, options, kOwnerOnly);
  if (output && ::fchmod(output->fd_, st.st_mode & 0777) != 0) return cannot_write(path, errno);
  return output;
}

Result<OutputFile> OutputFile::open_directly(const std::string& path) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (fd < 0) return cannot_write(path, errno);
  return OutputFile(fd, path);
}

Result<OutputFile> OutputFile::open_temporary(const std::string& path, std::string place, Options options,
                                              unsigned mode) {
  std::string temporary;
  int fd = -1;
  for (int attempt = 0; attempt < 100; ++attempt) {
    temporary = place + ".tmp." + std::to_string(::getpid());
    if (attempt != 0) temporary += '.' + std::to_string(attempt);
    fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, static_cast<mode_t>(mode));
    if (fd >= 0 || errno != EEXIST) break;
  }
  if (fd < 0) return cannot_write(path, errno);
  OutputFile output(fd, path);
  output.place_ = std::move(place);
  output.temporary_ = std::move(temporary);
  output.existing_ = options.existing;
  return output;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      shown_(std::move(other.shown_)),
      place_(std::move(other.place_)),
      temporary_(std::exchange(other.temporary_, {})),
      existing_(other.existing_) {}

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
  if (!sync(fd_)) return failure(errno);
  // Some file systems report only here that the bytes did not fit.
  const int closed = ::close(std::exchange(fd_, -1));
  if (closed != 0 && errno != EINTR) return failure(errno);
  const int renamed = existing_ == Existing::refuse ? rename_to_new(temporary_.c_str(), place_.c_str())
                                                    : std::rename(temporary_.c_str(), place_.c_str());
  if (renamed != 0 && errno == EEXIST) return is_there(shown_);
  if (renamed != 0) return failure(errno);
  temporary_.clear();
  if (sync_directory_of(place_)) return {};
  const int error = errno;
  if (existing_ == Existing::refuse) ::unlink(place_.c_str());  // made here, and not certain to last
  return failure(error);
}

}  // namespace assay::base
