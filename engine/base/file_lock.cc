#include "base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace assay::base {
namespace {

// Whether the open file still stands under this name: its holder may have removed it in the meantime.
bool has_name(int fd, const std::string& path) {
  struct stat open_file {
  }, named{};
  return ::fstat(fd, &open_file) == 0 && ::stat(path.c_str(), &named) == 0 && open_file.st_dev == named.st_dev &&
         open_file.st_ino == named.st_ino;
}

}  // namespace

Result<FileLock> FileLock::take(std::string path) {
  for (;;) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (fd < 0 && errno == EINTR) continue;
    if (fd < 0) {
      const char* const mend = errno == ENOENT ? "; create its directory first" : "; check the permissions";
      return Error{"cannot write " + path + ": " + std::generic_category().message(errno) + mend};
    }
    FileLock lock(fd, path);
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
      lock.path_.clear();  // it is the holder's to remove
      return Error{path + ": another run holds it", "held"};
    }
    struct stat st {};
    if (::fstat(fd, &st) == 0 && (!S_ISREG(st.st_mode) || st.st_size != 0)) {
      lock.path_.clear();
      return Error{path + " stands where a lock has to be made, and is none; move it away"};
    }
    if (has_name(fd, path)) return lock;
    lock.path_.clear();
  }
}

FileLock::~FileLock() {
  if (fd_ < 0) return;
  // Removed before it is unlocked, so that nobody can hold a file that is about to lose its name.
  if (!path_.empty()) ::unlink(path_.c_str());
  ::close(fd_);
}

}  // namespace assay::base
