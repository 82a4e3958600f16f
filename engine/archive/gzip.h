// gzip, RFC 1952.
#pragma once

#include <memory>
#include <string_view>

#include "archive/decoder.h"
#include "archive/encoder.h"

namespace assay::archive {

Begins begins_gzip(std::string_view first_bytes) noexcept;
std::unique_ptr<Decoder> make_gzip_decoder();
std::unique_ptr<Encoder> make_gzip_encoder();

}  // namespace assay::archive
