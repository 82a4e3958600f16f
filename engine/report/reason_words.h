// What each reason tells about a token, for the report.
#pragma once

#include <string_view>

#include "assay/reason.h"

namespace assay::report {

// What a reason proves about the use of a token.
enum class Proof {
  not_valid,    // a server that checks tokens refuses it
  cannot_tell,  // the log does not show enough of the token, or not when it was used
  no_token,     // something else stood there
};

// Texts for a person. What the reason means is explain() of assay/reason.h. Static.
struct ReasonWords {
  Proof proof;
  std::string_view cause;   // what it usually comes from
  std::string_view action;  // what to do
};
ReasonWords words_of(Reason reason) noexcept;

}  // namespace assay::report
