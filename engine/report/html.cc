#include "report/html.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "page/chart.h"
#include "page/document.h"
#include "page/markup.h"
#include "page/table.h"
#include "page/time_chart.h"
#include "report/compose.h"

namespace assay::report {
namespace {

using page::Literal;
using page::Markup;
using page::text;

Markup shown_as_html(const Line& line) {
  Markup markup;
  for (const Span& span : line.spans()) {
    switch (span.kind) {
      case Span::Kind::words:
        markup += text(span.text);
        break;
      case Span::Kind::strong:
        markup += "<b>" + text(span.text) + "</b>";
        break;
      case Span::Kind::name:
        markup += page::code(span.text);
        break;
    }
  }
  return markup;
}

Markup block(const Line& line) { return "<p>" + shown_as_html(line) + "</p>\n"; }

Markup block(const Subheading& heading) { return "<h3>" + text(heading.words) + "</h3>\n"; }

Markup block(const Table& table) {
  page::HtmlTable drawn(table.head, table.left);
  for (const std::vector<Line>& row : table.rows) {
    std::vector<Markup> cells;
    for (const Line& cell : row) cells.push_back(shown_as_html(cell));
    drawn.add_row(cells);
  }
  Markup markup = drawn.html();
  if (table.more > 0) markup += page::lead_paragraph(text("and " + number(table.more) + " more: see the JSON"));
  return markup;
}

Markup block(const Picture& picture) {
  const Markup chart = std::holds_alternative<page::TimeBars>(picture.chart)
                           ? page::time_bars(std::get<page::TimeBars>(picture.chart))
                           : page::time_rows(std::get<page::TimeRows>(picture.chart));
  return page::legend(picture.legend) + page::framed(chart);
}

Markup block(const Definitions& list) {
  Markup markup("<dl>");
  for (const auto& [term, meaning] : list.entries)
    markup += "<dt>" + shown_as_html(term) + "</dt><dd>" + shown_as_html(meaning) + "</dd>\n";
  return markup + "</dl>\n";
}

Markup block(const Bullets& list) {
  Markup markup("<ul class=\"notes\">");
  for (const Line& line : list.lines) markup += "<li>" + shown_as_html(line) + "</li>\n";
  return markup + "</ul>\n";
}

Markup link_to(std::string_view anchor, std::string_view words) {
  return "<a href=\"#" + text(anchor) + "\">" + text(words) + "</a>";
}

Literal class_of(Severity severity) {
  switch (severity) {
    case Severity::act_now:
      return "act";
    case Severity::look_into:
      return "look";
    case Severity::good_to_know:
      break;
  }
  return "know";
}

Markup tiles_as_html(const std::vector<Tile>& tiles) {
  Markup markup("<div class=\"tiles\">\n");
  for (const Tile& tile : tiles) {
    markup += tile.is_alarm ? Literal("<div class=\"tile act\">") : Literal("<div class=\"tile\">");
    markup += "<b>" + text(tile.number) + "</b><span>" + text(tile.label) + "</span></div>\n";
  }
  return markup + "</div>\n";
}

const Section* section_of(const Content& content, std::string_view anchor) {
  for (const Section& section : content.sections) {
    if (section.anchor == anchor) return &section;
  }
  return nullptr;
}

Markup findings_as_html(const Content& content) {
  if (content.findings.empty()) return {};
  Markup markup("<section id=\"happened\">\n<h2>What happened, and what to do</h2>\n<ul class=\"findings\">\n");
  for (const Finding& finding : content.findings) {
    markup += "<li class=\"" + Markup(class_of(finding.severity)) + "\"><p><span class=\"weight\">" +
              text(to_string(finding.severity)) + "</span><span class=\"what\">" + shown_as_html(finding.what) +
              "</span></p>";
    const Section* evidence = section_of(content, finding.anchor);
    if (!finding.action.empty() || evidence != nullptr) {
      markup += "<p>" + shown_as_html(finding.action);
      if (evidence != nullptr) markup += " " + link_to(finding.anchor, "→\u00a0" + evidence->heading);
      markup += "</p>";
    }
    markup += "</li>\n";
  }
  return markup + "</ul>\n</section>\n";
}

Markup navigation(const Content& content) {
  Markup markup("<nav>");
  for (const Section& section : content.sections) markup += link_to(section.anchor, section.heading) + " ";
  return markup + "</nav>\n";
}

Markup section_as_html(const Section& section) {
  Markup markup = "<section id=\"" + text(section.anchor) + "\">\n" + page::heading(section.heading);
  if (!section.lead.empty()) markup += page::lead_paragraph(shown_as_html(section.lead));
  for (const Block& each : section.blocks)
    markup += std::visit([](const auto& of_kind) { return block(of_kind); }, each);
  return markup + "</section>\n";
}

}  // namespace

std::string html(const tally::Overview& overview, const Baseline* baseline) {
  const Content content = content_of(overview, baseline);
  Markup body = tiles_as_html(content.tiles) + findings_as_html(content) + navigation(content);
  for (const Section& section : content.sections) body += section_as_html(section);
  body += page::lead_paragraph(Markup("Made by assay. All times are UTC."));
  return page::document({.title = "assay: " + content.headline.sentence,
                         .heading = content.headline.sentence + ".",
                         .lead = shown_as_html(content.headline.how_sure),
                         .body = body});
}

}  // namespace assay::report
