// SHA-2 of one message, by OpenSSL. Thread safe, allocates nothing.
#pragma once

#include <cstdint>
#include <string_view>

#include "assay/algorithm.h"

namespace assay::verify {

// Writes digest_bytes(hash) bytes to `digest`.
void digest(Hash hash, std::string_view message, unsigned char* digest) noexcept;

}  // namespace assay::verify
