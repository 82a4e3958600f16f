// The serial stages of an audit: what can only be known once all earlier blocks of a file are known.
//
// arrange() comes before the search: it notices lines that change the format, and joins lines that a container runtime
// split. link() comes after it: it numbers tokens, and tells the batch of the line that an earlier block began and of
// the latest time. complete() gives that to the lines of hits, in any thread. Each of the others is called for every
// batch, in input order, by one thread at a time; they share nothing, so that they may run beside one another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "assay/instant.h"
#include "assay/result.h"
#include "audit/log_batch.h"
#include "audit/survey.h"
#include "input/block.h"
#include "log/format.h"
#include "log/joining.h"

namespace assay::audit {

class LineArranger {
 public:
  // `files` are the inputs, by index. The format of one that is not known yet, such as standard input, is learnt from
  // its first block. All three outlive the arranger.
  // If `at_lines`, tokens are judged at the times of their lines, so an input whose times cannot be read is an error.
  LineArranger(const Survey& survey, std::vector<FileSurvey>& files, const std::vector<std::string>& names,
               bool at_lines)
      : survey_(survey), files_(files), names_(names), at_lines_(at_lines) {}

  // Of a run that goes on in an input whose directives were these.
  void go_on(std::string directive) { directive_ = std::move(directive); }
  // Sets format, has_times, changes, kept_lines and joined. Lines that were still incomplete when their file ended come
  // with the next batch; a last batch without text brings those of the last file. The error says which option an input
  // needs.
  Result<void> arrange(LogBatch& batch);

 private:
  Result<void> begin_file(LogBatch& batch);
  void end_file(LogBatch& batch);
  void note_directives(LogBatch& batch);
  void join_lines(LogBatch& batch);
  void add_joined(LogBatch& batch, std::size_t at);

  const Survey& survey_;
  std::vector<FileSurvey>& files_;
  const std::vector<std::string>& names_;
  const bool at_lines_;
  std::optional<std::size_t> file_;
  std::shared_ptr<const log::FileFormat> format_;  // of the next line
  std::string directive_;                          // those of the file that hold
  std::optional<log::Joiner> joiner_;
};

class LineLinker {
 public:
  LineLinker() = default;
  // Of a run that goes on at `first`, where `earlier` was known.
  LineLinker(const input::Place& first, std::optional<KnownMoment> earlier)
      : next_record_(first.record), file_(first.input), earlier_(std::move(earlier)) {}

  // Sets first_record, open_line, earlier and known of the batch.
  void link(LogBatch& batch);

 private:
  static KnownMoment kept(const LineMoment& moment);
  void remember_end(const LogBatch& batch);

  std::uint64_t next_record_ = 1;
  std::optional<std::size_t> file_;
  std::optional<KnownMoment> earlier_;  // of the last line that names a time

  OpenLine open_;  // the line that goes on in the next block
};

// Adds what earlier blocks know of the lines. Their views then also go into the batch.
void complete(std::span<HitLine> lines, const LogBatch& batch) noexcept;

}  // namespace assay::audit
