// assay verify: verdicts for every record of the files, or of standard input.
#include <unistd.h>

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
#include "run_words.h"
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

int run(Arguments& arguments) {
  JwtVerifierOptions& options = arguments.verifier;
  StreamOptions& stream = arguments.stream;
  const std::vector<KeySource> sources = sources_of(options);
  if (sources.empty()) {
    return fail("verify", "no keys: give --jwks, --public-key, --secret-file, --static-tokens or --config");
  }
  if (stream.at_record && stream.input == InputFormat::lines) {
    return fail("verify", "--at: lines hold no time; use --input ndjson, or --at with a time");
  }
  if (Result<void> ok = check_outputs(arguments); !ok) return fail("verify", ok.error());
  if (Result<void> ok = take_baseline(arguments); !ok) return fail("verify", ok.error());
  note_doubtful_keys(options);
  stream.keep = files_of(arguments);
  // Caught before the keys are read, so that a SIGHUP in the meantime does not end the program.
  Signals& caught = signals();
  options.on_note = [](std::string_view message) { note(message); };
  auto verifier = JwtVerifier::create(std::move(options));
  if (!verifier) return fail("verify", named(verifier.error(), arguments));

  const std::vector<std::string> snapshots = snapshot_files_of(*verifier);
  stream.keep.insert(stream.keep.end(), snapshots.begin(), snapshots.end());
  prepare_run(arguments, sources, caught);
  stream.on_input_note = [&arguments](const InputNote& input_note) { note(input_note_text(input_note, arguments)); };
  std::optional<ProgressBar> bar;
  if (wants_bar(arguments)) {
    bar.emplace(isatty(STDERR_FILENO) == 1);
    stream.on_progress = [&bar](const StreamOptions::Progress& progress) { show_progress(*bar, "record", progress); };
  }
  finish_on_stop_signals();
  if (reads_standard_input(stream)) note_waiting_for("records");
  const auto result = verify_stream(*verifier, stream);
  if (!result) return fail("verify", result.error(), stream.inputs);
  for (const InputFault& remark : result->remarks) note(remark.message);
  for (const InputFault& fault : result->faults) fail("verify", fault.message);
  note_other_reading(sources, *result);
  note_unfinished(stream, *result);
  if (bar) bar->finish(count_and_rate(result->records, "record", result->seconds) + "  done");
  if (!arguments.quiet && !result->output_closed)
    std::fputs((summary_text(*result, "record") + snapshots_text(*verifier)).c_str(), stderr);
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
