// A token of a batch and its verdict, as views. verify::Engine reads the one and writes the other.
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
  Instant at;              // the moment at which it is checked
};

// Views into the token, the session's memory or the key snapshot. They hold until the session's next batch.
struct TokenVerdict {
  // Is no aggregate, because GCC 12 would clear it with a slow instruction, rep stos.
  TokenVerdict() noexcept {}

  ReasonSet reasons;  // empty: accepted
  SignatureState signature = SignatureState::unchecked;
  bool has_alg = false, has_kid = false;
  bool has_client_id = false, has_issuer = false, has_subject = false, has_jti = false;
  bool key_was_skipped = false;  // of key_not_found: there is a key with this kid, and it cannot be used
  std::string_view alg, kid;  // of the header, if they could be read (unescaped, WTF-8), with words for tokens in them
  // Set if the signature is valid and the claims are well formed. iss, sub and jti only if they are strings.
  std::string_view client_id, issuer, subject, jti;
  std::string_view expires_at;  // decimal integer; empty: none. Of accepted and of expired tokens
  std::string_view claims;      // the object on one line; only of accepted tokens
  std::span<const std::string_view> scopes;
  std::string_view detail;  // of a rejected token; never empty
};

}  // namespace assay::jose
