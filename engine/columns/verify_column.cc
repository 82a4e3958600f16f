// The rows of a column judged, in pieces and by several threads.
#include <algorithm>
#include <atomic>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "assay/arrow.h"
#include "base/thread_annotations.h"
#include "columns/row_judge.h"
#include "columns/text_column.h"
#include "columns/verdict_builder.h"
#include "verify/engine.h"

namespace assay {
namespace {

using columns::RowJudge;
using columns::Rows;
using columns::TextColumn;
using columns::VerdictBuilder;

// A part ends when a column has so much text, so that another piece of tokens of ordinary length surely fits.
constexpr std::size_t kEnoughText = std::size_t{1} << 30;
// Rows of one thread at a time, at least.
constexpr std::int64_t kLeastShare = 16384;

// Appends the parts of these rows.
void judge_rows(RowJudge& judge, Rows rows, const VerdictFields& fields, std::vector<VerdictPart>& to) {
  while (rows.begin < rows.end) {
    auto part = std::make_shared<VerdictBuilder>(fields);
    const std::int64_t begin = rows.begin;
    part->reserve(static_cast<std::size_t>(rows.end - begin));
    while (rows.begin < rows.end && part->most_text() < kEnoughText) {
      const Rows piece{rows.begin, std::min(rows.begin + RowJudge::kPiece, rows.end)};
      judge.judge(piece, [&](const RowJudge::Judged& row) { part->append(*row.verdict); });
      // The rows of the first piece are taken for ordinary ones.
      if (rows.begin == begin) part->expect(static_cast<std::size_t>((rows.end - begin) / RowJudge::kPiece));
      rows.begin = piece.end;
    }
    to.push_back(std::move(part));
  }
}

// Shares of the rows, taken by threads one after the other; their parts are kept in order.
class Shares {
 public:
  Shares(std::int64_t rows, std::int64_t of_share) : rows_(rows), of_share_(of_share) {
    parts_.resize(static_cast<std::size_t>((rows + of_share - 1) / of_share));
  }

  // Judges shares until none is left. An exception is kept for the caller's thread.
  void work(verify::Engine& engine, const TextColumn& tokens, const ColumnOptions& options) noexcept {
    try {
      RowJudge judge(engine, tokens, options);
      for (std::size_t share = next_++; share < parts_.size(); share = next_++) {
        const std::int64_t begin = static_cast<std::int64_t>(share) * of_share_;
        judge_rows(judge, {begin, std::min(begin + of_share_, rows_)}, options.fields, parts_[share]);
      }
    } catch (...) {
      next_ = parts_.size();
      const base::MutexLock lock(mutex_);
      if (!fault_) fault_ = std::current_exception();
    }
  }

  // Only when all threads have ended.
  std::vector<VerdictPart> take() {
    const base::MutexLock lock(mutex_);
    if (fault_) std::rethrow_exception(fault_);
    std::vector<VerdictPart> all;
    for (std::vector<VerdictPart>& parts : parts_) std::move(parts.begin(), parts.end(), std::back_inserter(all));
    return all;
  }

 private:
  std::int64_t rows_, of_share_;
  std::atomic<std::size_t> next_ = 0;
  std::vector<std::vector<VerdictPart>> parts_;  // one for each share
  base::Mutex mutex_;
  std::exception_ptr fault_ GUARDED_BY(mutex_);
};

std::vector<VerdictPart> judge_all(verify::Engine& engine, const TextColumn& tokens, const ColumnOptions& options) {
  const int cores = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  const std::int64_t wanted = options.threads == 0 ? cores : std::max(1, options.threads);
  const std::int64_t rows = tokens.rows();
  // Four shares a thread, so that the end is not spent waiting for one of them.
  const std::int64_t of_share =
      wanted == 1 ? std::max<std::int64_t>(rows, 1) : std::max(kLeastShare, (rows + 4 * wanted - 1) / (4 * wanted));
  const std::int64_t threads = std::min(wanted, (rows + of_share - 1) / of_share);
  Shares shares(rows, of_share);
  std::vector<std::thread> others;
  try {
    for (std::int64_t i = 1; i < threads; ++i) others.emplace_back([&] { shares.work(engine, tokens, options); });
  } catch (const std::system_error&) {  // no further thread can be had; those that are there do the work
  }
  shares.work(engine, tokens, options);
  for (std::thread& other : others) other.join();
  return shares.take();
}

}  // namespace

Result<std::vector<VerdictPart>> verify_column(const JwtVerifier& verifier, const ArrowSchema& type,
                                               const ArrowArray& tokens, const ColumnOptions& options) try {
  const Result<TextColumn> column = TextColumn::open(type, tokens);
  if (!column) return column.error();
  if (!options.times.empty() && static_cast<std::int64_t>(options.times.size()) != column->rows()) {
    return Error{std::to_string(options.times.size()) + " times for " + std::to_string(column->rows()) + " tokens",
                 "at"};
  }
  return judge_all(verifier.engine(), *column, options);
} catch (const std::length_error& error) {
  return Error{error.what(), "column"};
}

}  // namespace assay
