#include "bench/memory_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace assay::bench {

Result<MemoryFile> MemoryFile::make(std::string_view bytes) {
  MemoryFile file(::memfd_create("assay-bench", MFD_CLOEXEC));
  bool written = file.fd_ >= 0;
  while (written && !bytes.empty()) {
    const ssize_t n = ::write(file.fd_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    written = n > 0;
    if (written) bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  if (!written) return Error{std::string("cannot hold the tokens in memory: ") + std::strerror(errno)};
  return file;
}

MemoryFile::MemoryFile(MemoryFile&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

MemoryFile& MemoryFile::operator=(MemoryFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

MemoryFile::~MemoryFile() {
  if (fd_ >= 0) ::close(fd_);
}

std::string MemoryFile::path() const { return "/proc/self/fd/" + std::to_string(fd_); }

}  // namespace assay::bench
