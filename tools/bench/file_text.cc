#include "bench/file_text.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace assay::bench {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;

Error cannot_read(int error) { return {std::string("cannot be read: ") + std::strerror(error)}; }

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t most) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return cannot_read(errno);
  std::string text;
  while (text.size() < most) {
    const std::size_t before = text.size();
    text.resize(before + std::min(kBlock, most - before));
    const ssize_t got = ::read(fd, text.data() + before, text.size() - before);
    const int error = errno;
    text.resize(before + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got > 0 || (got < 0 && error == EINTR)) continue;
    ::close(fd);
    if (got < 0) return cannot_read(error);
    return text;
  }
  ::close(fd);
  return text;
}

}  // namespace assay::bench
