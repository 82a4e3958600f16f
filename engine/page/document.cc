#include "page/document.h"

#include "page/style.h"

namespace assay::page {
namespace {

// A second barrier behind text(): if hostile markup ever reached a page, it could run and fetch nothing.
constexpr Literal kContentPolicy(
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'\"/>\n");

}  // namespace

std::string document(const Document& content) {
  const Markup page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n" +
      kContentPolicy + "<title>" + text(content.title) + "</title>\n<style>" + kStyle +
      "</style>\n</head>\n<body>\n<header><h1>" + text(content.heading) + "</h1>\n<p class=\"soft\">" + content.lead +
      "</p></header>\n<main>\n" + content.body + "</main>\n</body>\n</html>\n";
  return page.html();
}

Markup section(std::string_view words, const Markup& lead, const Markup& body) {
  return "<section>\n" + heading(words) + lead_paragraph(lead) + body + "</section>\n";
}

Markup heading(std::string_view words) { return "<h2>" + text(words) + "</h2>\n"; }

Markup lead_paragraph(const Markup& words) { return "<p class=\"soft\">" + words + "</p>\n"; }

Markup definitions(const std::vector<std::pair<std::string, Markup>>& list) {
  Markup all("<dl>");
  for (const auto& [name, value] : list) all += "<dt>" + text(name) + "</dt><dd>" + value + "</dd>";
  return all + "</dl>\n";
}

Markup bullets(const std::vector<std::string>& list) {
  Markup all("<ul class=\"notes\">");
  for (const std::string& item : list) all += "<li>" + text(item) + "</li>";
  return all + "</ul>\n";
}

Markup code(std::string_view words) { return "<code>" + text(words) + "</code>"; }

}  // namespace assay::page
