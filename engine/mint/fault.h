// Tokens that are wrong on purpose: for each reason that a signer can produce, a token that a strict verifier rejects
// for that reason first.
//
// The verifier has to look: issuer_mismatch needs --issuer, audience_mismatch --audience, scope_missing
// --require-scope, type_mismatch --typ, key_not_found a key set with kids. All other faults need nothing.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "assay/reason.h"
#include "assay/result.h"
#include "mint/random.h"
#include "mint/token_text.h"

namespace assay::mint {

class Signer;

struct Fault {
  Reason reason;
  double share;  // of all tokens, 0 to 1
};

// Reads "KIND=SHARE": a reason or its short form ("expired" for token_expired), and a number from 0 to 1. The error
// lists the kinds.
Result<Fault> parse_fault(std::string_view text);
// Each is of a reason that can be minted, with a share from 0 to 1, and the sum is at most 1.
Result<void> check_faults(std::span<const Fault> faults);
// "missing_token (missing), token_too_large (too_large), ...": each kind with its short form.
std::string fault_kinds();

// A right token before it is spoiled.
struct Draft {
  Members header;
  Members claims;
  std::int64_t at = 0;             // Unix seconds of iat
  std::int64_t expires_in = 3600;  // seconds
};

// Appends one token with the fault `reason`, without a newline (nothing at all for missing_token). What varies within a
// kind comes from `random`. Only for reasons that fault_kinds() lists.
void append_faulty_token(Reason reason, Draft draft, Random& random, Signer& signer, std::string& to);

}  // namespace assay::mint
