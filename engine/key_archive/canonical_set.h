// Key sets compared by what they say: servers write the same set in many ways.
//
// Pure functions, thread safe.
#pragma once

#include <string>
#include <string_view>

namespace assay::key_archive {

// A text that is the same for two documents if they publish the same keys: JSON without white space, the members of
// objects in the order of their names, and the list `keys` in an order of its own. Of a signed set (jwk-set+jwt) only
// `keys` counts, because it is signed anew each time. A text that is neither is its own canonical form.
std::string canonical_set(std::string_view text);

// The SHA-256 of the canonical form, in lower-case hexadecimal.
std::string set_fingerprint(std::string_view text);

}  // namespace assay::key_archive
