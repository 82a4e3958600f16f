// Charts with axes, drawn as SVG: bars, lines, shares. The caller says what is shown; the chart places it.
//
// A series is a class of style.h, which gives it its colour.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "page/markup.h"
#include "page/svg.h"

namespace assay::page {

// Horizontal bars over a linear axis from 0, in groups: one group for each name, with a place for each series.
struct BarChart {
  struct Bar {
    std::string series;
    double value = 0;
    std::string label;  // beside the bar's end
  };
  struct Group {
    std::string name;
    std::vector<Bar> bars;
  };
  std::string title;  // for screen readers
  std::vector<std::string> series;
  std::vector<Group> groups;
  bool logarithmic = false;  // by powers of ten, for values that lie far apart; they are above 0
};
Markup bar_chart(const BarChart& chart);

// A small chart: lines over a logarithmic x axis, y from 0.
struct LineChart {
  struct Line {
    std::string series;
    std::vector<Svg::Point> points;  // as measured, by rising x; x is above 0
  };
  std::string name;
  std::string title;  // for screen readers
  std::vector<Line> lines = {};
  bool proportional = false;  // also draws, dashed, the line y = x / smallest x
  std::string unit = {};      // after the number at each line's end
};
// Every chart has at least one point.
Markup line_chart(const LineChart& chart);

// Bars of equal length, each divided into the shares of its parts. Part i has the colour of class "s<i>"; there are at
// most kMostShares parts.
inline constexpr std::size_t kMostShares = 7;
struct ShareChart {
  struct Bar {
    std::string name;
    std::vector<double> parts;  // in any unit
    std::string sum;            // at the right edge
  };
  std::string title;     // for screen readers
  std::string sum_name;  // above the sums
  std::vector<Bar> bars;
};
Markup share_chart(const ShareChart& chart);

// Charts in frames of the page: one of full width, or small ones side by side.
Markup framed(const Markup& chart);
Markup side_by_side(const std::vector<Markup>& charts);

// The key to the colours above a chart.
struct LegendEntry {
  std::string series;  // the class of the patch; "dashed" shows a dashed line
  std::string label;
};
Markup legend(const std::vector<LegendEntry>& entries);

}  // namespace assay::page
