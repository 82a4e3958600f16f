// What logs, shells and clients put around a token: schemes, quotes, commas, names, invisible characters,
// percent-encoding. It is taken off only to explain a token that was rejected, never to accept one.
//
// Pure functions, thread safe. Their time is linear in the text.
#pragma once

#include <string_view>

#include "base/arena.h"

namespace assay::jose {

// Returns true if `segment` begins as base64url of a JSON object does, as far as it goes: "eyJ", "ewo".
bool begins_object(std::string_view segment) noexcept;

// Returns true for a token by its looks: three segments in the alphabet, the first begins an object, and the last is
// long enough for a signature.
bool is_whole_token(std::string_view text) noexcept;

// Text and what stood around it.
struct Undressed {
  std::string_view core;            // a view into the text, or into the arena if it was percent-encoded
  std::string_view around;          // what was taken off, in words: "in quotes, ends in a comma"; empty: nothing
  std::string_view foreign_scheme;  // a known scheme for other credentials, such as "Basic"; empty: none
};

// Takes off what stands around the text, layer by layer. Stops at a mask and at a scheme for other credentials.
// `around` lives in the arena. It names schemes and header fields from lists, and never holds other text.
Undressed undress(std::string_view text, base::Arena& arena);

}  // namespace assay::jose
