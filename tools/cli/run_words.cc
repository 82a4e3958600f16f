#include "run_words.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <utility>

#include "console.h"
#include "flags.h"
#include "keys/known_keys.h"
#include "secret_reading.h"
#include "summary_files.h"
#include "verify/engine.h"
#include "verify_words.h"

namespace assay::cli {

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
  if (!result.faults.empty()) return 2;
  return result.rejected > 0 ? 1 : 0;
}

namespace {

std::string rate_text(std::uint64_t records, double seconds) {
  const double rate = seconds > 0 ? static_cast<double>(records) / seconds : 0;
  return with_commas(static_cast<unsigned long long>(std::llround(rate))) + "/s";
}

// "1 token", "2 tokens"
std::string counted(std::uint64_t count, const char* unit) {
  return with_commas(count) + " " + unit + (count == 1 ? "" : "s");
}

}  // namespace

std::string count_and_rate(std::uint64_t count, const char* unit, double seconds) {
  return counted(count, unit) + "  " + rate_text(count, seconds);
}

void show_progress(ProgressBar& bar, const char* unit, const StreamOptions::Progress& progress) {
  std::optional<double> share;
  if (progress.total_bytes > 0) {
    share = static_cast<double>(progress.bytes) / static_cast<double>(progress.total_bytes);
  }
  bar.show(count_and_rate(progress.records, unit, progress.seconds), share);
}

std::string summary_text(const StreamResult& result, const char* unit) {
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.3g", result.seconds);
  std::string text = "assay: " + counted(result.records, unit) + ": " + with_commas(result.accepted) + " accepted, " +
                     with_commas(result.rejected) + " rejected, " + seconds + " s, " +
                     rate_text(result.records, result.seconds) + "\n";
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

Result<void> check_outputs(const Arguments& arguments) {
  if (arguments.stream.format != OutputFormat::none || !arguments.gave("--format") || !arguments.gave("--output"))
    return {};
  return Error{"--output: --format none writes no verdicts; leave one of the two out"};
}

Error named(Error error, const Arguments& arguments) {
  const Flag* flag = nullptr;
  for (const GivenFlag& given : arguments.given) {
    if (given.value.empty() || !error.message.starts_with(given.value + ": ")) continue;
    if (flag != nullptr && flag != given.flag) return error;
    flag = given.flag;
  }
  // The library's field names the flag already, or several that could have been meant.
  if (flag == nullptr || message_of(flag->commands.front(), error).starts_with(flag->name)) return error;
  error.message.insert(0, flag->name + ": ");
  return error;
}

std::vector<KeySource> sources_of(const JwtVerifierOptions& options) {
  std::vector<KeySource> sources = options.keys;
  for (const TrustedIssuer& issuer : options.trust.issuers)
    sources.insert(sources.end(), issuer.keys.begin(), issuer.keys.end());
  return sources;
}

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
    note("every key given serves every --issuer; if issuers do not trust one another, name them in a --config file");
  }
}

void note_other_reading(const std::vector<KeySource>& sources, const StreamResult& result) {
  if (result.failed_hmac.empty()) return;
  for (const KeySource& source : sources) {
    if (const auto reading = other_reading(result.failed_hmac, source))
      return note(source.value + ": tokens fail with signature_invalid because " + *reading);
  }
}

std::string snapshots_text(const JwtVerifier& verifier) {
  const std::shared_ptr<const keys::Snapshot> snapshot = verifier.engine().snapshot();
  std::string text;
  for (std::size_t i = 0; i < snapshot->sources.size(); ++i) {
    const keys::SourceReport& source = snapshot->sources[i];
    if (source.parts.size() < 2) continue;
    std::size_t appeared = 0, taken_out = 0;
    for (const keys::PreparedKey& key : snapshot->ring->keys()) {
      for (const KeyAppearance& seen : keys::appearances_of(key, snapshot->sources)) {
        if (seen.source != source.name) continue;
        appeared += seen.before ? 1 : 0;
        taken_out += seen.after ? 1 : 0;
      }
    }
    text += "  " + safe(source.name) + ": between its " + with_commas(source.parts.size()) + " snapshots " +
            with_commas(appeared) + (appeared == 1 ? " key" : " keys") + " appeared and " + with_commas(taken_out) +
            (taken_out == 1 ? " was" : " were") +
            " taken out; when is inferred, and rejects no token (assay keys show)\n";
  }
  return text;
}

Result<void> take_baseline(Arguments& arguments) {
  const std::string& path = arguments.report.baseline;
  if (path.empty()) return {};
  if (arguments.stream.report.empty())
    return Error{"--baseline: is compared with in a report; give --report, or leave it out"};
  Result<std::string> json = read_summary_text(path);
  if (!json) return Error{"--baseline: " + json.error().message};
  arguments.stream.baseline = StreamOptions::Baseline{path, *std::move(json)};
  return {};
}

bool reads_standard_input(const StreamOptions& stream) {
  return stream.inputs.empty() || std::find(stream.inputs.begin(), stream.inputs.end(), "-") != stream.inputs.end();
}

void prepare_run(Arguments& arguments, const std::vector<KeySource>& sources, Signals& caught) {
  StreamOptions& stream = arguments.stream;
  stream.manifest = arguments.manifest();
  stream.decisive = arguments.decisive();
  stream.keep_failed_hmac = std::any_of(sources.begin(), sources.end(),
                                        [](const KeySource& key) { return key.kind == KeySource::Kind::secret_file; });
  stream.stop = &caught.stop;
  stream.reload = &caught.reload;
  stream.wake_fd = caught.wake_fd;
}

void note_unfinished(const StreamOptions& stream, const StreamResult& result) {
  if (result.resumable) note("stopped; run the same command again to go on from here (" + stream.checkpoint + ")");
  if (result.output_dropped)
    note(stream.output + " was not written, because the run was stopped before the end of its input");
}

std::vector<std::string> files_of(const Arguments& arguments) {
  const JwtVerifierOptions& options = arguments.verifier;
  std::vector<std::string> files;
  if (!arguments.config.empty()) files.push_back(arguments.config);
  for (const KeySource& key : sources_of(options)) {
    using Kind = KeySource::Kind;
    const bool is_file = key.kind == Kind::jwks_file || key.kind == Kind::public_key_file ||
                         key.kind == Kind::secret_file || key.kind == Kind::static_tokens_file;
    if (is_file) files.push_back(key.value);
    if (!key.signed_by.empty()) files.push_back(key.signed_by);
  }
  files.insert(files.end(), options.policy.revoked.begin(), options.policy.revoked.end());
  if (!options.fetch.ca_file.empty()) files.push_back(options.fetch.ca_file);
  if (!arguments.report.baseline.empty()) files.push_back(arguments.report.baseline);
  return files;
}

std::vector<std::string> snapshot_files_of(const JwtVerifier& verifier) {
  std::vector<std::string> files;
  const std::shared_ptr<const keys::Snapshot> snapshot = verifier.engine().snapshot();
  for (const keys::SourceReport& source : snapshot->sources)
    for (const keys::SourceReport::Part& part : source.parts) files.push_back(part.name);
  return files;
}

}  // namespace assay::cli
