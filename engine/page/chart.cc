#include "page/chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "page/numbers.h"

namespace assay::page {
namespace {

// The width of bars and shares with their labels; the page is hardly wider.
constexpr double kWidth = 940;

// The number of characters of the longest of `names`, at least `least`.
double longest_of(const std::vector<std::string>& names, std::size_t least) {
  std::size_t longest = least;
  for (const std::string& name : names) longest = std::max(longest, width_of(name));
  return static_cast<double>(longest);
}

template <class Items>
std::vector<std::string> names_of(const Items& items) {
  std::vector<std::string> names;
  for (const auto& item : items) names.push_back(item.name);
  return names;
}

// The place of `value` between `least` (0) and `most` (1) on a logarithmic axis.
double log_place(double value, double least, double most) {
  return most > least ? std::log(value / least) / std::log(most / least) : 0.5;
}

// "1.94", "12.3", "1.2M".
std::string end_label(double number) { return number < 1000 ? three_digits(number) : short_number(number); }

// Draws one LineChart. The members are the frame; the functions draw its layers from the back to the front.
class LinePlot {
 public:
  explicit LinePlot(const LineChart& chart) : chart_(chart), svg_(kPanelWidth, kPanelHeight, chart.title) {
    double most = 0;
    for (const LineChart::Line& line : chart.lines) {
      for (const Svg::Point& point : line.points) {
        if (std::find(xs_.begin(), xs_.end(), point.x) == xs_.end()) xs_.push_back(point.x);
        most = std::max(most, point.y);
      }
    }
    std::sort(xs_.begin(), xs_.end());
    if (chart.proportional) most = std::max(most, xs_.back() / xs_.front());
    ticks_ = round_ticks(most, 4);
  }

  Markup draw() {
    svg_.text(4, 14, Anchor::start, "name", chart_.name);
    draw_y_axis();
    draw_x_labels();
    if (chart_.proportional) {
      std::vector<Svg::Point> points;
      for (const double x : xs_) points.push_back(place({x, x / xs_.front()}));
      svg_.polyline(points, "ideal");
    }
    for (const LineChart::Line& line : chart_.lines) draw_line(line);
    return svg_.finish();
  }

 private:
  static constexpr double kPanelWidth = 230, kPanelHeight = 168, kLeft = 40, kRight = 52, kTop = 30, kBottom = 24;

  Svg::Point place(Svg::Point at) const {
    return {kLeft + 8 + log_place(at.x, xs_.front(), xs_.back()) * (kPanelWidth - kLeft - kRight - 16),
            kPanelHeight - kBottom - at.y / ticks_.back() * (kPanelHeight - kTop - kBottom)};
  }

  void draw_y_axis() {
    for (const double tick : ticks_) {
      const double y = place({xs_.front(), tick}).y;
      svg_.line(kLeft, y, kPanelWidth - kRight, y, tick == 0 ? "axis" : "grid");
      svg_.text(kLeft - 6, y + 4, Anchor::end, "soft", short_number(tick));
    }
  }

  // A label that would overlap the one before it is left out.
  void draw_x_labels() {
    double free_from = 0;
    for (const double x : xs_) {
      const std::string label = short_number(x);
      const double at = place({x, 0}).x, half = 3.6 * static_cast<double>(label.size());
      if (at - half < free_from) continue;
      svg_.text(at, kPanelHeight - 7, Anchor::middle, "soft", label);
      free_from = at + half + 4;
    }
  }

  void draw_line(const LineChart::Line& line) {
    std::vector<Svg::Point> points;
    for (const Svg::Point& point : line.points) points.push_back(place(point));
    svg_.polyline(points, "line " + line.series);
    for (const Svg::Point& point : points) svg_.dot(point, 3.5, "dot " + line.series);
    if (points.empty()) return;
    const double y = free_label_y(points.back().y + 4);
    svg_.text(points.back().x + 8, y, Anchor::start, "", end_label(line.points.back().y) + chart_.unit);
  }

  // If two lines end close together, the second label steps aside, within the drawing.
  double free_label_y(double y) {
    for (const double other : label_ys_) {
      if (std::abs(y - other) < 13) y = y >= other && other + 13 < kPanelHeight - kBottom + 6 ? other + 13 : other - 13;
    }
    label_ys_.push_back(y);
    return y;
  }

  const LineChart& chart_;
  Svg svg_;
  std::vector<double> xs_;  // each once, rising
  std::vector<double> ticks_;
  std::vector<double> label_ys_;
};

}  // namespace

namespace {

// Where a value lies on an axis, 0 to 1, and the values that are marked on it.
struct Axis {
  std::vector<double> ticks;
  bool logarithmic = false;

