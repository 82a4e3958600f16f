// Loaded blocks in input order, between the stages that load and that verify.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "base/thread_annotations.h"
#include "input/block.h"

namespace assay::input {

// Numbers the records and lines of the blocks of a run. In input order. Not thread safe.
class Numbering {
 public:
  Numbering() = default;
  // Of a run that begins at `first`.
  explicit Numbering(const Place& first) : file_(first.input), next_record_(first.record), next_line_(first.line) {}
  // Drops the block if an earlier one of its input has a fault: the input ended there.
  void number(Block& block) noexcept;

 private:
  std::size_t file_ = 0;
  bool faulty_ = false;  // the input ended with a fault
  std::uint64_t next_record_ = 1, next_line_ = 1;
};

// A turn is one pass through the pipeline. It brings at most one block or range of input here and takes at
// most one block on. A range with more records than a block may hold brings several blocks; the reader then sends turns
// that bring nothing, until they have taken what waits here. So every block is verified in the parallel stage and
// written in order, and memory is bounded by the turns in flight: no more ranges wait here than turns were in flight
// when they were sent.
//
// Thread safe: the reader asks and sends, another thread exchanges.
class BlockQueue {
 public:
  BlockQueue() = default;
  // Of a run that begins at `first`.
  explicit BlockQueue(const Place& first) : numbering_(first) {}

  // The reader calls send() before a turn leaves it.
  void send(const Turn& turn) EXCLUDES(mutex_);
  // Whether a block waits that none of the turns sent will take: the next turn should bring nothing.
  bool has_spare() const EXCLUDES(mutex_);
  // Whether no block waits and no range is on its way here. Only then may the reader end, or wait for input.
  bool is_drained() const EXCLUDES(mutex_);

  // For each turn, in the order of sending: takes what it brings, and gives it the next block in input order,
  // numbered. A turn that brings nothing when nothing waits leaves with an empty block.
  void exchange(Turn& turn) EXCLUDES(mutex_);

 private:
  mutable base::Mutex mutex_;
  std::deque<Block> waiting_ GUARDED_BY(mutex_);
  std::size_t ranges_ GUARDED_BY(mutex_) = 0;  // sent and not here yet
  std::size_t empty_ GUARDED_BY(mutex_) = 0;   // turns that bring nothing, sent and not here yet
  Numbering numbering_ GUARDED_BY(mutex_);
};

}  // namespace assay::input
