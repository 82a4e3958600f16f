// What stands at the top of the report: what happened, how sure that is, what to do. To add a finding, add a rule to
// one of use_rules.cc, key_rules.cc and input_rules.cc.
#pragma once

#include <string>
#include <string_view>

#include "report/finding.h"
#include "tally/overview.h"

namespace assay::report {

std::string_view to_string(Severity severity) noexcept;  // "Act now"

// All findings, the most urgent first; among equals in the order of the rules.
Findings findings_of(const tally::Overview& overview);

struct Headline {
  Severity severity;
  std::string sentence;  // what happened, in one sentence
  Line how_sure;         // on how much it rests, and what could not be judged
};
Headline headline_of(const tally::Overview& overview);

}  // namespace assay::report
