// assay audit: finds tokens in logs as they are, and judges each at the time of its line.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "assay/audit.h"
#include "audit_words.h"
#include "command.h"
#include "console.h"
#include "progress.h"
#include "run_words.h"
#include "signals.h"

namespace assay::cli {

namespace {

constexpr const char* kExamples =
    R"(Examples:
  assay audit --explain-input logs/
  assay audit --jwks jwks.json --time-zone UTC logs/
  assay audit --jwks jwks.json --issuer https://fastmcp.example.com --time-zone '*/app/*=Europe/Berlin' \
      -o findings.ndjson logs/
  zcat old.gz | assay audit --jwks jwks.json --format csv -

Exit status: 0 no token was rejected, 1 at least one was, 2 could not start or finish, or could not
read all of the inputs; 130 or 143 ended by SIGINT or SIGTERM after the lines already read.
)";

int explain(const Arguments& arguments) {
  for (const char* const flag : {"--output", "--summary", "--checkpoint"}) {
    if (arguments.gave(flag))
      return fail("audit",
                  std::string(flag) + ": --explain-input judges nothing and writes no file; leave one of the two out");
  }
  const auto explanations = explain_logs(arguments.stream.inputs, arguments.logs);
  if (!explanations) return fail("audit", explanations.error());
  std::fputs(explanation_text(*explanations).c_str(), stdout);
  if (stdout_failed() && errno != EPIPE)
    return fail("audit", std::string("cannot write to standard output: ") + std::strerror(errno));
  const bool faulty = std::any_of(explanations->begin(), explanations->end(),
                                  [](const LogExplanation& file) { return !file.fault.empty(); });
  return faulty ? 2 : 0;
}

// Sets what audit does when no flag says otherwise.
void set_defaults(const Arguments& arguments, StreamOptions& stream) {
  stream.fingerprint = true;
  if (!arguments.gave("--only")) stream.only = Only::rejected;
  // Without --output, --format and --only a person wants the summary, not thousands of verdicts.
  if (!arguments.gave("--output") && !arguments.gave("--format") && !arguments.gave("--only"))
    stream.format = OutputFormat::none;
  const bool at_one_time = arguments.gave("--at") && !stream.at_record;
  if (at_one_time && !stream.at) stream.at = Instant::now();
}

// Says what the inputs as a whole showed.
void note_inputs(const AuditResult& result) {
  for (const auto& [skipped, same] : result.repeated)
    note(skipped + ": the same content as " + same + "; it is counted once");
  for (const InputFault& remark : result.run.remarks) note(remark.message);
  for (const InputFault& fault : result.run.faults) fail("audit", fault.message);
}

int run(Arguments& arguments) {
  StreamOptions& stream = arguments.stream;
  if (arguments.explain_input) return explain(arguments);
  JwtVerifierOptions& options = arguments.verifier;
  const std::vector<KeySource> sources = sources_of(options);
  if (sources.empty()) {
    return fail("audit", "no keys: give --jwks, --public-key, --secret-file, --static-tokens or --config");
  }
  if (Result<void> ok = check_outputs(arguments); !ok) return fail("audit", ok.error());
  if (Result<void> ok = take_baseline(arguments); !ok) return fail("audit", ok.error());
  set_defaults(arguments, stream);
  note_doubtful_keys(options);
  stream.keep = files_of(arguments);
  // Caught before the keys are read, so that a SIGHUP in the meantime does not end the program.
  Signals& caught = signals();
  options.on_note = [](std::string_view message) { note(message); };
  auto verifier = JwtVerifier::create(std::move(options));
  if (!verifier) return fail("audit", named(verifier.error(), arguments));

  const std::vector<std::string> snapshots = snapshot_files_of(*verifier);
  stream.keep.insert(stream.keep.end(), snapshots.begin(), snapshots.end());
  prepare_run(arguments, sources, caught);
  std::optional<ProgressBar> bar;
  if (wants_bar(arguments)) {
    bar.emplace(isatty(STDERR_FILENO) == 1);
    stream.on_progress = [&bar](const StreamOptions::Progress& progress) { show_progress(*bar, "token", progress); };
  }
  finish_on_stop_signals();
  if (reads_standard_input(stream)) note_waiting_for("log lines");
  const auto result = audit_logs(*verifier, stream, arguments.logs);
  if (!result) return fail("audit", result.error(), stream.inputs);
  note_inputs(*result);
  note_other_reading(sources, result->run);
  note_unfinished(stream, result->run);
  if (bar) bar->finish(count_and_rate(result->run.records, "token", result->run.seconds) + "  done");
  if (!arguments.quiet && !result->run.output_closed)
    std::fputs((audit_text(*result, stream) + snapshots_text(*verifier)).c_str(), stderr);
  return exit_code_of(result->run);
}

}  // namespace

Command audit_command() {
  return {.name = "audit",
          .summary = "Find the tokens in logs as they are, and judge each at the time of its line",
          .footer = kExamples,
          .run = run};
}

}  // namespace assay::cli
