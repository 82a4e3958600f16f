// Zstandard, RFC 8878.
#pragma once

#include <memory>
#include <string_view>

#include "archive/decoder.h"
#include "archive/encoder.h"

namespace assay::archive {

Begins begins_zstd(std::string_view first_bytes) noexcept;
std::unique_ptr<Decoder> make_zstd_decoder();
std::unique_ptr<Encoder> make_zstd_encoder();

}  // namespace assay::archive
