// An overview with the numbers of the made-up incident (tests/incident): two issuers, a rotation, a key that goes on
// signing after it was retired, and one that leaked.
#pragma once

#include "tally/overview.h"

namespace assay::report {

// A time of November 2026, in UTC.
Instant at(int day, int hour, int minute = 0, int second = 0);
tally::Overview incident();
// A week earlier: no leak, one client with old tokens.
tally::Overview week_before();

}  // namespace assay::report
