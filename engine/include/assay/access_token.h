// What an accepted token grants: FastMCP's AccessToken.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace assay {

// An owned copy of what a verifier accepted; outlives verifier and input. A plain value, thread safe as one.
struct AccessToken {
  std::string token;                // the compact JWS, exactly as given
  std::string client_id;            // first of client_id, azp, sub that is present and truthy, else "unknown"
  std::vector<std::string> scopes;  // from scope, else scp
  // Unix seconds, truncated; held to the range of 64 bits. `expires_at_text` is the exact decimal integer.
  std::optional<std::int64_t> expires_at;
  std::string expires_at_text;  // empty when the token has no expiry
  std::optional<std::string> subject;
  std::string claims;  // the payload's JSON object, on one line
};

}  // namespace assay
