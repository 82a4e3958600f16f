// Whether base64url is the first part of a token: a JSON object that has a member "alg".
//
// The object is read byte by byte and left at the first one that JSON does not allow there, so other text costs little.
// Numbers and words are read loosely; whether a header is sound is decided when the token is verified. At most
// kMostHeaderDepth objects and arrays may be open. That bounds how many objects that begin at different places of one
// text can all go on for long, and with it the time for a text of many beginnings. Pure functions, thread safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace assay::log {

inline constexpr int kMostHeaderDepth = 8;
// A first part is at most so many characters long. A longer one is taken for other text.
inline constexpr std::size_t kMostHeaderCharacters = 8192;

enum class HeaderForm : std::uint8_t {
  other,  // no header
  cut,    // it ends before its object ends, and holds an "alg" with a whole string
  whole,
};

struct HeaderLook {
  HeaderForm form = HeaderForm::other;
  bool is_encrypted = false;  // it has a member "enc": that of a JWE
};

// Looks at a first part as it is written. All its characters are base64url, some perhaps coded.
HeaderLook look_at_header(std::string_view part) noexcept;

}  // namespace assay::log
