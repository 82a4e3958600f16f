#include "mint/key_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace assay::mint {
namespace {

constexpr std::size_t kLargestKeyFile = 1 << 20;

Error system_error(const std::string& path, const char* step) {
  return Error{path + ": cannot " + step + ": " + std::strerror(errno)};
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

Result<void> create(const std::string& path, std::string_view bytes, int flags, mode_t mode) {
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | flags, mode);
  if (fd < 0 && errno == EEXIST) return Error{path + ": exists and is not overwritten; --force replaces it"};
  if (fd < 0) return system_error(path, "create");
  const bool written = write_all(fd, bytes);
  const int saved = errno;
  if (::close(fd) == 0 && written) return {};
  if (!written) errno = saved;
  const Error error = system_error(path, "write");
  if (flags & O_EXCL) ::unlink(path.c_str());
  return error;
}

}  // namespace

Result<void> write_private_file(const std::string& path, std::string_view bytes, bool overwrite) {
  if (!overwrite) return create(path, bytes, O_EXCL, 0600);
  const std::string temporary = path + ".new." + std::to_string(::getpid());
  if (Result<void> made = create(temporary, bytes, O_EXCL, 0600); !made) return made;
  if (::rename(temporary.c_str(), path.c_str()) == 0) return {};
  const Error error = system_error(path, "replace");
  ::unlink(temporary.c_str());
  return error;
}

Result<void> write_public_file(const std::string& path, std::string_view bytes) {
  return create(path, bytes, O_TRUNC, 0644);
}

Result<std::string> read_key_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return system_error(path, "read");
  std::string bytes(kLargestKeyFile + 1, '\0');
  std::size_t size = 0;
  for (;;) {
    const ssize_t n = ::read(fd, bytes.data() + size, bytes.size() - size);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const Error error = system_error(path, "read");
      ::close(fd);
      return error;
    }
    if (n == 0) break;
    size += static_cast<std::size_t>(n);
  }
  ::close(fd);
  if (size > kLargestKeyFile) return Error{path + ": larger than 1 MiB: this is no key file"};
  bytes.resize(size);
  return bytes;
}

}  // namespace assay::mint
