// Drawings as SVG elements, well formed for HTML and for XML. The elements name classes; style.h gives the classes
// their colours.
#pragma once

#include <string_view>
#include <vector>

#include "page/markup.h"

namespace assay::page {

enum class Anchor { start, middle, end };

// One drawing. Lengths are user units: a pixel at the natural size; the drawing shrinks with the page. Text, titles and
// classes are escaped. Not thread safe.
class Svg {
 public:
  // Screen readers read `title` in place of the drawing.
  Svg(double width, double height, std::string_view title);

  void rect(double x, double y, double width, double height, std::string_view classes);
  // Lines across a rectangle, from the upper left to the lower right, as a pattern over its colour.
  void hatch(double x, double y, double width, double height, std::string_view classes);
  void line(double x1, double y1, double x2, double y2, std::string_view classes);
  struct Point {
    double x, y;
  };
  void polyline(const std::vector<Point>& points, std::string_view classes);
  void dot(Point at, double radius, std::string_view classes);
  // The baseline is at y.
  void text(double x, double y, Anchor anchor, std::string_view classes, std::string_view text);
  // Ends the drawing and returns it.
  Markup finish();

 private:
  void attribute(Literal name, double value);
  void end_shape(std::string_view classes);
  Markup to_;
};

// Marks of an axis: from 0 in round steps up to `most` or just beyond, such as 0, 500, 1000. At most `count` + 1 marks;
// {0, 1} if `most` is not above 0.
std::vector<double> round_ticks(double most, int count);

}  // namespace assay::page