  double place(double value) const {
    if (!logarithmic) return value / ticks.back();
    const double least = std::log10(ticks.front());
    return std::max(0.0, (std::log10(std::max(value, ticks.front())) - least) / (std::log10(ticks.back()) - least));
  }
};

Axis axis_of(const BarChart& chart) {
  double least = 0, most = 0;
  for (const BarChart::Group& group : chart.groups) {
    for (const BarChart::Bar& bar : group.bars) {
      most = std::max(most, bar.value);
      if (bar.value > 0) least = least > 0 ? std::min(least, bar.value) : bar.value;
    }
  }
  if (!chart.logarithmic || !(least > 0)) return {round_ticks(most, 6)};
  Axis axis{{}, true};
  const double first = std::floor(std::log10(least)), last = std::max(first + 1, std::ceil(std::log10(most)));
  for (double power = first; power <= last; ++power) axis.ticks.push_back(std::pow(10, power));
  return axis;
}

}  // namespace

Markup bar_chart(const BarChart& chart) {
  constexpr double kBar = 17, kBetween = 3, kGroupGap = 15, kTop = 26, kRight = 190;
  const double left = 18 + 8.2 * longest_of(names_of(chart.groups), 4);
  const Axis axis = axis_of(chart);
  const double width = kWidth - left - kRight;
  const double group_height = static_cast<double>(chart.series.size()) * (kBar + kBetween) - kBetween;
  const double height = kTop + static_cast<double>(chart.groups.size()) * (group_height + kGroupGap) + 4;

  Svg svg(kWidth, height, chart.title);
  for (const double tick : axis.ticks) {
    const double x = left + axis.place(tick) * width;
    svg.line(x, kTop - 6, x, height - 8, "grid");
    svg.text(x, kTop - 12, Anchor::middle, "soft", short_number(tick));
  }
  double y = kTop + 2;
  for (const BarChart::Group& group : chart.groups) {
    svg.text(left - 10, y + group_height / 2 + 4.5, Anchor::end, "name", group.name);
    for (const std::string& series : chart.series) {
      for (const BarChart::Bar& bar : group.bars) {
        if (bar.series != series) continue;
        const double length = axis.place(bar.value) * width;
        svg.rect(left, y, std::max(length, 1.0), kBar, series);
        svg.text(left + length + 7, y + kBar - 4.5, Anchor::start, "", bar.label);
      }
      y += kBar + kBetween;
    }
    y += kGroupGap - kBetween;
  }
  svg.line(left, kTop - 6, left, height - 8, "axis");
  return svg.finish();
}

Markup line_chart(const LineChart& chart) { return LinePlot(chart).draw(); }

Markup share_chart(const ShareChart& chart) {
  constexpr double kBar = 20, kGap = 7, kTop = 24, kRight = 100;
  // A narrower part has no room for its number.
  constexpr double kLeastLabelled = 34;
  // Dark text stands on the light colours, light text on the dark one.
  constexpr std::array<bool, kMostShares> kDark = {false, false, false, false, true, false, false};
  const double left = 16 + 7.4 * longest_of(names_of(chart.bars), 0), width = kWidth - left - kRight;
  const double height = kTop + static_cast<double>(chart.bars.size()) * (kBar + kGap) + 4;

  Svg svg(kWidth, height, chart.title);
  for (const int percent : {0, 25, 50, 75, 100}) {
    const double x = left + width * percent / 100;
    svg.line(x, kTop - 6, x, height - 6, "grid");
    svg.text(x, kTop - 11, Anchor::middle, "soft", std::to_string(percent) + " %");
  }
  svg.text(kWidth - 4, kTop - 11, Anchor::end, "soft", chart.sum_name);
  double y = kTop;
  for (const ShareChart::Bar& bar : chart.bars) {
    const double sum = std::accumulate(bar.parts.begin(), bar.parts.end(), 0.0);
    const double baseline = y + kBar / 2 + 4.5;
    svg.text(left - 8, baseline, Anchor::end, "", bar.name);
    double x = left;
    for (std::size_t part = 0; part < bar.parts.size() && sum > 0; ++part) {
      const double length = bar.parts[part] / sum * width;
      svg.rect(x, y, length, kBar, "s" + std::to_string(part));
      if (length > kLeastLabelled) {
        svg.text(x + length / 2, baseline, Anchor::middle, kDark.at(part) ? "on-dark" : "on-light",
                 grouped(bar.parts[part] / sum * 100) + " %");
      }
      x += length;
    }
    svg.text(kWidth - 4, baseline, Anchor::end, "", bar.sum);
    y += kBar + kGap;
  }
  return svg.finish();
}

Markup framed(const Markup& chart) { return "<div class=\"chart\">\n" + chart + "</div>\n"; }

Markup side_by_side(const std::vector<Markup>& charts) {
  Markup all("<div class=\"panels\">\n");
  for (const Markup& chart : charts) all += "<div class=\"panel\">\n" + chart + "</div>\n";
  return all + "</div>\n";
}

Markup legend(const std::vector<LegendEntry>& entries) {
  Markup list("<ul class=\"legend\">");
  for (const LegendEntry& entry : entries)
    list += "<li><i class=\"" + text(entry.series) + "\"></i>" + text(entry.label) + "</li>";
  return list + "</ul>\n";
}

}  // namespace assay::page
