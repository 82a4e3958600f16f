// Frees tables that sessions read without a lock.
//
// A session pins the epochs (TablePin) while it uses tables. A table that is replaced meanwhile is freed only when
// every session that was pinned at the time has let go. Tables live in places (TablePlace), and only TableEpochs
// changes what is in a place.
//
// Why this is safe: a reader stores the epoch, then loads pointers. A writer takes the pointer out of its place, then
// advances the epoch, then looks at the readers. All of it is sequentially consistent. So either the writer sees that
// the reader is pinned, and waits until it lets go, or the reader sees that the pointer is gone.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/thread_annotations.h"
#include "lanes/key_table.h"

namespace assay::lanes {

// Owns a table, or holds none.
class TablePlace {
 public:
  TablePlace() = default;
  ~TablePlace() { delete table_.load(); }
  TablePlace(const TablePlace&) = delete;
  TablePlace& operator=(const TablePlace&) = delete;

  // The table, or null. It may be used while pinned, or while nobody can replace it.
  const KeyTable* get() const noexcept { return table_.load(std::memory_order_seq_cst); }

 private:
  friend class TableEpochs;
  std::atomic<const KeyTable*> table_{nullptr};
};

// Thread safe.
class TableEpochs {
 public:
  TableEpochs() = default;
  TableEpochs(const TableEpochs&) = delete;
  TableEpochs& operator=(const TableEpochs&) = delete;

  static constexpr std::uint64_t kFirst = 1;
  // Begins at kFirst and grows with each replacement.
  std::uint64_t now() const noexcept { return epoch_.load(std::memory_order_acquire); }

  // Puts `next` (null: no table) into the place. What was there is kept until reclaim() finds that nobody reads it.
  void replace(TablePlace& place, std::unique_ptr<const KeyTable> next) EXCLUDES(mutex_);
  // Frees the replaced tables that nobody can be reading. Returns their bytes.
  std::size_t reclaim() EXCLUDES(mutex_);
  // Bytes of replaced tables that are not freed yet.
  std::size_t retired_bytes() const EXCLUDES(mutex_);

 private:
  friend class TablePin;
  struct alignas(64) Reader {
    std::atomic<std::uint64_t> since{0};  // the epoch in which it was pinned; 0: it is not pinned
  };
  struct Retired {
    std::unique_ptr<const KeyTable> table;
    std::uint64_t epoch;  // readers pinned before it may still use the table
  };

  std::atomic<std::uint64_t> epoch_{kFirst};
  mutable base::Mutex mutex_;
  std::vector<Retired> retired_ GUARDED_BY(mutex_);
  std::vector<const Reader*> readers_ GUARDED_BY(mutex_);
};

// A session's pin. It is registered for its life, and pinned only from enter() to leave(). Not thread safe; the epochs
// outlive it.
class TablePin {
 public:
  explicit TablePin(TableEpochs& epochs);
  ~TablePin();
  TablePin(const TablePin&) = delete;
  TablePin& operator=(const TablePin&) = delete;

  void enter() noexcept {
    reader_.since.store(epochs_.epoch_.load(std::memory_order_seq_cst), std::memory_order_seq_cst);
  }
  void leave() noexcept { reader_.since.store(0, std::memory_order_release); }

 private:
  TableEpochs& epochs_;
  TableEpochs::Reader reader_;
};

}  // namespace assay::lanes
