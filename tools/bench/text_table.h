// Tables of text for a terminal: columns of names to the left, numbers to the right.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay::bench {

class TextTable {
 public:
  // The first `left` columns are flush left, the others right.
  TextTable(std::vector<std::string> head, std::size_t left) : left_(left) { rows_.push_back(std::move(head)); }
  void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  // Puts a blank line before the next row.
  void gap() { gaps_.push_back(rows_.size()); }
  std::string text() const;

 private:
  std::size_t left_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> gaps_;
};

// `text` on lines of at most `width` characters, broken at spaces. A longer word has a line of its own.
std::string folded(std::string_view text, std::size_t width);

}  // namespace assay::bench
