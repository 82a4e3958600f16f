// The records by the values of one property: all values up to a bound, beyond it those with the most records.
//
// What is kept depends on the records only, not on their order or on how they were divided: adding up parts gives what
// counting the whole gives. Beyond the bound this holds but for values right at the threshold, and they are
// hidden by breakdown(), which shows values with twice as many records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "assay/instant.h"
#include "tally/overview.h"
#include "tally/sketch.h"

namespace assay::tally {

// Not thread safe. Movable; a moved-from object is only assigned to or destroyed.
class Values {
 public:
  static constexpr std::size_t kNoBound = ~std::size_t{0};
  // Bytes kept of a value; a longer one is cut at a character and ends in "…".
  static constexpr std::size_t kMostBytes = 256;

  // `bound`: distinct values that are kept exactly.
  explicit Values(std::size_t bound = kNoBound) : bound_(bound) {}
  Values(Values&&) noexcept = default;
  Values& operator=(Values&&) noexcept = default;
  Values(const Values& other);
  Values& operator=(const Values& other);

  void count(std::string_view value, const Cell& cell);
  void count_other(const Cell& cell) noexcept { other_.add(cell); }
  void count_absent(const Cell& cell) noexcept { absent_.add(cell); }
  void add(const Values& parts);
  void clear() noexcept;

  // Whether `value` is the one counted latest: logs come in runs.
  bool is_latest(std::string_view value) const noexcept {
    return latest_ < entries_.size() && name_of(entries_[latest_]) == value;
  }
  bool is_exact() const noexcept { return beyond_ == nullptr; }
  Breakdown breakdown() const;

  // For those who write and read summaries: a document holds either all rows, or the rows of the heaviest and sketches.
  struct Beyond {
    CountSketch counts;
    DistinctSketch distinct;
    Cell total;
  };
  struct Parts {
    std::vector<Row> rows;  // by name
    Cell other, absent;
    std::unique_ptr<Beyond> beyond;  // null: the rows are all
  };
  Parts parts() const;
  void restore(Parts parts);

 private:
  struct Entry {
    std::uint64_t hash = 0;
    std::uint32_t name_at = 0, name_size = 0;
    Cell cell;  // beyond the bound: unused
  };
  // A value beyond the bound is kept while it has at least this share of all records.
  static constexpr std::uint64_t kLeastShare = 2048;
  static constexpr std::size_t kMostKept = 16384;

  std::string_view name_of(const Entry& entry) const noexcept {
    return std::string_view(names_).substr(entry.name_at, entry.name_size);
  }
  std::size_t slot_of(std::uint64_t hash, std::string_view value) const noexcept;
  // The index of the value's entry, which is made if there is none.
  std::size_t entry_of(std::uint64_t hash, std::string_view value);
  void grow(std::size_t slots);
  void count(std::uint64_t hash, std::string_view value, const Cell& cell);
  void go_beyond();
  void count_beyond(std::uint64_t hash, std::string_view value, const Cell& cell);
  bool is_heavy(const CountSketch::Counts& counts, std::uint64_t share) const noexcept;
  void keep_heavy();

  std::size_t bound_;
  std::string names_;                 // one after the other
  std::vector<Entry> entries_;        // by first appearance
  std::vector<std::uint32_t> slots_;  // open addressing: 1 + index of the entry, 0 is empty; a power of two
  std::size_t latest_ = 0;
  Cell other_, absent_;
  std::unique_ptr<Beyond> beyond_;
};

}  // namespace assay::tally
