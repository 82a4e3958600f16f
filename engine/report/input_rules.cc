#include "report/input_rules.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "report/facts.h"

namespace assay::report {
namespace {

using enum Severity;

std::vector<std::string> paths_where(const tally::Overview& overview, bool (*belongs)(const tally::FileCoverage&)) {
  std::vector<std::string> paths;
  for (const tally::FileCoverage& file : overview.files) {
    if (belongs(file)) paths.push_back(file.path);
  }
  return paths;
}

void undecidable(const tally::Overview& overview, Findings& found) {
  const Facts facts = facts_of(overview);
  const std::uint64_t records = overview.all.records(), unclear = facts.cannot_tell.uses;
  if (unclear == 0) return;
  Line what = counted(unclear, "use") + " of tokens (" + percent(unclear, records) +
              ") cannot be judged: the token was masked, cut or encrypted, or its line has no time";
  if (facts.cannot_tell.served > 0) what += "; " + answered(facts.cannot_tell.served);
  const bool much = unclear > records / 100;
  found.push_back({much ? look_into : good_to_know, "undecidable", what + ".",
                   much ? "Find a log of the same requests that holds the whole token." : "", kReasons});
}

void faulty_inputs(const tally::Overview& overview, Findings& found) {
  const std::vector<std::string> paths =
      paths_where(overview, [](const tally::FileCoverage& file) { return !file.fault.empty(); });
  if (paths.empty()) return;
  found.push_back({look_into, "faulty_input",
                   counted(paths.size(), "input") + " could not be read to the end: " + names(paths, 3) + ".",
                   "What was read counts. Fetch them again, and run again.", kCoverage});
}

void gaps(const tally::Overview& overview, Findings& found) {
  std::uint64_t count = 0;
  std::int64_t longest = 0;
  const tally::FileCoverage* worst = nullptr;
  std::vector<std::string> paths;
  for (const tally::FileCoverage& file : overview.files) {
    if (file.gap_count == 0) continue;
    count += file.gap_count;
    paths.push_back(file.path);
    for (const tally::FileCoverage::Gap& gap : file.gaps) {
      if (const std::int64_t length = seconds_between(gap.from, gap.to); worst == nullptr || length > longest) {
        longest = length;
        worst = &file;
      }
    }
  }
  if (count == 0) return;
  Line what = counted(paths.size(), "input") + " " + std::string(agreed(paths.size(), "has", "have")) + " " +
              counted(count, "gap") + " of more than 30 minutes without a line";
  if (worst != nullptr) what += ", the longest of " + duration(longest) + " in " + name(worst->path);
  found.push_back({look_into, "gap", what + ".",
                   "A quiet night, a rotation that lost a file, or lines that somebody deleted: compare with the other "
                   "logs of that time.",
                   kCoverage});
}

void inputs_without_tokens(const tally::Overview& overview, Findings& found) {
  const std::vector<std::string> paths = paths_where(overview, [](const tally::FileCoverage& file) {
    return file.tokens == 0 && file.lines > 0 && file.fault.empty() && file.repeats.empty();
  });
  if (paths.empty()) return;
  const bool all = paths.size() == overview.files.size();
  found.push_back({all ? look_into : good_to_know, "no_token_in_input",
                   number(paths.size()) + " of " + counted(overview.files.size(), "input") + " " +
                       std::string(agreed(paths.size(), "holds", "hold")) + " no token: " + names(paths, 3) + ".",
                   "If they should, assay audit --explain-input shows how they were read.", kCoverage});
}

void lines_without_time(const tally::Overview& overview, Findings& found) {
  std::uint64_t without = 0, lines = 0;
  for (const tally::FileCoverage& file : overview.files) {
    without += file.lines_without_time;
    lines += file.lines;
  }
  const tally::ReasonRow* missing = find(overview, Reason::missing_time);
  if (missing != nullptr) {
    found.push_back({look_into, "missing_time",
                     counted(missing->decided, "use") + " of tokens on lines without a time, which cannot be judged.",
                     "Name the time with --time-field or --time-format, and run again.", kCoverage});
  } else if (lines > 0 && without > lines / 10) {
    found.push_back(
        {good_to_know, "lines_without_time",
         number(without) + " of " + counted(lines, "line") +
             " have no time of their own; tokens on them were judged at the time of the record that they continue.",
         "", kCoverage});
  }
}

void counted_twice(const tally::Overview& overview, Findings& found) {
  std::map<std::string_view, std::size_t> contents;
  std::vector<std::string> paths;
  for (const tally::FileCoverage& file : overview.files) {
    if (!file.sha256.empty() && file.repeats.empty() && ++contents[file.sha256] > 1) paths.push_back(file.path);
  }
  if (paths.empty()) return;
  found.push_back({look_into, "counted_twice",
                   counted(paths.size(), "input") + " with a content that another run has read, too, " +
                       std::string(agreed(paths.size(), "counts", "count")) + " twice: " + names(paths, 3) + ".",
                   "Leave one of the summaries out.", kCoverage});
}

void repeated_inputs(const tally::Overview& overview, Findings& found) {
  const std::vector<std::string> paths =
      paths_where(overview, [](const tally::FileCoverage& file) { return !file.repeats.empty(); });
  if (paths.empty()) return;
  found.push_back({good_to_know, "repeated_input",
                   counted(paths.size(), "input") + " " + std::string(agreed(paths.size(), "has", "have")) +
                       " the content of another one and " + std::string(agreed(paths.size(), "was", "were")) +
                       " counted once: " + names(paths, 3) + ".",
                   "", kCoverage});
}

void unfinished_runs(const tally::Overview& overview, Findings& found) {
  const auto stopped = static_cast<std::uint64_t>(std::count_if(
      overview.runs.begin(), overview.runs.end(), [](const tally::RunRow& run) { return !run.is_complete; }));
  if (stopped == 0) return;
  found.push_back({look_into, "unfinished_run",
                   number(stopped) + " of " + counted(overview.runs.size(), "run") + " " +
                       std::string(agreed(stopped, "was", "were")) +
                       " stopped before the end of the inputs: the numbers are too low.",
                   "Run again.", kManifest});
}

// Flags that only say where a run reads and writes, or how fast.
bool changes_no_verdict(std::string_view flag) {
  constexpr std::array kFlags = {"--output",       "--summary",    "--report",  "--checkpoint", "--format",
                                 "--only",         "--threads",    "--backend", "--quiet",      "--progress",
                                 "--fingerprint",  "--emit-token", "--carry",   "--no-memo",    "--memo-memory",
                                 "--table-memory", "--cross-check"};
  return std::find(kFlags.begin(), kFlags.end(), flag) != kFlags.end();
}

std::string policy_of(const tally::RunRow& run) {
  std::string policy;
  for (const auto& [flag, value] : run.options) {
    if (!changes_no_verdict(flag)) policy += flag + "=" + value + "\n";
  }
  return policy;
}

void different_policies(const tally::Overview& overview, Findings& found) {
  const bool differ = std::any_of(overview.runs.begin(), overview.runs.end(), [&](const tally::RunRow& run) {
    return policy_of(run) != policy_of(overview.runs.front()) || run.version != overview.runs.front().version;
  });
  if (!differ) return;
  found.push_back(
      {good_to_know, "different_policies",
       "The " + counted(overview.runs.size(), "run") +
           " had different options or versions: the same token may count as valid in one and not in another.",
       "", kManifest});
}

void repeated_hours(const tally::Overview& overview, Findings& found) {
  if (overview.repeated_hours == 0) return;
  found.push_back({good_to_know, "repeated_hours",
                   counted(overview.repeated_hours, "use") +
                       " of tokens in the hour that comes twice when summer time ends; the first was taken.",
                   "", kExactness});
}

constexpr std::array<Rule, 10> kRules = {undecidable,           faulty_inputs,      gaps,
                                         inputs_without_tokens, lines_without_time, counted_twice,
                                         unfinished_runs,       repeated_inputs,    different_policies,
                                         repeated_hours};

}  // namespace

std::span<const Rule> input_rules() noexcept { return kRules; }

}  // namespace assay::report
