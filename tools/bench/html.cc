#include "bench/html.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string_view>

#include "page/numbers.h"
#include "page/style.h"
#include "page/svg.h"

namespace assay::bench {
namespace {

constexpr double kWidth = 940;
constexpr std::size_t kLongestName = 24;

using Rows = std::vector<const Row*>;
using Filter = std::function<bool(const Row&)>;

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

// Lanes first, as the one to look at.
std::vector<std::string> backends_of(const Rows& rows) {
  std::vector<std::string> names;
  for (const char* name : {"lanes", "openssl"}) {
    if (std::any_of(rows.begin(), rows.end(), [&](const Row* row) { return row->what.backend == name; }))
      names.emplace_back(name);
  }
  return names;
}

std::string backend_label(const Report& report, const std::string& backend) {
  return backend == "lanes" ? "lanes (" + report.machine.lanes + ")" : "OpenSSL's backend";
}

std::string legend_of(const Report& report, const Rows& rows, std::string_view extra = "") {
  std::string text = "<ul class=\"legend\">";
  for (const std::string& backend : backends_of(rows))
    text += "<li><i class=\"" + backend + "\"></i>" + page::escaped(backend_label(report, backend)) + "</li>";
  return text.append(extra).append("</ul>\n");
}

std::string section(std::string_view title, std::string_view lead, std::string_view body) {
  return std::string("<section>\n<h2>")
      .append(title)
      .append("</h2>\n<p class=\"soft\">")
      .append(lead)
      .append("</p>\n")
      .append(body)
      .append("</section>\n");
}

double label_room(const std::vector<std::string>& names) {
  std::size_t longest = 4;
  for (const std::string& name : names)
    longest = std::max(longest, page::width_of(page::shortened(name, kLongestName)));
  return 18 + 8.2 * static_cast<double>(longest);
}

std::string ratio_label(const Row& row) {
  return row.figures.ratio ? page::three_digits(row.figures.ratio->value) + " × OpenSSL" : "";
}

// Horizontal bars, a group for each name, one bar for each backend.
std::string bars(const Rows& rows, std::string_view title) {
  constexpr double kBar = 17, kBetween = 3, kGroupGap = 15, kTop = 26, kRight = 190;
  const std::vector<std::string> names = names_of(rows), backends = backends_of(rows);
  const double left = label_room(names);
  double most = 0;
  for (const Row* row : rows) most = std::max(most, row->figures.per_second.value);
  const std::vector<double> ticks = page::round_ticks(most, 6);
  const double scale = (kWidth - left - kRight) / ticks.back();
  const double group = static_cast<double>(backends.size()) * (kBar + kBetween) - kBetween;
  const double height = kTop + static_cast<double>(names.size()) * (group + kGroupGap) + 4;

  page::Svg svg(kWidth, height, title);
  for (const double tick : ticks) {
    const double x = left + tick * scale;
    svg.line(x, kTop - 6, x, height - 8, "grid");
    svg.text(x, kTop - 12, page::Anchor::middle, "soft", page::short_number(tick));
  }
  double y = kTop + 2;
  for (const std::string& name : names) {
    svg.text(left - 10, y + group / 2 + 4.5, page::Anchor::end, "name", page::shortened(name, kLongestName));
    for (const std::string& backend : backends) {
      for (const Row* row : rows) {
        if (row->what.tokens != name || row->what.backend != backend) continue;
        const double length = row->figures.per_second.value * scale;
        svg.rect(left, y, std::max(length, 1.0), kBar, backend);
        const std::string ratio = ratio_label(*row);
        svg.text(left + length + 7, y + kBar - 4.5, page::Anchor::start, "",
                 page::grouped(row->figures.per_second.value) + (ratio.empty() ? "/s" : "/s  ·  " + ratio));
      }
      y += kBar + kBetween;
    }
    y += kGroupGap - kBetween;
  }
  svg.line(left, kTop - 6, left, height - 8, "axis");
  return "<div class=\"chart\">\n" + svg.finish() + "</div>\n";
}

// One small chart: a line for each backend over a logarithmic x.
struct Series {
  std::string backend;
  std::vector<page::Svg::Point> points;  // x and y as measured
};

struct Panel {
  std::string name;
  std::string title;  // read out
  std::vector<Series> series = {};
  bool ideal = false;     // y = x / first x, dashed
  std::string unit = {};  // after each number at a line's end
};

double log_place(double value, double least, double most) {
  return most > least ? std::log(value / least) / std::log(most / least) : 0.5;
}

// "1.94", "12.3", "1.2M".
std::string end_label(double number) { return number < 1000 ? page::three_digits(number) : page::short_number(number); }

std::string panel_svg(const Panel& panel) {
  constexpr double kPanelWidth = 230, kPanelHeight = 168, kLeft = 40, kRight = 52, kTop = 30, kBottom = 24;
  std::vector<double> xs;
  double most = 0;
  for (const Series& series : panel.series) {
    for (const page::Svg::Point& point : series.points) {
      if (std::find(xs.begin(), xs.end(), point.x) == xs.end()) xs.push_back(point.x);
      most = std::max(most, point.y);
    }
  }
  std::sort(xs.begin(), xs.end());
  if (panel.ideal) most = std::max(most, xs.back() / xs.front());
  const std::vector<double> ticks = page::round_ticks(most, 4);
  const auto x_of = [&](double x) {
    return kLeft + 8 + log_place(x, xs.front(), xs.back()) * (kPanelWidth - kLeft - kRight - 16);
  };
  const auto y_of = [&](double y) {
    return kPanelHeight - kBottom - y / ticks.back() * (kPanelHeight - kTop - kBottom);
  };

  page::Svg svg(kPanelWidth, kPanelHeight, panel.title);
  svg.text(4, 14, page::Anchor::start, "name", page::shortened(panel.name, kLongestName));
  for (const double tick : ticks) {
    svg.line(kLeft, y_of(tick), kPanelWidth - kRight, y_of(tick), tick == 0 ? "axis" : "grid");
    svg.text(kLeft - 6, y_of(tick) + 4, page::Anchor::end, "soft", page::short_number(tick));
  }
  double free_from = 0;  // x, so that labels do not overlap
  for (const double x : xs) {
    const std::string label = page::short_number(x);
    const double half = 3.6 * static_cast<double>(label.size());
    if (x_of(x) - half < free_from) continue;
    svg.text(x_of(x), kPanelHeight - 7, page::Anchor::middle, "soft", label);
    free_from = x_of(x) + half + 4;
  }
  if (panel.ideal) {
    std::vector<page::Svg::Point> line;
    for (const double x : xs) line.push_back({x_of(x), y_of(x / xs.front())});
    svg.polyline(line, "ideal");
  }
  std::vector<double> label_ys;
  for (const Series& series : panel.series) {
    std::vector<page::Svg::Point> line;
    for (const page::Svg::Point& point : series.points) line.push_back({x_of(point.x), y_of(point.y)});
    svg.polyline(line, "line " + series.backend);
    for (const page::Svg::Point& point : line) svg.dot(point, 3.5, "dot " + series.backend);
    if (line.empty()) continue;
    double y = line.back().y + 4;
    // Two lines that end close together: the second label steps aside, within the drawing.
    for (const double other : label_ys) {
      if (std::abs(y - other) < 13) y = y >= other && other + 13 < kPanelHeight - kBottom + 6 ? other + 13 : other - 13;
    }
    label_ys.push_back(y);
    svg.text(line.back().x + 8, y, page::Anchor::start, "", end_label(series.points.back().y) + panel.unit);
  }
  return svg.finish();
}

// A panel for each name; `x` and `y` of a row.
std::string panels(const Rows& rows, std::string_view what, const std::function<double(const Row&)>& x,
                   const std::function<double(const Row&)>& y, bool ideal, const std::string& unit) {
  std::string text = "<div class=\"panels\">\n";
  for (const std::string& name : names_of(rows)) {
    Panel panel{.name = name, .title = name + ": " + std::string(what), .ideal = ideal, .unit = unit};
    for (const std::string& backend : backends_of(rows)) {
      Series series{backend, {}};
      for (const Row* row : rows) {
        if (row->what.tokens == name && row->what.backend == backend) series.points.push_back({x(*row), y(*row)});
      }
      std::sort(series.points.begin(), series.points.end(), [](const auto& a, const auto& b) { return a.x < b.x; });
      if (!series.points.empty()) panel.series.push_back(std::move(series));
    }
    text += "<div class=\"panel\">\n" + panel_svg(panel) + "</div>\n";
  }
  return text + "</div>\n";
}

std::string count_of_threads(int threads) { return threads == 1 ? "one thread" : std::to_string(threads) + " threads"; }

std::string throughput(const Report& report) {
  const int threads = report.settings.threads.front();
  const std::size_t keys = report.settings.keys.front();
  const Rows rows = rows_where(report, [&](const Row& row) {
    return row.what.threads == threads && row.what.keys == keys && row.what.batch == 0 && !row.what.repeated;
  });
  const std::string on = threads == 1 ? "one core" : count_of_threads(threads);
  return section("Throughput",
                 "Tokens a second on " + on +
                     ", from a file in memory to NDJSON verdicts; × OpenSSL is against the bare "
                     "operation of plain OpenSSL on the same core, measured beside it.",
                 legend_of(report, rows) + bars(rows, "Tokens a second by algorithm and backend"));
}

std::string scaling(const Report& report) {
  const Rows rows = rows_where(report, [&](const Row& row) {
    return row.what.keys == report.settings.keys.front() && row.what.batch == 0 && !row.what.repeated;
  });
  if (report.settings.threads.size() < 2)
    return section("Threads", "Measured with one number of threads; <code>--threads 1,2,4</code> draws how it scales.",
                   "");
  double lost = 0;
  for (const Row* row : rows) lost = std::max(lost, share_lost(row->samples, row->what.threads));
  return section("Threads",
                 "Speed over that of " + count_of_threads(report.settings.threads.front()) +
                     ", each thread on a core of its own." +
                     (lost > kBusy ? " Other programs took up to " + page::in_percent(lost) +
                                         " of the cores meanwhile: it scales better."
                                   : ""),
                 legend_of(report, rows, "<li><i class=\"dashed\"></i>in proportion</li>") +
                     panels(
                         rows, "speed by number of threads", [](const Row& row) { return row.what.threads; },
                         [&](const Row& row) {
                           const auto times = scaling_of(report, row);
                           return times ? times->times : 1.0;
                         },
                         true, "×"));
}

std::string stages(const Report& report) {
  constexpr double kBar = 20, kGap = 7, kTop = 24, kRight = 100;
  // Dark text on the light colours, light on the dark ones.
  constexpr bool kDark[kStageCount] = {false, false, false, false, true, false, false};
  const Rows found = rows_where(report, [](const Row& row) { return row.stages.has_value(); });
  if (found.empty()) return "";
  Rows rows;  // by name, then backend
  for (const std::string& name : names_of(found)) {
    for (const std::string& backend : backends_of(found)) {
      for (const Row* row : found) {
        if (row->what.tokens == name && row->what.backend == backend) rows.push_back(row);
      }
    }
  }
  std::vector<std::string> labels;
  for (const Row* row : rows)
    labels.push_back(page::shortened(row->what.tokens, kLongestName) + " " + row->what.backend);
  std::size_t longest = 0;
  for (const std::string& label : labels) longest = std::max(longest, page::width_of(label));
  const double left = 16 + 7.4 * static_cast<double>(longest), width = kWidth - left - kRight;
  const double height = kTop + static_cast<double>(rows.size()) * (kBar + kGap) + 4;
  page::Svg svg(kWidth, height, "Share of a token's time in each stage");
  for (const int percent : {0, 25, 50, 75, 100}) {
    const double x = left + width * percent / 100;
    svg.line(x, kTop - 6, x, height - 6, "grid");
    svg.text(x, kTop - 11, page::Anchor::middle, "soft", std::to_string(percent) + " %");
  }
  svg.text(kWidth - 4, kTop - 11, page::Anchor::end, "soft", "ns a token");
  double y = kTop;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& seconds = *rows[i]->stages;
    const double sum = std::accumulate(seconds.begin(), seconds.end(), 0.0);
    svg.text(left - 8, y + kBar / 2 + 4.5, page::Anchor::end, "", labels[i]);
    double x = left;
    for (std::size_t stage = 0; stage < kStageCount && sum > 0; ++stage) {
      const double length = seconds[stage] / sum * width;
      svg.rect(x, y, length, kBar, "s" + std::to_string(stage));
      if (length > 34) {
        svg.text(x + length / 2, y + kBar / 2 + 4.5, page::Anchor::middle, kDark[stage] ? "on-dark" : "on-light",
                 page::grouped(seconds[stage] / sum * 100) + " %");
      }
      x += length;
    }
    svg.text(kWidth - 4, y + kBar / 2 + 4.5, page::Anchor::end, "", page::grouped(sum * 1e9));
    y += kBar + kGap;
  }
  std::string legend = "<ul class=\"legend\">";
  for (std::size_t stage = 0; stage < kStageCount; ++stage) {
    legend += "<li><i class=\"s" + std::to_string(stage) + "\"></i>" +
              std::string(to_string(static_cast<Stage>(stage))) + "</li>";
  }
  return section("Stages", "Where a token's time goes. OpenSSL's backend hashes within <b>signature</b>.",
                 legend + "</ul>\n<div class=\"chart\">\n" + svg.finish() + "</div>\n");
}

std::string repeated(const Report& report) {
  const Rows rows = rows_where(report, [](const Row& row) { return row.what.repeated; });
  if (rows.empty()) return "";
  return section("Repeated tokens", "A log in which 1 % of the tokens are distinct and few are shown often (Zipf).",
                 legend_of(report, rows) + bars(rows, "Tokens a second where tokens repeat"));
}

std::string key_counts(const Report& report) {
  const Rows rows = rows_where(report, [&](const Row& row) {
    return row.what.batch == 0 && !row.what.repeated && row.what.threads == report.settings.threads.front();
  });
  if (report.settings.keys.size() < 2)
    return section("Keys", "Measured with one number of keys; <code>--keys 1,10,100,1000</code> draws the others.", "");
  return section("Keys", "Tokens a second by the number of keys in rotation.",
                 legend_of(report, rows) + panels(
                                               rows, "tokens a second by number of keys",
                                               [](const Row& row) { return static_cast<double>(row.what.keys); },
                                               [](const Row& row) { return row.figures.per_second.value; }, false, ""));
}

std::string batches(const Report& report) {
  const Rows rows = rows_where(report, [](const Row& row) { return row.what.batch != 0; });
  if (rows.empty())
    return section("Calls of the library",
                   "Not measured; <code>--batch 1,4,16,64,256</code> draws speed by tokens in each call.", "");
  return section("Calls of the library",
                 "Tokens a second of <code>JwtVerifier::verify_batch</code>, by tokens in each call.",
                 legend_of(report, rows) + panels(
                                               rows, "tokens a second by tokens in a call",
                                               [](const Row& row) { return static_cast<double>(row.what.batch); },
                                               [](const Row& row) { return row.figures.per_second.value; }, false, ""));
}

void cell(std::string& to, std::string_view text, bool left = false) {
  to.append(left ? "<td class=\"left\">" : "<td>").append(page::escaped(text)).append("</td>");
}

std::string table(const Report& report) {
  std::string to = "<div class=\"wide\"><table>\n<thead><tr>";
  for (const char* name : {"tokens", "backend", "way"}) to.append("<th class=\"left\">").append(name).append("</th>");
  for (const char* name : {"threads", "keys", "tokens/s", "µs/token", "cycles/token", "× OpenSSL", "spread", "scaling"})
    to.append("<th>").append(name).append("</th>");
  to += "</tr></thead>\n<tbody>\n";
  std::string last;
  for (const Row& row : report.rows) {
    const Figures& figures = row.figures;
    to += !last.empty() && row.what.tokens != last ? "<tr class=\"first\">" : "<tr>";
    last = row.what.tokens;
    cell(to, page::shortened(row.what.tokens, kLongestName), true);
    cell(to, row.what.backend, true);
    cell(to,
         row.what.batch != 0 ? "calls of " + page::grouped(static_cast<double>(row.what.batch))
         : row.what.repeated ? "file, repeated"
                             : "file",
         true);
    cell(to, std::to_string(row.what.threads));
    cell(to, report.settings.input.empty() ? page::grouped(static_cast<double>(row.what.keys)) : "–");
    cell(to, page::grouped(figures.per_second.value));
    cell(to, figures.per_second.value > 0 ? page::three_digits(1e6 / figures.per_second.value) : "–");
    cell(to, figures.cycles_per_token ? page::grouped(*figures.cycles_per_token) : "–");
    cell(to, figures.ratio ? page::three_digits(figures.ratio->value) : "–");
    cell(to, page::plus_minus(figures.per_second.spread));
    const auto times = scaling_of(report, row);
    cell(to, times ? page::three_digits(times->times) : "–");
    to += "</tr>\n";
  }
  to += "</tbody></table></div>\n";
  if (!report.units.empty()) {
    to +=
        "<h2>Plain OpenSSL</h2>\n<p class=\"soft\">The unit: one operation, over and over, on the first core.</p>\n"
        "<div class=\"wide\"><table>\n<thead><tr><th class=\"left\">algorithm</th><th class=\"left\">operation</th>"
        "<th>operations/s</th><th>µs each</th><th>spread</th></tr></thead>\n<tbody>\n";
    for (const UnitRow& unit : report.units) {
      const Middle seconds = middle_of(unit.seconds);
      to += "<tr>";
      cell(to, unit.algorithm, true);
      cell(to, unit.operation, true);
      cell(to, seconds.value > 0 ? page::grouped(1 / seconds.value) : "–");
      cell(to, page::three_digits(seconds.value * 1e6));
      cell(to, page::plus_minus(seconds.spread));
      to += "</tr>\n";
    }
    to += "</tbody></table></div>\n";
  }
  return to;
}

std::string conditions(const Report& report) {
  const Settings& settings = report.settings;
  std::string text = "<dl>";
  const auto add = [&text](std::string_view name, std::string_view value) {
    text.append("<dt>").append(name).append("</dt><dd>").append(page::escaped(value)).append("</dd>");
  };
  const Machine& machine = report.machine;
  add("CPU", machine.cpu + ", " + std::to_string(machine.cores) + (machine.cores == 1 ? " core" : " cores") + ", " +
                 machine.features);
  add("OpenSSL", machine.openssl);
  add("assay", machine.assay + ", " + machine.build);
  add("system", machine.system);
  add("tokens", settings.input.empty() ? "distinct, claims of " + std::to_string(settings.claims_bytes) +
                                             " bytes; signature, exp, iss and "
                                             "aud checked, all accepted"
                                       : settings.input);
  add("repetitions", std::to_string(settings.repetitions) + " of " +
                         page::three_digits(settings.seconds / settings.repetitions) +
                         " s each, alternating; the median is shown, the spread is half of largest less smallest");
  add("time", "CPU time with one thread, as openssl speed counts it; the clock's with more");
  text += "<dt>command</dt><dd><code>" + page::escaped(report.command) + "</code></dd></dl>\n";
  if (!report.notes.empty()) {
    text += "<ul class=\"notes\">";
    for (const std::string& note : report.notes) text += "<li>" + page::escaped(note) + ".</li>";
    text += "</ul>\n";
  }
  return text;
}

}  // namespace

std::string report_html(const Report& report) {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>assay bench: ";
  page += page::escaped(report.machine.cpu) + "</title>\n<style>" + page::kStyle + "</style>\n</head>\n<body>\n";
  page += "<header><h1>How fast assay verifies</h1>\n<p class=\"soft\">" + page::escaped(report.machine.cpu) + ", " +
          page::escaped(report.started) + "</p></header>\n<main>\n";
  if (!report.rows.empty()) {
    page += throughput(report) + scaling(report) + stages(report);
    if (report.settings.input.empty()) page += repeated(report) + key_counts(report) + batches(report);
  }
  page += "<h2>All rows</h2>\n" + table(report) + "<h2>How it was measured</h2>\n" + conditions(report);
  return page + "</main>\n</body>\n</html>\n";
}

}  // namespace assay::bench
