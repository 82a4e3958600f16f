// Verification of whole inputs: files and pipes in, one verdict a record out, in input order.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "assay/instant.h"
#include "assay/result.h"
#include "assay/stage.h"
#include "assay/verifier.h"

namespace assay {

enum class InputFormat : std::uint8_t {
  automatic,
  lines,
  ndjson
};  // automatic: ndjson when the first record starts with '{'
enum class OutputFormat : std::uint8_t { ndjson, csv, none };
enum class Only : std::uint8_t { both, accepted, rejected };

struct StreamOptions {
  std::vector<std::string> inputs;  // paths; "-" or none: standard input
  InputFormat input = InputFormat::automatic;
  std::string token_field = "/token";  // RFC 6901 pointers
  std::string time_field = "/time";
  std::vector<std::string> carry;
  bool at_record = false;     // judge each record at its own time
  std::optional<Instant> at;  // judge all at this time; nothing: now, read once a batch

  std::string output;  // path; empty: standard output. Written under a temporary name, renamed when complete
  OutputFormat format = OutputFormat::ndjson;
  Only only = Only::both;
  bool emit_token = false;
  bool fingerprint = false;
  std::string summary;                                        // path of the summary JSON; empty: none
  std::vector<std::pair<std::string, std::string>> manifest;  // shown in the summary: option, value (no secrets)

  int threads = 0;  // 0: all cores
  // Set from a signal handler: `stop` to a signal number ends the run after the records already read; `reload` asks for
  // a reload of the keys at the next block. `wake_fd`, when not -1, becomes readable at a signal, so that a blocked
  // read ends.
  std::atomic<int>* stop = nullptr;
  std::atomic<bool>* reload = nullptr;
  int wake_fd = -1;

  // Called about four times a second from the writer. `total_bytes` is 0 when unknown (a pipe).
  struct Progress {
    std::uint64_t records, bytes, total_bytes;
    double seconds;
  };
  std::function<void(const Progress&)> on_progress;

  bool measure_stages = false;  // tell in the result where the time went
};

struct StreamResult {
  std::uint64_t records = 0, accepted = 0, rejected = 0, bytes = 0;
  std::vector<std::pair<std::string, std::uint64_t>> by_reason;  // name, count; most frequent first
  std::uint64_t exceptional = 0;  // signatures that the lanes could not decide and OpenSSL did
  std::uint64_t recalled = 0;     // tokens known from before, whose signatures were not verified again
  double seconds = 0;
  StageSeconds stages{};       // of all threads together; zeros unless measured
  int stopped_by = 0;          // signal number, or 0
  bool output_closed = false;  // the reader of standard output went away
};

// Runs to the end of the inputs. The error names the file and the mend (input missing, output not writable, disk full),
// or what a cross-check found.
Result<StreamResult> verify_stream(const JwtVerifier& verifier, const StreamOptions& options);

}  // namespace assay
