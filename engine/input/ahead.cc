#include "input/ahead.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <system_error>
#include <utility>

namespace assay::input {
namespace {

constexpr std::size_t kPieceBytes = 256u << 10;
constexpr std::size_t kMostSpare = 16;  // pieces kept for later

}  // namespace

Ahead::Ahead(std::size_t inputs, int threads, Open open)
    : inputs_(inputs),
      wanted_threads_(static_cast<std::size_t>(std::clamp(threads, 0, kMostThreads))),
      share_(kMostBytes / std::max<std::size_t>(wanted_threads_, 1)),
      open_(std::move(open)) {}

Ahead::~Ahead() {
  {
    const base::MutexLock lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Ahead::start(std::size_t input) {
  if (!threads_.empty() || input + 1 >= inputs_) return;
  {
    const base::MutexLock lock(mutex_);
    turn_ = input;
    next_ = input + 1;
  }
  try {
    while (threads_.size() < std::min(wanted_threads_, inputs_ - input - 1)) threads_.emplace_back([this] { work(); });
  } catch (const std::system_error&) {
    // The threads that are there do the work.
  }
}

bool Ahead::may_begin() const { return next_ < inputs_ && next_ <= turn_ + kMostInputs && bytes_ < kMostBytes; }

// Null: there is none to be used again.
std::unique_ptr<char[]> Ahead::take_memory() {
  if (spare_.empty()) return nullptr;
  std::unique_ptr<char[]> memory = std::move(spare_.back());
  spare_.pop_back();
  return memory;
}

void Ahead::work() {
  base::UniqueLock lock(mutex_);
  for (;;) {
    while (!stop_ && !may_begin()) lock.wait(changed_);
    if (stop_) return;
    const std::size_t input = next_++;
    const std::shared_ptr<Archive> archive = archives_.emplace(input, std::make_shared<Archive>()).first->second;
    lock.unlock();
    std::unique_ptr<ArchiveReader> reader;
    try {
      reader = open_(input);
    } catch (const std::exception&) {  // memory was refused; the caller reads it in its turn
    }
    const bool is_archive = reader != nullptr;
    lock.lock();
    archive->reader = std::move(reader);
    archive->opened = true;
    lock.unlock();
    changed_.notify_all();
    if (is_archive) fill(*archive);
    lock.lock();
  }
}

void Ahead::fill(Archive& archive) {
  base::UniqueLock lock(mutex_);
  while (!stop_ && !archive.dropped && !archive.ended) {
    if (archive.bytes >= share_) {
      lock.wait(changed_);
      continue;
    }
    Piece piece;
    piece.bytes = take_memory();
    lock.unlock();
    ArchiveReader::Read read;
    try {
      if (piece.bytes == nullptr) piece.bytes.reset(new char[kPieceBytes]);
      // Small reads, such as those of small members, are put together.
      while (!read.ended && piece.size < kPieceBytes) {
        read = archive.reader->read(piece.bytes.get() + piece.size, kPieceBytes - piece.size);
        piece.size += read.bytes;
        piece.stored += read.stored;
      }
    } catch (const std::exception&) {  // memory was refused
      read.ended = true;
      archive.failed = true;
    }
    lock.lock();
    if (archive.dropped) return;
    archive.ended = read.ended;
    archive.bytes += piece.size;
    bytes_ += piece.size;
    if (piece.size != 0 || !archive.failed) archive.pieces.push_back(std::move(piece));
    lock.unlock();
    changed_.notify_all();
    lock.lock();
  }
}

ArchiveReader* Ahead::take(std::size_t input) {
  base::UniqueLock lock(mutex_);
  turn_ = input;
  next_ = std::max(next_, input + 1);
  if (current_ != nullptr) {
    current_->dropped = true;
    bytes_ -= current_->bytes;
    current_->bytes = 0;
    current_->pieces.clear();
    current_.reset();
  }
  const auto found = archives_.find(input);
  if (found != archives_.end()) current_ = found->second;
  archives_.erase(archives_.begin(), archives_.upper_bound(input));
  while (current_ != nullptr && !current_->opened) lock.wait(changed_);
  if (current_ != nullptr && current_->reader == nullptr) current_.reset();
  lock.unlock();
  changed_.notify_all();
  return current_ == nullptr ? nullptr : current_->reader.get();
}

ArchiveReader::Read Ahead::read(char* to, std::size_t room) {
  base::UniqueLock lock(mutex_);
  Archive& archive = *current_;
  while (archive.pieces.empty() && !archive.ended) lock.wait(changed_);
  if (archive.pieces.empty() && archive.failed) throw std::bad_alloc();
  if (archive.pieces.empty()) return {0, 0, true};
  Piece& piece = archive.pieces.front();
  ArchiveReader::Read read;
  read.bytes = std::min(room, piece.size - piece.taken);
  read.stored = std::exchange(piece.stored, 0);
  read.ended = read.bytes == 0;  // only the last piece may be empty
  // Nobody else looks at a piece that is there.
  lock.unlock();
  if (read.bytes != 0) std::memcpy(to, piece.bytes.get() + piece.taken, read.bytes);
  lock.lock();
  piece.taken += read.bytes;
  archive.bytes -= read.bytes;
  bytes_ -= read.bytes;
  if (piece.taken == piece.size) {
    if (spare_.size() < kMostSpare) spare_.push_back(std::move(piece.bytes));
    archive.pieces.pop_front();
  }
  lock.unlock();
  changed_.notify_all();
  return read;
}

}  // namespace assay::input
