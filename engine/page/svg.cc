#include "page/svg.h"

#include <cmath>
#include <cstdio>

namespace assay::page {

std::string escaped(std::string_view text) {
  std::string to;
  for (const char c : text) {
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
        // XML 1.0 has no place for other control characters.
        if (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n') {
          to += "\xEF\xBF\xBD";
        } else {
          to += c;
        }
    }
  }
  return to;
}

Svg::Svg(double width, double height, std::string_view title) {
  char head[160];
  std::snprintf(head, sizeof head,
                "<svg viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\" role=\"img\" "
                "xmlns=\"http://www.w3.org/2000/svg\">",
                width, height, width, height);
  to_ = head;
  to_ += "<title>" + escaped(title) + "</title>\n";
}

void Svg::attribute(const char* name, double value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.1f", value);
  to_ += std::string(" ") + name + "=\"" + text + "\"";
}

void Svg::rect(double x, double y, double width, double height, std::string_view classes) {
  to_ += "<rect";
  attribute("x", x);
  attribute("y", y);
  attribute("width", std::max(width, 0.0));
  attribute("height", height);
  to_.append(" class=\"").append(classes).append("\"/>\n");
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view classes) {
  to_ += "<line";
  attribute("x1", x1);
  attribute("y1", y1);
  attribute("x2", x2);
  attribute("y2", y2);
  to_.append(" class=\"").append(classes).append("\"/>\n");
}

void Svg::polyline(const std::vector<Point>& points, std::string_view classes) {
  to_ += "<polyline points=\"";
  for (const Point& point : points) {
    char text[64];
    std::snprintf(text, sizeof text, "%.1f,%.1f ", point.x, point.y);
    to_ += text;
  }
  to_.append("\" class=\"").append(classes).append("\"/>\n");
}

void Svg::dot(Point at, double radius, std::string_view classes) {
  to_ += "<circle";
  attribute("cx", at.x);
  attribute("cy", at.y);
  attribute("r", radius);
  to_.append(" class=\"").append(classes).append("\"/>\n");
}

void Svg::text(double x, double y, Anchor anchor, std::string_view classes, std::string_view text) {
  to_ += "<text";
  attribute("x", x);
  attribute("y", y);
  if (anchor != Anchor::start) to_ += anchor == Anchor::end ? " text-anchor=\"end\"" : " text-anchor=\"middle\"";
  to_.append(" class=\"").append(classes).append("\">").append(escaped(text)).append("</text>\n");
}

std::string Svg::finish() { return to_ + "</svg>\n"; }

std::vector<double> round_ticks(double most, int count) {
  if (!(most > 0)) return {0, 1};
  const double rough = most / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double times : {1.0, 2.0, 5.0}) {
    if (times * power >= rough * 0.999999) {
      step = times * power;
      break;
    }
  }
  std::vector<double> ticks;
  for (int i = 0; ticks.empty() || ticks.back() < most * 0.999999; ++i) ticks.push_back(i * step);
  return ticks;
}

}  // namespace assay::page
