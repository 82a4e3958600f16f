#include "page/table.h"

#include <utility>

namespace assay::page {

HtmlTable::HtmlTable(const std::vector<std::string>& head, std::size_t left) : left_(left) {
  for (std::size_t i = 0; i < head.size(); ++i) {
    head_ += i < left_ ? Literal("<th class=\"left\">") : Literal("<th>");
    head_ += text(head[i]) + "</th>";
  }
}

void HtmlTable::add(const std::vector<std::string>& cells) {
  rows_ += std::exchange(gap_, false) ? Literal("<tr class=\"first\">") : Literal("<tr>");
  for (std::size_t i = 0; i < cells.size(); ++i) {
    rows_ += i < left_ ? Literal("<td class=\"left\">") : Literal("<td>");
    rows_ += text(cells[i]) + "</td>";
  }
  rows_ += "</tr>\n";
}

void HtmlTable::add_row(const std::vector<Markup>& cells) {
  rows_ += std::exchange(gap_, false) ? Literal("<tr class=\"first\">") : Literal("<tr>");
  for (std::size_t i = 0; i < cells.size(); ++i)
    rows_ += (i < left_ ? Literal("<td class=\"left text\">") : Literal("<td>")) + cells[i] + "</td>";
  rows_ += "</tr>\n";
}

Markup HtmlTable::html() const {
  return "<div class=\"wide\"><table>\n<thead><tr>" + head_ + "</tr></thead>\n<tbody>\n" + rows_ +
         "</tbody></table></div>\n";
}

}  // namespace assay::page
