#include "stream/block_queue.h"

#include <iterator>
#include <utility>

namespace assay::stream {

void Numbering::number(Block& block) noexcept {
  if (block.file != file_) {
    file_ = block.file;
    next_line_ = 1;
  }
  block.first_record = next_record_;
  block.first_line = next_line_;
  next_record_ += block.record_count;
  next_line_ += block.record_count;
}

void BlockQueue::send(const Batch& batch) {
  const base::MutexLock lock(mutex_);
  if (batch.load == Batch::Load::range) ++ranges_;
  if (batch.load == Batch::Load::nothing) ++empty_;
}

bool BlockQueue::has_spare() const {
  const base::MutexLock lock(mutex_);
  return waiting_.size() > empty_;
}

bool BlockQueue::is_drained() const {
  const base::MutexLock lock(mutex_);
  return waiting_.empty() && ranges_ == 0;
}

void BlockQueue::exchange(Batch& batch) {
  const base::MutexLock lock(mutex_);
  if (batch.load == Batch::Load::range) --ranges_;
  if (batch.load == Batch::Load::nothing) {
    --empty_;
    if (waiting_.empty()) return;
  } else if (waiting_.empty() && batch.overflow.empty()) {
    numbering_.number(batch.block);
    return;
  } else {
    waiting_.push_back(std::move(batch.block));
    waiting_.insert(waiting_.end(), std::move_iterator(batch.overflow.begin()),
                    std::move_iterator(batch.overflow.end()));
    batch.overflow.clear();
  }
  batch.block = std::move(waiting_.front());
  waiting_.pop_front();
  numbering_.number(batch.block);
}

}  // namespace assay::stream
