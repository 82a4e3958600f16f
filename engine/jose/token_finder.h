// Finds compact JWS and JWE within text that holds other things too: a URL, a cookie, JSON, a sentence.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace assay::jose {

struct FoundToken {
  std::size_t begin = 0, size = 0;  // bytes of the text
};

// Returns the first token that begins at `from` or later. A token is three parts of base64url with dots between them,
// or five for a JWE. The first part begins like a JSON object, and the third is not empty. Any character may stand
// before the token. It is found by form only and need not be valid. Linear in time; never fails.
std::optional<FoundToken> find_token(std::string_view text, std::size_t from = 0) noexcept;

}  // namespace assay::jose
