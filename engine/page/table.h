// A table of the page: columns of names to the left, numbers to the right.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "page/markup.h"

namespace assay::page {

class HtmlTable {
 public:
  // The first `left` columns are flush left, the others right.
  HtmlTable(const std::vector<std::string>& head, std::size_t left);
  // Cells of plain text, one for each column.
  void add(const std::vector<std::string>& cells);
  // The same of cells that are markup already. A cell at the left wraps.
  void add_row(const std::vector<Markup>& cells);
  // A line above the next row.
  void gap() { gap_ = true; }
  Markup html() const;

 private:
  std::size_t left_;
  bool gap_ = false;
  Markup head_;
  Markup rows_;
};

}  // namespace assay::page
