// Audit of logs: tokens are found in logs as they are, and each is judged at the time of its line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "assay/result.h"
#include "assay/stream.h"
#include "assay/verifier.h"

namespace assay {

// The zone of times that name none.
struct ZoneRule {
  std::string glob;  // the files that it is for, by path or by name, as for fnmatch(3); empty: all files
  std::string zone;  // an IANA name such as "Europe/Berlin", an offset such as "+01:00", or "UTC"
};

// How to read the times of log lines. The names of the members are the fields of its errors.
struct LogOptions {
  std::string time_field;   // RFC 6901 pointer to the time of a JSON line; empty: where the log's format has it
  std::string time_format;  // in the language of strptime(3); empty: learnt from each file
  // The last rule whose glob matches a file counts; if none does, the last without a glob.
  std::vector<ZoneRule> time_zones;
  std::optional<int>
      year;  // of a file's first line, if its times name none; empty: by its name, or when it was changed
};

struct AuditResult {
  StreamResult run;                     // a record is a token
  std::uint64_t files = 0, lines = 0;   // that were read
  std::uint64_t other_credentials = 0;  // Basic, and bearer tokens that are no JWT
  std::uint64_t repeated_hours = 0;     // tokens at local times that the end of daylight saving made ambiguous
  // Inputs in which no token was found, whose lines have no time, and whose content another input has, too.
  std::vector<std::string> without_tokens, without_times;
  std::vector<std::pair<std::string, std::string>> repeated;  // skipped input, the same one that was read
};

// Finds every token in the inputs and judges it, with `options.at` or without it at the time of its line. A verdict
// tells where its token stands. Files, folders and standard input, also compressed ones, are read as verify_stream
// reads them; `input`, `token_field`, `time_field`, `time_format`, `time_zone` and `at_record` of `options` are not
// used.
//
// The error says what is wrong with the options or with what they name. A file whose times need a zone that no rule
// gives is an error before any file is judged; its field is "time_zones". Faults of single inputs are in the result.
Result<AuditResult> audit_logs(const JwtVerifier& verifier, const StreamOptions& options, const LogOptions& logs);

// How an input would be read, learnt from its first lines. Texts are for a person; empty ones are not known.
struct LogExplanation {
  std::string input;
  std::string compression;                  // "gzip"
  std::string format;                       // "nginx combined"
  std::string time_place;                   // "field 4"
  std::string time_form;                    // "28/Nov/2026:12:00:00 +0000"
  std::string time_read;                    // the first time, in RFC 3339
  std::string zone, year;                   // and where they come from
  std::string tokens;                       // "query 12, authorization 3"
  std::uint64_t lines = 0, understood = 0;  // that were looked at, and of them those whose time was read
  std::string fault;                        // why the input cannot be read, or not to its end
  std::optional<Error> need;  // the option without which an audit would not begin; its field is of LogOptions
};
// Explains every input, and judges nothing.
Result<std::vector<LogExplanation>> explain_logs(const std::vector<std::string>& inputs, const LogOptions& logs);

}  // namespace assay
