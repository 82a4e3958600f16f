#include "input/block_queue.h"

#include <iterator>
#include <utility>

namespace assay::input {

void Numbering::number(Block& block) noexcept {
  if (block.file != file_) {
    file_ = block.file;
    next_line_ = 1;
    faulty_ = false;
  }
  if (faulty_) block.drop();
  faulty_ = faulty_ || !block.fault.empty();
  block.first_record = next_record_;
  block.first_line = next_line_;
  next_record_ += block.record_count;
  next_line_ += block.line_count;
}

void BlockQueue::send(const Turn& turn) {
  const base::MutexLock lock(mutex_);
  if (turn.load == Turn::Load::range) ++ranges_;
  if (turn.load == Turn::Load::nothing) ++empty_;
}

bool BlockQueue::has_spare() const {
  const base::MutexLock lock(mutex_);
  return waiting_.size() > empty_;
}

bool BlockQueue::is_drained() const {
  const base::MutexLock lock(mutex_);
  return waiting_.empty() && ranges_ == 0;
}

void BlockQueue::exchange(Turn& turn) {
  const base::MutexLock lock(mutex_);
  if (turn.load == Turn::Load::range) --ranges_;
  if (turn.load == Turn::Load::nothing) {
    --empty_;
    if (waiting_.empty()) return;
  } else if (waiting_.empty() && turn.overflow.empty()) {
    numbering_.number(turn.block);
    return;
  } else {
    waiting_.push_back(std::move(turn.block));
    waiting_.insert(waiting_.end(), std::move_iterator(turn.overflow.begin()), std::move_iterator(turn.overflow.end()));
    turn.overflow.clear();
  }
  turn.block = std::move(waiting_.front());
  waiting_.pop_front();
  numbering_.number(turn.block);
}

}  // namespace assay::input
