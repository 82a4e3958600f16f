// The skeleton of a self-contained HTML page: inline style and SVG, no script, nothing to fetch; light and dark;
// readable in print.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "page/markup.h"

namespace assay::page {

struct Document {
  std::string title;    // of the window
  std::string heading;  // of the page
  Markup lead;          // below the heading
  Markup body;
};
// The page as the bytes of a file, UTF-8. Well formed as HTML and as XML.
std::string document(const Document& content);

// A part of the page under a heading. `lead` says in a sentence what is shown.
Markup section(std::string_view heading, const Markup& lead, const Markup& body);
Markup heading(std::string_view words);
Markup lead_paragraph(const Markup& words);

// Names with what they stand for.
Markup definitions(const std::vector<std::pair<std::string, Markup>>& list);
// A bulleted list.
Markup bullets(const std::vector<std::string>& list);

Markup code(std::string_view words);

}  // namespace assay::page
