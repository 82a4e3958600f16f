// What is worked out once for a public key or a generator, so that each signature costs less: a table of multiples of
// a point, or an RSA modulus in limbs.
//
// The functions compute; who gets a table is table_policy.h's matter, and who holds it table_cache.h's. Thread safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/page_memory.h"
#include "kernel/kernel.h"

namespace assay::lanes {

// Bits of the windows that tables are made with.
inline constexpr int kMinWindow = 4;
inline constexpr int kMaxWindow = 16;

// Immutable once published.
struct KeyTable {
  base::PageMemory memory;
  std::size_t bytes = 0;  // that it takes of the budget
  int window = 0;         // of a curve; 0: RSA

  const std::uint64_t* entries() const noexcept { return memory.words(); }
  const kernel::RsaModulus& modulus() const noexcept { return *static_cast<const kernel::RsaModulus*>(memory.data()); }
};

// Bytes that a table takes of the budget, in whole pages.
std::size_t modulus_bytes() noexcept;
std::size_t table_bytes(const kernel::CurveKernel& kernel, int window) noexcept;
// Bytes of memory, in whole pages, that a build of a curve's table needs besides and frees at its end.
std::size_t build_bytes(const kernel::CurveKernel& kernel, int window) noexcept;

// `n`: big-endian. `with_match`: with what RsaKernel::match needs. Returns null if memory is short, or if the kernel
// has no modulus of this size.
std::unique_ptr<const KeyTable> make_modulus(const kernel::RsaKernel& kernel, std::string_view n, bool with_match);
// `point`: as CurveKernel::build_table takes it. Returns null if memory is short, or, with `impossible` set to true, if
// no table can be made of this point.
std::unique_ptr<const KeyTable> make_table(const kernel::CurveKernel& kernel, std::string_view point, int window,
                                           bool& impossible);
// Returns null if memory is short.
std::unique_ptr<const KeyTable> make_generator(const kernel::CurveKernel& kernel, int window);

}  // namespace assay::lanes
