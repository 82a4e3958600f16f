// A batch of tokens and their verdicts, as views: what the stream layer hands to the verifier.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "assay/instant.h"
#include "assay/reason.h"
#include "assay/verdict.h"

namespace assay::jose {

struct TokenInput {
  std::string_view token;  // exactly the token: no "Bearer ", no white space
  Instant at;              // judged at
};

// Views into the token, the session's memory or the key snapshot: valid until the session's next batch.
struct TokenVerdict {
  ReasonSet reasons;  // empty: accepted
  SignatureState signature = SignatureState::unchecked;
  bool has_alg = false, has_kid = false, has_subject = false, has_client_id = false;
  std::string_view alg, kid;   // of the header, when they could be read (unescaped, WTF-8)
  std::string_view client_id;  // once the signature is valid and the claims are well formed
  std::string_view issuer;     // iss when it is a string, once the signature is valid; for the summary
  std::string_view subject;
  std::string_view expires_at;  // decimal integer; empty: none
  std::string_view claims;      // the object on one line, accepted tokens alone
  std::span<const std::string_view> scopes;
  std::string_view detail;  // of a rejected token
};

}  // namespace assay::jose
