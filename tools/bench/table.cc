#include "bench/table.h"

#include <functional>
#include <numeric>

#include "bench/advice.h"
#include "bench/text_table.h"
#include "page/numbers.h"

namespace assay::bench {
namespace {

constexpr const char* kNone = "–";
constexpr std::size_t kLongestName = 14;
constexpr std::size_t kTextWidth = 98;

using Filter = std::function<bool(const Case&)>;

std::string ratio_text(const Row& row) {
  return row.figures.ratio ? page::three_digits(row.figures.ratio->value) : kNone;
}

std::string spread_text(const Row& row) { return page::plus_minus(row.figures.per_second.spread); }

// The columns that every table of rows has: tokens/s and what follows from it.
void append_figures(std::vector<std::string>& cells, const Row& row) {
  const Figures& figures = row.figures;
  cells.push_back(page::grouped(figures.per_second.value));
  cells.push_back(figures.per_second.value > 0 ? page::three_digits(1e6 / figures.per_second.value) : kNone);
  cells.push_back(figures.cycles_per_token ? page::grouped(*figures.cycles_per_token) : kNone);
  cells.push_back(ratio_text(row));
  cells.push_back(spread_text(row));
}

// A table of the rows that `belongs` accepts, with a blank line between algorithms; empty if there are none. The third
// column, named `what`, shows value(row).
std::string rows_text(const Report& report, const std::string& what, const Filter& belongs,
                      const std::function<std::string(const Case&)>& value, bool scaling) {
  std::vector<std::string> head = {report.settings.input.empty() ? "algorithm" : "file", "backend", what};
  for (const char* name : {"tokens/s", "µs/token", "cycles/token", "x OpenSSL", "spread"}) head.emplace_back(name);
  if (scaling) head.emplace_back("scaling");
  TextTable table(head, 2);
  std::string last;
  bool any = false;
  for (const Row& row : report.rows) {
    if (!belongs(row.what)) continue;
    if (any && row.what.tokens != last) table.gap();
    any = true;
    last = row.what.tokens;
    std::vector<std::string> cells = {page::shortened(row.what.tokens, kLongestName), label_of(row), value(row.what)};
    append_figures(cells, row);
    if (scaling) {
      const std::optional<double> times = scaling_of(report, row);
      cells.push_back(times ? page::three_digits(*times) : kNone);
    }
    table.add(cells);
  }
  return any ? table.text() : "";
}

// Two lines for each row: nanoseconds, and their shares.
std::string stages_text(const Report& report) {
  std::vector<std::string> head = {report.settings.input.empty() ? "algorithm" : "file", "backend"};
  for (std::size_t i = 0; i < kStageCount; ++i) head.emplace_back(to_string(static_cast<Stage>(i)));
  head.emplace_back("sum");
  TextTable table(head, 2);
  bool any = false;
  for (const Row& row : report.rows) {
    if (!row.stages) continue;
    any = true;
    const double sum = std::accumulate(row.stages->begin(), row.stages->end(), 0.0);
    std::vector<std::string> cells = {page::shortened(row.what.tokens, kLongestName), label_of(row)};
    std::vector<std::string> shares = {"", ""};
    for (const double seconds : *row.stages) {
      cells.push_back(page::grouped(seconds * 1e9));
      shares.push_back(page::grouped(sum > 0 ? seconds / sum * 100 : 0) + " %");
    }
    cells.push_back(page::grouped(sum * 1e9));
    table.add(cells);
    table.add(shares);
  }
  return any ? table.text() : "";
}

std::string units_text(const Report& report) {
  TextTable table({"algorithm", "plain OpenSSL", "operations/s", "µs each", "spread", "µs to sign"}, 2);
  for (const UnitRow& unit : report.units) {
    const Middle seconds = middle_of(unit.seconds);
    if (!(seconds.value > 0)) continue;
    table.add({unit.algorithm, unit.operation, page::grouped(1 / seconds.value),
               page::three_digits(seconds.value * 1e6), page::plus_minus(seconds.spread),
               unit.sign_seconds > 0 ? page::three_digits(unit.sign_seconds * 1e6) : kNone});
  }
  return table.text();
}

std::string cores_text(const Report& report) {
  TextTable table({report.settings.input.empty() ? "algorithm" : "file", "backend", "cores"}, 2);
  const std::vector<Cores> all = cores_for_rate(report);
  for (const Cores& cores : all)
    table.add(
        {page::shortened(cores.row->what.tokens, kLongestName), label_of(*cores.row), page::three_digits(cores.cores)});
  return all.empty() ? "" : table.text();
}

std::string machine_text(const Report& report) {
  const Machine& machine = report.machine;
  return "cpu      " + machine.cpu + ", " + std::to_string(machine.cores) +
         (machine.cores == 1 ? " core\n" : " cores\n") + "has      " + machine.features + "; lanes run on " +
         machine.lanes + "\n" + "openssl  " + machine.openssl + "\n" + "assay    " + machine.assay + ", " +
         machine.build + "\n" + "system   " + machine.system + "\n";
}

std::string conditions_text(const Report& report) {
  const Settings& settings = report.settings;
  const std::string repetitions = std::to_string(settings.repetitions);
  if (!settings.input.empty())
    return settings.input + " from memory to NDJSON verdicts; " + repetitions + " repetitions.\n";
  const std::size_t keys = settings.keys.front();
  return "Distinct tokens, claims of " + std::to_string(settings.claims_bytes) + " bytes, " +
         (keys == 1 ? "one key" : page::grouped(static_cast<double>(keys)) + " keys") +
         "; from a file in memory to NDJSON verdicts;\nsignature, exp, iss and aud checked, all accepted; " +
         repetitions + " repetitions.\n";
}

}  // namespace

std::string report_text(const Report& report) {
  const Settings& settings = report.settings;
  std::string text = machine_text(report) + "\n" + conditions_text(report) + "\n";
  const auto section = [&text](const std::string& title, const std::string& rows) {
    if (!rows.empty()) text += (title.empty() ? "" : title + "\n") + rows + "\n";
  };
  const std::size_t first_keys = settings.keys.empty() ? 1 : settings.keys.front();
  const auto count = [](std::size_t n) { return page::grouped(static_cast<double>(n)); };
  section("", rows_text(
                  report, "threads", [&](const Case& c) { return c.batch == 0 && !c.repeated && c.keys == first_keys; },
                  [](const Case& c) { return std::to_string(c.threads); }, true));
  section("Repeated tokens (Zipf, 1 % distinct)", rows_text(
                                                      report, "threads", [](const Case& c) { return c.repeated; },
                                                      [](const Case& c) { return std::to_string(c.threads); }, false));
  if (settings.keys.size() > 1) {
    const int threads = settings.threads.front();
    section(
        "Keys in rotation",
        rows_text(
            report, "keys", [threads](const Case& c) { return c.batch == 0 && !c.repeated && c.threads == threads; },
            [&](const Case& c) { return count(c.keys); }, false));
  }
  section("Calls of JwtVerifier::verify_batch, tokens a call",
          rows_text(
              report, "tokens", [](const Case& c) { return c.batch != 0; },
              [&](const Case& c) { return count(c.batch); }, false));
  section("Where the time goes, ns a token", stages_text(report));
  if (!report.units.empty()) section("The unit, on the same core beside each sample", units_text(report));
  section("Cores for " + page::grouped(settings.rate) + " tokens a second, from the rows of one thread",
          cores_text(report));
  for (const std::string& advice : advice_of(report)) text += folded(advice + ".", kTextWidth) + "\n";
  text +=
      "One thread counts CPU time, as openssl speed does; more threads count the clock. Spread: half of\n"
      "largest less smallest over the median.\n";
  for (const std::string& note : report.notes) text += folded("Note: " + note + ".", kTextWidth);
  return text;
}

}  // namespace assay::bench
