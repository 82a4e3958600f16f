#include "base/output_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
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
  if (error == EFBIG) message += "; raise the limit (ulimit -f) or write elsewhere";
  if (error == EMFILE) message += "; raise the limit (ulimit -n)";
  if (error == ENOENT) message += "; create its directory first";
  if (error == EACCES || error == EROFS) message += "; check the permissions of the directory";
  if (error == EISDIR) message += "; name a file in it";
  return {message};
}

Error is_there(const std::string& shown) { return {shown + " exists and is not overwritten", "existing"}; }

// False sets errno. A file system that cannot sync is no error.
bool sync_descriptor(int fd) {
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
  const bool synced = sync_descriptor(fd);
  const int error = errno;
  ::close(fd);
  errno = error;
  return synced;
}

// A signal handler finds the names of temporary files here. If there is no place for a name, a signal that ends the
// process leaves that file behind.
constexpr std::size_t kMostTemporaries = 16;
std::atomic<const char*> temporaries[kMostTemporaries];
static_assert(std::atomic<const char*>::is_always_lock_free, "a signal handler reads them");

void remember_temporary(const std::string& path) noexcept {
  for (std::atomic<const char*>& slot : temporaries) {
    const char* empty = nullptr;
    if (slot.compare_exchange_strong(empty, path.c_str())) return;
  }
}

void forget_temporary(const std::string& path) noexcept {
  for (std::atomic<const char*>& slot : temporaries) {
    const char* name = path.c_str();
    if (slot.compare_exchange_strong(name, nullptr)) return;
  }
}

std::optional<OutputFile::Place> place_of_regular(const struct stat& st) {
  if (!S_ISREG(st.st_mode)) return std::nullopt;
  return OutputFile::Place{static_cast<std::uint64_t>(st.st_dev), static_cast<std::uint64_t>(st.st_ino), {}};
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
  if (options.resumable) return open_partial(path, options, options.mode);
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
  if (!S_ISREG(st.st_mode)) return open_directly(path, S_ISFIFO(st.st_mode) ? options.stop : nullptr);

  char resolved[PATH_MAX];
  if (::realpath(path.c_str(), resolved) == nullptr) return cannot_write(path, errno);
  Result<OutputFile> output = open_temporary(path, resolved, options, kOwnerOnly);
  if (output && ::fchmod(output->fd_, st.st_mode & 0777) != 0) return cannot_write(path, errno);
  return output;
}

std::optional<OutputFile::Place> OutputFile::place_of(int fd) {
  struct stat st {};
  return ::fstat(fd, &st) == 0 ? place_of_regular(st) : std::nullopt;
}

std::optional<OutputFile::Place> OutputFile::place_of(const std::string& path) {
  if (path.empty() || path == "-") return place_of(STDOUT_FILENO);
  struct stat st {};
  if (::stat(path.c_str(), &st) == 0) return place_of_regular(st);
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  if (::stat(folder.c_str(), &st) != 0) return std::nullopt;
  return Place{static_cast<std::uint64_t>(st.st_dev), static_cast<std::uint64_t>(st.st_ino),
               slash == std::string::npos ? path : path.substr(slash + 1)};
}

void OutputFile::remove_all_temporaries() noexcept {
  for (const std::atomic<const char*>& slot : temporaries) {
    if (const char* name = slot.load()) ::unlink(name);
  }
}

Result<OutputFile> OutputFile::open_directly(const std::string& path, const std::atomic<int>* stop) {
  constexpr int kMilliseconds = 50;
  int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | (stop != nullptr ? O_NONBLOCK : 0));
  // A pipe without a reader. open() itself would wait for one, and no signal would end that wait.
  while (fd < 0 && errno == ENXIO && stop != nullptr) {
    if (stop->load() != 0) return Error{"cannot write " + path + ": stopped before the pipe had a reader", "stopped"};
    ::poll(nullptr, 0, kMilliseconds);
    fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NONBLOCK);
  }
  if (fd < 0) return cannot_write(path, errno);
  OutputFile output(fd, path);
  if (stop != nullptr && ::fcntl(fd, F_SETFL, 0) != 0) return cannot_write(path, errno);
  return output;
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
  output.temporary_ = std::make_unique<const std::string>(std::move(temporary));
  remember_temporary(*output.temporary_);
  output.existing_ = options.existing;
  return output;
}

