#include "wrapping.h"

#include <algorithm>

#include "page/numbers.h"

namespace assay::cli {

void append_wrapped(std::string& to, const std::string& head, const std::string& text, std::size_t width) {
  const std::string indent(page::width_of(head), ' ');
  std::string line = head;
  std::size_t columns = indent.size(), words = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    const std::size_t word_columns = page::width_of(word);
    at = end + 1;
    if (words > 0 && columns + 1 + word_columns > width) {
      to += line + "\n";
      line = indent;
      columns = indent.size();
      words = 0;
    }
    columns += word_columns + (words > 0 ? 1 : 0);
    line += (words++ > 0 ? " " : "") + word;
  }
  to += line + "\n";
}

}  // namespace assay::cli
