// Checkpoints: what a run that was killed needs to go on where it was.
//
// A checkpoint is one JSON document. It holds what the run was asked to do, so that no other run goes on with it; the
// place in the inputs up to which everything was judged and written; and what was counted up to there.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "assay/instant.h"
#include "assay/result.h"
#include "assay/stream.h"
#include "base/file_lock.h"
#include "input/block.h"
#include "input/known_file.h"
#include "input/list.h"
#include "stream/diagnosis.h"
#include "stream/summary.h"

namespace assay::stream {

// What a run was asked to do.
struct RunIdentity {
  std::string command;  // "verify"
  std::vector<std::pair<std::string, std::string>> options;
  std::string keys;  // SHA-256 of the files of keys and of revoked tokens, hexadecimal
};

struct Checkpoint {
  RunIdentity identity;
  std::vector<input::KnownFile> inputs;  // that are read; keep() fills these two
  input::Place place;                    // everything before it was judged and written
  bool is_compressed = false;            // the input at the place; it is read from its beginning again
  bool finished = false;  // every record was written; only the output's name and the summary may be missing
  std::uint64_t output_bytes = 0, bytes = 0;  // written, and of input as it is stored; keep() counts the latter
  std::uint64_t stored_bytes = 0;             // of the input at the place, as it is stored
  std::optional<Instant> last_line_at;        // of the input at the place: from there the next gap is measured
  Counts counts;
  std::string summary;  // the document of what was counted for one (tally/summary.h); its files are the inputs
  InputNotes::State notes;
  std::vector<InputFault> faults, remarks;
  // Of StreamResult.
  std::uint64_t by_lanes = 0, by_openssl = 0, exceptional = 0, recalled = 0;
  std::string own = "null";  // what the command keeps beside this, as JSON
};

std::string to_json(const Checkpoint& checkpoint);
// Reads the checkpoint of `path`; nothing if there is no such file. The error says what is wrong with the file.
Result<std::optional<Checkpoint>> read_checkpoint(const std::string& path);

// Says in what a run differs from the one that a checkpoint is of, inputs aside: "--audience differs"; nothing if they
// are the same.
std::optional<std::string> difference(const RunIdentity& saved, const RunIdentity& now);

// SHA-256 over the contents of files, hexadecimal. A file that cannot be read counts by its name only.
std::string digest_of_files(const std::vector<std::string>& paths);

// The checkpoints of one run. Not thread safe.
class Checkpointer {
 public:
  // Reads the checkpoint that options.checkpoint names, if there is one. Null if it names none. No other run can use
  // the same checkpoint as long as this lives. The error has the field "checkpoint": the run cannot be gone on with,
  // the checkpoint is of another run, or another run uses it.
  static Result<std::unique_ptr<Checkpointer>> create(const StreamOptions& options, std::string command,
                                                      const std::vector<input::ListedInput>& inputs);

  // Where the run goes on; null: it begins anew.
  const Checkpoint* from() const noexcept { return from_ ? &*from_ : nullptr; }
  bool is_due() const noexcept { return std::chrono::steady_clock::now() - last_ >= interval_; }
  // Writes a checkpoint, which is of this run, with its bytes of input. The error names its file.
  Result<void> keep(Checkpoint checkpoint);
  // Whether there is a checkpoint from which the run can go on.
  bool has_any() const noexcept { return from_ || kept_; }
  // Removes the file: the run is complete.
  void remove() noexcept;

 private:
  Checkpointer(base::FileLock lock, std::string path, double seconds, RunIdentity identity, input::KnownFiles inputs)
      : lock_(std::move(lock)),
        path_(std::move(path)),
        least_interval_(seconds),
        interval_(seconds),
        identity_(std::move(identity)),
        inputs_(std::move(inputs)) {}

  base::FileLock lock_;
  std::string path_;
  const std::chrono::duration<double> least_interval_;
  std::chrono::duration<double> interval_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  RunIdentity identity_;
  input::KnownFiles inputs_;
  std::optional<Checkpoint> from_;
  bool kept_ = false;
};

// The file beside a checkpoint that its run holds locked.
std::string lock_name(const std::string& checkpoint);

// Where a run begins: behind its checkpoint, if it goes on; null: at the beginning.
inline input::Place first_place(const Checkpointer* checkpointer) noexcept {
  return checkpointer == nullptr || checkpointer->from() == nullptr ? input::Place() : checkpointer->from()->place;
}

// Where the run goes on behind a block, or nothing if it cannot go on there: within a line, or behind a record whose
// end was not read. `record`: the number of the next one.
std::optional<input::Place> place_behind(const input::Block& block, std::uint64_t record);

}  // namespace assay::stream
