#include "input/source.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "input/messages.h"

namespace assay::input {
namespace {

Error is_shorter(const std::string& name, std::uint64_t size) {
  return {"cannot read " + name + " to its end: it was truncated while it was read and ends at byte " +
          std::to_string(size) + " now; read a copy, or rotate logs without copytruncate"};
}

bool status(const std::string& path, struct stat& st) {
  return (is_standard_input(path) ? ::fstat(STDIN_FILENO, &st) : ::stat(path.c_str(), &st)) == 0;
}

// Bytes of a compressed input that are read at once.
constexpr std::size_t kStoredBytes = 128u << 10;

}  // namespace

InputFile::~InputFile() { ::close(fd_); }

Result<std::uint64_t> InputFile::size() const {
  struct stat st {};
  if (::fstat(fd_, &st) != 0) return cannot_read(name_, errno);
  return static_cast<std::uint64_t>(st.st_size);
}

Result<std::size_t> InputFile::read_at(std::uint64_t offset, char* to, std::size_t room) const {
  std::size_t done = 0;
  while (done < room) {
    const ssize_t got = ::pread(fd_, to + done, room - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return cannot_read(name_, errno);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Error InputFile::truncated() const {
  const Result<std::uint64_t> now = size();
  return now ? is_shorter(name_, *now) : now.error();
}

// A source of one input. Its thread reads it until it has ended, then the source whose input it is.
class Source::NextArchive : public ArchiveReader {
 public:
  NextArchive(const std::string& path, Signals signals) : source_({path}, {signals.stop, -1}) {}

  // Whether the input is an archive that can be read.
  bool open() {
    const Result<Opened> opened = source_.open_next();
    if (!opened || *opened != Opened::yes || !source_.regular_ || source_.file_ != nullptr || source_.size_ == 0)
      return false;
    source_.recognise(true);
    return source_.decoder_ != nullptr;
  }
  Read read(char* to, std::size_t room) override {
    const Source::Read read = source_.read(to, room, true);
    if (read.outcome != Outcome::data) outcome_ = read.outcome;
    return {read.bytes, source_.take_stored_bytes(), read.outcome != Outcome::data};
  }

  // After the end.
  Outcome outcome() const noexcept { return outcome_; }
  const archive::Compression* compression() const noexcept { return source_.compression_; }
  const std::string& fault() const noexcept { return source_.fault_; }
  const std::string& remark() const noexcept { return source_.remark_; }

 private:
  Source source_;
  Outcome outcome_ = Outcome::end;
};

Source::Source(std::vector<std::string> inputs, Signals signals, std::size_t first, int threads_ahead)
    : inputs_(std::move(inputs)),
      signals_(signals),
      next_(first),
      ahead_(inputs_.size(), threads_ahead, [this](std::size_t input) { return open_ahead(input); }) {}

Source::~Source() { close_current(); }

void Source::close_current() noexcept {
  if (fd_ > STDIN_FILENO && file_ == nullptr) ::close(fd_);
  file_.reset();
  fd_ = -1;
  archive_ = nullptr;
  fault_.clear();
  remark_.clear();
  recognised_ = stored_ended_ = regular_ = is_stream_ = false;
  compression_ = nullptr;
  decoder_.reset();
  raw_.resize(0);
  raw_at_ = 0;
}

Error Source::not_text(const base::FileKind& kind) const { return is_no_text(inputs_[index()], kind, compression_); }

std::uint64_t Source::total_bytes() const {
  std::uint64_t total = 0;
  for (const std::string& path : inputs_) {
    struct stat st {};
    if (!status(path, st) || !S_ISREG(st.st_mode)) return 0;
    total += static_cast<std::uint64_t>(st.st_size);
  }
  return total;
}

bool Source::next_may_block() const {
  struct stat st {};
  return next_ != inputs_.size() && status(inputs_[next_], st) && !S_ISREG(st.st_mode);
}

Result<Source::Opened> Source::open_next() {
  close_current();
  if (next_ == inputs_.size()) return Opened::none;
  archive_ = static_cast<NextArchive*>(ahead_.take(next_));
  const std::string& path = inputs_[next_++];
  if (archive_ != nullptr) {
    compression_ = archive_->compression();
    return Opened::yes;
  }
  struct stat st {};
  // Without O_NONBLOCK, opening a named pipe would wait for a writer, even if a signal comes.
  const int no_wait = status(path, st) && S_ISFIFO(st.st_mode) ? O_NONBLOCK : 0;
  do {
    fd_ = is_standard_input(path) ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | no_wait);
  } while (fd_ < 0 && errno == EINTR && !stopping());
  if (fd_ < 0 && (errno == EMFILE || errno == ENFILE)) return cannot_read(path, errno);
  if (fd_ < 0 || ::fstat(fd_, &st) != 0) return give_up(cannot_read(path, errno));
  if (S_ISDIR(st.st_mode)) return give_up(cannot_read(path, EISDIR));
  regular_ = S_ISREG(st.st_mode);
  is_stream_ = !regular_ || is_standard_input(path);
  size_ = regular_ ? static_cast<std::uint64_t>(st.st_size) : 0;
  if (regular_) ::posix_fadvise(fd_, 0, 0, POSIX_FADV_SEQUENTIAL);
#ifdef F_SETPIPE_SZ
  // Writer and reader take turns less often if the pipe holds more than a block. It works without, so errors are
  // ignored.
  if (S_ISFIFO(st.st_mode)) static_cast<void>(::fcntl(fd_, F_SETPIPE_SZ, 1 << 20));
#endif
  // Some files report no size and yet hold bytes (/proc). Standard input is not dealt out: it has a position of its
  // own.
  return size_ > 0 && !is_stream_ ? look_at_file(path) : Opened::yes;
}

// Looks at the first bytes of the open file: it may have changed since the inputs were listed.
Source::Opened Source::look_at_file(const std::string& path) {
  char first[base::kFileKindBytes];
  const ssize_t got = ::pread(fd_, first, sizeof first, 0);
  if (got < 0) return give_up(cannot_read(path, errno));
  const std::string_view bytes(first, static_cast<std::size_t>(got));
  if (archive::recognise(bytes).begins == archive::Begins::yes) {
    ahead_.start(index());
    return Opened::yes;
  }
  if (const auto kind = base::file_kind(bytes)) return give_up(not_text(*kind));
  file_ = std::make_shared<InputFile>(fd_, path);
  return Opened::yes;
}

Source::Opened Source::give_up(Error error) {
  fault_ = std::move(error.message);
  return Opened::faulty;
}

Source::Read Source::fail(Error error) {
  fault_ = std::move(error.message);
  return {Outcome::faulty, 0};
}

// Called in the threads of `ahead_`; looks only at what never changes.
std::unique_ptr<ArchiveReader> Source::open_ahead(std::size_t input) const {
  struct stat st {};
  const std::string& path = inputs_[input];
  // A named pipe must not be opened before its turn, and standard input not at all.
  if (is_standard_input(path) || !status(path, st) || !S_ISREG(st.st_mode)) return nullptr;
  auto archive = std::make_unique<NextArchive>(path, signals_);
  return archive->open() ? std::move(archive) : nullptr;
}

Source::Read Source::read_ahead(char* to, std::size_t room) {
  if (stopping()) return {Outcome::stopped, 0};
  const ArchiveReader::Read read = ahead_.read(to, room);
  stored_ += read.stored;
  if (read.bytes != 0) return {Outcome::data, read.bytes};
  fault_ = archive_->fault();
  remark_ = archive_->remark();
  return {archive_->outcome(), 0};
}

Source::Read Source::read(char* to, std::size_t room, bool wait) {
  if (archive_ != nullptr) return read_ahead(to, room);
  if (!recognised_) {
    const Read read = recognise(wait);
    if (read.outcome != Outcome::data) return read;
  }
  if (decoder_ != nullptr) return decode(to, room, wait);
  if (raw_at_ == raw_.size()) return read_stored(to, room, wait);
  const std::string_view first = raw_.view().substr(raw_at_, room);
  std::memcpy(to, first.data(), first.size());
  raw_at_ += first.size();
  return {Outcome::data, first.size()};
}

// Reads first bytes until they say whether the input is compressed. Returns `data` then.
Source::Read Source::recognise(bool wait) {
  raw_.reserve(kStoredBytes);
  for (;;) {
    const archive::Recognised found = archive::recognise(raw_.view());
    if (found.begins == archive::Begins::yes) {
      compression_ = found.compression;
      decoder_ = compression_->make_decoder();
    }
    if (found.begins != archive::Begins::perhaps) break;
    const Read read = read_stored(raw_.data() + raw_.size(), kStoredBytes - raw_.size(), wait);
    if (read.outcome == Outcome::end) break;
    if (read.outcome != Outcome::data) return read;
    raw_.resize(raw_.size() + read.bytes);
  }
  recognised_ = true;
  return {Outcome::data, 0};
}

Source::Read Source::decode(char* to, std::size_t room, bool wait) {
  for (;;) {
    const archive::Decoder::Step step = decoder_->decode(raw_.view().substr(raw_at_), to, room);
    raw_at_ += step.taken;
    stored_ += step.taken;
    if (step.given != 0) return {Outcome::data, step.given};
    if (step.state == archive::Decoder::State::faulty) {
      return fail(is_broken(inputs_[index()], *compression_, decoder_->offset(), decoder_->fault()));
    }
    if (step.state == archive::Decoder::State::trailing) {
      remark_ = has_garbage(inputs_[index()], *compression_, decoder_->offset());
      return {Outcome::end, 0};
    }
    if (raw_at_ != raw_.size()) continue;
    raw_at_ = 0;
    raw_.resize(0);
    const Read read = read_stored(raw_.data(), kStoredBytes, wait);
    if (read.outcome == Outcome::data) raw_.resize(read.bytes);
    if (read.outcome == Outcome::data) continue;
    if (read.outcome != Outcome::end) return read;
    if (step.state != archive::Decoder::State::between) {
      return fail(is_cut_off(inputs_[index()], *compression_, decoder_->offset()));
    }
    if (decoder_->padding() != 0) remark_ = is_padded(inputs_[index()], *compression_, decoder_->padding());
    return read;
  }
}

// Reads bytes as they are stored.
Source::Read Source::read_stored(char* to, std::size_t room, bool wait) {
  if (stored_ended_) return Read{Outcome::end, 0};
  for (;;) {
    if (stopping()) return Read{Outcome::stopped, 0};
    if (!regular_) {
      struct pollfd fds[2] = {{fd_, POLLIN, 0}, {signals_.wake_fd, POLLIN, 0}};
      const int ready = ::poll(fds, signals_.wake_fd >= 0 ? 2 : 1, wait ? -1 : 0);
      if (ready < 0 && errno == EINTR) return Read{Outcome::woken, 0};
      if (ready < 0) return fail(cannot_read(inputs_[index()], errno));
      if (signals_.wake_fd >= 0 && fds[1].revents != 0) {
        char bytes[64];
        // The bytes are read, or every later wait would return at once. A closed descriptor is not polled again.
        if (::read(signals_.wake_fd, bytes, sizeof bytes) == 0) signals_.wake_fd = -1;
        if (stopping()) return Read{Outcome::stopped, 0};
        if (fds[0].revents == 0) return Read{Outcome::woken, 0};
      }
      if (fds[0].revents == 0) {
        if (!wait) return Read{Outcome::nothing, 0};
        continue;
      }
    }
    const ssize_t got = ::read(fd_, to, room);
    if (got > 0) return Read{Outcome::data, static_cast<std::size_t>(got)};
    if (got == 0) {
      if (const off_t at = ::lseek(fd_, 0, SEEK_CUR); at >= 0 && static_cast<std::uint64_t>(at) < size_) {
        return fail(is_shorter(inputs_[index()], static_cast<std::uint64_t>(at)));
      }
      stored_ended_ = true;
      return Read{Outcome::end, 0};
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      // Another reader of a non-blocking pipe was faster.
      if (!wait) return Read{Outcome::nothing, 0};
      continue;
    }
    if (errno != EINTR) return fail(cannot_read(inputs_[index()], errno));
  }
}

}  // namespace assay::input
