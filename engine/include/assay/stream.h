// Verification of whole inputs: files and pipes in, one verdict a record out, in input order.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "assay/instant.h"
#include "assay/result.h"
#include "assay/stage.h"
#include "assay/verifier.h"

namespace assay {

enum class InputFormat : std::uint8_t {
  automatic,  // decided for every line: one that begins with '{' (after white space) is a JSON object, others are
              // tokens
  lines,      // a token a line
  ndjson      // a JSON object a line
};
enum class OutputFormat : std::uint8_t {
  ndjson,  // a JSON object a line
  csv,     // RFC 4180
  ecs,     // an event of the Elastic Common Schema a line, as JSON
  none     // nothing
};
enum class Only : std::uint8_t { all, accepted, rejected };

// A note concerns an input as a whole: one message says it better than a verdict for each record.
struct InputNote {
  enum class Kind : std::uint8_t {
    array,          // a record is a JSON array, which may hold many records
    several_lines,  // JSON objects are not one a line: they begin on a line of their own, or several share one
    wrapped,        // no token where it should be; the records seem to be the items of the list at `place`
    elsewhere,      // no token where it should be; tokens seem to be at `place`
    in_text,        // no token by itself, but tokens within text; at `place` in a JSON record, else in the line
  };
  static constexpr std::size_t kKinds = 5;
  Kind kind;
  std::string input;  // path, or "-" for standard input
  std::string place;  // RFC 6901 pointer; empty if the kind names none
};

// Something about an input as a file: it is missing, cut off, corrupt, no text. The other inputs go on.
struct InputFault {
  std::string input;    // path, or "-" for standard input
  std::string message;  // for people: a sentence that names the input
};

// What to read, how to judge it and what to write. The names of the members are the fields of its errors.
struct StreamOptions {
  // Paths; "-" or none: standard input. A directory stands for the files in it and below it, in the order of names,
  // rotated logs in the order of time. gzip and zstd are recognised by their first bytes and decompressed.
  std::vector<std::string> inputs;
  InputFormat input = InputFormat::automatic;
  // RFC 6901 pointers into a JSON record. They go on into a string that itself holds JSON.
  std::string token_field = "/token";
  std::string time_field = "/time";
  // Fields that are copied into the verdict. A token in them is replaced by its "ath" (RFC 9449 §4.2).
  std::vector<std::string> carry;
  bool at_record = false;  // judge each record at its own time; lines have none
  // How times that are texts are written, in the language of strptime(3): "%d.%m.%Y %H:%M:%S"; empty: Unix time by
  // magnitude, RFC 3339 and the forms of common logs. The zone of times that name none: "UTC", an offset
  // such as "+01:00", or an IANA name such as "Europe/Berlin".
  std::string time_format, time_zone;
  std::optional<Instant> at;  // judge all records at this time; nothing: at the time when their block was read

  // Path; empty or "-": standard output. A file appears under its name only when it is complete. It is compressed if
  // its name ends in .gz or .zst.
  std::string output;
  OutputFormat format = OutputFormat::ndjson;
  Only only = Only::all;
  bool emit_token = false;   // add the token to each verdict
  bool fingerprint = false;  // add "ath", the SHA-256 of the token
  std::string summary;       // path of the summary as JSON; empty: none
  // Path of the summary drawn for people, as one HTML page, or as Markdown if its name ends in .md; empty: none.
  std::string report;
  // A summary of an earlier run, such as the last audit: the report also says what is new since then. Nothing: none.
  struct Baseline {
    std::string name;  // for people: its file
    std::string json;
  };
  std::optional<Baseline> baseline;
  std::vector<std::string> keep;                              // further files that no output may replace: keys
  std::vector<std::pair<std::string, std::string>> manifest;  // options and values to show in the summary; no secrets
  // Path of the checkpoint; empty: none. It is written every `checkpoint_seconds`, or less often so that it takes at
  // most a twentieth of the time, and removed when the run is complete. If there is one at the beginning, the run goes
  // on where that one was; it must be of the same inputs, keys and `decisive` options. The inputs must be files, and
  // the output a file that is not compressed, or none.
  std::string checkpoint;
  double checkpoint_seconds = 0.2;
  std::vector<std::pair<std::string, std::string>> decisive;  // options and values that decide what is written

