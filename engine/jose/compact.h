// The JWS Compact Serialization (RFC 7515 §3.1, §7.1): a token taken apart.
#pragma once

#include <cstdint>
#include <string_view>

#include "assay/reason.h"

namespace assay::jose {

// Views into the token. Nothing is decoded here.
struct Compact {
  std::string_view header;         // first segment
  std::string_view payload;        // second
  std::string_view signature;      // third
  std::string_view signing_input;  // header "." payload, contiguous in the token
  int dots = 0;                    // dots in the token, counted up to 6
};

// Splits at the first two dots and counts the rest. Cost: one pass of memchr over the token.
Compact split_compact(std::string_view token) noexcept;

// How a token that is not three whole segments is told apart.
enum class Shape : std::uint8_t {
  signed_token,  // three segments, the third not empty
  encrypted,     // five segments: JWE
  cut,           // two segments, or an empty third: redacted when header and payload are well formed
  masked,        // the third is a mask: '*', 'x', '…', "[REDACTED]", and the like
  malformed,     // any other number of segments
};
Shape classify(const Compact& compact) noexcept;

// True for text that stands in logs where a secret was: runs of one of * x X . - _ # • … and words like REDACTED,
// MASKED, FILTERED, HIDDEN, REMOVED in any case, bare or in [], <>, (), {}; also a beginning or end of base64url with
// such a run.
bool is_mask(std::string_view text) noexcept;
// Whether a third segment that is strict base64url needs the question at all: false for nearly every signature.
bool may_be_mask(std::string_view base64url) noexcept;

// `text` without one leading "Bearer " (any case, one space).
std::string_view strip_bearer(std::string_view text) noexcept;

}  // namespace assay::jose
