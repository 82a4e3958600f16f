// Text that stands where key material is asked for, and its encoding. Pure functions, thread safe.
#pragma once

#include <string>
#include <string_view>

namespace assay::jwk {

// The text without a UTF-8 byte order mark. RFC 8259 §8.1 lets a reader of JSON ignore one.
std::string_view without_bom(std::string_view text) noexcept;

// True for UTF-16 or UTF-32 by its byte order mark, or by the zero bytes of two ASCII characters at its beginning.
bool is_wide_text(std::string_view text) noexcept;

// Says what a text is instead of `wanted`, and the mend: "HTML, not JSON; ...". Knows UTF-16, HTML, XML, gzip, zstd and
// an empty text, none of which can hold `wanted`. Empty: it is none of these.
std::string foreign_text(std::string_view text, std::string_view wanted);

}  // namespace assay::jwk
