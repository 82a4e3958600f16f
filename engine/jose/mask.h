// Masks: what stands in a log where a secret was, such as "****", "[REDACTED]" or "eyJh...3C4Q".
//
// Pure functions, thread safe, no allocation. Their time is linear in the text.
#pragma once

#include <cstddef>
#include <string_view>

namespace assay::jose {

// Returns false for text that is certainly no mask. `base64url` is strict base64url and not empty. Nearly every
// signature gives false, so this is what an ordinary token costs.
bool may_be_mask(std::string_view base64url) noexcept;

// Returns true for a signature that is a mask: a run of one of * x X . - _ # $ ~ ? • …, or a word like REDACTED, MASKED
// or FILTERED in any case, bare or in [], <>, (), {}. Text that begins or ends as base64url and goes on as such a mask
// is one, too. But a whole signature (is_signature_size) with a mask before or behind it is none: nothing was masked.
bool is_mask(std::string_view text) noexcept;

// Returns true if a whole token was masked: nothing but symbols of masks, as in "****", "xxxxx.xxxxx.xxxxx", or words
// that say so with any decoration, as in "+++JWT_TOKEN_REDACTED+++" and "<hidden>".
bool is_masked_token(std::string_view text) noexcept;

// Returns where the first mask inside `text` begins: three or more of one symbol, an ellipsis, or a word in brackets.
// Returns npos if there is none in the first 4096 bytes.
std::size_t find_mask(std::string_view text) noexcept;

}  // namespace assay::jose
