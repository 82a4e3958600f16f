// What the tests of this room share: payloads as a token carries them, headers as their segment.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "codec/base64url.h"
#include "codec/json_fast.h"
#include "jose/claims.h"
#include "jose/header.h"

namespace assay::jose {

inline std::optional<Header> header_of(std::string_view json, Profile profile) {
  return read_header(codec::base64url_encode(json), profile);
}

// Reads claims and keeps all that they point to.
struct ReadClaims {
  ReadClaims(std::string_view json, Profile profile, std::span<const std::string> further = {})
      : text(std::string(json) + std::string(codec::kJsonPadding, ' ')) {
    claims = read_claims(std::string_view(text).substr(0, json.size()), profile, reader, arena, fault, further);
  }
  std::string text;
  base::Arena arena;
  codec::FastObjectReader reader;
  ClaimsFault fault;
  const Claims* claims = nullptr;
};

inline constexpr Profile kBoth[] = {Profile::strict, Profile::fastmcp};

}  // namespace assay::jose
