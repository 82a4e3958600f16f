// Explains to a person why a signature is invalid.
#pragma once

#include <string_view>

#include "base/arena.h"
#include "memo/header_memo.h"

namespace assay::verify {

// Explains why no key of `keys.candidates` (at least one) matches `signature` (decoded bytes). If the length or the
// form is wrong, the detail says what was found and what is needed, so that nobody takes the signature for a forgery.
// It is one line, never empty, static or in the arena, and holds nothing of the signature. Thread safe.
std::string_view explain_signature(const memo::HeaderPlan& plan, const memo::KeyPlan& keys, std::string_view signature,
                                   base::Arena& arena);

}  // namespace assay::verify
