#include "columns/column_tally.h"

#include <algorithm>

#include "columns/row_judge.h"
#include "columns/text_column.h"

namespace assay::columns {
namespace {

// Rows whose counts are kept apart before they are added to the whole.
constexpr std::int64_t kPart = 16 * RowJudge::kPiece;

}  // namespace

Result<void> count_column(const JwtVerifier& verifier, const ArrowSchema& type, const ArrowArray& tokens,
                          const ColumnOptions& options, ColumnCounts& to) {
  const Result<TextColumn> column = TextColumn::open(type, tokens);
  if (!column) return column.error();
  const bool has_times = !options.times.empty();
  RowJudge judge(verifier.engine(), *column, options);
  tally::Tally part{tally::Tally::Part()};
  for (std::int64_t row = 0; row < column->rows();) {
    const std::int64_t end = std::min(row + RowJudge::kPiece, column->rows());
    judge.judge({row, end}, [&](const RowJudge::Judged& judged) {
      part.count({.verdict = judged.verdict,
                  .at = judged.at,
                  .has_own_time = has_times,
                  .token = judged.token,
                  .is_of_log = false,
                  .client = {},
                  .status = 0});
      to.bytes += judged.token.size();
    });
    row = end;
    if (row % kPart != 0 && row != column->rows()) continue;
    to.tally.add(part);
    part.clear();
  }
  return {};
}

}  // namespace assay::columns
