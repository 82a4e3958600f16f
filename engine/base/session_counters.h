// A count that one thread keeps and any may read.
#pragma once

#include <atomic>
#include <cstdint>

namespace assay::base {

// Written by its owner alone, so that no write waits for another; read by whoever asks for statistics.
class Counter {
 public:
  void add(std::uint64_t n) noexcept { set(get() + n); }
  void set(std::uint64_t n) noexcept { value_.store(n, std::memory_order_relaxed); }
  std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

}  // namespace assay::base
