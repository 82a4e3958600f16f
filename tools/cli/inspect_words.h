// The words of `assay inspect`: it explains names and times, and says what would make a failed check pass.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "assay/instant.h"
#include "assay/policy.h"
#include "assay/reason.h"
#include "codec/json.h"

namespace assay::cli {

// What a registered header parameter or claim is for; empty for other names.
std::string_view header_meaning(std::string_view name);
std::string_view claim_meaning(std::string_view name);
// "RSASSA-PKCS1-v1_5 with SHA-256"; empty for an algorithm that assay does not know.
std::string_view algorithm_meaning(std::string_view alg);

// "2 months ago", "in 3 hours", "now": `seconds` after (or before, negative) the moment of judgement.
std::string how_long(std::int64_t seconds);
// "2026-09-21T14:13:20Z, 2 months ago" for a number of Unix seconds as written; "the year 58678, in 56652 years;
// milliseconds? then 2026-..." for one beyond the calendar; empty when it is before it or beyond 64 bits.
std::string time_in_words(std::string_view number, Instant at);

// A token as far as it could be read, for advice. Either tree may be null.
struct ReadToken {
  std::string_view text;  // whole, as it was given
  const codec::JsonNode* header = nullptr;
  const codec::JsonNode* claims = nullptr;
  std::string_view signature;  // decoded; empty: it is none or not base64url
};

// Returns what would make the check pass: an option, or something that the issuer has to do. Text of the token in it is
// safe to print.
std::string mend(Reason reason, const ReadToken& token, const Policy& policy, Instant at);

}  // namespace assay::cli
