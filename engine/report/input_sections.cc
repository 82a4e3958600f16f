// What was read, by which runs, and how exact the numbers are.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "page/numbers.h"
#include "report/facts.h"
#include "report/sections.h"

namespace assay::report {
namespace {

constexpr std::size_t kLongestLabel = 28, kMostDrawn = 40, kMostFiles = 100, kMostKeys = 100, kMostOptions = 60,
                      kMostRuns = 20;

std::string size_of(std::uint64_t bytes) {
  if (bytes < 1024) return counted(bytes, "byte");
  const char* unit = "KiB";
  auto size = static_cast<double>(bytes) / 1024;
  for (const char* larger : {"MiB", "GiB", "TiB"}) {
    if (size < 1024) break;
    size /= 1024;
    unit = larger;
  }
  return page::three_digits(size) + " " + unit;
}

// The files with something to see come first: faults, gaps, repeated contents, no token.
std::vector<const tally::FileCoverage*> by_interest(const std::vector<tally::FileCoverage>& files) {
  std::vector<const tally::FileCoverage*> sorted;
  for (const tally::FileCoverage& file : files) sorted.push_back(&file);
  const auto is_odd = [](const tally::FileCoverage* file) {
    return !file->fault.empty() || file->gap_count > 0 || !file->repeats.empty();
  };
  std::stable_partition(sorted.begin(), sorted.end(), is_odd);
  return sorted;
}

void add_picture(Section& section, std::vector<const tally::FileCoverage*> files) {
  std::erase_if(files, [](const auto* file) { return !file->times.first || !file->repeats.empty(); });
  if (files.size() < 2) return;
  const std::size_t all = files.size();
  if (files.size() > kMostDrawn) files.resize(kMostDrawn);
  tally::TimeSpan times;
  for (const tally::FileCoverage* file : files) times.add(file->times);
  page::TimeRows chart{"The time that each input covers, in UTC, with its gaps", *times.first, *times.last, {}};
  bool any_gap = false;
  for (const tally::FileCoverage* file : files) {
    page::TimeRows::Row row{shown_path(file->path, kLongestLabel),
                            {{*file->times.first, *file->times.last, "good"}},
                            {},
                            number(file->tokens)};
    for (const tally::FileCoverage::Gap& gap : file->gaps) row.pieces.push_back({gap.from, gap.to, "gap"});
    if (!file->fault.empty()) row.marks.push_back({*file->times.last, "compromised", "not read to the end"});
    any_gap = any_gap || !file->gaps.empty();
    chart.rows.push_back(std::move(row));
  }
  std::vector<page::LegendEntry> legend = {{"good", "lines"}};
  if (any_gap) legend.push_back({"gap", "no line for more than 30 minutes"});
  section.blocks.emplace_back(Picture{std::move(chart), std::move(legend), {}});
  if (all > files.size())
    section.blocks.emplace_back(Line("Drawn are " + number(files.size()) + " of " + counted(all, "input") +
                                     ": those with faults and gaps, then the first."));
}

Line remark_on(const tally::FileCoverage& file) {
  Line line;
  const auto add = [&line](const Line& remark) { line += Line(line.empty() ? "" : "; ") + remark; };
  if (!file.fault.empty()) add(strong("not read to the end: ") + name(file.fault));
  if (!file.repeats.empty()) add(Line("the content of ") + name(file.repeats) + ", not counted");
  if (file.gap_count > 0) {
    Line gaps = counted(file.gap_count, "gap");
    if (!file.gaps.empty()) {
      const auto longest = std::max_element(file.gaps.begin(), file.gaps.end(), [](const auto& a, const auto& b) {
        return seconds_between(a.from, a.to) < seconds_between(b.from, b.to);
      });
      gaps +=
          ", the longest of " + duration(seconds_between(longest->from, longest->to)) + " from " + utc(longest->from);
    }
    add(gaps);
  }
  if (file.tokens == 0 && file.fault.empty() && file.repeats.empty()) add("no token");
  return line.empty() ? Line("–") : line;
}

Line read_as(const tally::FileCoverage& file) {
  Line line;
  for (const std::string* part : {&file.format, &file.zone, &file.year}) {
    if (!part->empty()) line += Line(line.empty() ? "" : ", ") + name(*part);
  }
  return line.empty() ? Line("–") : line;
}

Table files_table(const std::vector<const tally::FileCoverage*>& files) {
  Table table{
      {"input", "remark", "read as (format, zone, year)", "time (UTC)", "lines", "without time", "tokens"}, 4, {}, 0};
  for (const tally::FileCoverage* file : files) {
    if (!takes_row(table, kMostFiles)) continue;
    table.rows.push_back({path_name(file->path), remark_on(*file), read_as(*file), period(file->times),
                          number(file->lines), number(file->lines_without_time), number(file->tokens)});
  }
  drop_empty_columns(table);
  return table;
}

Table inputs_table(const tally::Overview& overview) {
  Table table{{"input", "SHA-256 of the stored bytes", "size"}, 2, {}, 0};
  for (const tally::FileCoverage& file : overview.files) {
    if (takes_row(table, kMostFiles))
      table.rows.push_back({path_name(file.path), name_or_none(file.sha256), size_of(file.bytes)});
  }
  return table;
}

Table keys_table(const tally::Overview& overview) {
  Table table{{"key", "type", "thumbprint (RFC 7638)", "from"}, 4, {}, 0};
  for (const tally::KeyRow& key : overview.keys) {
    if (takes_row(table, kMostKeys))
      table.rows.push_back(
          {name_or_none(key.kid), name_or_none(key.type), name_or_none(key.thumbprint), name_or_none(key.source)});
  }
  return table;
}

Line options_of(const tally::RunRow& run) {
  Line line;
  std::size_t count = 0;
  for (const auto& [flag, value] : run.options) {
    if (count++ == kMostOptions) return line + " and " + number(run.options.size() - kMostOptions) + " more";
    line += Line(line.empty() ? "" : " ") + name(value.empty() ? flag : flag + " " + value);
  }
  return line.empty() ? Line("none") : line;
}

void add_runs(Section& section, const std::vector<tally::RunRow>& runs) {
  for (std::size_t i = 0; i < std::min(runs.size(), kMostRuns); ++i) {
    const tally::RunRow& run = runs[i];
    if (runs.size() > 1) section.blocks.emplace_back(Subheading{"Run " + number(i + 1)});
    Definitions entries;
    entries.entries = {
        {"program", Line("assay ") + name_or_none(run.version) + ", " + name_or_none(run.command)},
        {"time", utc(run.started) + " to " + utc(run.ended) + " UTC, " + page::three_digits(run.seconds) + " s" +
                     (run.is_complete ? Line() : ", " + strong("stopped before the end of the inputs"))},
        {"machine", counted(static_cast<std::uint64_t>(std::max(run.threads, 0)), "thread") + ", backend " +
                        name_or_none(run.backend) + ", instructions " + name_or_none(run.isa)},
        {"options", options_of(run)}};
    section.blocks.emplace_back(std::move(entries));
  }
  if (runs.size() > kMostRuns)
    section.blocks.emplace_back(Line("And " + number(runs.size() - kMostRuns) + " more runs: see the JSON."));
}

// "client addresses (about 1,200,000 values) and subjects (…): only the most frequent are kept."
void add_bounds(Bullets& bullets, const tally::Overview& overview) {
  struct Named {
    const char* name;
    const tally::Breakdown* breakdown;
  };
  Line cut_ones;
  for (const Named& each : {Named{"algorithms", &overview.algorithms}, Named{"kids", &overview.kids},
                            Named{"issuers", &overview.issuers}, Named{"client_ids", &overview.client_ids},
                            Named{"subjects", &overview.subjects}, Named{"scopes", &overview.scopes},
                            Named{"client addresses", &overview.clients}, Named{"statuses", &overview.statuses}}) {
    if (each.breakdown->is_exact) continue;
    cut_ones +=
        Line(cut_ones.empty() ? "" : ", ") + each.name + " (about " + number(each.breakdown->distinct) + " values)";
  }
  if (!cut_ones.empty())
    bullets.lines.push_back(
        strong("Only the most frequent values are kept") + " of " + cut_ones +
        ": those with at least a thousandth of the records. Their counts may be too high by a few in ten "
        "thousand of all records.");
  if (overview.replays.share < 1)
    bullets.lines.push_back(strong("Replays are missing") + ": of " + counted(overview.replays.distinct, "token") +
                            " one in " +
                            number(static_cast<std::uint64_t>(1 / std::max(overview.replays.share, 1e-9) + 0.5)) +
                            " was looked at, chosen by its hash.");
}

}  // namespace

Section coverage_section(const tally::Overview& overview) {
  Section section{kCoverage,
                  "What the logs cover",
                  "The inputs, the time of their first and last lines, and what is missing. Gaps may be quiet hours, "
                  "or lines that somebody deleted.",
                  {}};
  if (overview.files.empty()) return section;
  const std::vector<const tally::FileCoverage*> files = by_interest(overview.files);
  std::uint64_t lines = 0, without = 0, tokens = 0;
  for (const tally::FileCoverage& file : overview.files) {
    lines += file.lines;
    without += file.lines_without_time;
    tokens += file.tokens;
  }
  section.blocks.emplace_back(Line(counted(overview.files.size(), "input") + ", " + counted(lines, "line") + ", " +
                                   number(without) + " of them without a time of their own; " +
                                   counted(tokens, "token") + "."));
  add_picture(section, files);
  section.blocks.emplace_back(files_table(files));
  return section;
}

Section manifest_section(const tally::Overview& overview) {
  Section section{kManifest, "Manifest", "What is needed to repeat the audit: program, options, keys and inputs.", {}};
  add_runs(section, overview.runs);
  if (!overview.keys.empty()) {
    section.blocks.emplace_back(Subheading{"Keys"});
    section.blocks.emplace_back(keys_table(overview));
  }
  if (!overview.files.empty()) {
    section.blocks.emplace_back(Subheading{"Inputs"});
    section.blocks.emplace_back(inputs_table(overview));
  }
  return section;
}

Section exactness_section(const tally::Overview& overview) {
  Section section{kExactness, "How exact the numbers are", "", {}};
  if (overview.all.records() == 0) return section;
  const Facts facts = facts_of(overview);
  Bullets bullets;
  bullets.lines.emplace_back(
      "A use is one token in one line or record. Totals, and the counts by reason and hour, are exact.");
  bullets.lines.emplace_back(
      "A token counts as valid if its signature and its claims were valid at the time of its line. \"Answered as "
      "good\" means a status of 2xx or 3xx; the log tells a status for " +
      number(facts.with_answer) + " of " + counted(overview.all.records(), "use") + ".");
  if (facts.cannot_tell.uses > 0)
    bullets.lines.push_back(strong(counted(facts.cannot_tell.uses, "use") + " cannot be judged") +
                            " and are not among the ones that are called not valid. The counts of rejected ones by "
                            "client, hour and so on include them.");
  const std::size_t before = bullets.lines.size();
  add_bounds(bullets, overview);
  if (bullets.lines.size() == before)
    bullets.lines.emplace_back("Every value of every property was kept, and every token was looked at for replays.");
  if (overview.far_expiry > 0)
    bullets.lines.emplace_back(counted(overview.far_expiry, "accepted use") +
                               " of tokens that expire after the year 2200.");
  if (overview.other_credentials > 0)
    bullets.lines.emplace_back(counted(overview.other_credentials, "other credential") +
                               " beside the tokens: counted, not judged.");
  if (overview.repeated_hours > 0)
    bullets.lines.emplace_back(counted(overview.repeated_hours, "use") +
                               " at local times that exist twice; the first was taken.");
  section.blocks.emplace_back(std::move(bullets));
  return section;
}

}  // namespace assay::report
