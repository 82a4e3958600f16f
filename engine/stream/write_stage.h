// The last stage of a run: writes the verdicts of batches in input order, and adds up what they counted.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "assay/stage.h"
#include "assay/stream.h"
#include "base/stage_clock.h"
#include "stream/batch.h"
#include "stream/checkpoint.h"
#include "stream/diagnosis.h"
#include "stream/summary.h"
#include "stream/verdict_file.h"
#include "stream/writer.h"
#include "tally/summary.h"

namespace assay::stream {

// One thread at a time.
class WriteStage {
 public:
  // `options` and `writer` outlive the stage. Without output and writer, verdicts are only counted. `inputs`: their
  // names. `started` and `total_bytes` are for the reports of progress. `from`: the checkpoint behind which the run
  // goes on; null: it begins anew.
  WriteStage(const StreamOptions& options, std::optional<VerdictFile> output, const VerdictWriter* writer,
             std::vector<std::string> inputs, std::chrono::steady_clock::time_point started, std::uint64_t total_bytes,
             const Checkpoint* from);

  // Each returns false once nobody reads the output any more; what is not written then is not counted. The error names
  // the output.
  Result<bool> begin();
  Result<bool> write(const Batch& batch);
  // Writes what stands behind the last verdict, counts input bytes that belong to no record, and reports the end.
  Result<void> end(std::uint64_t skipped_bytes);
  // Whether the output leaves no file without commit().
  bool awaits_commit() const noexcept { return output_ && output_->appears_at_commit(); }
  // Makes sure that what was written lasts, and puts it and what was counted into a checkpoint.
  Result<void> save(Checkpoint& to);
  // Gives the output its name. Without it the output leaves no file.
  Result<void> commit();

  const Counts& counts() const noexcept { return counts_; }
  // What the summary says of the records, of the inputs and of their lines. Only if the run has one, and only once. The
  // `tokens` of an input are its records.
  tally::Summary take_summary();
  const Diagnosis& diagnosis() const noexcept { return notes_.run(); }
  std::uint64_t bytes() const noexcept { return bytes_; }
  // Of inputs, as their blocks told them.
  const std::vector<InputFault>& faults() const noexcept { return faults_; }
  const std::vector<InputFault>& remarks() const noexcept { return remarks_; }
  bool output_closed() const noexcept { return closed_; }
  void add_times_to(StageSeconds& sum) const noexcept { clock_.add_to(sum); }

 private:
  Result<bool> write_bytes(std::string_view bytes);
  Result<bool> after(const Result<VerdictFile::Outcome>& wrote);
  void report_progress(bool at_end);
  void restore(const Checkpoint& from);
  void restore(tally::Summary& summary);

  const StreamOptions& options_;
  std::optional<VerdictFile> output_;
  const VerdictWriter* writer_;
  const std::vector<std::string> inputs_;
  const std::chrono::steady_clock::time_point started_;
  const std::uint64_t total_bytes_;

  base::StageClock clock_;
  Counts counts_;
  // Of one input, for the summary.
  struct InputCounts {
    std::uint64_t lines = 0, records = 0;
    tally::LineTimes times;
  };
  void count(const Batch& batch);
  tally::FileCoverage coverage_of(std::size_t input) const;
  void add_coverage(tally::Summary& summary) const;

  tally::Tally tally_;
  std::vector<InputCounts> input_counts_;
  InputNotes notes_;
  std::uint64_t bytes_ = 0;         // of input
  bool is_compressed_ = false;      // the input that is read
  std::uint64_t output_bytes_ = 0;  // written
  bool goes_on_ = false;            // behind what an earlier run wrote
  std::vector<InputFault> faults_, remarks_;
  bool closed_ = false;
  std::chrono::steady_clock::time_point last_progress_;
};

}  // namespace assay::stream
