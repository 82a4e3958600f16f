#include "page/markup.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "codec/json.h"

namespace assay::page {

namespace {

// Tab and newline stay; the rest of what no reader sees becomes an escape that he sees.
std::string visible(std::string_view plain) {
  std::string to;
  to.reserve(plain.size());
  while (!plain.empty()) {
    const std::size_t end = std::min(plain.find_first_of("\t\n"), plain.size());
    codec::append_visible(to, plain.substr(0, end));
    to += plain.substr(end, 1);
    plain.remove_prefix(std::min(end + 1, plain.size()));
  }
  return to;
}

}  // namespace

Markup text(std::string_view plain) {
  Markup markup;
  std::string& to = markup.html_;
  to.reserve(plain.size());
  for (const char c : visible(plain)) {
    switch (c) {
      case '&':
        to += "&amp;";
        break;
      case '<':
        to += "&lt;";
        break;
      case '>':
        to += "&gt;";
        break;
      case '"':
        to += "&quot;";
        break;
      case '\'':
        to += "&#39;";
        break;
      default:
        to += c;
    }
  }
  return markup;
}

}  // namespace assay::page
