// Reasons, uses over time, and the counts by algorithm, issuer, status and scope.
#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "report/facts.h"
#include "report/sections.h"

namespace assay::report {
namespace {

constexpr std::int64_t kHour = 3600, kDay = 86'400;
constexpr std::size_t kMostBars = 400;   // hours of two weeks and a bit; then days, weeks and so on
constexpr std::size_t kMostMarks = 5;    // key windows with a label above the chart
constexpr std::size_t kMostCounts = 10;  // rows of one property
constexpr std::size_t kWorstHours = 8;

std::string verdict_on(const tally::ReasonRow& row) {
  switch (words_of(row.reason).proof) {
    case Proof::not_valid:
      return "not valid";
    case Proof::cannot_tell:
      return "cannot be judged";
    case Proof::no_token:
      break;
  }
  return "no token";
}

Table expired_table(const tally::ExpiredBy& expired) {
  constexpr std::array<const char*, tally::ExpiredBy::kParts> kNames = {
      "less than 30 s", "30 s to 5 min", "5 min to 1 h", "1 h to 1 day", "1 to 30 days", "more than 30 days"};
  Table table{{"expired by", "uses"}, 1, {}, 0};
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (expired.parts[i] > 0) table.rows.push_back({Line(kNames.at(i)), number(expired.parts[i])});
  }
  return table;
}

// What one bar of the chart holds.
struct Bucket {
  std::int64_t from;
  std::uint64_t accepted = 0, refused = 0, served = 0;
};

// "2026-11-26T08": the beginning of the hour, in seconds. Nothing if it is none.
std::optional<std::int64_t> hour_start(const std::string& hour) {
  const std::optional<Instant> at = parse_rfc3339(hour + ":00:00Z");
  return at ? std::optional(at->seconds) : std::nullopt;
}

std::int64_t floor_to(std::int64_t seconds, std::int64_t step) {
  const std::int64_t rest = seconds % step;
  return seconds - (rest < 0 ? rest + step : rest);
}

struct Buckets {
  std::int64_t seconds = kHour;  // the length of each
  std::vector<Bucket> list;      // in order; empty ones are left out
};

Buckets buckets_of(const std::vector<tally::Row>& hours) {
  std::vector<Bucket> list;
  for (const tally::Row& row : hours) {
    if (const std::optional<std::int64_t> from = hour_start(row.name))
      list.push_back({*from, row.cell.accepted, row.cell.rejected - std::min(row.cell.served, row.cell.rejected),
                      row.cell.served});
  }
  std::sort(list.begin(), list.end(), [](const Bucket& a, const Bucket& b) { return a.from < b.from; });
  Buckets buckets;
  if (list.empty()) return buckets;
  const std::int64_t span = list.back().from - list.front().from;
  for (const std::int64_t step : {kHour, kDay, 7 * kDay, 28 * kDay, 364 * kDay, 3640 * kDay}) {
    buckets.seconds = step;
    if (span / step < static_cast<std::int64_t>(kMostBars)) break;
  }
  for (const Bucket& hour : list) {
    const std::int64_t from = floor_to(hour.from, buckets.seconds);
    if (buckets.list.empty() || buckets.list.back().from != from) buckets.list.push_back({from});
    Bucket& bucket = buckets.list.back();
    bucket.accepted += hour.accepted;
    bucket.refused += hour.refused;
    bucket.served += hour.served;
  }
  return buckets;
}

std::string name_of_step(std::int64_t seconds) {
  switch (seconds / kDay) {
    case 0:
      return "hour";
    case 1:
      return "day";
    case 7:
      return "week";
    default:
      return number(static_cast<std::uint64_t>(seconds / kDay)) + " days";
  }
}

// Marks and shades where keys stop to count, the compromised ones first.
void add_key_windows(const tally::Overview& overview, page::TimeBars& chart) {
  std::vector<page::TimeMark> marks;
  for (const tally::KeyRow& key : overview.keys) {
    const std::string kid = shown(key.kid.empty() ? key.thumbprint : key.kid, 24);
    if (key.compromised_at) marks.push_back({*key.compromised_at, "compromised", kid + " compromised"});
    if (key.retired_at) marks.push_back({*key.retired_at, "retired", kid + " retired"});
  }
  std::erase_if(marks, [&](const page::TimeMark& mark) { return mark.at < chart.from || chart.to < mark.at; });
  std::stable_sort(marks.begin(), marks.end(), [](const page::TimeMark& a, const page::TimeMark& b) {
    return std::pair(a.series != "compromised", a.at) < std::pair(b.series != "compromised", b.at);
  });
  if (marks.size() > kMostMarks) marks.resize(kMostMarks);
  for (const page::TimeMark& mark : marks) {
    if (mark.series == "compromised") chart.bands.push_back({mark.at, chart.to, mark.series});
  }
  // One band tells that keys are compromised; several on one another would hide the bars.
  if (chart.bands.size() > 1) {
    std::sort(chart.bands.begin(), chart.bands.end(), [](const auto& a, const auto& b) { return a.from < b.from; });
    chart.bands.resize(1);
  }
  chart.marks = std::move(marks);
}

page::TimeBars bars_of(const tally::Overview& overview, const Buckets& buckets, bool only_rejected) {
  page::TimeBars chart;
  chart.title = std::string(only_rejected ? "Rejected uses" : "Uses") + " of tokens by " +
                name_of_step(buckets.seconds) + ", in UTC";
  chart.seconds = buckets.seconds;
  chart.from = {buckets.list.front().from, 0};
  chart.to = {buckets.list.back().from + buckets.seconds, 0};
  chart.series = only_rejected ? std::vector<std::string>{"served", "refused"}
                               : std::vector<std::string>{"served", "refused", "good"};
  for (const Bucket& bucket : buckets.list) {
    std::vector<double> parts = {static_cast<double>(bucket.served), static_cast<double>(bucket.refused)};
    if (!only_rejected) parts.push_back(static_cast<double>(bucket.accepted));
    chart.bars.push_back({{bucket.from, 0}, std::move(parts)});
  }
  add_key_windows(overview, chart);
  return chart;
}

std::string bucket_name(const Bucket& bucket, std::int64_t seconds) {
  const std::string from = utc(Instant{bucket.from, 0});
  return seconds < kDay ? from.substr(0, from.size() - 3) : from.substr(0, from.find(' '));
}

std::vector<Line> bucket_row(const Bucket& bucket, std::int64_t seconds) {
  return {Line(bucket_name(bucket, seconds)), number(bucket.served), number(bucket.refused), number(bucket.accepted)};
}

Table bucket_table(const Buckets& buckets) {
  Table table{
      {name_of_step(buckets.seconds) + " (UTC)", "rejected, answered as good", "rejected, not", "accepted"}, 1, {}, 0};
  for (const Bucket& bucket : buckets.list) table.rows.push_back(bucket_row(bucket, buckets.seconds));
  return table;
}

// The buckets with the most rejected tokens that were answered as good; without any, with the most rejected ones.
Table worst_table(const Buckets& buckets) {
  Buckets worst = buckets;
  std::erase_if(worst.list, [](const Bucket& bucket) { return bucket.served + bucket.refused == 0; });
  std::stable_sort(worst.list.begin(), worst.list.end(), [](const Bucket& a, const Bucket& b) {
    return std::pair(a.served, a.refused) > std::pair(b.served, b.refused);
  });
  Table table = bucket_table(worst);
  if (table.rows.size() > kWorstHours) table.rows.resize(kWorstHours);
  return table;
}

// The words that Markdown has in place of the chart: by day, if hours would be too many lines.
Table chart_in_words(const std::vector<tally::Row>& hours, const Buckets& buckets) {
  constexpr std::size_t kMostLines = 48;
  if (buckets.list.size() <= kMostLines || buckets.seconds > kHour) {
    Table table = bucket_table(buckets);
    cut(table, kMostLines);
    return table;
  }
  Buckets days{kDay, {}};
  for (const Bucket& hour : buckets_of(hours).list) {
    const std::int64_t from = floor_to(hour.from, kDay);
    if (days.list.empty() || days.list.back().from != from) days.list.push_back({from});
    days.list.back().accepted += hour.accepted;
    days.list.back().refused += hour.refused;
    days.list.back().served += hour.served;
  }
  return bucket_table(days);
}

void add_counts(Section& section, const char* heading, const char* column, const tally::Breakdown& breakdown) {
  if (breakdown.rows.empty()) return;
  Table table{{column, "uses", "accepted", "rejected", "answered as good"}, 1, {}, 0};
  for (const tally::Row& row : breakdown.rows) {
    if (!takes_row(table, kMostCounts)) continue;
    table.rows.push_back({name(row.name), number(row.cell.records()), number(row.cell.accepted),
                          number(row.cell.rejected), number(row.cell.served)});
  }
  const auto add_rest = [&table](const char* words, const tally::Cell& cell) {
    if (cell.records() == 0) return;
    table.rows.push_back(
        {Line(words), number(cell.records()), number(cell.accepted), number(cell.rejected), number(cell.served)});
  };
  add_rest("other values", breakdown.other);
  add_rest("without one", breakdown.absent);
  section.blocks.emplace_back(Subheading{heading});
  section.blocks.emplace_back(std::move(table));
}

}  // namespace

