// assay bench: how fast each algorithm is verified on this machine, against plain OpenSSL on the same core.
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "bench/clock.h"
#include "bench/compare.h"
#include "bench/html.h"
#include "bench/json.h"
#include "bench/runner.h"
#include "bench/table.h"
#include "bench/token_corpus.h"
#include "codec/json.h"
#include "command.h"
#include "console.h"
#include "flags.h"
#include "signals.h"
#include "signature/backend.h"
#include "stream/output.h"
#include "verify/backend_choice.h"

namespace assay::cli {
namespace {

constexpr const char* kExamples =
    R"(Examples:
  assay bench
  assay bench --algorithm RS256,ES256,EdDSA --threads 1,2,4
  assay bench --algorithm ES256 --keys 1,10,100,1000 --batch 1,4,16,64,256 --html es256.html
  assay bench --json today.json --compare last-week.json
  assay bench --input access.ndjson --jwks jwks.json --at record

Tokens are minted with keys of their own and kept in assay/bench under $XDG_CACHE_HOME or ~/.cache.
Exit status: 0 measured, 1 something is slower than in the report of --compare, 2 could not start or
finish, 130 ended by SIGINT.
)";

constexpr int kMostThreads = 1024;
constexpr std::size_t kMostKeys = 10'000, kMostBatch = 65'536, kMostTokens = 4'194'304, kMostClaims = 16'384;

struct BenchFlags {
  VerifierFlags verifier;
  StreamOptions stream;
  bench::Settings settings;
  std::string json, html, compare;
  std::vector<std::pair<std::string, std::string>> given;  // bench's own, for the report

  bool gave(std::string_view name) const {
    return std::any_of(given.begin(), given.end(), [name](const auto& flag) { return flag.first == name; });
  }
};

// "a,b,c" as its parts, each once, in order. Empty parts are refused.
std::vector<std::string> parts_of(const std::string& option, const std::string& list) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= list.size();) {
    const std::size_t end = std::min(list.find(',', begin), list.size());
    const std::string part = list.substr(begin, end - begin);
    if (part.empty()) throw refuse(option, in_quotes(list) + " has an empty place: separate names by single commas");
    if (std::find(parts.begin(), parts.end(), part) == parts.end()) parts.push_back(part);
    begin = end + 1;
  }
  return parts;
}

template <class T>
std::vector<T> numbers_of(const std::string& option, const std::string& list, long long most, const char* unit) {
  std::vector<T> numbers;
  for (const std::string& part : parts_of(option, list)) {
    const auto number = static_cast<T>(whole_number(option, part, 1, most, unit));
    if (std::find(numbers.begin(), numbers.end(), number) == numbers.end()) numbers.push_back(number);
  }
  return numbers;
}

std::vector<std::string> algorithms_of(const std::string& list) {
  if (list == "all") return bench::all_algorithms();
  std::vector<std::string> names = parts_of("--algorithm", list);
  for (const std::string& name : names) {
    if (!algorithm_from_string(name))
      throw refuse("--algorithm", in_quotes(name) + " is not known: use all, or of " + algorithm_names());
  }
  return names;
}

