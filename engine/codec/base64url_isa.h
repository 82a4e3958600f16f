// The decoding kernels that need an instruction set. Call them only if base::cpu_features() has it.
//
// Their files are compiled with flags of their own. They hold no inline function or template of a library, because the
// linker could choose that copy for the whole program.
#pragma once

#include <cstddef>

namespace assay::codec {

#if defined(__x86_64__)
// Decodes the characters of the alphabet at the beginning of `text` and returns how many there are. The caller checks
// their number and the trailing bits. The AVX2 kernel writes up to 32 bytes beyond, and may read what follows the text
// in the same page of memory.
std::size_t base64url_prefix_avx2(const char* text, std::size_t size, char* to) noexcept;
std::size_t base64url_prefix_vbmi(const char* text, std::size_t size, char* to) noexcept;
#elif defined(__aarch64__)
// The same. Writes up to 16 bytes beyond, and reads nothing else.
std::size_t base64url_prefix_neon(const char* text, std::size_t size, char* to) noexcept;
#endif

}  // namespace assay::codec