std::string OutputFile::partial_name(const std::string& path) { return path + ".partial"; }

Result<OutputFile> OutputFile::open_partial(const std::string& path, Options options, unsigned mode) {
  struct stat st {};
  const bool exists = ::stat(path.c_str(), &st) == 0;
  if (path.empty() || path == "-" || (exists && !S_ISREG(st.st_mode)))
    return Error{"only a regular file can be gone on with; name one"};
  char resolved[PATH_MAX];
  if (exists && ::realpath(path.c_str(), resolved) == nullptr) return cannot_write(path, errno);
  const std::string place = exists ? resolved : path;
  const std::string partial = partial_name(place);
  // What an earlier run left is opened first, so that its lock tells whether that run still writes.
  int fd = ::open(partial.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
  if (fd >= 0 && options.resume_at == 0) {
    const bool is_free = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (is_free) ::unlink(partial.c_str());
    ::close(fd);
    if (!is_free) return Error{partial + ": another run writes it"};
    fd = -1;
    errno = ENOENT;
  }
  if (fd < 0 && errno == ENOENT && options.resume_at == 0) {
    fd = ::open(partial.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW | O_CREAT | O_EXCL,
                static_cast<mode_t>(exists ? st.st_mode & 0777 : mode));
  }
  if (fd < 0 && errno == ENOENT && options.resume_at != 0)
    return Error{partial + " is missing, which an earlier run wrote; begin anew without its checkpoint"};
  if (fd < 0) return cannot_write(partial, errno);
  OutputFile output(fd, path);
  output.place_ = place;
  output.temporary_ = std::make_unique<const std::string>(partial);
  output.resumable_ = true;
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) return Error{partial + ": another run writes it"};
  if (::fstat(fd, &st) != 0) return cannot_write(partial, errno);
  if (static_cast<std::uint64_t>(st.st_size) < options.resume_at)
    return Error{partial + " is shorter than it was; begin anew without the checkpoint"};
  const auto size = static_cast<off_t>(options.resume_at);
  if (::ftruncate(fd, size) != 0 || ::lseek(fd, size, SEEK_SET) < 0) return cannot_write(partial, errno);
  return output;
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      shown_(std::move(other.shown_)),
      place_(std::move(other.place_)),
      temporary_(std::move(other.temporary_)),
      resumable_(other.resumable_),
      existing_(other.existing_) {}

OutputFile::~OutputFile() {
  if (fd_ > STDERR_FILENO) ::close(fd_);
  if (temporary_ == nullptr || resumable_) return;
  ::unlink(temporary_->c_str());
  forget_temporary(*temporary_);
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

Result<void> OutputFile::sync() {
  if (temporary_ != nullptr && !sync_descriptor(fd_)) return failure(errno);
  return {};
}

Result<void> OutputFile::commit() {
  if (temporary_ == nullptr) return {};
  if (Result<void> synced = sync(); !synced) return synced;
  // Some file systems report only here that the bytes did not fit.
  const int closed = ::close(std::exchange(fd_, -1));
  if (closed != 0 && errno != EINTR) return failure(errno);
  const int renamed = existing_ == Existing::refuse ? rename_to_new(temporary_->c_str(), place_.c_str())
                                                    : std::rename(temporary_->c_str(), place_.c_str());
  if (renamed != 0 && errno == EEXIST) return is_there(shown_);
  if (renamed != 0) return failure(errno);
  forget_temporary(*temporary_);
  temporary_.reset();
  if (sync_directory_of(place_)) return {};
  const int error = errno;
  if (existing_ == Existing::refuse) ::unlink(place_.c_str());  // made here, and not certain to last
  return failure(error);
}

}  // namespace assay::base
