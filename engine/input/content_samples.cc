#include "input/content_samples.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "digest/digest.h"
#include "digest/running_sha256.h"

namespace assay::input {
namespace {

constexpr std::size_t kEnds = 64u << 10;       // the first and the last sample
constexpr std::size_t kSample = 4u << 10;      // any other
constexpr std::uint64_t kDistance = 1u << 20;  // from one to the next

}  // namespace

// O_NONBLOCK: a named pipe that took the place of the file must not make this wait.
ContentSamples::ContentSamples(const std::string& path)
    : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)), buffer_(sizeof chain_ + kEnds, '\0') {}

ContentSamples::~ContentSamples() {
  if (fd_ >= 0) ::close(fd_);
}

std::size_t ContentSamples::read(std::uint64_t at, std::size_t size) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t got = ::pread(fd_, buffer_.data() + sizeof chain_ + done, size - done, static_cast<off_t>(at + done));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void ContentSamples::take(std::uint64_t at, std::size_t size) {
  const std::size_t got = read(at, size);
  std::memcpy(buffer_.data(), chain_.data(), sizeof chain_);
  digest::sha2(Hash::SHA256, std::string_view(buffer_).substr(0, sizeof chain_ + got), chain_.data());
}

std::string ContentSamples::digest(std::uint64_t reached) {
  if (fd_ < 0) return "unreadable";
  for (;; ++next_) {
    const std::uint64_t at = next_ * kDistance;
    const std::size_t size = next_ == 0 ? kEnds : kSample;
    if (at + size > reached) break;
    take(at, size);
  }
  const std::array<unsigned char, 32> before = chain_;
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(reached, kEnds));
  take(reached - size, size);
  std::string hex = digest::hexadecimal(chain_);
  chain_ = before;
  return hex;
}

}  // namespace assay::input