Section reasons_section(const tally::Overview& overview) {
  Section section{
      kReasons,
      "Reasons",
      "Why tokens were rejected. A use counts under its first reason; the column behind counts each reason that holds.",
      {}};
  if (overview.reasons.empty()) return section;
  std::vector<tally::ReasonRow> rows = overview.reasons;
  std::stable_sort(rows.begin(), rows.end(), [](const tally::ReasonRow& a, const tally::ReasonRow& b) {
    return std::pair(a.served, a.decided) > std::pair(b.served, b.decided);
  });
  Table table{{"reason", "tells", "time (UTC)", "answered as good", "uses", "holds for"}, 3, {}, 0};
  Definitions meanings;
  for (const tally::ReasonRow& row : rows) {
    const ReasonWords words = words_of(row.reason);
    table.rows.push_back({name(to_string(row.reason)), Line(verdict_on(row)), period(row.times), number(row.served),
                          number(row.decided), number(row.held)});
    meanings.entries.emplace_back(name(to_string(row.reason)),
                                  std::string(explain(row.reason)) + ". Usual cause: " + std::string(words.cause) +
                                      ". " + strong("What to do: ") + std::string(words.action) + ".");
  }
  section.blocks.emplace_back(std::move(table));
  section.blocks.emplace_back(Subheading{"What they mean"});
  section.blocks.emplace_back(std::move(meanings));
  if (Table expired = expired_table(overview.expired_by); !expired.rows.empty()) {
    section.blocks.emplace_back(Subheading{"Expired by how much"});
    section.blocks.emplace_back(std::move(expired));
  }
  return section;
}

