// The kernels of token_marks.h that need an instruction set. Call them only if base::cpu_features() has it.
//
// Their files are compiled with flags of their own. They hold no inline function or template of a library, because the
// linker could choose that copy for the whole program.
#pragma once

#include <cstddef>
#include <cstdint>

namespace assay::codec {

// The marks among 64 places: bit i stands for text[begin + i]. No place from where the search began up to `begin` is a
// mark; the next search begins at begin + 64. No bits: the text has no more marks.
struct TokenMarks {
  std::size_t begin = 0;
  std::uint64_t bits = 0;
};

// Which of eight kinds of marks a byte may belong to, as the first, second or third byte of a mark. A byte may belong
// to the kinds that both tables give: that of its low four bits and that of its high four. A place is a mark if its
// three bytes have a kind in common.
struct TokenMarkTables {
  std::uint8_t low[3][16];
  std::uint8_t high[3][16];
};

// The same tables for the alphabet of base64url. One bit for each row of the ASCII table that holds characters of it:
// '-', digits, A to O and a to o, P to Z and '_', p to z.
struct Base64urlRows {
  alignas(16) std::uint8_t low[16];
  alignas(16) std::uint8_t high[16];
};
constexpr Base64urlRows kBase64urlRows = {{0x1A, 0x1E, 0x1E, 0x1E, 0x1E, 0x1E, 0x1E, 0x1E,  //
                                           0x1E, 0x1E, 0x1C, 0x04, 0x04, 0x05, 0x04, 0x0C},
                                          {0, 0, 0x01, 0x02, 0x04, 0x08, 0x04, 0x10, 0, 0, 0, 0, 0, 0, 0, 0}};

#if defined(__x86_64__)
TokenMarks token_marks_avx2(const TokenMarkTables& tables, const char* text, std::size_t size,
                            std::size_t from) noexcept;
// Takes only whole blocks of 32 bytes. Returns a place in front of which all bytes are of the alphabet of base64url.
// Less than 32 bytes follow it, or a byte that is not.
std::size_t base64url_run_avx2(const char* text, std::size_t size) noexcept;
#elif defined(__aarch64__)
TokenMarks token_marks_neon(const TokenMarkTables& tables, const char* text, std::size_t size,
                            std::size_t from) noexcept;
// The same, with blocks of 16 bytes.
std::size_t base64url_run_neon(const char* text, std::size_t size) noexcept;
#endif

}  // namespace assay::codec
