// Says how two names nearly agree, for people who look for a slash that is missing.
#pragma once

#include <string>
#include <string_view>

namespace assay::jose {

// Returns the only way in which `found` differs from `expected`: "in a trailing slash", "in case", "in white space",
// "in the scheme", "in the default port", or several of them joined with "and". Returns an empty string if the names
// are equal or differ in any other way. The result holds no text of either name. Cost: linear.
std::string near_miss(std::string_view found, std::string_view expected);

// Says how one name continues another, such as an issuer whose path is longer or shorter than expected.
enum class Overlap { none, goes_on, stops_short };
// goes_on: `found` is `expected` and then more of a path. stops_short: the other way round.
Overlap overlap_of(std::string_view found, std::string_view expected) noexcept;

}  // namespace assay::jose
