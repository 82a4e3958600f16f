// The check of a token against the static table: StaticTokenVerifier's rules.
#pragma once

#include "assay/policy.h"
#include "base/arena.h"
#include "jose/token_verdict.h"
#include "keys/key_store.h"

namespace assay::verify {

// Looks the token up in the snapshot's static table, then checks the entry's expiry and scopes. Returns true when that
// decides the token, and fills its verdict. Returns false when the token has to be verified: there is no table, or it
// lacks the token and keys are configured as well. The verdict's views hold as long as the snapshot and the arena.
bool check_static_table(const Policy& policy, const keys::Snapshot& snapshot, const jose::TokenInput& input,
                        jose::TokenVerdict& verdict, base::Arena& arena);

}  // namespace assay::verify
