// What every part of the report asks of an overview: totals that it does not hold itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "assay/reason.h"
#include "base/keyed_hash.h"
#include "report/reason_words.h"
#include "tally/overview.h"

namespace assay::report {

struct Facts {
  // Rejected records by what their first reason proves (reason_words.h), and those of them that the server answered
  // with 2xx or 3xx.
  struct Share {
    std::uint64_t uses = 0, served = 0;
  };
  Share not_valid, cannot_tell, no_token;
  std::uint64_t with_answer = 0;  // records whose log says how the server answered
  std::uint64_t replayed = 0;     // tokens from several addresses
};
Facts facts_of(const tally::Overview& overview);

// The row of a reason; null if it does not occur.
const tally::ReasonRow* find(const tally::Overview& overview, Reason reason);
// The same by the reason's name, for reasons that not every version knows.
const tally::ReasonRow* find(const tally::Overview& overview, std::string_view reason);
// The records of a row by its name; nothing of a name without a row.
tally::Cell records_of(const tally::Breakdown& breakdown, std::string_view name);

// The kids of keys that the runs had: those that the summary lists, and those under which signatures were valid. Views
// into `overview`.
base::KeyedSet<std::string_view> known_kids(const tally::Overview& overview);

// Whether two clients of a replay used it in turns, and not one after the other.
bool is_used_in_turns(const tally::Replay& replay);

}  // namespace assay::report
