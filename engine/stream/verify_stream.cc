// verify_stream of assay/stream.h: checks the options, opens the output and runs the pipeline.
#include <oneapi/tbb/info.h>
#include <unistd.h>

#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "assay/stream.h"
#include "base/output_file.h"
#include "base/record_time.h"
#include "codec/json.h"
#include "stream/pipeline.h"
#include "stream/source.h"

namespace assay {
namespace {

Result<void> check_pointer(const std::string& pointer, const char* field) {
  if (codec::is_json_pointer(pointer)) return {};
  return Error{"cannot read '" + pointer + "' as a JSON pointer (RFC 6901); begin it with '/', such as /request/token",
               field};
}

Result<void> check_options(const StreamOptions& options) {
  if (Result<void> ok = check_pointer(options.token_field, "token_field"); !ok) return ok;
  if (Result<void> ok = check_pointer(options.time_field, "time_field"); !ok) return ok;
  for (const std::string& pointer : options.carry) {
    if (Result<void> ok = check_pointer(pointer, "carry"); !ok) return ok;
  }
  if (options.at_record && options.input == InputFormat::lines)
    return Error{"lines hold no time; give records of NDJSON, or one time for all", "at_record"};
  return {};
}

using Place = base::OutputFile::Place;

struct NamedPlace {
  std::string name;  // for messages
  std::optional<Place> place;
};

// A file that is written must not be one that is read, and two outputs need two files.
Result<void> check_output(const NamedPlace& output, const std::vector<NamedPlace>& others, const char* field) {
  if (!output.place) return {};
  for (const NamedPlace& other : others) {
    if (other.place != output.place) continue;
    return Error{output.name + " and " + other.name + " are one file; write elsewhere", field};
  }
  return {};
}

Result<void> check_outputs(const StreamOptions& options) {
  std::vector<NamedPlace> others;
  const auto add_file = [&](const std::string& path) {
    const bool is_standard_input = path == "-";
    others.push_back({is_standard_input ? "standard input" : path,
                      is_standard_input ? base::OutputFile::place_of(STDIN_FILENO) : base::OutputFile::place_of(path)});
  };
  for (const std::string& path : options.inputs.empty() ? std::vector<std::string>{"-"} : options.inputs)
    add_file(path);
  for (const std::string& path : options.keep) add_file(path);
  const auto is_standard_output = [](const std::string& path) { return path.empty() || path == "-"; };
  const auto named = [&](const std::string& path) {
    return NamedPlace{is_standard_output(path) ? "standard output" : path, base::OutputFile::place_of(path)};
  };
  if (options.format != OutputFormat::none) {
    const NamedPlace output = named(options.output);
    if (Result<void> ok = check_output(output, others, "output"); !ok) return ok;
    // Both may go to standard output, one behind the other.
    if (!is_standard_output(options.output) || options.summary != "-") others.push_back(output);
  }
  if (options.summary.empty()) return {};
  return check_output(named(options.summary), others, "summary");
}

// Opens everything that the run writes, so that a run whose results cannot be written does not begin. After an error,
// `outputs` holds what was opened before.
Result<void> open_outputs(const StreamOptions& options, stream::Outputs& outputs) {
  if (Result<void> ok = check_outputs(options); !ok) return ok.error();
  if (options.format != OutputFormat::none) {
    base::OutputFile::Options file{.stop = options.stop};
    if (options.emit_token) file.mode = base::OutputFile::kOwnerOnly;
    Result<base::OutputFile> opened = base::OutputFile::open(options.output, file);
    if (!opened) return opened.error();
    outputs.verdicts.emplace(std::move(*opened));
  }
  if (!options.summary.empty()) {
    Result<base::OutputFile> opened = base::OutputFile::open(options.summary, {.stop = options.stop});
    if (!opened) return opened.error();
    outputs.summary.emplace(std::move(*opened));
  }
  return {};
}

// The result of a run that was stopped while an output, a named pipe, waited for its reader.
StreamResult stopped_early(const StreamOptions& options, const stream::Outputs& outputs) {
  StreamResult stopped;
  stopped.stopped_by = options.stop->load();
  stopped.output_dropped = outputs.verdicts && outputs.verdicts->appears_at_commit();
  return stopped;
}

}  // namespace

Result<StreamResult> verify_stream(const JwtVerifier& verifier, const StreamOptions& options) try {
  if (Result<void> ok = check_options(options); !ok) return ok.error();
  if (Result<void> ok = stream::Source(options.inputs, {}).check(); !ok) return ok.error();
  Result<base::TimeReader> times = base::TimeReader::create(options.time_format, options.time_zone);
  if (!times) return times.error();
  stream::Outputs outputs;
  if (Result<void> opened = open_outputs(options, outputs); !opened) {
    if (opened.error().field != "stopped") return opened.error();
    return stopped_early(options, outputs);
  }
  const int threads = options.threads > 0 ? options.threads : oneapi::tbb::info::default_concurrency();
  return stream::Pipeline(verifier.engine(), options, std::move(*times), std::move(outputs), threads).run();
} catch (const std::bad_alloc&) {
  return Error{"not enough memory for so many threads; use fewer", "threads"};
}

}  // namespace assay
