// The verdict on one token: accepted with what it grants, or rejected with the reasons.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "assay/access_token.h"
#include "assay/instant.h"
#include "assay/reason.h"

namespace assay {

enum class SignatureState : std::uint8_t { unchecked, valid, invalid };
std::string_view to_string(SignatureState state) noexcept;

// An owned copy; a plain value. `reasons` is empty exactly when `token` is set.
struct Verdict {
  std::optional<AccessToken> token;
  ReasonSet reasons;  // one reason; all that hold once the signature is valid
  SignatureState signature = SignatureState::unchecked;
  std::optional<std::string>
      alg;  // the header's alg and kid, when they could be read; words in place of a token in them
  std::optional<std::string> kid;
  // Of the claims, also of a rejected token, once its signature is valid and they can be read.
  std::string client_id;                            // empty: they could not be read
  std::optional<std::string> issuer, subject, jti;  // those that are strings
  Instant judged_at;                                // the moment for which the verdict holds
  std::string detail;                               // for a person; never token material, never empty if rejected

  bool valid() const noexcept { return token.has_value(); }
  Reason reason() const noexcept { return reasons.first(); }  // only for a rejected token
};

}  // namespace assay
