#include "report/findings.h"

#include <algorithm>

#include "report/facts.h"
#include "report/input_rules.h"
#include "report/key_rules.h"
#include "report/use_rules.h"

namespace assay::report {
namespace {

// "27,210 uses of tokens in 18 files, 2026-11-24 00:00:04 to 2026-11-26 23:59:57 UTC"
Line basis(const tally::Overview& overview) {
  Line line = counted(overview.all.records(), "use") + " of tokens";
  if (!overview.files.empty()) line += " in " + counted(overview.files.size(), "input");
  if (overview.all.times.first) line += ", " + period(overview.all.times) + " UTC";
  return line;
}

Line doubts(const tally::Overview& overview, const Facts& facts) {
  const std::uint64_t records = overview.all.records();
  Line line;
  if (facts.cannot_tell.uses == 0) {
    line += "All of them could be judged.";
  } else {
    line += strong(number(facts.cannot_tell.uses) + " (" + percent(facts.cannot_tell.uses, records) +
                   ") cannot be judged") +
            ": masked, cut or encrypted tokens, or lines without a time.";
  }
  std::uint64_t faults = 0, gaps = 0;
  for (const tally::FileCoverage& file : overview.files) {
    faults += file.fault.empty() ? 0 : 1;
    gaps += file.gap_count;
  }
  if (faults > 0) line += " " + strong(counted(faults, "input")) + " could not be read to the end.";
  if (gaps > 0) line += " The logs have " + counted(gaps, "gap") + " of more than 30 minutes.";
  if (faults + gaps == 0 && !overview.files.empty()) line += " Every input was read to its end.";
  return line;
}

// How the rejected ones were answered, if the logs tell.
std::string unanswered(const tally::Overview& overview, const Facts& facts) {
  if (facts.with_answer == 0) return "; the input does not tell how the server answered";
  if (facts.with_answer < overview.all.records())
    return "; the server refused every one of which the log tells the answer";
  return "; the server refused all of them";
}

}  // namespace

std::string_view to_string(Severity severity) noexcept {
  switch (severity) {
    case Severity::act_now:
      return "Act now";
    case Severity::look_into:
      return "Look into";
    case Severity::good_to_know:
      break;
  }
  return "Good to know";
}

Findings findings_of(const tally::Overview& overview) {
  Findings found;
  for (const auto& rules : {answer_rules(), key_rules(), use_rules(), input_rules()}) {
    for (const Rule rule : rules) rule(overview, found);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Finding& a, const Finding& b) { return a.severity < b.severity; });
  return found;
}

Headline headline_of(const tally::Overview& overview) {
  const Facts facts = facts_of(overview);
  const std::uint64_t records = overview.all.records();
  if (records == 0) {
    return {Severity::look_into, "No token was found: there is nothing to judge",
            overview.files.empty() ? Line("No input was read.")
                                   : Line(counted(overview.files.size(), "input") + " were searched.")};
  }
  Line how_sure = basis(overview) + ". " + doubts(overview, facts);
  if (facts.not_valid.served > 0) {
    const std::uint64_t served = facts.not_valid.served;
    return {Severity::act_now,
            counted(served, "request") + " with " +
                std::string(agreed(served, "a token that was", "tokens that were")) + " not valid " +
                std::string(agreed(served, "was", "were")) + " answered as good",
            std::move(how_sure)};
  }
  if (facts.not_valid.uses > 0) {
    return {Severity::look_into,
            number(facts.not_valid.uses) + " of " + counted(records, "use") + " of tokens " +
                std::string(agreed(facts.not_valid.uses, "was", "were")) + " not valid" + unanswered(overview, facts),
            std::move(how_sure)};
  }
  if (facts.cannot_tell.uses > 0 || facts.no_token.uses > 0) {
    return {Severity::good_to_know,
            "Every token that could be judged was valid: " + number(overview.all.accepted) + " of " +
                counted(records, "use"),
            std::move(how_sure)};
  }
  return {Severity::good_to_know,
          records == 1 ? "The one token was valid when it was used"
                       : "All " + counted(records, "use") + " of tokens were valid",
          std::move(how_sure)};
}

}  // namespace assay::report
