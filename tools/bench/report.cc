#include "bench/report.h"

#include <algorithm>

namespace assay::bench {

std::string describe(const Case& what) {
  std::string text = what.tokens + " " + what.backend;
  if (what.batch != 0) return text + ", calls of " + std::to_string(what.batch);
  text += ", " + std::to_string(what.threads) + (what.threads == 1 ? " thread" : " threads");
  if (what.keys != 1) text += ", " + std::to_string(what.keys) + " keys";
  if (what.repeated) text += ", repeated";
  return text;
}

Middle middle_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  const double middle = values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
  return {middle, middle > 0 ? (values.back() - values.front()) / 2 / middle : 0};
}

Rates rates_of(const std::vector<Sample>& samples, int threads) {
  Rates rates;
  for (const Sample& sample : samples) {
    const double seconds = threads == 1 ? sample.cpu_seconds : sample.wall_seconds;
    if (sample.tokens == 0 || !(seconds > 0)) continue;
    const double rate = static_cast<double>(sample.tokens) / seconds;
    rates.per_second.push_back(rate);
    if (sample.unit_seconds) rates.ratios.push_back(rate * *sample.unit_seconds);
  }
  return rates;
}

Figures figures_of(const std::vector<Sample>& samples, int threads) {
  std::vector<double> cycles;
  for (const Sample& sample : samples) {
    if (sample.cycles && sample.tokens != 0) cycles.push_back(*sample.cycles / static_cast<double>(sample.tokens));
  }
  Rates rates = rates_of(samples, threads);
  Figures figures;
  figures.per_second = middle_of(std::move(rates.per_second));
  if (!rates.ratios.empty()) figures.ratio = middle_of(std::move(rates.ratios));
  if (!cycles.empty()) figures.cycles_per_token = middle_of(std::move(cycles)).value;
  return figures;
}

std::optional<double> share_of_lanes(const Row& row) {
  const std::uint64_t all = row.by_lanes + row.by_openssl;
  if (all == 0) return std::nullopt;
  return static_cast<double>(row.by_lanes) / static_cast<double>(all);
}

namespace {
constexpr double kAll = 0.995, kNone = 0.005;
}

bool left_to_openssl(const Row& row) {
  const std::optional<double> share = share_of_lanes(row);
  return row.what.backend == "lanes" && share && *share < kAll;
}

std::string label_of(const Row& row) {
  if (row.what.backend != "lanes") return row.what.backend == "openssl" ? "OpenSSL" : row.what.backend;
  const std::string lanes = row.isa.empty() ? "lanes" : "lanes " + row.isa;
  if (!left_to_openssl(row)) return lanes;
  const std::optional<double> share = share_of_lanes(row);
  if (*share < kNone) return "lanes:OpenSSL";
  return lanes + ":" + std::to_string(std::clamp(static_cast<int>(*share * 100 + 0.5), 1, 99)) + "%";
}

double share_lost(const std::vector<Sample>& samples, int threads) {
  double wall = 0, others = 0;
  for (const Sample& sample : samples) {
    wall += sample.wall_seconds;
    others += sample.other_seconds;
  }
  return wall > 0 ? std::clamp(others / (wall * threads), 0.0, 1.0) : 0;
}

std::optional<double> scaling_of(const Report& report, const Row& row) {
  for (const Row& other : report.rows) {
    Case same = row.what;
    same.threads = other.what.threads;
    if (same != other.what) continue;
    if (&other == &row || !(other.figures.per_second.value > 0)) return std::nullopt;
    return row.figures.per_second.value / other.figures.per_second.value;
  }
  return std::nullopt;
}

}  // namespace assay::bench
