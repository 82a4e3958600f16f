// Counts the verdicts on columns, as a summary of `assay verify` counts those on records.
#pragma once

#include <cstdint>

#include "assay/arrow.h"
#include "assay/result.h"
#include "tally/tally.h"

namespace assay::columns {

struct ColumnCounts {
  tally::Tally tally;
  std::uint64_t bytes = 0;  // of tokens
};

// Judges each row as verify_column does, on the caller's thread, and counts the verdict. `options.threads` is not used.
// The error says what type the column has instead.
Result<void> count_column(const JwtVerifier& verifier, const ArrowSchema& type, const ArrowArray& tokens,
                          const ColumnOptions& options, ColumnCounts& to);

}  // namespace assay::columns
