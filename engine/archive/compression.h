// The compressions that assay reads and writes: one row each.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "archive/decoder.h"
#include "archive/encoder.h"

namespace assay::archive {

struct Compression {
  std::string_view name;    // "gzip"
  std::string_view suffix;  // of file names: ".gz"
  Begins (*begins)(std::string_view first_bytes) noexcept;
  // Throw only std::bad_alloc.
  std::unique_ptr<Decoder> (*make_decoder)();
  std::unique_ptr<Encoder> (*make_encoder)();
};

std::span<const Compression> compressions() noexcept;

struct Recognised {
  Begins begins = Begins::no;
  const Compression* compression = nullptr;  // only with `yes`
};
// Four bytes are enough to decide.
Recognised recognise(std::string_view first_bytes) noexcept;
// Returns the compression that a file name's suffix asks for, or null.
const Compression* compression_of_name(std::string_view file_name) noexcept;
// Returns the name without the suffix of a compression.
std::string_view without_suffix(std::string_view file_name) noexcept;

}  // namespace assay::archive
