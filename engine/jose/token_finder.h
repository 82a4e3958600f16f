// Finds compact JWS and JWE within text that holds other things too: a URL, a cookie, JSON, a sentence.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace assay::jose {

struct FoundToken {
  std::size_t begin = 0, size = 0;  // bytes of the text
};

// Returns the first token that begins at `from` or later: three parts of base64url around two dots (five parts of which
// around four: JWE), of which the first begins like a JSON object. The third may not be empty. Nothing is asked of
// the character before the token. It is found by form only and need not be a valid token. Linear in time; never fails.
std::optional<FoundToken> find_token(std::string_view text, std::size_t from = 0) noexcept;

}  // namespace assay::jose
