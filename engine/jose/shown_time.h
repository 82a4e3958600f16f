// Text that stands where a time should be, for a message.
#pragma once

#include <string>
#include <string_view>

#include "base/arena.h"

namespace assay::jose {

// Returns the text in quotes, short and printable, or words in its place if it may be a credential: "(a string of 40
// bytes that may be a credential)". Foreign texts stand in the wrong field, too, and no message may show a secret. The
// arena is for work in between.
std::string shown_time(std::string_view text, base::Arena& arena);

}  // namespace assay::jose
