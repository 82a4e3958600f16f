#include "page/svg.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <utility>

namespace assay::page {

namespace {

// A number as an attribute's value. Digits, signs and points need no escaping.
Markup number(const char* format, double value) {
  char digits[64];
  std::snprintf(digits, sizeof digits, format, value);
  return text(digits);
}

}  // namespace

Svg::Svg(double width, double height, std::string_view title) {
  const Markup wide = number("%.0f", width), high = number("%.0f", height);
  to_ += "<svg viewBox=\"0 0 " + wide + " " + high + "\" width=\"" + wide + "\" height=\"" + high +
         "\" role=\"img\" xmlns=\"http://www.w3.org/2000/svg\">";
  to_ += "<title>" + page::text(title) + "</title>\n";
}

void Svg::attribute(Literal name, double value) { to_ += " " + Markup(name) + "=\"" + number("%.1f", value) + "\""; }

void Svg::end_shape(std::string_view classes) { to_ += " class=\"" + page::text(classes) + "\"/>\n"; }

void Svg::rect(double x, double y, double width, double height, std::string_view classes) {
  to_ += "<rect";
  attribute("x", x);
  attribute("y", y);
  attribute("width", std::max(width, 0.0));
  attribute("height", height);
  end_shape(classes);
}

void Svg::hatch(double x, double y, double width, double height, std::string_view classes) {
  constexpr double kStep = 5;
  to_ += "<path d=\"";
  // The line x' + y' = at, with x' from the left and y' from the bottom, cut at the borders.
  for (double at = kStep; at < width + height; at += kStep) {
    const double x1 = std::max(0.0, at - height), x2 = std::min(width, at);
    to_ += "M" + number("%.1f", x + x1) + " " + number("%.1f", y + height - (at - x1)) + "L" + number("%.1f", x + x2) +
           " " + number("%.1f", y + height - (at - x2));
  }
  to_ += "\"";
  end_shape(classes);
}

void Svg::line(double x1, double y1, double x2, double y2, std::string_view classes) {
  to_ += "<line";
  attribute("x1", x1);
  attribute("y1", y1);
  attribute("x2", x2);
  attribute("y2", y2);
  end_shape(classes);
}

void Svg::polyline(const std::vector<Point>& points, std::string_view classes) {
  to_ += "<polyline points=\"";
  for (const Point& point : points) to_ += number("%.1f", point.x) + "," + number("%.1f", point.y) + " ";
  to_ += "\"";
  end_shape(classes);
}

void Svg::dot(Point at, double radius, std::string_view classes) {
  to_ += "<circle";
  attribute("cx", at.x);
  attribute("cy", at.y);
  attribute("r", radius);
  end_shape(classes);
}

void Svg::text(double x, double y, Anchor anchor, std::string_view classes, std::string_view text) {
  to_ += "<text";
  attribute("x", x);
  attribute("y", y);
  if (anchor == Anchor::middle) to_ += " text-anchor=\"middle\"";
  if (anchor == Anchor::end) to_ += " text-anchor=\"end\"";
  to_ += " class=\"" + page::text(classes) + "\">" + page::text(text) + "</text>\n";
}

Markup Svg::finish() { return std::move(to_) + "</svg>\n"; }

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
