// The kernels of flat_object.h that need an instruction set; called only where base/cpu.h has found it.
//
// Their files are compiled with flags of their own and hold no inline function or template of a library: the linker
// could otherwise take such a copy for all the program.
#pragma once

#include <cstddef>
#include <cstdint>

namespace assay::codec {

#if defined(__x86_64__)
inline constexpr std::uint32_t kFlatUndecided = 0xFFFFFFFF;

// What FindQuotes does, for a list with room for `most` positions and 64 more. Return how many there are, or
// kFlatUndecided. The first needs AVX2, BMI1 and POPCNT, the second AVX-512 F, BW, VL and VBMI2.
std::uint32_t flat_quotes_avx2(const char* text, std::size_t size, std::uint16_t* at, std::size_t most) noexcept;
std::uint32_t flat_quotes_avx512(const char* text, std::size_t size, std::uint16_t* at, std::size_t most) noexcept;
#endif

}  // namespace assay::codec
