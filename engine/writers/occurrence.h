// A token in a log: where it stands, and what its line says of the request.
#pragma once

#include <cstdint>
#include <string_view>

#include "log/token_scanner.h"
#include "log/where.h"

namespace assay::writers {

// Views. What the line does not say is empty or 0.
struct Occurrence {
  std::uint64_t nth = 1;     // of the tokens on its line, from the left
  std::uint64_t offset = 0;  // bytes from the beginning of the uncompressed file
  std::uint64_t length = 0;  // bytes of the original text
  std::uint8_t decoded = 0;  // codings that were undone: bits of log::Coding
  log::Where where = log::Where::text;
  std::string_view client, method, path;
  std::uint16_t status = 0;  // of HTTP

  // Whether the server answered the request as a valid one.
  bool served() const noexcept { return status >= 200 && status < 400; }
};

// Calls `append` with the name of each coding.
template <class Append>
void each_coding(std::uint8_t decoded, const Append& append) {
  for (const log::Coding coding : log::kCodings) {
    if ((decoded & log::bit_of(coding)) != 0) append(to_string(coding));
  }
}

}  // namespace assay::writers
