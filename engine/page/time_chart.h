// Charts over a time axis in UTC, drawn as SVG: stacked bars, and spans in rows. The caller says what is shown; the
// chart places it.
//
// A series is a class of style.h: "good", "refused", "served", "gap"; a mark or a band is "retired", "compromised" or
// "border". "served" and "gap" are hatched as well, so that nobody needs colour to tell them apart.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "assay/instant.h"
#include "page/markup.h"

namespace assay::page {

// A moment: a line with a label above the chart.
struct TimeMark {
  Instant at;
  std::string series;
  std::string label;
};
// A stretch of time, shaded behind the chart.
struct TimeBand {
  Instant from, to;
  std::string series;
};

// Stacked bars of equal width over time, from 0.
struct TimeBars {
  struct Bar {
    Instant from;
    std::vector<double> parts;  // one for each series
  };
  std::string title;                // for screen readers
  Instant from, to;                 // the axis
  std::int64_t seconds = 3600;      // the width of a bar
  std::vector<std::string> series;  // from the bottom to the top
  std::vector<Bar> bars;
  std::vector<TimeBand> bands;
  std::vector<TimeMark> marks;
};
Markup time_bars(const TimeBars& chart);

// Rows with a name, each with stretches of time.
struct TimeRows {
  struct Piece {
    Instant from, to;
    std::string series;
  };
  struct Row {
    std::string name;
    std::vector<Piece> pieces;    // later ones cover earlier ones
    std::vector<TimeMark> marks;  // labels stand within the row
    std::string note;             // at the right edge
  };
  std::string title;  // for screen readers
  Instant from, to;   // the axis
  std::vector<Row> rows;
};
Markup time_rows(const TimeRows& chart);

}  // namespace assay::page
