// The files that a run writes.
#pragma once

#include <optional>
#include <vector>

#include "assay/result.h"
#include "assay/stream.h"
#include "base/output_file.h"
#include "input/list.h"
#include "report/baseline.h"
#include "stream/checkpoint.h"
#include "stream/verdict_file.h"
#include "tally/summary.h"

namespace assay::stream {

// What tells what was counted: as JSON, and drawn for people. Either may be missing.
struct SummaryFiles {
  std::optional<base::OutputFile> json, report;
  bool report_is_markdown = false;
  std::optional<report::Baseline> baseline;  // of the report

  bool any() const noexcept { return json || report; }
};

// Without `verdicts`, verdicts are only counted.
struct Outputs {
  std::optional<VerdictFile> verdicts;
  SummaryFiles summary;
};

// Marks the checkpoint, its lock and unfinished verdicts as skipped if a folder among the inputs holds them: a run must
// not read what it writes. A run that goes on from its checkpoint wrote them itself, so it leaves them out without a
// word. open_outputs() refuses any other output that is an input.
void skip_outputs(const StreamOptions& options, std::vector<input::ListedInput>& inputs);

// Opens everything that the run writes, so that a run whose results cannot be written does not begin. No output may be
// one of the inputs or of options.keep. With a checkpoint the verdicts go on behind those of `from`, or begin anew if
// it is null; if `from` is finished and the file of verdicts has its name already, outputs.verdicts stays empty. After
// an error, `outputs` holds what was opened before. The error has the field "output", "summary", "report" or
// "baseline", or "stopped" if options.stop was set while a named pipe waited for its reader.
Result<void> open_outputs(const StreamOptions& options, const std::vector<input::ListedInput>& inputs,
                          const Checkpoint* from, Outputs& outputs);

// Writes both forms of the summary and gives the files their names.
Result<void> write_summary(SummaryFiles& files, const tally::Summary& summary);

// The result of a run that was stopped while an output, a named pipe, waited for its reader.
StreamResult stopped_early(const StreamOptions& options, const Outputs& outputs);

}  // namespace assay::stream
