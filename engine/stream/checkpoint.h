// Checkpoints: what a run that was killed needs to go on where it was.
//
// A checkpoint is one JSON document. It holds what the run was asked to do, so that no other run goes on with it; the
// place in the inputs up to which everything was judged and written; and what was counted up to there.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "assay/instant.h"
#include "assay/result.h"
#include "assay/stream.h"
#include "stream/diagnosis.h"
#include "stream/summary.h"

namespace assay::stream {

// What a run was asked to do.
struct RunIdentity {
  struct Input {
    std::string path;
    std::uint64_t size = 0;  // bytes as stored
    Instant modified;
    friend bool operator==(const Input&, const Input&) = default;
  };
  std::string command;  // "verify"
  std::vector<std::pair<std::string, std::string>> options;
  std::vector<Input> inputs;
  std::string keys;  // SHA-256 of the files of keys and of revoked tokens, hexadecimal

  friend bool operator==(const RunIdentity&, const RunIdentity&) = default;
};

// A place between two records of the inputs: everything before it was judged and written.
struct RunPlace {
  std::uint64_t input = 0;   // index
  std::uint64_t offset = 0;  // bytes of the uncompressed input
  std::uint64_t line = 1;    // number of the next line of the input
  std::uint64_t record = 1;  // number of the next record of the run
};

struct Checkpoint {
  RunIdentity identity;
  RunPlace place;
  bool finished = false;  // every record was written; only the output's name and the summary may be missing
  std::uint64_t output_bytes = 0, bytes = 0;  // written, and of input
  Counts counts;
  Tally tally;
  Dimension unknown_kids;
  std::uint64_t expired = 0, expired_by_whole_hours = 0;
  std::vector<InputFault> faults;
  std::string own = "null";  // what the command keeps beside this, as JSON
};

std::string to_json(const Checkpoint& checkpoint);
// Reads the checkpoint of `path`; nothing if there is no such file. The error says what is wrong with the file.
Result<std::optional<Checkpoint>> read_checkpoint(const std::string& path);

// Says in what a run differs from the one that a checkpoint is of: "--audience differs"; nothing if they are the same.
std::optional<std::string> difference(const RunIdentity& saved, const RunIdentity& now);

// SHA-256 over the contents of files, hexadecimal. A file that cannot be read counts by its name only.
std::string digest_of_files(const std::vector<std::string>& paths);

// Says when the next checkpoint is due.
class CheckpointClock {
 public:
  explicit CheckpointClock(double seconds) : interval_(seconds) {}
  bool is_due() const noexcept { return std::chrono::steady_clock::now() - last_ >= interval_; }
  void done() noexcept { last_ = std::chrono::steady_clock::now(); }

 private:
  std::chrono::duration<double> interval_;
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
};

}  // namespace assay::stream
