#include "lanes/table_epochs.h"

#include <algorithm>
#include <limits>

namespace assay::lanes {

void TableEpochs::replace(TablePlace& place, std::unique_ptr<const KeyTable> next) {
  const base::MutexLock lock(mutex_);
  std::unique_ptr<const KeyTable> before(place.table_.exchange(next.release(), std::memory_order_seq_cst));
  const std::uint64_t epoch = epoch_.fetch_add(1, std::memory_order_seq_cst) + 1;
  if (before != nullptr) retired_.push_back({std::move(before), epoch});
}

std::size_t TableEpochs::reclaim() {
  const base::MutexLock lock(mutex_);
  if (retired_.empty()) return 0;
  std::uint64_t oldest = std::numeric_limits<std::uint64_t>::max();
  for (const Reader* reader : readers_) {
    const std::uint64_t since = reader->since.load(std::memory_order_seq_cst);
    if (since != 0) oldest = std::min(oldest, since);
  }
  std::size_t bytes = 0;
  std::erase_if(retired_, [&](const Retired& retired) {
    if (retired.epoch > oldest) return false;
    bytes += retired.table->bytes;
    return true;
  });
  return bytes;
}

std::size_t TableEpochs::retired_bytes() const {
  const base::MutexLock lock(mutex_);
  std::size_t bytes = 0;
  for (const Retired& retired : retired_) bytes += retired.table->bytes;
  return bytes;
}

TablePin::TablePin(TableEpochs& epochs) : epochs_(epochs) {
  const base::MutexLock lock(epochs_.mutex_);
  epochs_.readers_.push_back(&reader_);
}

TablePin::~TablePin() {
  const base::MutexLock lock(epochs_.mutex_);
  std::erase(epochs_.readers_, &reader_);
}

}  // namespace assay::lanes
