// assay bench: how fast each algorithm is verified on this machine, against plain OpenSSL on the same core.
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/output_file.h"
#include "bench/compare.h"
#include "bench/file_text.h"
#include "bench/html.h"
#include "bench/json.h"
#include "bench/runner.h"
#include "bench/table.h"
#include "command.h"
#include "console.h"
#include "flags.h"
#include "progress.h"
#include "signals.h"

namespace assay::cli {
namespace {

constexpr const char* kExamples =
    R"(Examples:
  assay bench
  assay bench --algorithm RS256,ES256,EdDSA --threads 1,2,4
  assay bench --algorithm ES256 --keys 1,10,100,1000 --batch 1,4,16,64,256 --html es256.html
  assay bench --json today.json --compare last-week.json
  assay bench --algorithm RS256,RS256:4096,ES256 --threads 1 --rate 250000
  assay bench --input access.ndjson --jwks jwks.json --at record

Tokens are minted with keys of their own. They are kept in assay/bench under $XDG_CACHE_HOME or ~/.cache.
Exit status: 0 measured, 1 something is slower than in the report of --compare beyond doubt (at least
4 repetitions in both), 2 could not start or finish, 130 ended by SIGINT.
)";

// Takes the settings that no flag gave from the report to compare with, if there is one. It must be of minted tokens.
void complete(Arguments& arguments, const std::optional<bench::Report>& before) {
  bench::Settings& settings = arguments.bench.settings;
  const bool own_log = !settings.input.empty();
  if (own_log && !arguments.gave("--algorithm")) settings.algorithms.clear();
  if (before && before->settings.input.empty()) {
    const bench::Settings& then = before->settings;
    const auto take_over = [&arguments](const char* flag, auto& mine, const auto& theirs) {
      if (!arguments.gave(flag)) mine = theirs;
    };
    if (!own_log) take_over("--algorithm", settings.algorithms, then.algorithms);
    take_over("--backend", settings.backends, then.backends);
    take_over("--threads", settings.threads, then.threads);
    take_over("--keys", settings.keys, then.keys);
    take_over("--batch", settings.batches, then.batches);
    take_over("--repeated", settings.repeated, then.repeated);
    take_over("--rate", settings.rate, then.rate);
    take_over("--claims", settings.claims_bytes, then.claims_bytes);
    take_over("--tokens", settings.tokens, then.tokens);
    take_over("--seconds", settings.seconds, then.seconds);
    take_over("--repetitions", settings.repetitions, then.repetitions);
  }
  if (settings.threads.empty())
    settings.threads = bench::usual_threads(static_cast<int>(bench::Pinning().cores().size()));
}

// Returns the command line as it could be typed again. Flags that only say where results go are left out.
std::string command_of(const Arguments& arguments) {
  std::string command = "assay bench";
  for (const auto& [name, value] : arguments.manifest()) {
    command += " " + name;
    if (name == "--repeated") continue;
    command += " " + shell_word(value);
  }
  return command;
}

// Reads the report of another run. The error names the file.
Result<bench::Report> read_before(const std::string& path) {
  constexpr std::size_t kMostBytes = std::size_t{256} << 20;
  const Result<std::string> text = bench::read_file(path, kMostBytes);
  if (!text) return Error{"--compare " + path + ": " + text.error().message};
  Result<bench::Report> report = bench::read_report(*text);
  if (!report) return Error{"--compare " + path + ": " + report.error().message};
  return report;
}

// Returns why these flags do not go together; empty if they do.
std::string what_is_wrong(const Arguments& arguments) {
  const BenchArguments& flags = arguments.bench;
  if (flags.json == "-" && flags.html == "-") return "--json and --html cannot both be standard output";
  if (!flags.settings.input.empty()) {
    if (arguments.verifier.keys.empty() && arguments.verifier.trust.issuers.empty())
      return "--input " + flags.settings.input + " needs keys: give --jwks, --public-key, --secret-file or --config";
    for (const char* name : {"--keys", "--batch", "--repeated", "--claims", "--tokens"}) {
      if (arguments.gave(name)) return std::string(name) + " is for minted tokens; leave it out with --input";
    }
    for (const std::string& name : flags.settings.algorithms) {
      if (arguments.gave("--algorithm") && !algorithm_from_string(name))
        return "--algorithm " + name + " is for minted tokens; with --input leave the size of keys out";
    }
    return "";
  }
  for (const auto& [flag, value] : arguments.given) {
    if (flag->group == kKeys || flag->group == kPolicy || flag->group == kInput)
      return flag->name + " goes with --input FILE; minted tokens have keys of their own";
  }
  return "";
}

// Returns the user's own log and how to verify it, if --input names one. Moves the verifier's options out of
// `arguments`.
std::optional<bench::OwnInput> own_input(Arguments& arguments) {
  if (arguments.bench.settings.input.empty()) return std::nullopt;
  bench::OwnInput own{std::move(arguments.verifier), arguments.stream};
  // With --input, --algorithm says which algorithms the policy allows.
  for (const std::string& name : arguments.bench.settings.algorithms) {
    own.verifier.policy.algorithms.push_back(*algorithm_from_string(name));
  }
  own.verifier.on_note = [](std::string_view message) { note(message); };
  return own;
}

Result<bench::Report> measure(Arguments& arguments) {
  Signals& caught = signals();
  std::optional<ProgressBar> bar;
  bench::Hooks hooks;
  hooks.stop = &caught.stop;
  if (isatty(STDERR_FILENO) == 1) {
    bar.emplace(true);
    hooks.on_progress = [&bar](const std::string& text, double share) { bar->show(text, share); };
  }
  finish_on_stop_signals();
  std::optional<bench::OwnInput> own = own_input(arguments);
  Result<bench::Report> report = bench::run(arguments.bench.settings, std::move(own), hooks);
  if (report) report->command = command_of(arguments);
  return report;
}

// Opens the file for a result. An empty path means that the result is not wanted.
Result<std::optional<base::OutputFile>> open_result(const std::string& path) {
  std::optional<base::OutputFile> output;
  if (path.empty()) return output;
  Result<base::OutputFile> opened = base::OutputFile::open(path);
  if (!opened) return opened.error();
  output.emplace(std::move(*opened));
  return output;
}

// Writes a result. A reader that closed the pipe has read enough; that is no error.
Result<void> write_result(base::OutputFile& output, const std::string& text) {
  const auto wrote = output.write(text);
  if (!wrote) return wrote.error();
  return *wrote == base::OutputFile::Outcome::closed ? Result<void>() : output.commit();
}

// Prints the table on standard output, or on standard error if another result goes to standard output.
Result<void> print_table(const BenchArguments& flags, const std::string& text) {
  if (flags.json == "-" || flags.html == "-") {
    std::fputs(text.c_str(), stderr);
    return {};
  }
  Result<base::OutputFile> out = base::OutputFile::open("");
  if (!out) return out.error();
  return write_result(*out, text);
}

int run(Arguments& arguments) {
  const BenchArguments& flags = arguments.bench;
  if (const std::string wrong = what_is_wrong(arguments); !wrong.empty()) return fail("bench", wrong);
  std::optional<bench::Report> before;
  if (!flags.compare.empty()) {
    Result<bench::Report> read = read_before(flags.compare);
    if (!read) return fail("bench", read.error());
    before = std::move(*read);
  }
  complete(arguments, before);
  signals();  // ignores SIGPIPE from here on, so that a closed pipe is an outcome of write
  // The outputs are opened before minutes of measuring, so that a wrong path is reported at once.
  Result<std::optional<base::OutputFile>> json = open_result(flags.json);
  if (!json) return fail("bench", json.error());
  Result<std::optional<base::OutputFile>> html = open_result(flags.html);
  if (!html) return fail("bench", html.error());

  const Result<bench::Report> report = measure(arguments);
  if (!report) return fail("bench", report.error());
  if (report->stopped_by != 0) return 128 + report->stopped_by;

  std::string text = bench::report_text(*report);
  std::optional<bench::Comparison> comparison;
  if (before) {
    comparison = bench::compare(*before, *report);
    text += "\n" + bench::comparison_text(*comparison, flags.compare);
  }
  Result<void> written = print_table(flags, text);
  if (written && *json) written = write_result(**json, bench::report_json(*report));
  if (written && *html) written = write_result(**html, bench::report_html(*report));
  if (!written) return fail("bench", written.error());
  return comparison && comparison->slower() ? 1 : 0;
}

}  // namespace

Command bench_command() {
  return {.name = "bench",
          .summary = "Measure tokens per second by algorithm, backend and threads on this machine",
          .footer = kExamples,
          .run = run};
}

}  // namespace assay::cli
