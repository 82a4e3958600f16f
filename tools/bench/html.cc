#include "bench/html.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <string_view>

#include "bench/advice.h"
#include "page/chart.h"
#include "page/document.h"
#include "page/numbers.h"
#include "page/table.h"

namespace assay::bench {
namespace {

using page::Markup;
using page::section;
using page::text;

constexpr std::size_t kLongestName = 24;
constexpr const char* kNone = "–";

using Rows = std::vector<const Row*>;
using Filter = std::function<bool(const Row&)>;
using Number = std::function<double(const Row&)>;

static_assert(kStageCount <= page::kMostShares);

Rows rows_where(const Report& report, const Filter& belongs) {
  Rows rows;
  for (const Row& row : report.rows) {
    if (belongs(row)) rows.push_back(&row);
  }
  return rows;
}

// The algorithms (or the file) of rows, each once, in order.
std::vector<std::string> names_of(const Rows& rows) {
  std::vector<std::string> names;
  for (const Row* row : rows) {
    if (std::find(names.begin(), names.end(), row->what.tokens) == names.end()) names.push_back(row->what.tokens);
  }
  return names;
}

// The lanes come first: they are what a reader looks for.
std::vector<std::string> backends_of(const Rows& rows) {
  std::vector<std::string> names;
  for (const char* name : {"lanes", "openssl"}) {
    if (std::any_of(rows.begin(), rows.end(), [&](const Row* row) { return row->what.backend == name; }))
      names.emplace_back(name);
  }
  return names;
}

// The rows of one name and one backend.
Rows rows_of(const Rows& rows, const std::string& name, const std::string& backend) {
  Rows found;
  for (const Row* row : rows) {
    if (row->what.tokens == name && row->what.backend == backend) found.push_back(row);
  }
  return found;
}

std::string short_name(const std::string& name) { return page::shortened(name, kLongestName); }

double per_second(const Row& row) { return row.figures.per_second.value; }

std::vector<page::LegendEntry> backend_legend(const Report& report, const Rows& rows) {
  std::vector<page::LegendEntry> entries;
  for (const std::string& backend : backends_of(rows))
    entries.push_back({backend, backend == "lanes" ? "lanes (" + report.machine.lanes + ")" : "OpenSSL's backend"});
  return entries;
}

// "1,234/s  ·  1.94 × OpenSSL", and "  ·  lanes:OpenSSL" if the lanes did not decide all.
std::string bar_label(const Row& row) {
  std::string label = page::grouped(per_second(row)) + "/s";
  if (row.figures.ratio) label += "  ·  " + page::three_digits(row.figures.ratio->value) + " × OpenSSL";
  if (left_to_openssl(row)) label += "  ·  " + label_of(row);
  return label;
}

// Tokens a second with their legend: a group of bars for each name, one bar for each backend.
Markup bars(const Report& report, const Rows& rows, std::string_view title) {
  page::BarChart chart{.title = std::string(title), .series = backends_of(rows), .groups = {}};
  chart.logarithmic = true;
  for (const std::string& name : names_of(rows)) {
    page::BarChart::Group group{short_name(name), {}};
    for (const Row* row : rows) {
      if (row->what.tokens == name) group.bars.push_back({row->what.backend, per_second(*row), bar_label(*row)});
    }
    chart.groups.push_back(std::move(group));
  }
  return legend(backend_legend(report, rows)) + framed(bar_chart(chart));
}

// What a row of small charts shows: one chart for each name, one line for each backend.
struct Panels {
  std::string_view title;
  Number x;
  Number y = per_second;
  bool proportional = false;
  std::string unit = {};
};

Markup panels(const Rows& rows, const Panels& show) {
  std::vector<Markup> charts;
  for (const std::string& name : names_of(rows)) {
    page::LineChart chart{.name = short_name(name),
                          .title = name + ": " + std::string(show.title),
                          .proportional = show.proportional,
                          .unit = show.unit};
    for (const std::string& backend : backends_of(rows)) {
      page::LineChart::Line line{backend, {}};
      for (const Row* row : rows_of(rows, name, backend)) line.points.push_back({show.x(*row), show.y(*row)});
      std::sort(line.points.begin(), line.points.end(), [](const auto& a, const auto& b) { return a.x < b.x; });
      if (!line.points.empty()) chart.lines.push_back(std::move(line));
    }
    charts.push_back(line_chart(chart));
  }
  return side_by_side(charts);
}

std::string count_of_threads(int threads) { return threads == 1 ? "one thread" : std::to_string(threads) + " threads"; }

// What to do with the figures, and the cores that the rate takes.
Markup advice(const Report& report) {
  const std::vector<std::string> sentences = advice_of(report);
  Markup body;
  if (!sentences.empty()) {
    std::vector<std::string> ended;
    for (const std::string& sentence : sentences) ended.push_back(sentence + ".");
    body += page::bullets(ended);
  }
  const std::vector<Cores> all = cores_for_rate(report);
  if (!all.empty()) {
    page::HtmlTable table({"tokens", "backend", "cores for " + page::grouped(report.settings.rate) + " tokens/s"}, 2);
    for (const Cores& cores : all)
      table.add({short_name(cores.row->what.tokens), label_of(*cores.row), page::three_digits(cores.cores)});
    body += table.html();
  }
  return sentences.empty() && all.empty() ? Markup() : page::heading("What it means") + body;
}

Markup throughput(const Report& report) {
  const int threads = report.settings.threads.front();
  const std::size_t keys = report.settings.keys.front();
  const Rows rows = rows_where(report, [&](const Row& row) {
    return row.what.threads == threads && row.what.keys == keys && row.what.batch == 0 && !row.what.repeated;
  });
  return section("Throughput",
                 "Tokens a second on " + text(threads == 1 ? "one core" : count_of_threads(threads)) +
                     ", from a file in memory to NDJSON verdicts; × OpenSSL is against the bare "
                     "operation of plain OpenSSL on the same core, measured beside it. The axis goes by powers of ten.",
                 bars(report, rows, "Tokens a second by algorithm and backend"));
}

Markup scaling(const Report& report) {
  if (report.settings.threads.size() < 2) return {};
  const Rows rows = rows_where(report, [&](const Row& row) {
    return row.what.keys == report.settings.keys.front() && row.what.batch == 0 && !row.what.repeated;
  });
  double lost = 0;
  for (const Row* row : rows) lost = std::max(lost, share_lost(row->samples, row->what.threads));
  Markup lead = "Speed over that of " + text(count_of_threads(report.settings.threads.front())) +
                ", each thread on a core of its own.";
  if (lost > kBusy) {
    lead += " Other programs took up to " + text(page::in_percent(lost)) + " of the cores meanwhile: it scales better.";
  }
  std::vector<page::LegendEntry> entries = backend_legend(report, rows);
  entries.push_back({"dashed", "in proportion"});
  const auto times = [&report](const Row& row) { return scaling_of(report, row).value_or(1); };
  return section("Threads", lead,
                 legend(entries) + panels(rows, {.title = "speed by number of threads",
                                                 .x = [](const Row& row) { return row.what.threads; },
                                                 .y = times,
                                                 .proportional = true,
                                                 .unit = "×"}));
}

Markup stages(const Report& report) {
  const Rows rows = rows_where(report, [](const Row& row) { return row.stages.has_value(); });
  if (rows.empty()) return {};
  page::ShareChart chart{.title = "Share of a token's time in each stage", .sum_name = "ns a token", .bars = {}};
  for (const std::string& name : names_of(rows)) {
    for (const std::string& backend : backends_of(rows)) {
      for (const Row* row : rows_of(rows, name, backend)) {
        const double sum = std::accumulate(row->stages->begin(), row->stages->end(), 0.0);
        chart.bars.push_back(
            {short_name(name) + " " + backend, {row->stages->begin(), row->stages->end()}, page::grouped(sum * 1e9)});
      }
    }
  }
  std::vector<page::LegendEntry> entries;
  for (std::size_t stage = 0; stage < kStageCount; ++stage)
    entries.push_back({"s" + std::to_string(stage), std::string(to_string(static_cast<Stage>(stage)))});
  return section("Stages", Markup("Where a token's time goes. OpenSSL's backend hashes within <b>signature</b>."),
                 legend(entries) + framed(share_chart(chart)));
}

Markup repeated(const Report& report) {
  const Rows rows = rows_where(report, [](const Row& row) { return row.what.repeated; });
  if (rows.empty()) return {};
  return section("Repeated tokens",
                 Markup("A log in which 1 % of the tokens are distinct and few are shown often (Zipf)."),
                 bars(report, rows, "Tokens a second where tokens repeat"));
}

Markup key_counts(const Report& report) {
  if (report.settings.keys.size() < 2) return {};
  const Rows rows = rows_where(report, [&](const Row& row) {
    return row.what.batch == 0 && !row.what.repeated && row.what.threads == report.settings.threads.front();
  });
  return section("Keys", Markup("Tokens a second by the number of keys in rotation."),
                 legend(backend_legend(report, rows)) +
                     panels(rows, {.title = "tokens a second by number of keys",
                                   .x = [](const Row& row) { return static_cast<double>(row.what.keys); }}));
}

Markup batches(const Report& report) {
  const Rows rows = rows_where(report, [](const Row& row) { return row.what.batch != 0; });
  if (rows.empty()) return {};
  return section("Calls of the library",
                 "Tokens a second of " + page::code("JwtVerifier::verify_batch") + ", by tokens in each call.",
                 legend(backend_legend(report, rows)) +
                     panels(rows, {.title = "tokens a second by tokens in a call",
                                   .x = [](const Row& row) { return static_cast<double>(row.what.batch); }}));
}

// The way a row's tokens went through assay.
std::string way_of(const Case& what) {
  if (what.batch != 0) return "calls of " + page::grouped(static_cast<double>(what.batch));
  return what.repeated ? "file, repeated" : "file";
}

Markup rows_table(const Report& report) {
  page::HtmlTable table({"tokens", "backend", "way", "threads", "keys", "tokens/s", "µs/token", "cycles/token",
                         "× OpenSSL", "spread", "scaling"},
                        3);
  std::string last;
  for (const Row& row : report.rows) {
    const Figures& figures = row.figures;
    const std::optional<double> times = scaling_of(report, row);
    if (!last.empty() && row.what.tokens != last) table.gap();
    last = row.what.tokens;
    table.add({short_name(row.what.tokens), label_of(row), way_of(row.what), std::to_string(row.what.threads),
               report.settings.input.empty() ? page::grouped(static_cast<double>(row.what.keys)) : kNone,
               page::grouped(figures.per_second.value),
               figures.per_second.value > 0 ? page::three_digits(1e6 / figures.per_second.value) : kNone,
               figures.cycles_per_token ? page::grouped(*figures.cycles_per_token) : kNone,
               figures.ratio ? page::three_digits(figures.ratio->value) : kNone,
               page::plus_minus(figures.per_second.spread), times ? page::three_digits(*times) : kNone});
  }
  return table.html();
}

Markup units_table(const Report& report) {
  page::HtmlTable table({"algorithm", "operation", "operations/s", "µs each", "spread", "µs to sign"}, 2);
  for (const UnitRow& unit : report.units) {
    const Middle seconds = middle_of(unit.seconds);
    table.add({unit.algorithm, unit.operation, seconds.value > 0 ? page::grouped(1 / seconds.value) : kNone,
               page::three_digits(seconds.value * 1e6), page::plus_minus(seconds.spread),
               unit.sign_seconds > 0 ? page::three_digits(unit.sign_seconds * 1e6) : kNone});
  }
  return table.html();
}

// The options that would have drawn more; empty if there are none.
std::string not_measured(const Settings& settings) {
  std::string text;
  const auto add = [&text](bool missing, std::string_view what) {
    if (missing) text += (text.empty() ? "Not measured: " : "; ") + std::string(what);
  };
  add(settings.threads.size() < 2, "how it scales (--threads 1,2,4)");
  if (settings.input.empty()) {
    add(settings.keys.size() < 2, "many keys (--keys 1,10,100,1000)");
    add(settings.batches.empty(), "calls of the library (--batch 1,4,16,64,256)");
    add(!settings.repeated, "repeated tokens (--repeated)");
  }
  return text.empty() ? text : text + ".";
}

Markup conditions(const Report& report) {
  const Settings& settings = report.settings;
  const Machine& machine = report.machine;
  const std::string tokens = settings.input.empty() ? "distinct, claims of " + std::to_string(settings.claims_bytes) +
                                                          " bytes; signature, exp, iss and aud checked, all accepted"
                                                    : settings.input;
  Markup list = page::definitions(
      {{"CPU", text(machine.cpu + ", " + std::to_string(machine.cores) + (machine.cores == 1 ? " core" : " cores") +
                    ", " + machine.features)},
       {"OpenSSL", text(machine.openssl)},
       {"assay", text(machine.assay + ", " + machine.build)},
       {"system", text(machine.system)},
       {"tokens", text(tokens)},
       {"repetitions", text(std::to_string(settings.repetitions) + " of " +
                            page::three_digits(settings.seconds / settings.repetitions) +
                            " s each, alternating; the median is shown, the spread is half of largest less smallest")},
       {"time", text("CPU time with one thread, as openssl speed counts it; the clock's with more")},
       {"command", page::code(report.command)}});
  std::vector<std::string> notes;
  for (const std::string& note : report.notes) notes.push_back(note + ".");
  if (const std::string more = not_measured(settings); !more.empty()) notes.push_back(more);
  return notes.empty() ? list : list + page::bullets(notes);
}

}  // namespace

std::string report_html(const Report& report) {
  Markup body = advice(report);
  if (!report.rows.empty()) {
    body += throughput(report) + scaling(report) + stages(report);
    if (report.settings.input.empty()) body += repeated(report) + key_counts(report) + batches(report);
  }
  body += page::heading("All rows") + rows_table(report);
  if (!report.units.empty()) {
    body += page::heading("Plain OpenSSL") +
            page::lead_paragraph(Markup("The unit: one operation, over and over, on the first core.")) +
            units_table(report);
  }
  body += page::heading("How it was measured") + conditions(report);
  return page::document({.title = "assay bench: " + report.machine.cpu,
                         .heading = "How fast assay verifies",
                         .lead = text(report.machine.cpu + ", " + report.started),
                         .body = body});
}

}  // namespace assay::bench
