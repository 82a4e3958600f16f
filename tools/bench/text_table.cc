#include "bench/text_table.h"

#include <algorithm>

#include "page/numbers.h"

namespace assay::bench {

std::string TextTable::text() const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], page::width_of(row[i]));
  }
  std::string text;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    if (std::find(gaps_.begin(), gaps_.end(), r) != gaps_.end()) text += '\n';
    std::string line;
    for (std::size_t i = 0; i < rows_[r].size(); ++i) {
      const std::string fill(widths[i] - page::width_of(rows_[r][i]), ' ');
      if (i > 0) line += "  ";
      line += i < left_ ? rows_[r][i] + fill : fill + rows_[r][i];
    }
    line.resize(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string folded(std::string_view text, std::size_t width) {
  std::string to;
  std::size_t column = 0;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    const bool fits = column + (column > 0 ? 1 : 0) + page::width_of(word) <= width;
    if (column > 0) to += fits ? " " : "\n";
    column = (fits && column > 0 ? column + 1 : 0) + page::width_of(word);
    to += word;
  }
  return to + "\n";
}

}  // namespace assay::bench
