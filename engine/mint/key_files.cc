#include "mint/key_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/output_file.h"

namespace assay::mint {
namespace {

constexpr std::size_t kLargestKeyFile = 1 << 20;

Error system_error(const std::string& path, const char* step) {
  return Error{path + ": cannot " + step + ": " + std::strerror(errno)};
}

Result<void> write_file(const std::string& path, std::string_view bytes, base::OutputFile::Options options) {
  Result<base::OutputFile> file = base::OutputFile::open(path, options);
  if (!file) return file.error();
  const Result<base::OutputFile::Outcome> wrote = file->write(bytes);
  if (!wrote) return wrote.error();
  if (*wrote == base::OutputFile::Outcome::closed) return Error{"cannot write " + path + ": nobody reads it"};
  return file->commit();
}

}  // namespace

Result<void> write_private_file(const std::string& path, std::string_view bytes, bool overwrite) {
  using Existing = base::OutputFile::Existing;
  const Result<void> written =
      write_file(path, bytes,
                 {.existing = overwrite ? Existing::replace : Existing::refuse, .mode = base::OutputFile::kOwnerOnly});
  if (!written && written.error().field == "existing") return Error{written.error().message, "overwrite"};
  return written;
}

Result<void> write_public_file(const std::string& path, std::string_view bytes) {
  return write_file(path, bytes, {.mode = 0644});
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
