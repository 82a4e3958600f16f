#include "page/markup.h"

namespace assay::page {

Markup text(std::string_view plain) {
  Markup markup;
  std::string& to = markup.html_;
  to.reserve(plain.size());
  for (const char c : plain) {
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
        if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n') {
          to += "\xEF\xBF\xBD";
        } else {
          to += c;
        }
    }
  }
  return markup;
}

}  // namespace assay::page