Section time_section(const tally::Overview& overview) {
  Section section{kTime, "Uses over time", "", {}};
  const Buckets buckets = buckets_of(overview.hours);
  if (buckets.list.empty()) return section;
  section.lead = "Uses of tokens by " + name_of_step(buckets.seconds) + ", in UTC, at the time of each line.";
  if (overview.without_hour.records() > 0)
    section.lead +=
        " " + counted(overview.without_hour.records(), "use") + " had no time of their own and are not shown.";
  std::vector<page::LegendEntry> legend = {{"served", "rejected, answered as good"}, {"refused", "rejected, not"}};
  const page::TimeBars rejected = bars_of(overview, buckets, true);
  if (!rejected.bands.empty()) legend.push_back({"compromised", "a key is compromised"});
  const bool any_rejected = overview.all.rejected > 0;
  if (any_rejected) {
    section.blocks.emplace_back(Subheading{"Rejected"});
    section.blocks.emplace_back(Picture{rejected, legend, chart_in_words(overview.hours, buckets)});
    section.blocks.emplace_back(Subheading{"All"});
  }
  legend.insert(legend.begin() + 2, {"good", "accepted"});
  // Markdown's table of the first picture has the accepted ones, too.
  section.blocks.emplace_back(Picture{bars_of(overview, buckets, false), legend,
                                      any_rejected ? Table{} : chart_in_words(overview.hours, buckets)});
  if (Table worst = worst_table(buckets); !worst.rows.empty() && buckets.list.size() > 1) {
    section.blocks.emplace_back(Subheading{"The worst " + name_of_step(buckets.seconds) + "s"});
    section.blocks.emplace_back(std::move(worst));
  }
  return section;
}

Section counts_section(const tally::Overview& overview) {
  Section section{kCounts,
                  "By algorithm, issuer, status and scope",
                  "Of the rejected ones, the last column counts those that were answered with 2xx or 3xx.",
                  {}};
  add_counts(section, "Algorithms", "alg", overview.algorithms);
  add_counts(section, "Issuers", "issuer", overview.issuers);
  add_counts(section, "Answers", "status", overview.statuses);
  add_counts(section, "Scopes", "scope", overview.scopes);
  return section;
}

}  // namespace assay::report
