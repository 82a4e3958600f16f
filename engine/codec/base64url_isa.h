// The decoding kernels that need an instruction set; called only where base/cpu.h has found it.
//
// Their files are compiled with flags of their own and hold no inline function or template of a library: the linker
// could otherwise take such a copy for all the program.
#pragma once

#include <cstddef>

namespace assay::codec {

#if defined(__x86_64__)
// Decodes the characters of the alphabet that `text` begins with and returns how many there are. Leaves their number
// and trailing bits to the caller. avx2: whole blocks of 32 alone; writes up to 8 bytes beyond.
std::size_t base64url_prefix_avx2(const char* text, std::size_t size, char* to) noexcept;
std::size_t base64url_prefix_vbmi(const char* text, std::size_t size, char* to) noexcept;
#endif

}  // namespace assay::codec
