// Why a signature was found invalid, for a person.
#pragma once

#include <string_view>

#include "base/arena.h"
#include "memo/header_memo.h"

namespace assay::verify {

// Asked once no key of `plan.candidates`, of which there is one at least, has matched `signature` (decoded bytes). If
// the length or the form cannot be right, says what was found and what is needed, so that nobody takes it for a
// forgery. The detail is one line, never empty, static or in the arena, and holds nothing of the signature. Thread
// safe.
std::string_view explain_signature(const memo::HeaderPlan& plan, std::string_view signature, base::Arena& arena);

}  // namespace assay::verify
