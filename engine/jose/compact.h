// The JWS Compact Serialization (RFC 7515 §3.1, §7.1): a token taken apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/arena.h"

namespace assay::jose {

// What a token's segments look like.
enum class Shape : std::uint8_t {
  signed_token,     // three segments, the third neither empty nor a mask
  five_segments,    // those of a JWE (RFC 7516 §9), or a token with a masked middle
  two_segments,     // the signature was cut off with its dot
  empty_signature,  // the third segment is empty: the signature was cut off, or the token is unsecured (RFC 7515 §6)
  masked,           // the third segment is a mask: see mask.h
  malformed,        // any other number of segments
};

// A token taken apart. Views into the token, and of decoded bytes into the arena.
struct Compact {
  Shape shape = Shape::malformed;
  std::string_view header, payload, signature;  // as sent; the signature is all that follows the second dot
  // The decoded payload; kJsonPadding readable bytes follow it. Null data: the payload is not strict base64url.
  std::string_view payload_bytes;
  // The same of the signature, without padding.
  std::string_view signature_bytes;

  // Header, dot and payload. Only for a token that has a dot.
  std::string_view signing_input() const noexcept { return {header.data(), header.size() + 1 + payload.size()}; }
};

// The first segment: all before the first dot, or the whole token.
std::string_view first_segment(std::string_view token) noexcept;

// Takes a token apart behind its first segment, which has `header_size` characters. Each segment is decoded where it is
// found and looked at once. `payload_is_encoded`: false for RFC 7797's b64=false; the payload is copied then.
Compact take_apart(std::string_view token, std::size_t header_size, bool payload_is_encoded, base::Arena& arena);
// The same for a token with an encoded payload, from its beginning.
Compact take_apart(std::string_view token, base::Arena& arena);

// Decodes payload and signature that take_apart() left undecoded and that end in padding, exactly as much as RFC 4648
// §4 asks for. The signing input keeps the padding.
void decode_padded(Compact& compact, base::Arena& arena);

// The schemes that carry a token: RFC 6750 §2.1, RFC 9449 §7.1, and what some frameworks write.
inline constexpr std::string_view kTokenSchemes[] = {"Bearer", "DPoP", "JWT"};

// Returns `text` without one leading scheme of kTokenSchemes, in any case, and one space. Text that begins with two of
// them is returned as it is.
std::string_view strip_scheme(std::string_view text) noexcept;

}  // namespace assay::jose
