// Reference tokens of JSON pointers (RFC 6901 §4), as the exact and the fast reader look them up.
#pragma once

#include <cstddef>
#include <string_view>

namespace assay::codec {

// Takes the first reference token off a pointer that begins with '/'.
std::string_view take_token(std::string_view& pointer) noexcept;
// True if the token, with "~1" for '/' and "~0" for '~', is `name`.
bool token_names(std::string_view token, std::string_view name) noexcept;
// Reads an array index: "0", or digits without a leading zero. False for any other token.
bool token_index(std::string_view token, std::size_t& index) noexcept;

}  // namespace assay::codec
