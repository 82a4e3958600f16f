// Affine points in lanes, and the memory that the algorithms work in.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/curve/tower.h"

namespace assay::kernel {
namespace {  // see tower.h

// A point that is never the one at infinity.
template <Field F>
struct Point {
  typename F::Coordinate x, y;
};

// Loads one entry a lane and negates the points of `negative` lanes.
template <Field F>
[[gnu::always_inline]] inline Point<F> load_points(const std::uint64_t* const* addresses,
                                                   typename F::L::Mask negative) noexcept {
  typename F::L::template Words<F::kWords> x, y;
  F::L::template load_entries<F::kWords>(addresses, x, y);
  return {F::load(x), F::negate_if(negative, F::load(y))};
}

// Stores into the entries of the first `count` lanes.
template <Field F>
inline void store_points(const Point<F>& point, std::uint64_t* const* addresses, int count) noexcept {
  F::L::template store_entries<F::kWords>(F::store(point.x), F::store(point.y), addresses, count);
}

// Cuts a caller's scratch memory into arrays, each aligned to 64 bytes. With a null pointer it only measures.
class Carver {
 public:
  explicit Carver(void* memory) noexcept : base_(static_cast<unsigned char*>(memory)) {}

  template <class T>
  T* array(std::size_t count) noexcept {
    const std::size_t at = size_;
    size_ += (count * sizeof(T) + 63) / 64 * 64;
    return base_ == nullptr ? nullptr : reinterpret_cast<T*>(base_ + at);
  }
  std::size_t size() const noexcept { return size_; }

 private:
  unsigned char* base_;
  std::size_t size_ = 0;
};

}  // namespace
}  // namespace assay::kernel