std::vector<std::string> backends_of(const std::string& list) {
  std::vector<std::string> names;
  for (std::string name : parts_of("--backend", list)) {
    if (name == "auto") {
      if (const auto chosen = verify::make_backend({})) name = (*chosen)->name();
    }
    if (name != "openssl" && name != "lanes")
      throw refuse("--backend", in_quotes(name) + " is none of openssl, lanes, auto");
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

double seconds_of(const std::string& value) {
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || !(number >= 0.01 && number <= 3600))
    throw refuse("--seconds", in_quotes(value) + " is no number of seconds from 0.01 to 3600");
  return number;
}

void add_measure_flags(CLI::App& app, BenchFlags& flags) {
  bench::Settings& settings = flags.settings;
  const auto add = [&](const char* name, const char* placeholder, const std::string& help, ReadValue read) {
    add_value(app, name, placeholder, help, [&flags, name, read = std::move(read)](const std::string& value) {
      read(value);
      flags.given.emplace_back(name, value);
    })->group("What to measure");
  };
  std::string usual;
  for (const std::string& name : bench::Settings().algorithms) usual += (usual.empty() ? "" : ",") + name;
  add("--algorithm", "LIST",
      "algorithms, separated by commas, or all; with --input, those that are allowed; default " + usual,
      [&settings](const std::string& value) { settings.algorithms = algorithms_of(value); });
  add("--backend", "LIST", "of openssl, lanes and auto; default openssl,lanes",
      [&settings](const std::string& value) { settings.backends = backends_of(value); });
  add("--threads", "LIST", "numbers of threads, each on a core of its own; default 1, 2, 4 ... and all cores",
      [&settings](const std::string& value) {
        settings.threads = numbers_of<int>("--threads", value, kMostThreads, "threads");
      });
  add("--keys", "LIST", "numbers of keys in rotation, up to 10000; default 1", [&settings](const std::string& value) {
    settings.keys = numbers_of<std::size_t>("--keys", value, kMostKeys, "keys");
  });
  add("--batch", "LIST", "also measure the library, with so many tokens in each call; default none",
      [&settings](const std::string& value) {
        settings.batches = numbers_of<std::size_t>("--batch", value, kMostBatch, "tokens");
      });
  app.add_flag_callback(
         "--repeated",
         [&flags] {
           flags.settings.repeated = true;
           flags.given.emplace_back("--repeated", "");
         },
         "also measure a log whose tokens repeat: 1 % distinct, frequencies as Zipf's law has them")
      ->group("What to measure");
  add("--claims", "BYTES", "size of the claims; default 350", [&flags](const std::string& value) {
    flags.settings.claims_bytes = static_cast<std::size_t>(
        whole_number("--claims", value, static_cast<long long>(bench::kLeastClaimsBytes), kMostClaims, "bytes"));
  });
  add("--tokens", "N", "size of a corpus; default 8192 to 131072, by algorithm", [&flags](const std::string& value) {
    flags.settings.tokens = static_cast<std::size_t>(whole_number("--tokens", value, 1, kMostTokens, "tokens"));
  });
  add("--seconds", "S", "time for each row, over its repetitions; default 1",
      [&flags](const std::string& value) { flags.settings.seconds = seconds_of(value); });
  add("--repetitions", "N", "of each row, alternating with the others and with plain OpenSSL; default 5",
      [&flags](const std::string& value) {
        flags.settings.repetitions = static_cast<int>(whole_number("--repetitions", value, 1, 1000, "repetitions"));
      });
}

void add_result_flags(CLI::App& app, BenchFlags& flags) {
  const auto add = [&](const char* name, const char* help, std::string& path) {
    add_value(app, name, "PATH", help, [name, &path](const std::string& value) {
      if (value.empty()) throw refuse(name, "the path is empty");
      path = value;
    })->group("Results");
  };
  add("--json", "write everything here, samples included; -: standard output, and the table to standard error",
      flags.json);
  add("--html", "draw it here, as one page that needs nothing else", flags.html);
  add("--compare",
      "tell what changed since this report of --json, by ratio to plain OpenSSL; measures the same where not told "
      "otherwise",
      flags.compare);
}

void add_own_flags(CLI::App& app, BenchFlags& flags) {
  constexpr const char* kGroup = "The user's own log";
  add_value(app, "--input", "FILE", "measure this log instead, with the keys and the policy below",
            [&flags](const std::string& value) {
              if (value.empty() || value == "-") throw refuse("--input", "name a file: it is read many times");
              flags.settings.input = value;
              flags.given.emplace_back("--input", value);
            })
      ->group(kGroup);
  const auto add_pointer = [&](const char* name, const char* help, std::string& pointer) {
    add_value(app, name, "POINTER", help, [&flags, name, &pointer](const std::string& value) {
      if (!codec::is_json_pointer(value))
        throw refuse(name, in_quotes(value) + " is no JSON pointer (RFC 6901): begin with '/', such as /request/token");
      pointer = value;
      flags.given.emplace_back(name, value);
    })->group(kGroup);
  };
  add_pointer("--token-field", "the token in a JSON record; default /token", flags.stream.token_field);
  add_pointer("--time-field", "the time in a JSON record, for --at record; default /time", flags.stream.time_field);
}

// Settings that no flag gave are those of the report to compare with, or the defaults.
void complete(BenchFlags& flags, const bench::Report* before) {
  bench::Settings& settings = flags.settings;
  const bool own_log = !settings.input.empty();
  if (own_log && !flags.gave("--algorithm")) settings.algorithms.clear();
  if (before != nullptr && before->settings.input.empty()) {
    const bench::Settings& then = before->settings;
    const auto take_over = [&flags](const char* flag, auto& mine, const auto& theirs) {
      if (!flags.gave(flag)) mine = theirs;
    };
    if (!own_log) take_over("--algorithm", settings.algorithms, then.algorithms);
    take_over("--backend", settings.backends, then.backends);
    take_over("--threads", settings.threads, then.threads);
    take_over("--keys", settings.keys, then.keys);
    take_over("--batch", settings.batches, then.batches);
    take_over("--repeated", settings.repeated, then.repeated);
    take_over("--claims", settings.claims_bytes, then.claims_bytes);
    take_over("--tokens", settings.tokens, then.tokens);
    take_over("--seconds", settings.seconds, then.seconds);
    take_over("--repetitions", settings.repetitions, then.repetitions);
  }
  if (settings.threads.empty())
    settings.threads = bench::usual_threads(static_cast<int>(bench::Pinning().cores().size()));
}

// As it could be typed again.
std::string command_of(const BenchFlags& flags) {
  std::string command = "assay bench";
  const auto add = [&command](const std::vector<std::pair<std::string, std::string>>& options) {
    for (const auto& [name, value] : options) {
      command += " " + name;
      if (name == "--repeated") continue;
      const bool plain = !value.empty() && value.find_first_not_of(
                                               "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                               "0123456789_-+=,./:@") == std::string::npos;
      command += plain ? " " + value : " '" + value + "'";
    }
  };
  add(flags.given);
  add(flags.verifier.manifest);
  return command;
}

// Of another run; the error names the file.
Result<bench::Report> read_before(const std::string& path) {
  std::error_code error;
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path, error))
    return Error{"--compare " + path + ": cannot be read; check the name and its permissions"};
  const std::string text(std::istreambuf_iterator<char>(file), {});
  Result<bench::Report> report = bench::read_report(text);
  if (!report) return Error{"--compare " + path + ": " + report.error().message};
  return report;
}

