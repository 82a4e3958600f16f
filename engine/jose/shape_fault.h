// Explains why a text does not have the shape of a token: what it is instead, what stands around it, or where it was
// cut.
//
// The explanation is made only after a token has failed its shape, so good tokens pay nothing for it. Thread safe. The
// time is linear in the text, in a few passes.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "assay/policy.h"
#include "assay/reason.h"
#include "base/arena.h"
#include "codec/json_fast.h"
#include "jose/compact.h"
#include "jose/header.h"

namespace assay::jose {

struct ShapeFault {
  // missing_token, token_redacted, other_credential, encrypted_token, signature_redacted or malformed_token.
  Reason reason = Reason::malformed_token;
  std::string_view detail;  // one line, never empty, static or in the arena; holds no token material
};

// A token that failed its shape.
struct FailedToken {
  std::string_view token;  // not empty
  const Compact& compact;  // of the token
  const Header* header;    // null: there is none, or it is not base64url
  const Policy& policy;
  std::size_t least_signature;  // bytes that a signature by the header's algorithm has at least; 0: not known
};

// Says why. Reasons are found in the order in which they are decided.
ShapeFault explain_shape(const FailedToken& failed, codec::FastObjectReader& reader, base::Arena& arena);

// Returns missing_token or token_redacted for text that stands where a token should be, such as "-", "null" and "****".
// Returns nothing for any other text.
std::optional<ShapeFault> explain_placeholder(std::string_view text, base::Arena& arena);

// Returns true if the signature of a signed_token was certainly cut off. There are two cases. Either it lacks more
// bytes than the leading zeros that some signers drop, and no other algorithm has signatures of its length. Or its
// characters are too few and do not decode to whole bytes.
bool is_cut_signature(const Compact& compact, std::size_t least_signature) noexcept;

}  // namespace assay::jose
