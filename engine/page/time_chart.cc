#include "page/time_chart.h"

#include <algorithm>
#include <cstddef>

#include "page/numbers.h"
#include "page/svg.h"
#include "page/time_axis.h"

namespace assay::page {
namespace {

constexpr double kWidth = 940;
constexpr std::size_t kLongestName = 30, kLongestLabel = 40;
constexpr double kLetter = 6.6;  // the width of a letter, about

bool is_hatched(const std::string& series) { return series == "served" || series == "gap"; }

// A piece of a series: its colour, and lines across it if it is hatched and wide enough to show them.
void draw_piece(Svg& svg, double x, double y, double width, double height, const std::string& series) {
  svg.rect(x, y, width, height, series);
  if (is_hatched(series) && width >= 3.5 && height >= 3.5) svg.hatch(x, y, width, height, "hatch");
}

// A label beside a line, within the drawing.
void draw_label(Svg& svg, double x, double y, const TimeMark& mark) {
  const std::string label = shortened(mark.label, kLongestLabel);
  const double width = kLetter * static_cast<double>(width_of(label));
  const bool fits = x + 6 + width < kWidth;
  svg.text(fits ? x + 4 : x - 4, y, fits ? Anchor::start : Anchor::end, "label", label);
}

void draw_ticks(Svg& svg, const TimeAxis& axis, double top, double bottom) {
  for (const TimeAxis::Tick& tick : axis.ticks(8)) {
    svg.line(tick.place, top, tick.place, bottom, "grid");
    const bool fits = tick.place + kLetter / 2 * static_cast<double>(width_of(tick.label)) < kWidth - 2;
    svg.text(fits ? tick.place : kWidth - 2, bottom + 15, fits ? Anchor::middle : Anchor::end, "soft", tick.label);
  }
}

}  // namespace

Markup time_bars(const TimeBars& chart) {
  constexpr double kLeft = 46, kRight = 14, kPlot = 150, kBottom = 24, kLabel = 15;
  const double top = 12 + kLabel * static_cast<double>(chart.marks.size());
  const double bottom = top + kPlot;
  Svg svg(kWidth, bottom + kBottom, chart.title);
  const TimeAxis axis(chart.from, chart.to, kLeft, kWidth - kRight);
  double most = 0;
  for (const TimeBars::Bar& bar : chart.bars) {
    double sum = 0;
    for (const double part : bar.parts) sum += part;
    most = std::max(most, sum);
  }
  const std::vector<double> ticks = round_ticks(most, 4);
  for (const TimeBand& band : chart.bands) {
    const double x = axis.place(band.from);
    svg.rect(x, top, axis.place(band.to) - x, kPlot, "band " + band.series);
  }
  for (const double tick : ticks) {
    const double y = bottom - tick / ticks.back() * kPlot;
    svg.line(kLeft, y, kWidth - kRight, y, tick == 0 ? "axis" : "grid");
    svg.text(kLeft - 6, y + 4, Anchor::end, "soft", short_number(tick));
  }
  draw_ticks(svg, axis, top, bottom);
  for (const TimeBars::Bar& bar : chart.bars) {
    const double x = axis.place(bar.from), end = axis.place({bar.from.seconds + chart.seconds, bar.from.nanoseconds});
    const double width = std::max(end - x - (end - x > 4 ? 1 : 0), 0.8);
    double y = bottom;
    for (std::size_t part = 0; part < bar.parts.size(); ++part) {
      if (!(bar.parts[part] > 0)) continue;
      const double height = std::max(bar.parts[part] / ticks.back() * kPlot, 0.7);
      y -= height;
      draw_piece(svg, x, y, width, height, chart.series[part]);
    }
  }
  double label_y = 12;
  for (const TimeMark& mark : chart.marks) {
    const double x = axis.place(mark.at);
    svg.line(x, label_y - 9, x, bottom, "mark " + mark.series);
    draw_label(svg, x, label_y, mark);
    label_y += kLabel;
  }
  return svg.finish();
}

Markup time_rows(const TimeRows& chart) {
  constexpr double kTop = 8, kBar = 14, kRow = 34, kBottom = 22;
  std::size_t longest_name = 6, longest_note = 0;
  for (const TimeRows::Row& row : chart.rows) {
    longest_name = std::max(longest_name, std::min(width_of(row.name), kLongestName));
    longest_note = std::max(longest_note, width_of(row.note));
  }
  const double left = 16 + 8.1 * static_cast<double>(longest_name);
  const double right = 14 + kLetter * static_cast<double>(longest_note);
  const double bottom = kTop + kRow * static_cast<double>(chart.rows.size());
  Svg svg(kWidth, bottom + kBottom, chart.title);
  const TimeAxis axis(chart.from, chart.to, left, kWidth - right);
  draw_ticks(svg, axis, kTop, bottom);
  double y = kTop;
  for (const TimeRows::Row& row : chart.rows) {
    const double bar = y + 15;
    svg.text(left - 10, bar + kBar - 3, Anchor::end, "name", shortened(row.name, kLongestName));
    svg.line(left, bar + kBar / 2, kWidth - right, bar + kBar / 2, "grid");
    for (const TimeRows::Piece& piece : row.pieces) {
      const double x = axis.place(piece.from);
      draw_piece(svg, x, bar, std::max(axis.place(piece.to) - x, 1.5), kBar, piece.series);
    }
    double free_from = 0;
    for (const TimeMark& mark : row.marks) {
      if (!axis.holds(mark.at)) continue;
      const double x = axis.place(mark.at);
      svg.line(x, bar - 4, x, bar + kBar + 3, "mark " + mark.series);
      if (x < free_from) continue;  // its label would stand on that of the mark before
      draw_label(svg, x, bar - 3, mark);
      free_from = x + 10 + kLetter * static_cast<double>(width_of(mark.label));
    }
    if (!row.note.empty()) svg.text(kWidth - 4, bar + kBar - 3, Anchor::end, "", row.note);
    y += kRow;
  }
  return svg.finish();
}

}  // namespace assay::page
