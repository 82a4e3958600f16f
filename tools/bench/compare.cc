#include "bench/compare.h"

#include <algorithm>
#include <cmath>

#include "bench/text_table.h"
#include "page/numbers.h"

namespace assay::bench {
namespace {

const Row* find(const Report& report, const Case& what) {
  for (const Row& row : report.rows) {
    if (row.what == what) return &row;
  }
  return nullptr;
}

// Whether all values of one list are larger than all of the other.
bool lie_apart(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.empty() || b.empty()) return false;
  const auto [least_a, most_a] = std::minmax_element(a.begin(), a.end());
  const auto [least_b, most_b] = std::minmax_element(b.begin(), b.end());
  return *most_a < *least_b || *most_b < *least_a;
}

Change change_of(const Row& before, const Row& now, bool same_cpu) {
  Change change{.what = before.what};
  const bool by_ratio = before.figures.ratio && now.figures.ratio;
  const Middle& old_figure = by_ratio ? *before.figures.ratio : before.figures.per_second;
  const Middle& new_figure = by_ratio ? *now.figures.ratio : now.figures.per_second;
  change.before = old_figure.value;
  change.now = new_figure.value;
  change.noise = std::max({kLeastNoise, old_figure.spread, new_figure.spread});
  if (!(change.before > 0) || !(change.now > 0) || (!by_ratio && !same_cpu)) {
    change.kind = Change::Kind::not_comparable;
    return change;
  }
  // Rows of several threads are timed by the clock, so other programs made them slower.
  const int threads = before.what.threads;
  if (threads > 1 && std::max(share_lost(before.samples, threads), share_lost(now.samples, threads)) > kBusy) {
    change.kind = Change::Kind::busy;
    return change;
  }
  change.change = change.now / change.before - 1;
  const Rates old_rates = rates_of(before.samples, threads), new_rates = rates_of(now.samples, threads);
  const std::vector<double>& old_values = by_ratio ? old_rates.ratios : old_rates.per_second;
  const std::vector<double>& new_values = by_ratio ? new_rates.ratios : new_rates.per_second;
  change.apart = lie_apart(old_values, new_values);
  if (std::abs(change.change) < kChange) return change;
  if (std::min(old_values.size(), new_values.size()) < kLeastRepetitions) {
    change.kind = Change::Kind::too_few;
  } else if (change.apart && std::abs(change.change) > change.noise) {
    change.kind = change.change < 0 ? Change::Kind::slower : Change::Kind::faster;
  }
  return change;
}

std::string word_of(const Change& change) {
  switch (change.kind) {
    case Change::Kind::faster:
      return "faster";
    case Change::Kind::slower:
      return "SLOWER";
    case Change::Kind::only_before:
      return "not measured now";
    case Change::Kind::only_now:
      return "not measured before";
    case Change::Kind::busy:
      return "not comparable, busy machine";
    case Change::Kind::not_comparable:
      return "not comparable";
    case Change::Kind::too_few:
      return "not enough repetitions to tell";
    case Change::Kind::same:
      break;
  }
  if (std::abs(change.change) < kChange) return std::abs(change.change) <= change.noise ? "same" : "same, within 10 %";
  return change.apart ? "same, within the noise" : "same, the repetitions overlap";
}

std::string signed_percent(double share) { return (share >= 0 ? "+" : "") + page::in_percent(share); }

}  // namespace

bool Comparison::slower() const noexcept {
  return std::any_of(changes.begin(), changes.end(), [](const Change& c) { return c.kind == Change::Kind::slower; });
}

Comparison compare(const Report& before, const Report& now) {
  Comparison comparison;
  const auto note = [&comparison](std::string text) { comparison.notes.push_back(std::move(text)); };
  const bool same_cpu = before.machine.cpu == now.machine.cpu;
  if (!same_cpu) {
    note("the CPUs differ (" + before.machine.cpu + " before, " + now.machine.cpu +
         " now): ratios of different CPUs compare roughly, speeds not at all");
  }
  const auto note_change = [&](const char* what, const std::string& old_value, const std::string& new_value) {
    if (old_value != new_value) note(std::string(what) + ": " + old_value + " before, " + new_value + " now");
  };
  note_change("CPU features", before.machine.features, now.machine.features);
  note_change("the lanes ran on", before.machine.lanes, now.machine.lanes);
  note_change("OpenSSL", before.machine.openssl, now.machine.openssl);
  note_change("build", before.machine.build, now.machine.build);
  note_change("bytes of claims", std::to_string(before.settings.claims_bytes),
              std::to_string(now.settings.claims_bytes));

  for (const Row& row : before.rows) {
    const Row* same = find(now, row.what);
    if (same == nullptr) {
      comparison.changes.push_back({.what = row.what, .kind = Change::Kind::only_before});
    } else {
      comparison.changes.push_back(change_of(row, *same, same_cpu));
    }
  }
  for (const Row& row : now.rows) {
    if (find(before, row.what) == nullptr)
      comparison.changes.push_back({.what = row.what, .kind = Change::Kind::only_now});
  }
  return comparison;
}

std::string comparison_text(const Comparison& comparison, std::string_view name) {
  TextTable table({"row", "", "before", "now", "change", "noise"}, 2);
  std::size_t slower = 0, faster = 0, same = 0;
  for (const Change& change : comparison.changes) {
    slower += change.kind == Change::Kind::slower;
    faster += change.kind == Change::Kind::faster;
    same += change.kind == Change::Kind::same;
    const bool both = change.before > 0 && change.now > 0;
    const bool compared = both && (change.kind <= Change::Kind::slower || change.kind == Change::Kind::too_few);
    table.add({describe(change.what), word_of(change), both ? page::three_digits(change.before) : "–",
               both ? page::three_digits(change.now) : "–", compared ? signed_percent(change.change) : "–",
               compared ? page::plus_minus(change.noise) : "–"});
  }
  std::string text = "Against " + std::string(name) + ", by ratio to plain OpenSSL\n" + table.text();
  for (const std::string& note : comparison.notes) text += folded("Note: " + note + ".", 98);
  return text + std::to_string(slower) + " slower, " + std::to_string(faster) + " faster, " + std::to_string(same) +
         " the same. A change is 10 % and more than the noise (2 %, or the larger spread), with at\n"
         "least " +
         std::to_string(kLeastRepetitions) +
         " repetitions in both runs, all of one run on the same side of all of the other.\n";
}

}  // namespace assay::bench
