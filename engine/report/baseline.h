// What is new since the last audit.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "assay/reason.h"
#include "report/content.h"
#include "tally/overview.h"

namespace assay::report {

// The summary of the last audit.
struct Baseline {
  std::string name;  // as a person knows it: its file
  tally::Overview overview;
};

// What occurs now and did not occur then. Names are those of rows; replays are those of tokens, by ath.
struct News {
  std::vector<Reason> reasons;
  std::vector<std::string> kids, issuers, algorithms;
  // Clients with rejected tokens that were answered as good, which had none then.
  std::vector<tally::Row> clients;
  std::vector<tally::Replay> replays;
  // A breakdown of then kept only its most frequent values, so that what looks new may have occurred.
  bool is_exact = true;
  std::vector<std::string> inputs_in_both;  // paths of now, by content

  bool nothing() const {
    return reasons.empty() && kids.empty() && issuers.empty() && algorithms.empty() && clients.empty() &&
           replays.empty();
  }
};
News news_of(const tally::Overview& now, const tally::Overview& then);

// The section that tells it, with the numbers of both.
Section since_section(const tally::Overview& now, const Baseline& baseline);

}  // namespace assay::report
