// The kernels of flat_object.h that need an instruction set. Call them only if base::cpu_features() has it.
//
// Their files are compiled with flags of their own. They hold no inline function or template of a library, because the
// linker could choose that copy for the whole program.
#pragma once

#include <cstddef>
#include <cstdint>

namespace assay::codec {

// A text with more quotes is left undecided. A kernel writes up to 64 positions beyond those that it finds.
inline constexpr std::size_t kFlatMostQuotes = 1024;
inline constexpr std::size_t kFlatQuotesRoom = kFlatMostQuotes + 64;
// Returned in the place of a number of quotes.
inline constexpr std::uint32_t kFlatUndecided = 0xFFFFFFFF;

// What a text holds beside plain ASCII.
struct FlatContent {
  bool backslash = false;
  bool beyond_ascii = false;
};

#if defined(__x86_64__)
// AVX2, BMI1, POPCNT.
std::uint32_t flat_quotes_avx2(const char* text, std::size_t size, std::uint16_t* at) noexcept;
std::uint32_t flat_any_quotes_avx2(const char* text, std::size_t size, std::uint16_t* at,
                                   FlatContent& content) noexcept;
// AVX-512 F, BW, VL, VBMI, VBMI2.
std::uint32_t flat_quotes_avx512(const char* text, std::size_t size, std::uint16_t* at) noexcept;
#elif defined(__aarch64__)
std::uint32_t flat_quotes_neon(const char* text, std::size_t size, std::uint16_t* at) noexcept;
std::uint32_t flat_any_quotes_neon(const char* text, std::size_t size, std::uint16_t* at,
                                   FlatContent& content) noexcept;
#endif

}  // namespace assay::codec
