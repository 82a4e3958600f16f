// assay verify: verdicts for every record of the files, or of standard input.
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "assay/stream.h"
#include "assay/verifier.h"
#include "codec/json.h"
#include "command.h"
#include "console.h"
#include "flags.h"
#include "progress.h"
#include "signals.h"

namespace assay::cli {

namespace {

constexpr const char* kExamples =
    R"(Examples:
  assay verify --jwks jwks.json tokens.txt
  assay verify --jwks https://idp.example.com/jwks.json --issuer https://idp.example.com \
      --audience api < access.ndjson > verdicts.ndjson
  assay verify --public-key key.pem --at record --time-field /ts --carry /request_id \
      --only rejected --format csv -o rejected.csv access.ndjson
  assay verify --secret-file secret.txt --algorithm HS256 --quiet tokens.txt > /dev/null && echo all good

Exit status: 0 all records accepted, 1 at least one rejected, 2 could not start or finish,
130 and 143 ended by SIGINT and SIGTERM after the records already read. SIGHUP reloads the keys.
)";

struct VerifyFlags {
  VerifierFlags verifier;
  StreamOptions stream;
  bool progress = false;
  bool quiet = false;
};

void add_pointer(CLI::App& app, VerifyFlags& flags, const std::string& name, const std::string& help, bool repeatable,
                 std::function<void(const std::string&)> take) {
  const auto read = [&flags, name, take = std::move(take)](const std::string& value) {
    if (!codec::is_json_pointer(value)) {
      throw refuse(name, in_quotes(value) + " is no JSON pointer (RFC 6901): begin with '/', such as /request/token");
    }
    take(value);
    flags.verifier.manifest.emplace_back(name, value);
  };
  (repeatable ? add_values : add_value)(app, name, "POINTER", help, read)->group("Input");
}

void add_input_flags(CLI::App& app, VerifyFlags& flags) {
  StreamOptions& stream = flags.stream;
  // Any number of names, each as it is: CLI11 would take "[a,b]" for a list as soon as it may add arguments by itself.
  constexpr int kMany = CLI::detail::expected_max_vector_size;
  add_values(app, "FILE", "...", "inputs, one verdict a record; standard input when none or -",
             [&stream](const std::string& value) { stream.inputs.push_back(value); })
      ->expected(kMany - 1, kMany)
      ->allow_extra_args(false);
  add_choice(app, "--input",
             "one token a line, or one JSON object a line; default ndjson if the first record begins with {",
             {{"lines", [&stream] { stream.input = InputFormat::lines; }},
              {"ndjson", [&stream] { stream.input = InputFormat::ndjson; }}});
  app.get_option("--input")->group("Input");
  add_pointer(app, flags, "--token-field", "the token in a JSON record; default /token", false,
              [&stream](const std::string& value) { stream.token_field = value; });
  add_pointer(app, flags, "--time-field", "the time in a JSON record, for --at record; default /time", false,
              [&stream](const std::string& value) { stream.time_field = value; });
  add_pointer(app, flags, "--carry", "copy this field of the record into its verdict; repeatable", true,
              [&stream](const std::string& value) { stream.carry.push_back(value); });
}

void add_path(CLI::App& app, const std::string& names, const std::string& shown, const std::string& help,
              std::string& path) {
  add_value(app, names, "PATH", help, [shown, &path](const std::string& value) {
    if (value.empty()) throw refuse(shown, "the path is empty");
    path = value;
  })->group("Output");
}

// Bytes: a whole number, as it is or in KiB, MiB, GiB.
std::size_t size_in_bytes(const std::string& option, const std::string& value) {
  constexpr std::pair<std::string_view, int> kUnits[] = {{"KiB", 10}, {"MiB", 20}, {"GiB", 30},
                                                         {"K", 10},   {"M", 20},   {"G", 30}};
  std::string digits = value;
  int shift = 0;
  for (const auto& [unit, bits] : kUnits) {
    if (!value.ends_with(unit)) continue;
    digits.resize(value.size() - unit.size());
    shift = bits;
    break;
  }
  constexpr unsigned long long kMost = 1ull << 40;
  unsigned long long number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size() || number > kMost >> shift)
    throw refuse(option, in_quotes(value) +
                             " is no size from 0 to 1024GiB: bytes, or a whole number with K, M, G, KiB, MiB or GiB");
  return static_cast<std::size_t>(number << shift);
}

