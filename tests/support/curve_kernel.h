// A curve kernel with its memory: tables of keys and of the generator, and scratch. For tests and benchmarks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <utility>
#include <vector>

#include "base/page_memory.h"
#include "kernel/kernel.h"

namespace assay::test {

// Not thread safe.
class CurveTables {
 public:
  CurveTables(const kernel::CurveKernel& kernel, int key_window, int generator_window)
      : kernel_(kernel),
        key_window_(key_window),
        build_scratch_(memory(kernel.build_scratch_bytes(key_window))),
        scratch_(memory(kernel.scratch_bytes(key_window, generator_window))),
        generator_(memory(kernel.table_bytes(generator_window))) {
    const Memory scratch = memory(kernel.build_scratch_bytes(generator_window));
    kernel.build_generator(generator_window, generator_.words(), scratch.data());
    generator_table_ = {generator_.words(), generator_window};
  }

  // The key's table, as CurveJob takes it; it lives as long as this object. Null: the kernel refuses the key.
  const std::uint64_t* add_key(const unsigned char* public_key) {
    Memory table = memory(kernel_.table_bytes(key_window_));
    if (!kernel_.build_table(public_key, key_window_, table.words(), build_scratch_.data())) return nullptr;
    tables_.push_back(std::move(table));
    return tables_.back().words();
  }
  void verify(std::span<const kernel::CurveJob> jobs, kernel::Outcome* outcomes) const noexcept {
    kernel_.verify(jobs.data(), jobs.size(), outcomes, key_window_, generator_table_, scratch_.data());
  }
  void forget_keys() { tables_.clear(); }

 private:
  using Memory = base::PageMemory;
  static Memory memory(std::size_t bytes) {
    Memory memory(bytes);
    if (!memory) throw std::bad_alloc();
    return memory;
  }

  const kernel::CurveKernel& kernel_;
  int key_window_;
  Memory build_scratch_, scratch_, generator_;
  kernel::CurveTable generator_table_;
  std::vector<Memory> tables_;
};

}  // namespace assay::test
