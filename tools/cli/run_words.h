// What verify and audit have in common: how they prepare a run, and what they say of it on standard error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "arguments.h"
#include "assay/stream.h"
#include "assay/verifier.h"
#include "progress.h"
#include "signals.h"

namespace assay::cli {

// Says whether to show a bar. Verdicts on the same terminal leave no place for it.
bool wants_bar(const Arguments& arguments);

// "1,234 records  5,678/s". `unit` is the singular: "record", "token".
std::string count_and_rate(std::uint64_t count, const char* unit, double seconds);
void show_progress(ProgressBar& bar, const char* unit, const StreamOptions::Progress& progress);

// Returns the summary for a person: how many, accepted, rejected, how fast; then each reason with its count, and what
// the run shows of its keys and tokens.
std::string summary_text(const StreamResult& result, const char* unit);

// The error says that verdicts are to be written and not to be written.
Result<void> check_outputs(const Arguments& arguments);
// The error of a key source with the flag that names it before its message, if that is certain.
Error named(Error error, const Arguments& arguments);

// Where all keys come from, those of issuers included.
std::vector<KeySource> sources_of(const JwtVerifierOptions& options);
// Notes keys that work as asked, but perhaps not as meant.
void note_doubtful_keys(const JwtVerifierOptions& options);
// Says once how a secret file has to be read, if a token that failed verifies with another reading of it.
void note_other_reading(const std::vector<KeySource>& sources, const StreamResult& result);

// Says at the end of a run what dated snapshots of keys leave to be inferred; empty: no key comes from them.
std::string snapshots_text(const JwtVerifier& verifier);

// Reads the summary of --baseline. The error names the flag and the mend.
Result<void> take_baseline(Arguments& arguments);

// Whether standard input is one of the inputs.
bool reads_standard_input(const StreamOptions& stream);
// Puts into arguments.stream what every run takes from the command line and the signals.
void prepare_run(Arguments& arguments, const std::vector<KeySource>& sources, Signals& caught);
// Says what became of the outputs of a run that was stopped.
void note_unfinished(const StreamOptions& stream, const StreamResult& result);

// The files that the keys and the trust file are read from, which no output may replace. A checkpoint notices if one of
// them changes.
std::vector<std::string> files_of(const Arguments& arguments);
// The dated snapshots that the verifier read from folders, for the same.
std::vector<std::string> snapshot_files_of(const JwtVerifier& verifier);

// 0 all accepted, 1 at least one rejected, 2 an input could not be read to its end, 128 + N ended by signal N.
int exit_code_of(const StreamResult& result);

}  // namespace assay::cli