double share(const std::string& option, const std::string& value) {
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || !(number >= 0 && number <= 1))
    throw refuse(option, in_quotes(value) + " is no share: give a number from 0 to 1, such as 0.01");
  return number;
}

void add_backend_flags(CLI::App& app, VerifyFlags& flags) {
  JwtVerifierOptions& options = flags.verifier.options;
  const auto add = [&](const char* name, const char* placeholder, const char* help, ReadValue read) {
    add_value(app, name, placeholder, help, [&flags, name, read = std::move(read)](const std::string& value) {
      read(value);
      flags.verifier.manifest.emplace_back(name, value);
    })->group("Output");
  };
  add_choice(app, "--backend",
             "what verifies signatures: lanes, many at once, or OpenSSL; default auto: ASSAY_BACKEND, else lanes",
             {{"auto", [&options] { options.backend = "auto"; }},
              {"openssl", [&options] { options.backend = "openssl"; }},
              {"lanes", [&options] { options.backend = "lanes"; }}});
  app.get_option("--backend")->group("Output");
  add("--table-memory", "SIZE", "memory that lanes may take for tables of keys, such as 64MiB; 0: none; default 256MiB",
      [&options](const std::string& value) { options.table_memory = size_in_bytes("--table-memory", value); });
  add("--memo-memory", "SIZE", "memory for tokens that come again and need no second verification; default 64MiB",
      [&options](const std::string& value) { options.memo_memory = size_in_bytes("--memo-memory", value); });
  CLI::Option* no_memo = app.add_flag_callback(
      "--no-memo",
      [&options, &flags] { options.memo_memory = 0, flags.verifier.manifest.emplace_back("--no-memo", ""); },
      "verify every token, also one that was verified before");
  no_memo->group("Output")->excludes(app.get_option("--memo-memory"));
  add("--cross-check", "SHARE",
      "share of the lanes' verdicts, 0 to 1, that OpenSSL gives too; a difference ends the run; default 0",
      [&options](const std::string& value) { options.cross_check = share("--cross-check", value); });
}

void add_output_flags(CLI::App& app, VerifyFlags& flags) {
  StreamOptions& stream = flags.stream;
  add_path(app, "-o,--output", "--output", "write verdicts here, complete or not at all; default standard output",
           stream.output);
  add_choice(app, "--format", "default ndjson",
             {{"ndjson", [&stream] { stream.format = OutputFormat::ndjson; }},
              {"csv", [&stream] { stream.format = OutputFormat::csv; }},
              {"none", [&stream] { stream.format = OutputFormat::none; }}});
  add_choice(app, "--only", "write only these verdicts",
             {{"accepted", [&stream] { stream.only = Only::accepted; }},
              {"rejected", [&stream] { stream.only = Only::rejected; }}});
  app.add_flag("--emit-token", stream.emit_token, "add the token whole: the output then holds live credentials")
      ->group("Output");
  app.add_flag("--fingerprint", stream.fingerprint, "add ath, the token's SHA-256 in base64url (RFC 9449)")
      ->group("Output");
  add_path(app, "--summary", "--summary", "write counts and the run's options here, as one JSON document",
           stream.summary);
  add_value(app, "--threads", "N", "default all cores", [&stream](const std::string& value) {
    stream.threads = static_cast<int>(whole_number("--threads", value, 1, 1024, "threads"));
  })->group("Output");
  add_backend_flags(app, flags);
  CLI::Option* progress =
      app.add_flag("--progress", flags.progress,
                   "show rate and time left on standard error; default where that is a terminal that the verdicts do "
                   "not go to");
  CLI::Option* quiet = app.add_flag("--quiet", flags.quiet, "no progress and no summary on standard error");
  progress->group("Output")->excludes(quiet);
  quiet->group("Output");
  for (const char* name : {"--format", "--only"}) app.get_option(name)->group("Output");
}

