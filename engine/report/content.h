// The report before it is HTML or Markdown: headline, findings and sections of plain blocks. Both forms are drawn from
// this one value, so they say the same.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "page/chart.h"
#include "page/time_chart.h"
#include "report/finding.h"
#include "report/findings.h"
#include "report/words.h"

namespace assay::report {

// Columns of texts at the left, numbers and times at the right.
struct Table {
  std::vector<std::string> head;
  std::size_t left = 1;  // columns at the left
  std::vector<std::vector<Line>> rows;
  std::uint64_t more = 0;  // rows that were left out; the JSON has them
};

// Leaves out columns at the left whose cells are all "–"; the first one stays.
inline void drop_empty_columns(Table& table) {
  for (std::size_t column = table.left; column-- > 1;) {
    const bool is_empty = std::all_of(table.rows.begin(), table.rows.end(),
                                      [column](const std::vector<Line>& row) { return row[column].plain() == "–"; });
    if (!is_empty) continue;
    const auto at = static_cast<std::ptrdiff_t>(column);
    table.head.erase(table.head.begin() + at);
    for (std::vector<Line>& row : table.rows) row.erase(row.begin() + at);
    --table.left;
  }
}

// A drawing. Markdown shows `words` in its place; HTML readers have the tables beside it.
struct Picture {
  std::variant<page::TimeBars, page::TimeRows> chart;
  std::vector<page::LegendEntry> legend;
  Table words;
};

struct Definitions {
  std::vector<std::pair<Line, Line>> entries;
};
struct Bullets {
  std::vector<Line> lines;
};
struct Subheading {
  std::string words;
};

using Block = std::variant<Line, Subheading, Table, Picture, Definitions, Bullets>;

struct Section {
  std::string_view anchor;
  std::string heading;
  Line lead;
  std::vector<Block> blocks;
};

// A number that is seen first.
struct Tile {
  std::string number;
  std::string label;
  bool is_alarm = false;
};

struct Content {
  Headline headline;
  std::vector<Tile> tiles;
  Findings findings;
  std::vector<Section> sections;  // in the order of the page; none is empty
};

// Whether a table of at most `most` rows has room for one more. If not, the row counts as left out.
inline bool takes_row(Table& table, std::size_t most) {
  if (table.rows.size() < most) return true;
  ++table.more;
  return false;
}
// The first `most` rows stay; `more` says how many are left out.
inline void cut(Table& table, std::size_t most) {
  if (table.rows.size() <= most) return;
  table.more += table.rows.size() - most;
  table.rows.resize(most);
}

}  // namespace assay::report