class Bar {
 public:
  void show(const std::string& text, double share) {
    constexpr double kCells = 24;
    const double spent = bench::wall_seconds() - started_;
    const auto filled = static_cast<std::size_t>(std::clamp(share, 0.0, 1.0) * kCells);
    std::string line = "[" + std::string(filled, '=') + std::string(static_cast<std::size_t>(kCells) - filled, ' ') +
                       "] " + std::to_string(static_cast<int>(share * 100)) + " %  " + text;
    if (share > 0.05) line += "  " + std::to_string(std::lround(spent * (1 - share) / share)) + " s left";
    draw_bar(line);
  }

 private:
  double started_ = bench::wall_seconds();
};

std::string what_is_wrong(const BenchFlags& flags) {
  if (flags.json == "-" && flags.html == "-") return "--json and --html cannot both be standard output";
  if (!flags.settings.input.empty()) {
    if (flags.verifier.options.keys.empty())
      return "--input " + flags.settings.input + " needs keys: give --jwks, --public-key or --secret-file";
    for (const auto& [name, value] : flags.given) {
      if (name == "--keys" || name == "--batch" || name == "--repeated" || name == "--claims" || name == "--tokens")
        return name + " is for minted tokens; leave it out with --input";
    }
    return "";
  }
  if (!flags.verifier.manifest.empty())
    return flags.verifier.manifest.front().first + " goes with --input FILE; minted tokens have keys of their own";
  for (const auto& [name, value] : flags.given) {
    if (name == "--token-field" || name == "--time-field") return name + " goes with --input FILE";
  }
  return "";
}

