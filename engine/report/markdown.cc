#include "report/markdown.h"

#include <cstddef>
#include <string_view>
#include <variant>
#include <vector>

#include "codec/json.h"
#include "report/compose.h"

namespace assay::report {
namespace {

// Words of this program: every character that Markdown may obey is escaped (CommonMark §2.4). A colon within a word and
// a dot cannot be, but no words hold an address.
std::string escaped(std::string_view words) {
  std::string to, visible;
  codec::append_visible(visible, words);
  for (const char c : visible) {
    if (std::string_view("\\`*_[]<>|#~&").find(c) != std::string_view::npos) to += '\\';
    to += c;
  }
  return to;
}

// A code span ends at the first backtick of its kind, and a bar ends the cell of a table even within it.
std::string code_span(std::string_view name) {
  std::string visible, to = "`";
  codec::append_visible(visible, name);
  for (const char c : visible) {
    if (c == '`' || c == '|') {
      codec::append_unicode_escape(to, static_cast<char32_t>(c));
    } else {
      to += c;
    }
  }
  return to + "`";
}

std::string shown_as_markdown(const Line& line) {
  std::string to;
  for (const Span& span : line.spans()) {
    switch (span.kind) {
      case Span::Kind::words:
        to += escaped(span.text);
        break;
      case Span::Kind::strong: {
        // Blanks at the borders of the stars would leave them stars.
        const std::size_t end = span.text.find_last_not_of(' ') + 1;
        to += "**" + escaped(std::string_view(span.text).substr(0, end)) + "**" + span.text.substr(end);
        break;
      }
      case Span::Kind::name:
        to += code_span(span.text);
        break;
    }
  }
  return to;
}

std::string row_of(const std::vector<std::string>& cells) {
  std::string row = "|";
  for (const std::string& cell : cells) row += " " + cell + " |";
  return row + "\n";
}

std::string block(const Line& line) { return shown_as_markdown(line) + "\n\n"; }

std::string block(const Subheading& heading) { return "### " + escaped(heading.words) + "\n\n"; }

std::string block(const Table& table) {
  if (table.head.empty()) return {};
  std::vector<std::string> head, rule;
  for (std::size_t i = 0; i < table.head.size(); ++i) {
    head.push_back(escaped(table.head[i]));
    rule.emplace_back(i < table.left ? "---" : "---:");
  }
  std::string to = row_of(head) + row_of(rule);
  for (const std::vector<Line>& row : table.rows) {
    std::vector<std::string> cells;
    for (const Line& cell : row) cells.push_back(shown_as_markdown(cell));
    to += row_of(cells);
  }
  to += "\n";
  if (table.more > 0) to += "and " + number(table.more) + " more: see the JSON\n\n";
  return to;
}

std::string block(const Picture& picture) { return block(picture.words); }

std::string block(const Definitions& list) {
  std::string to;
  for (const auto& [term, meaning] : list.entries)
    to += "- " + shown_as_markdown(term) + ": " + shown_as_markdown(meaning) + "\n";
  return to + "\n";
}

std::string block(const Bullets& list) {
  std::string to;
  for (const Line& line : list.lines) to += "- " + shown_as_markdown(line) + "\n";
  return to + "\n";
}

std::string findings_as_markdown(const Findings& findings) {
  if (findings.empty()) return {};
  std::string to = "## What happened, and what to do\n\n";
  for (const Finding& finding : findings) {
    to += "- **" + escaped(to_string(finding.severity)) + ":** " + shown_as_markdown(finding.what);
    if (!finding.action.empty()) to += " " + shown_as_markdown(finding.action);
    to += "\n";
  }
  return to + "\n";
}

}  // namespace

std::string markdown(const tally::Overview& overview, const Baseline* baseline) {
  const Content content = content_of(overview, baseline);
  std::string to =
      "# " + escaped(content.headline.sentence) + ".\n\n" + shown_as_markdown(content.headline.how_sure) + "\n\n";
  for (const Tile& tile : content.tiles) to += "- **" + escaped(tile.number) + "** " + escaped(tile.label) + "\n";
  to += "\n" + findings_as_markdown(content.findings);
  for (const Section& section : content.sections) {
    std::string blocks;
    for (const Block& each : section.blocks)
      blocks += std::visit([](const auto& of_kind) { return block(of_kind); }, each);
    if (blocks.empty()) continue;
    to += "## " + escaped(section.heading) + "\n\n";
    if (!section.lead.empty()) to += shown_as_markdown(section.lead) + "\n\n";
    to += blocks;
  }
  return to + "Made by assay. All times are UTC.\n";
}

}  // namespace assay::report
