#include "stream/outputs.h"

#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "archive/compression.h"
#include "report/html.h"
#include "report/markdown.h"

namespace assay::stream {
namespace {

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

Result<void> check_outputs(const StreamOptions& options, const std::vector<input::ListedInput>& inputs) {
  std::vector<NamedPlace> others;
  const auto add_file = [&](const std::string& path) {
    const bool is_standard_input = path == "-";
    others.push_back({is_standard_input ? "standard input" : path,
                      is_standard_input ? base::OutputFile::place_of(STDIN_FILENO) : base::OutputFile::place_of(path)});
  };
  for (const input::ListedInput& input : inputs) {
    if (input.state != input::ListedInput::State::skipped) add_file(input.path);
  }
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
  if (!options.summary.empty()) {
    const NamedPlace summary = named(options.summary);
    if (Result<void> ok = check_output(summary, others, "summary"); !ok) return ok;
    others.push_back(summary);
  }
  if (!options.report.empty()) {
    const NamedPlace report = named(options.report);
    if (Result<void> ok = check_output(report, others, "report"); !ok) return ok;
    others.push_back(report);
  }
  if (options.checkpoint.empty()) return {};
  return check_output(named(options.checkpoint), others, "checkpoint");
}

Error of_field(Error error, const char* field) {
  if (error.field.empty()) error.field = field;
  return error;
}

// Whether the run ended after its file of verdicts was complete and had its name.
bool has_its_name(const StreamOptions& options, const Checkpoint* from) {
  std::error_code missing;
  return from != nullptr && from->finished &&
         !std::filesystem::exists(base::OutputFile::partial_name(options.output), missing) &&
         std::filesystem::file_size(options.output, missing) == from->output_bytes && !missing;
}

}  // namespace

void skip_outputs(const StreamOptions& options, std::vector<input::ListedInput>& inputs) {
  if (options.checkpoint.empty()) return;
  std::vector<std::string> outputs = {options.checkpoint, lock_name(options.checkpoint)};
  if (options.format != OutputFormat::none && !options.output.empty())
    outputs.push_back(base::OutputFile::partial_name(options.output));
  std::error_code missing;
  const bool goes_on = std::filesystem::exists(options.checkpoint, missing);
  for (const std::string& path : outputs) {
    const std::optional<Place> place = base::OutputFile::place_of(path);
    const auto is_output = [&place](const input::ListedInput& input) {
      return place && input.is_found && base::OutputFile::place_of(input.path) == place;
    };
    if (goes_on) {
      std::erase_if(inputs, is_output);
      continue;
    }
    for (input::ListedInput& input : inputs) {
      if (!is_output(input)) continue;
      input.state = input::ListedInput::State::skipped;
      input.message = "skipped " + input.path + ": this run writes it";
    }
  }
}

Result<void> open_outputs(const StreamOptions& options, const std::vector<input::ListedInput>& inputs,
                          const Checkpoint* from, Outputs& outputs) {
  if (Result<void> ok = check_outputs(options, inputs); !ok) return ok.error();
  if (options.format != OutputFormat::none && !has_its_name(options, from)) {
    base::OutputFile::Options file{.stop = options.stop};
    file.resumable = !options.checkpoint.empty();
    if (from != nullptr) file.resume_at = from->output_bytes;
    if (options.emit_token) file.mode = base::OutputFile::kOwnerOnly;
    Result<base::OutputFile> opened = base::OutputFile::open(options.output, file);
    if (!opened) return of_field(opened.error(), "output");
    outputs.verdicts.emplace(std::move(*opened), archive::compression_of_name(options.output));
  }
  if (!options.summary.empty()) {
    Result<base::OutputFile> opened = base::OutputFile::open(options.summary, {.stop = options.stop});
    if (!opened) return of_field(opened.error(), "summary");
    outputs.summary.json.emplace(std::move(*opened));
  }
  if (!options.report.empty()) {
    if (options.baseline) {
      const Result<tally::Summary> before = tally::read_summary(options.baseline->json, options.baseline->name);
      if (!before) return Error{before.error().message, "baseline"};
      outputs.summary.baseline = report::Baseline{options.baseline->name, tally::overview(*before)};
    }
    Result<base::OutputFile> opened = base::OutputFile::open(options.report, {.stop = options.stop});
    if (!opened) return of_field(opened.error(), "report");
    outputs.summary.report.emplace(std::move(*opened));
    outputs.summary.report_is_markdown = options.report.ends_with(".md");
  }
  return {};
}

Result<void> write_summary(SummaryFiles& files, const tally::Summary& summary) {
  const auto write = [](base::OutputFile& file, const std::string& text) -> Result<void> {
    const Result<base::OutputFile::Outcome> wrote = file.write(text);
    if (!wrote) return wrote.error();
    return file.commit();
  };
  if (files.json) {
    if (Result<void> done = write(*files.json, tally::summary_json(summary)); !done) return done;
  }
  if (!files.report) return {};
  const tally::Overview overview = tally::overview(summary);
  const report::Baseline* const baseline = files.baseline ? &*files.baseline : nullptr;
  return write(*files.report,
               files.report_is_markdown ? report::markdown(overview, baseline) : report::html(overview, baseline));
}

StreamResult stopped_early(const StreamOptions& options, const Outputs& outputs) {
  StreamResult stopped;
  stopped.stopped_by = options.stop->load();
  stopped.output_dropped = outputs.verdicts && outputs.verdicts->appears_at_commit();
  return stopped;
}

}  // namespace assay::stream
