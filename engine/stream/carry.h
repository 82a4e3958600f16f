// Carried fields without live tokens: what is copied from a log into a verdict must not make the verdicts a secret.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/arena.h"

namespace assay::stream {

// Hides tokens in the carried values of one record. Not thread safe.
class TokenHider {
 public:
  // `own`, the token of the record, is hidden too, even if it is opaque (empty: there is none). It and the arena
  // outlive the hider and what it returns.
  TokenHider(std::string_view own, base::Arena& arena) noexcept : own_(own), arena_(arena) {}

  // Returns a carried value, a JSON text on one line, with each token in it replaced by its "ath" (base64url SHA-256,
  // RFC 9449 §4.2). Tokens are found by their form, anywhere in the value, and through JSON within JSON,
  // percent-encoding and other codings of jose/coded_text.h; the hash is that of the token without them. The own token
  // is found as a JSON reader reads the value, too. Tokens that overlap are replaced together. Linear time. A token
  // that was cut or masked is replaced by the hash of what is left of it. The rest of the value stays as it is written.
  // The result is valid JSON, the value itself or in the arena.
  std::string_view without_tokens(std::string_view json);

 private:
  // The own token as it may stand in a text.
  struct Forms {
    std::string_view written;  // itself
    std::string_view literal;  // in a text whose codings were undone: without backslashes
    std::string_view plain;    // the same if its own codings were undone with those of the text
  };
  const Forms& forms();
  bool may_hold_own(std::string_view json, bool coded);
  std::string_view rewrite(std::string_view json);

  const std::string_view own_;
  base::Arena& arena_;
  std::optional<Forms> forms_;  // made when they are needed
};

// Names the fields of a JSON record as pointers, for a message: "/time, /request/id", at most a dozen, none below the
// third level. Empty if the record is no JSON object, or longer than 64 KiB.
std::string fields_of(std::string_view record);

}  // namespace assay::stream
