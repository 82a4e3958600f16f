// Tokens that are wrong on purpose: for each reason that a signer can produce, a token that a strict verifier rejects
// for that reason first.
//
// Some faults show only if the verifier looks for them: issuer_mismatch needs Policy::issuers, audience_mismatch
// Policy::audiences, scope_missing Policy::required_scopes, type_mismatch Policy::required_type, and key_not_found a
// key set with kids.
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
// begins with `text`, lists the kinds and has the field "faults" (MintOptions).
Result<Fault> parse_fault(std::string_view text);
// Checks that each reason can be minted, that each share is from 0 to 1 and that their sum is at most 1.
Result<void> check_faults(std::span<const Fault> faults);
// Lists each kind with its short form: "missing_token (missing), token_too_large (too_large), ...".
std::string fault_kinds();

// A right token before it is spoiled.
struct Draft {
  Members header;
  Members claims;
  std::int64_t at = 0;          // Unix seconds of iat
  std::int64_t expires_in = 0;  // seconds
};

// Appends one token with the fault `reason`, without a newline; nothing for missing_token. `random` decides what varies
// within a kind. For reasons that fault_kinds() lists.
void append_faulty_token(Reason reason, Draft draft, Random& random, Signer& signer, std::string& to);

}  // namespace assay::mint
