// Finds what may be a token or a part of one in foreign text that is about to be shown: whole tokens, cut and masked
// ones, and tokens in standard base64.
//
// token_finder.h finds tokens to verify; this finds what must not be shown, so it takes more. The functions are pure
// and thread safe. Their time is linear in the text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "jose/coded_text.h"

namespace assay::jose {

// Whether a signature of so many characters of base64url is whole for some algorithm and a key of an ordinary size.
bool is_signature_size(std::size_t characters) noexcept;

struct TokenMaterial {
  std::size_t begin = 0, size = 0;  // bytes of the text
  bool is_whole = false;            // it has the three parts of a JWS or the five of a JWE
};

// No shorter text is taken for a part of a token. A JWS has at least 20 characters.
inline constexpr std::size_t kLeastMaterial = 16;

// Finds the materials of a text one after the other. Each begins like the base64 or base64url of a JSON object with a
// member, and goes on with the parts behind it. The base64 of any other JSON object, such as a cursor of an API, is
// taken for a part, too. Any character may stand before it. A signature of an ordinary length ends where that length
// ends, so that "TOKEN/path" is a token and a path. Not thread safe; all calls together take time linear in the text.
class TokenMaterialFinder {
 public:
  // `plain`, a text whose codings were undone, outlives the finder.
  explicit TokenMaterialFinder(std::string_view plain) noexcept : plain_(plain) {}

  // Returns the first material behind the one that was returned last, or nothing.
  std::optional<TokenMaterial> next() noexcept;

 private:
  std::string_view plain_;
  std::size_t at_ = 0;       // where the search goes on
  std::size_t run_end_ = 0;  // the end of the run of bytes of tokens that at_ stands in; not above at_: not known
};

// Returns the first material of a text whose codings were undone, or nothing.
std::optional<TokenMaterial> find_token_material(std::string_view plain) noexcept;

// Returns false if undo_codings(coded) certainly holds no material. One quick pass.
bool may_hold_token_material(std::string_view coded) noexcept;

// Returns `text` with all material in it, coded or not, replaced by words: "a token of 812 bytes", "a part of a token".
// Almost every text holds none and is returned as it is.
std::string without_token_material(std::string_view text);

}  // namespace assay::jose