// Writes a result, or says why not. Closed pipes are no failure.
int finish(stream::Output& output, const std::string& text) {
  const auto wrote = output.write(text);
  if (!wrote) return fail("bench", wrote.error().message);
  if (*wrote == stream::Output::Outcome::closed) return 0;
  if (const auto done = output.commit(); !done) return fail("bench", done.error().message);
  return 0;
}

int run(BenchFlags& flags) {
  if (const std::string wrong = what_is_wrong(flags); !wrong.empty()) return fail("bench", wrong);
  std::optional<bench::Report> before;
  if (!flags.compare.empty()) {
    Result<bench::Report> read = read_before(flags.compare);
    if (!read) return fail("bench", read.error().message);
    before = std::move(*read);
  }
  complete(flags, before ? &*before : nullptr);
  Signals& caught = signals();

  // Opened before minutes of measuring, so that a wrong path is told at once.
  std::optional<stream::Output> json, html;
  for (auto& [path, output] : {std::pair(&flags.json, &json), std::pair(&flags.html, &html)}) {
    if (path->empty()) continue;
    Result<stream::Output> opened = stream::Output::open(*path);
    if (!opened) return fail("bench", opened.error().message);
    output->emplace(std::move(*opened));
  }

  std::optional<bench::OwnInput> own;
  if (!flags.settings.input.empty()) {
    own.emplace(bench::OwnInput{std::move(flags.verifier.options), flags.stream});
    // With --input, --algorithm is the policy's.
    for (const std::string& name : flags.settings.algorithms)
      own->verifier.policy.algorithms.push_back(*algorithm_from_string(name));
    own->verifier.on_note = [](std::string_view message) { note(message); };
    own->stream.at_record = flags.verifier.at_record;
    own->stream.at = flags.verifier.at;
  }
  Bar bar;
  bench::Hooks hooks;
  hooks.stop = &caught.stop;
  if (isatty(STDERR_FILENO) == 1)
    hooks.on_progress = [&bar](const std::string& text, double share) { bar.show(text, share); };
  finish_on_stop_signals();
  Result<bench::Report> report = bench::run(flags.settings, std::move(own), hooks);
  draw_bar("");
  if (!report) return fail("bench", report.error().message);
  if (report->stopped_by != 0) return 128 + report->stopped_by;
  report->command = command_of(flags);

  std::string text = bench::report_text(*report);
  std::optional<bench::Comparison> comparison;
  if (before) {
    comparison = bench::compare(*before, *report);
    text += "\n" + bench::comparison_text(*comparison, flags.compare);
  }
  if (flags.json == "-" || flags.html == "-") {
    std::fputs(text.c_str(), stderr);
  } else {
    Result<stream::Output> out = stream::Output::open("");
    if (!out) return fail("bench", out.error().message);
    if (const int failed = finish(*out, text); failed != 0) return failed;
  }
  if (json) {
    if (const int failed = finish(*json, bench::report_json(*report)); failed != 0) return failed;
  }
  if (html) {
    if (const int failed = finish(*html, bench::report_html(*report)); failed != 0) return failed;
  }
  return comparison && comparison->slower() ? 1 : 0;
}

}  // namespace

void add_bench(CLI::App& program, int& exit_code) {
  CLI::App* app = program.add_subcommand("bench", "Tokens a second by algorithm, backend and threads, on this machine");
  const auto flags = std::make_shared<BenchFlags>();
  add_measure_flags(*app, *flags);
  add_result_flags(*app, *flags);
  add_own_flags(*app, *flags);
  add_key_flags(*app, flags->verifier, false);
  add_claim_flags(*app, flags->verifier, true);
  app->footer(kExamples);
  app->callback([flags, &exit_code] { exit_code = run(*flags); });
}

}  // namespace assay::cli
