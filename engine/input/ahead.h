// Decompresses the archives that come next in threads of its own, while the one before them is read.
//
// One thread decompresses one archive, so a single large one is as fast as before. Several go side by side, and come in
// their order. What is decompressed and not read yet is bounded: an archive that is larger than its share waits until
// it is its turn.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <thread>
#include <vector>

#include "base/thread_annotations.h"

namespace assay::input {

// Reads one archive from its beginning to its end. One thread at a time.
class ArchiveReader {
 public:
  ArchiveReader() = default;
  virtual ~ArchiveReader() = default;
  ArchiveReader(const ArchiveReader&) = delete;
  ArchiveReader& operator=(const ArchiveReader&) = delete;

  struct Read {
    std::size_t bytes = 0;     // decompressed; none only at the end
    std::uint64_t stored = 0;  // bytes of the archive that were taken for them
    bool ended = false;        // there are no more; why is the reader's to say
  };
  virtual Read read(char* to, std::size_t room) = 0;
};

// The reader of the inputs calls it, from one thread at a time. Its own threads begin with start().
class Ahead {
 public:
  // Bytes that are decompressed and not read yet, all threads together. Archives that are whole may hold as much again.
  static constexpr std::size_t kMostBytes = std::size_t{128} << 20;
  static constexpr int kMostThreads = 8;
  // Inputs beyond the one that is read that are looked at.
  static constexpr std::size_t kMostInputs = 64;

  // `open` is called in any thread. It returns null if the input is no archive that may be opened before its turn.
  using Open = std::function<std::unique_ptr<ArchiveReader>(std::size_t input)>;
  // `inputs`: how many there are.
  Ahead(std::size_t inputs, int threads, Open open);
  // Ends its threads and waits for them: each ends after a block.
  ~Ahead();
  Ahead(const Ahead&) = delete;
  Ahead& operator=(const Ahead&) = delete;

  // Begins with the inputs behind `input`. Without threads, if the system grants none, nothing is read ahead.
  void start(std::size_t input) EXCLUDES(mutex_);
  // The turn of `input` has come, and that of all before it is over. Returns its reader if it is read ahead; read()
  // gives its bytes then. Null: the caller reads it.
  ArchiveReader* take(std::size_t input) EXCLUDES(mutex_);
  // Waits for bytes of the input that was taken. At the end its reader is the caller's to ask, until the next take().
  // Throws std::bad_alloc at the end if memory was refused before the archive's.
  ArchiveReader::Read read(char* to, std::size_t room) EXCLUDES(mutex_);

 private:
  struct Piece {
    std::unique_ptr<char[]> bytes;
    std::size_t size = 0, taken = 0;
    std::uint64_t stored = 0;
  };
  struct Archive {
    std::unique_ptr<ArchiveReader> reader;  // null: it is not open yet, or it is none
    std::deque<Piece> pieces;
    std::size_t bytes = 0;  // in them
    bool opened = false, ended = false, dropped = false;
    bool failed = false;  // memory was refused; known once the end was given
  };

  std::unique_ptr<char[]> take_memory() REQUIRES(mutex_);
  void work() EXCLUDES(mutex_);
  void fill(Archive& archive) EXCLUDES(mutex_);
  bool may_begin() const REQUIRES(mutex_);

  const std::size_t inputs_;
  const std::size_t wanted_threads_;
  const std::size_t share_;  // bytes of one archive
  const Open open_;

  base::Mutex mutex_;
  std::condition_variable_any changed_;
  bool stop_ GUARDED_BY(mutex_) = false;
  std::size_t turn_ GUARDED_BY(mutex_) = 0;  // input that is read
  std::size_t next_ GUARDED_BY(mutex_) = 0;  // input to begin with next
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
  // By input. A thread that fills one that is no more needed keeps it alive.
  std::map<std::size_t, std::shared_ptr<Archive>> archives_ GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<char[]>> spare_ GUARDED_BY(mutex_);  // memory of pieces that were read
  std::shared_ptr<Archive> current_;                               // that was taken
  std::vector<std::thread> threads_;
};

}  // namespace assay::input