// A bar on the terminal that also shows the verdicts would be drawn into them.
bool wants_bar(const VerifyFlags& flags) {
  if (flags.quiet) return false;
  if (flags.progress) return true;
  const bool verdicts_on_terminal =
      flags.stream.output.empty() && flags.stream.format != OutputFormat::none && isatty(STDOUT_FILENO) == 1;
  return isatty(STDERR_FILENO) == 1 && !verdicts_on_terminal;
}

int exit_code_of(const StreamResult& result) {
  if (result.stopped_by != 0) return 128 + result.stopped_by;
  return result.rejected > 0 ? 1 : 0;
}

int run(VerifyFlags& flags) {
  JwtVerifierOptions& options = flags.verifier.options;
  StreamOptions& stream = flags.stream;
  if (options.keys.empty()) {
    return fail("verify", "no keys: give --jwks, --public-key, --secret-file or --static-tokens");
  }
  if (flags.verifier.at_record && stream.input == InputFormat::lines) {
    return fail("verify", "--at: lines hold no time: use --input ndjson, or --at with a time");
  }
  const auto is_static = [](const KeySource& key) { return key.kind == KeySource::Kind::static_tokens_file; };
  if (std::any_of(options.keys.begin(), options.keys.end(), is_static)) {
    note("--static-tokens is for development only: its tokens are looked up, not verified");
  }
  const auto is_public = [](const KeySource& key) {
    return key.kind != KeySource::Kind::secret_file && key.kind != KeySource::Kind::static_tokens_file;
  };
  if (std::count_if(options.keys.begin(), options.keys.end(), is_public) > 1 && options.policy.issuers &&
      options.policy.issuers->size() > 1) {
    note("every key given serves every --issuer; where issuers do not trust one another, run once for each");
  }
  // Before the keys are read, so that no SIGHUP that comes meanwhile ends the program.
  Signals& caught = signals();
  options.on_note = [](std::string_view message) { note(message); };
  auto verifier = JwtVerifier::create(std::move(options));
  if (!verifier) return fail("verify", verifier.error().message);

  stream.at_record = flags.verifier.at_record;
  stream.at = flags.verifier.at;
  stream.manifest = std::move(flags.verifier.manifest);
  stream.stop = &caught.stop;
  stream.reload = &caught.reload;
  stream.wake_fd = caught.wake_fd;
  std::optional<ProgressBar> bar;
  if (wants_bar(flags)) {
    bar.emplace(isatty(STDERR_FILENO) == 1);
    stream.on_progress = [&bar](const StreamOptions::Progress& progress) { bar->show(progress); };
  }
  finish_on_stop_signals();
  const auto result = verify_stream(*verifier, stream);
  if (!result) {
    draw_bar("");
    return fail("verify", result.error().message);
  }
  if (bar) bar->finish(*result);
  if (!flags.quiet && !result->output_closed) std::fputs(summary_text(*result).c_str(), stderr);
  return exit_code_of(*result);
}

}  // namespace

void add_verify(CLI::App& program, int& exit_code) {
  CLI::App* app = program.add_subcommand("verify", "Verdicts for every record of files, or of standard input");
  const auto flags = std::make_shared<VerifyFlags>();
  add_key_flags(*app, flags->verifier);
  add_policy_flags(*app, flags->verifier, true);
  add_input_flags(*app, *flags);
  add_output_flags(*app, *flags);
  app->footer(kExamples);
  app->callback([flags, &exit_code] { exit_code = run(*flags); });
}

}  // namespace assay::cli
