// Says how two names nearly agree, for people who look for a slash that is missing.
#pragma once

#include <string>
#include <string_view>

namespace assay::jose {

// Returns in what alone `found` differs from `expected`: "in a trailing slash", "in case", "in white space", "in the
// scheme", "in the default port", or several of them joined with "and". Returns an empty string if they differ in more
// or not at all. Never returns text of either. Cost: linear.
std::string near_miss(std::string_view found, std::string_view expected);

// How one name continues another: an issuer whose path is longer or shorter than expected.
enum class Overlap { none, goes_on, stops_short };
// goes_on: `found` is `expected` and then more of a path. stops_short: the other way round.
Overlap overlap_of(std::string_view found, std::string_view expected) noexcept;

}  // namespace assay::jose
