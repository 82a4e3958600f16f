// A sentence at the top of the report, made by a rule from what was counted.
#pragma once

#include <string_view>
#include <vector>

#include "report/words.h"
#include "tally/overview.h"

namespace assay::report {

enum class Severity { act_now, look_into, good_to_know };

struct Finding {
  Severity severity;
  std::string_view rule;    // names the rule, such as "rejected_served"; static
  Line what;                // one sentence with its numbers
  Line action;              // what to do; may be empty
  std::string_view anchor;  // the section that holds the evidence; static
};

using Findings = std::vector<Finding>;
// Looks at an overview and adds at most a few findings.
using Rule = void (*)(const tally::Overview& overview, Findings& found);

// Sections of the report, as findings link to them.
inline constexpr std::string_view kReasons = "reasons", kTime = "time", kKeys = "keys", kReplays = "replays",
                                  kWho = "who", kCounts = "counts", kCoverage = "coverage", kManifest = "manifest",
                                  kExactness = "exactness", kSince = "since", kHappened = "happened";

}  // namespace assay::report
