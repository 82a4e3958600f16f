// A curve kernel with its memory: tables of keys and of the generator, and scratch. For tests and benchmarks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <vector>

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
    kernel.build_generator(generator_window, words(generator_), scratch.get());
    generator_table_ = {words(generator_), generator_window};
  }

  // The key's table, as CurveJob takes it; it lives as long as this object. Null: the kernel refuses the key.
  const std::uint64_t* add_key(const unsigned char* public_key) {
    Memory table = memory(kernel_.table_bytes(key_window_));
    if (!kernel_.build_table(public_key, key_window_, words(table), build_scratch_.get())) return nullptr;
    tables_.push_back(std::move(table));
    return words(tables_.back());
  }
  void verify(std::span<const kernel::CurveJob> jobs, kernel::Outcome* outcomes) const noexcept {
    kernel_.verify(jobs.data(), jobs.size(), outcomes, key_window_, generator_table_, scratch_.get());
  }
  void forget_keys() { tables_.clear(); }

 private:
  static constexpr std::align_val_t kLine{64};
  struct Free {
    void operator()(unsigned char* bytes) const noexcept { ::operator delete(bytes, kLine); }
  };
  using Memory = std::unique_ptr<unsigned char, Free>;
  static Memory memory(std::size_t bytes) { return Memory(static_cast<unsigned char*>(::operator new(bytes, kLine))); }
  static std::uint64_t* words(const Memory& memory) { return reinterpret_cast<std::uint64_t*>(memory.get()); }

  const kernel::CurveKernel& kernel_;
  int key_window_;
  Memory build_scratch_, scratch_, generator_;
  kernel::CurveTable generator_table_;
  std::vector<Memory> tables_;
};

}  // namespace assay::test
