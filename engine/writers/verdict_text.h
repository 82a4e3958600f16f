// Parts of a verdict that output formats write alike.
#pragma once

#include <cstddef>
#include <string_view>

#include "assay/instant.h"
#include "assay/reason.h"
#include "codec/base64url.h"
#include "digest/running_sha256.h"

namespace assay::writers {

// Characters of the longest 64-bit number, and of a fingerprint.
inline constexpr std::size_t kNumberRoom = 20;
inline constexpr std::size_t kFingerprintRoom = codec::base64url_encoded_size(32);

// Writes a token's "ath" (RFC 9449 §4.2), given its hash, into kFingerprintRoom characters. Returns the end.
char* write_fingerprint(char* to, const digest::Sha256& hash);

// Characters of the longest time: years of seconds in 64 bits, and nanoseconds.
inline constexpr std::size_t kTimeRoom = 40;
// Writes to_rfc3339(at) into kTimeRoom characters. Returns the end. Allocates nothing for years of four digits.
char* write_time(char* to, Instant at);

// Calls `append` with the name of each reason, in the order in which they are decided.
template <class Append>
void each_reason(ReasonSet reasons, const Append& append) {
  for (int i = 0; i < kReasonCount; ++i) {
    if (reasons.contains(static_cast<Reason>(i))) append(to_string(static_cast<Reason>(i)));
  }
}

}  // namespace assay::writers