  int threads = 0;  // 0: all cores
  // For signal handlers. A signal number in `stop` ends the run after the records already read. `reload` asks for a
  // reload of the keys before the next block is read. `wake_fd`, if not -1, becomes readable at a signal, so that a
  // read that waits for input ends.
  const std::atomic<int>* stop = nullptr;
  std::atomic<bool>* reload = nullptr;
  int wake_fd = -1;

  // Called about four times a second, in the thread that writes. Bytes are those of the inputs as they are stored.
  // `total_bytes` is 0 when unknown (a pipe).
  struct Progress {
    std::uint64_t records, bytes, total_bytes;
    double seconds;
  };
  std::function<void(const Progress&)> on_progress;
  // Called at most once for each kind and input, and for the first five inputs of a kind, in the thread that writes.
  std::function<void(const InputNote&)> on_input_note;

  bool measure_stages = false;    // fill StreamResult::stages
  bool count_algorithms = false;  // fill StreamResult::by_algorithm
  bool keep_failed_hmac = false;  // fill StreamResult::failed_hmac
};

struct StreamResult {
  std::uint64_t records = 0, accepted = 0, rejected = 0;
  std::uint64_t bytes = 0;                                       // of input, as it is stored
  std::vector<std::pair<std::string, std::uint64_t>> by_reason;  // name, count; most frequent first
  std::vector<std::pair<std::string, std::uint64_t>>
      by_algorithm;  // name, records; in the order of the list of algorithms
  // Signatures that were verified, by what decided them. OpenSSL decides those that are `exceptional` for the lanes.
  std::uint64_t by_lanes = 0, by_openssl = 0, exceptional = 0;
  std::uint64_t far_expiry = 0;  // accepted tokens whose exp lies beyond the year 2200: perhaps in milliseconds
  std::uint64_t published_private_keys = 0;  // keys whose set holds their private part, too: its readers can sign
  std::uint64_t recalled = 0;                // tokens known from before, whose signatures were not verified again
  // Kids that no key has, in the order of first appearance: the first 1000, each with its records.
  std::vector<std::pair<std::string, std::uint64_t>> unknown_kids;
  std::uint64_t other_unknown_kids = 0;  // records with further ones
  // Only if records are judged at their own times: by how many seconds these seem to be too late (negative: too early),
  // because most of the tokens looked at were used out of time, and nearly all, namely `fitting` of `looked_at`, were
  // used in time if the times are corrected by this. It is a multiple of a quarter of an hour from half an hour to 14
  // hours: the time zone is probably wrong. 0: the times seem right. log/time_shift.h says how it is found.
  struct TimeShift {
    std::int64_t seconds = 0;
    std::uint64_t fitting = 0, looked_at = 0;
  };
  TimeShift time_shift;
  // Pointers of `carry` that were absent or null in each of the `records` whose fields were carried, and the fields of
  // the first of these as pointers, empty if it is no JSON object. No pointers: each was found, or nothing was carried.
  struct NeverCarried {
    std::vector<std::string> pointers;
    std::uint64_t records = 0;
    std::string fields;
  };
  NeverCarried never_carried;
  // Inputs that could not be read, or not to their end; what was read of them counts. And what is worth telling of
  // inputs although nothing was lost: trailing garbage, what was skipped in a directory. Both in the order of inputs;
  // those that were found before the run come first.
  std::vector<InputFault> faults, remarks;
  double seconds = 0;
  StageSeconds stages{};        // sums over all threads; zeros unless measured
  int stopped_by = 0;           // signal number, or 0
  bool output_dropped = false;  // stopped before the end, so the file of the verdicts was not written
  bool resumable = false;       // stopped before the end, and a checkpoint was kept
  bool output_closed = false;   // nobody reads standard output any more
  // A token of an HS algorithm with signature_invalid, with which a caller can try other readings of a secret. Empty:
  // there was none, or keep_failed_hmac is off.
  std::string failed_hmac;
};

// Runs to the end of the inputs. The error says what in the options is wrong and names the field, or names the file and
// the mend (input missing or no text before the run, output not writable, disk full), or says what a cross-check found.
// An input that fails later, or within a directory, is a fault of the result.
// An exception of a callback ends the run and goes on to the caller.
Result<StreamResult> verify_stream(const JwtVerifier& verifier, const StreamOptions& options);

}  // namespace assay
