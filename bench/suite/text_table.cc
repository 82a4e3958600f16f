#include "suite/text_table.h"

#include <algorithm>

#include "suite/numbers.h"

namespace assay::bench {

std::string TextTable::text() const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  }
  std::string text;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    if (std::find(gaps_.begin(), gaps_.end(), r) != gaps_.end()) text += '\n';
    std::string line;
    for (std::size_t i = 0; i < rows_[r].size(); ++i) {
      const std::string fill(widths[i] - width_of(rows_[r][i]), ' ');
      if (i > 0) line += "  ";
      line += i < left_ ? rows_[r][i] + fill : fill + rows_[r][i];
    }
    line.resize(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace assay::bench
