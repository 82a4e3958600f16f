// assay verify: verdicts for every record of the files, or of standard input.
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "assay/stream.h"
#include "assay/verifier.h"
#include "command.h"
#include "console.h"
#include "progress.h"
#include "secret_reading.h"
#include "signals.h"
#include "verify_words.h"

namespace assay::cli {

namespace {

constexpr const char* kExamples =
    R"(Examples:
  assay verify --jwks jwks.json tokens.txt
  assay verify --jwks https://idp.example.com/jwks.json --issuer https://idp.example.com \
      --audience api < access.ndjson > verdicts.ndjson
  assay verify --public-key pub.pem --at record --time-field /ts --carry /request_id \
      --only rejected --format csv -o rejected.csv access.ndjson
  assay verify --jwks jwks.json --at record --time-field /ts --time-zone +01:00 \
      --token-field /request/headers/authorization app.ndjson
  assay verify --secret-file secret.txt --algorithm HS256 --quiet tokens.txt > /dev/null && echo all good

Exit status: 0 all records accepted, 1 at least one rejected, 2 could not start or finish,
130 or 143 ended by SIGINT or SIGTERM after the records already read, or at once by a second one.
SIGHUP reloads the keys.
)";

// Says whether to show a bar. Verdicts on the same terminal leave no place for it.
bool wants_bar(const Arguments& arguments) {
  if (arguments.quiet) return false;
  if (arguments.progress) return true;
  const StreamOptions& stream = arguments.stream;
  const bool verdicts_on_terminal =
      stream.output.empty() && stream.format != OutputFormat::none && isatty(STDOUT_FILENO) == 1;
  return isatty(STDERR_FILENO) == 1 && !verdicts_on_terminal;
}

int exit_code_of(const StreamResult& result) {
  if (result.stopped_by != 0) return 128 + result.stopped_by;
  return result.rejected > 0 ? 1 : 0;
}

std::string rate_text(std::uint64_t records, double seconds) {
  const double rate = seconds > 0 ? static_cast<double>(records) / seconds : 0;
  return with_commas(static_cast<unsigned long long>(std::llround(rate))) + "/s";
}

std::string records_and_rate(std::uint64_t records, double seconds) {
  return with_commas(records) + (records == 1 ? " record  " : " records  ") + rate_text(records, seconds);
}

void show_progress(ProgressBar& bar, const StreamOptions::Progress& progress) {
  std::optional<double> share;
  if (progress.total_bytes > 0) {
    share = static_cast<double>(progress.bytes) / static_cast<double>(progress.total_bytes);
  }
  bar.show(records_and_rate(progress.records, progress.seconds), share);
}

// Returns the summary for a person: how many records, accepted, rejected, how fast; then each reason with its count.
std::string summary_text(const StreamResult& result) {
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.3g", result.seconds);
  std::string text = "assay: " + with_commas(result.records) + (result.records == 1 ? " record: " : " records: ") +
                     with_commas(result.accepted) + " accepted, " + with_commas(result.rejected) + " rejected, " +
                     seconds + " s, " + rate_text(result.records, result.seconds) + "\n";
  std::size_t width = 0;
  for (const auto& [reason, count] : result.by_reason) width = std::max(width, reason.size());
  for (const auto& [reason, count] : result.by_reason) {
    text += "  " + reason + std::string(width - reason.size() + 2, ' ') + with_commas(count) + "\n";
  }
  if (result.far_expiry > 0) {
    text +=
        "  accepted, but exp lies beyond the year 2200 (in milliseconds?): " + with_commas(result.far_expiry) + "\n";
  }
  if (result.published_private_keys > 0) {
    text += "  keys published with their private part: " + with_commas(result.published_private_keys) +
            "; whoever can read the set can sign\n";
  }
  text += diagnosis_text(result);
  if (result.recalled > 0) {
    char share[16];
    std::snprintf(share, sizeof share, "%.1f",
                  100. * static_cast<double>(result.recalled) / static_cast<double>(result.records));
    text += "  known from before, not verified again: " + with_commas(result.recalled) + " (" + share + " %)\n";
  }
  if (result.exceptional > 0)
    text += "  exceptional in lanes, decided by OpenSSL: " + with_commas(result.exceptional) + "\n";
  return text;
}

// Notes keys that work as asked, but perhaps not as meant.
void note_doubtful_keys(const JwtVerifierOptions& options) {
  const auto is_static = [](const KeySource& key) { return key.kind == KeySource::Kind::static_tokens_file; };
  if (std::any_of(options.keys.begin(), options.keys.end(), is_static)) {
    note("--static-tokens is for development only: its tokens are looked up, not verified");
  }
  const auto is_public = [&](const KeySource& key) {
    return key.kind != KeySource::Kind::secret_file && !is_static(key);
  };
  if (std::count_if(options.keys.begin(), options.keys.end(), is_public) > 1 && options.policy.issuers &&
      options.policy.issuers->size() > 1) {
    note("every key given serves every --issuer; if issuers do not trust one another, run assay once for each");
  }
}

// Says once how a secret file has to be read, if a token that failed verifies with another reading of it.
void note_other_reading(const std::vector<KeySource>& sources, const StreamResult& result) {
  if (result.failed_hmac.empty()) return;
  for (const KeySource& source : sources) {
    if (const auto reading = other_reading(result.failed_hmac, source))
      return note(source.value + ": tokens fail with signature_invalid because " + *reading);
  }
}

// The files that the keys were read from, which no output may replace.
std::vector<std::string> files_of(const JwtVerifierOptions& options) {
  std::vector<std::string> files;
  for (const KeySource& key : options.keys) {
    using Kind = KeySource::Kind;
    const bool is_file = key.kind == Kind::jwks_file || key.kind == Kind::public_key_file ||
                         key.kind == Kind::secret_file || key.kind == Kind::static_tokens_file;
    if (is_file) files.push_back(key.value);
  }
  files.insert(files.end(), options.policy.revoked.begin(), options.policy.revoked.end());
  if (!options.fetch.ca_file.empty()) files.push_back(options.fetch.ca_file);
  return files;
}

int run(Arguments& arguments) {
  JwtVerifierOptions& options = arguments.verifier;
  StreamOptions& stream = arguments.stream;
  if (options.keys.empty()) {
    return fail("verify", "no keys: give --jwks, --public-key, --secret-file or --static-tokens");
  }
  if (stream.at_record && stream.input == InputFormat::lines) {
    return fail("verify", "--at: lines hold no time; use --input ndjson, or --at with a time");
  }
  note_doubtful_keys(options);
  const std::vector<KeySource> sources = options.keys;
  stream.keep = files_of(options);
  const bool reads_standard_input =
      stream.inputs.empty() || std::find(stream.inputs.begin(), stream.inputs.end(), "-") != stream.inputs.end();
  // Caught before the keys are read, so that a SIGHUP in the meantime does not end the program.
  Signals& caught = signals();
  options.on_note = [](std::string_view message) { note(message); };
  auto verifier = JwtVerifier::create(std::move(options));
  if (!verifier) return fail("verify", verifier.error());

  stream.manifest = arguments.manifest();
  stream.keep_failed_hmac = std::any_of(sources.begin(), sources.end(),
                                        [](const KeySource& key) { return key.kind == KeySource::Kind::secret_file; });
  stream.on_input_note = [&stream](const InputNote& input_note) { note(input_note_text(input_note, stream)); };
  stream.stop = &caught.stop;
  stream.reload = &caught.reload;
  stream.wake_fd = caught.wake_fd;
  std::optional<ProgressBar> bar;
  if (wants_bar(arguments)) {
    bar.emplace(isatty(STDERR_FILENO) == 1);
    stream.on_progress = [&bar](const StreamOptions::Progress& progress) { show_progress(*bar, progress); };
  }
  finish_on_stop_signals();
  if (reads_standard_input) note_waiting_for("records");
  const auto result = verify_stream(*verifier, stream);
  if (!result) return fail("verify", result.error(), stream.inputs);
  note_other_reading(sources, *result);
  if (result->output_dropped)
    note(stream.output + " was not written, because the run was stopped before the end of its input");
  if (bar) bar->finish(records_and_rate(result->records, result->seconds) + "  done");
  if (!arguments.quiet && !result->output_closed) std::fputs(summary_text(*result).c_str(), stderr);
  return exit_code_of(*result);
}

}  // namespace

Command verify_command() {
  return {.name = "verify",
          .summary = "Verify the tokens of files or of standard input, one verdict for each record",
          .footer = kExamples,
          .run = run};
}

}  // namespace assay::cli
