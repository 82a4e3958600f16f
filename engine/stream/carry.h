// Carried fields without live tokens: what is copied from a log into a verdict must not make the verdicts a secret.
#pragma once

#include <string_view>

#include "base/arena.h"

namespace assay::stream {

// Returns a carried value, a JSON text on one line, with each token in it replaced by its "ath" (base64url SHA-256, RFC
// 9449 §4.2). Tokens are found by their form, anywhere in the value. `own`, the token of the record, is replaced too,
// even if it is opaque (empty: there is none). The result is valid JSON, the value itself or in the arena.
std::string_view without_tokens(std::string_view json, std::string_view own, base::Arena& arena);

}  // namespace assay::stream
