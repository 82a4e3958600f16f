#include "bench/file_text.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

#include "archive/compression.h"

namespace assay::bench {
namespace {

constexpr std::size_t kBlock = std::size_t{1} << 20;

Error cannot_read(const std::string& why) { return {"cannot be read: " + why}; }

// Reads one file, decompressed. Closes it at the end.
class Reading {
 public:
  explicit Reading(const std::string& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~Reading() {
    if (fd_ >= 0) ::close(fd_);
  }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  bool is_open() const noexcept { return fd_ >= 0; }
  // Returns up to `room` bytes; none at the end.
  Result<std::size_t> read(char* to, std::size_t room) {
    if (decoder_ == nullptr && raw_.empty()) {
      if (Result<void> filled = fill(); !filled) return filled.error();
      const archive::Compression* compression = archive::recognise(raw_).compression;
      if (compression != nullptr) decoder_ = compression->make_decoder();
    }
    return decoder_ != nullptr ? decode(to, room) : take(to, room);
  }

 private:
  // Puts the next bytes as they are stored into `raw_`; none at the end.
  Result<void> fill() {
    raw_.resize(kBlock);
    ssize_t got = 0;
    do got = ::read(fd_, raw_.data(), raw_.size());
    while (got < 0 && errno == EINTR);
    const int error = errno;
    raw_.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    at_ = 0;
    if (got < 0) return cannot_read(std::strerror(error));
    return {};
  }
  Result<std::size_t> take(char* to, std::size_t room) {
    if (at_ == raw_.size()) {
      if (Result<void> filled = fill(); !filled) return filled.error();
    }
    const std::size_t size = raw_.copy(to, room, at_);
    at_ += size;
    return size;
  }
  Result<std::size_t> decode(char* to, std::size_t room) {
    using State = archive::Decoder::State;
    for (;;) {
      const archive::Decoder::Step step = decoder_->decode(std::string_view(raw_).substr(at_), to, room);
      at_ += step.taken;
      if (step.state == State::faulty) return cannot_read(std::string(decoder_->fault()));
      if (step.given != 0 || step.state == State::trailing) return step.given;
      if (at_ != raw_.size()) continue;
      if (Result<void> filled = fill(); !filled) return filled.error();
      if (!raw_.empty()) continue;
      if (step.state != State::between) return cannot_read("its compressed data are cut off");
      return std::size_t{0};
    }
  }

  const int fd_;
  std::string raw_;
  std::size_t at_ = 0;
  std::unique_ptr<archive::Decoder> decoder_;  // null: the file is not compressed
};

}  // namespace

Result<std::string> read_file(const std::string& path, std::size_t most) {
  Reading file(path);
  if (!file.is_open()) return cannot_read(std::strerror(errno));
  std::string text;
  while (text.size() < most) {
    const std::size_t before = text.size();
    text.resize(before + std::min(kBlock, most - before));
    const Result<std::size_t> got = file.read(text.data() + before, text.size() - before);
    if (!got) return got.error();
    text.resize(before + *got);
    if (*got == 0) break;
  }
  return text;
}

}  // namespace assay::bench
