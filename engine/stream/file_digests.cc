#include "stream/file_digests.h"

#include <fcntl.h>
#include <oneapi/tbb/parallel_for.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <string_view>

#include "digest/running_sha256.h"

namespace assay::stream {
namespace {

constexpr std::size_t kReadBytes = 256u << 10;
static_assert(kReadBytes % digest::RunningSha256::kBlock == 0);

// Fills `to` unless the file ends before. Returns false if it cannot be read.
bool fill(int file, std::string& to) {
  to.resize(kReadBytes);
  std::size_t size = 0;
  while (size < kReadBytes) {
    const ssize_t bytes = ::read(file, to.data() + size, kReadBytes - size);
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes < 0) return false;
    if (bytes == 0) break;
    size += static_cast<std::size_t>(bytes);
  }
  to.resize(size);
  return true;
}

FileDigest digest_of(int file, const std::atomic<int>* stop) {
  digest::RunningSha256 hash;
  std::string part;
  for (std::uint64_t bytes = 0;;) {
    if (stop != nullptr && stop->load() != 0) return {};
    if (!fill(file, part)) return {};
    bytes += part.size();
    if (part.size() < kReadBytes) return {bytes, digest::hexadecimal(hash.end(part))};
    hash.take(part);
  }
}

FileDigest digest_of(const std::string& path, const std::atomic<int>* stop) {
  // Opening a named pipe would wait for a writer.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return {};
  struct stat status {};
  FileDigest digest;
  if (::fstat(file, &status) == 0 && S_ISREG(status.st_mode)) digest = digest_of(file, stop);
  ::close(file);
  return digest;
}

}  // namespace

std::vector<FileDigest> file_digests(const std::vector<std::string>& paths, const std::atomic<int>* stop) {
  std::vector<FileDigest> digests(paths.size());
  oneapi::tbb::parallel_for(std::size_t{0}, paths.size(), [&](std::size_t i) {
    if (paths[i] != "-") digests[i] = digest_of(paths[i], stop);
  });
  return digests;
}

void add_digests(const std::vector<FileDigest>& digests, std::vector<tally::FileCoverage>& files) {
  for (std::size_t i = 0; i < digests.size(); ++i) {
    files[i].bytes = digests[i].bytes;
    files[i].sha256 = digests[i].sha256;
  }
}

}  // namespace assay::stream
