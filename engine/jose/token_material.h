// Finds what may be a token or a part of one in foreign text that is about to be shown: whole tokens, cut and masked
// ones, and tokens in standard base64.
//
// token_finder.h finds tokens to verify; this finds what must not be shown, so it takes more. Pure functions, thread
// safe, no allocation. Their time is linear in the text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "jose/coded_text.h"

namespace assay::jose {

struct TokenMaterial {
  std::size_t begin = 0, size = 0;  // bytes of the text
  bool is_whole = false;            // it has the three parts of a JWS or the five of a JWE
};

// No shorter text is taken for a part of a token. A JWS has at least 20 characters.
inline constexpr std::size_t kLeastMaterial = 16;

// Returns the first material that begins at `from` or later, in text whose codings were undone. It begins like the
// base64 or base64url of a JSON object with a member, and goes on with the parts behind it. The base64 of any other
// JSON object, such as a cursor of an API, is taken for a part, too. Any character may stand before it. A signature of
// an ordinary length ends where that length ends, so that "TOKEN/path" is a token and a path.
std::optional<TokenMaterial> find_token_material(std::string_view plain, std::size_t from = 0) noexcept;

// Returns false if undo_codings(coded) certainly holds no material. One quick pass.
bool may_hold_token_material(std::string_view coded) noexcept;

// Returns `text` with all material in it, coded or not, replaced by words: "a token of 812 bytes", "a part of a token".
// Almost every text holds none and is returned as it is.
std::string without_token_material(std::string_view text);

}  // namespace assay::jose
