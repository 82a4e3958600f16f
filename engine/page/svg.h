// Drawings as SVG elements, well formed for HTML and for XML. Colours are the page's: classes, no values.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace assay::page {

// `text` with the five characters that markup reserves written as entities, and control characters as U+FFFD.
std::string escaped(std::string_view text);

enum class Anchor { start, middle, end };

// Lengths are user units, a pixel at the natural size; the drawing shrinks with the page. Not thread safe.
class Svg {
 public:
  // `title` is what is read out in place of the drawing.
  Svg(double width, double height, std::string_view title);

  void rect(double x, double y, double width, double height, std::string_view classes);
  void line(double x1, double y1, double x2, double y2, std::string_view classes);
  struct Point {
    double x, y;
  };
  void polyline(const std::vector<Point>& points, std::string_view classes);
  void dot(Point at, double radius, std::string_view classes);
  // The baseline is at y.
  void text(double x, double y, Anchor anchor, std::string_view classes, std::string_view text);
  // Ends the drawing.
  std::string finish();

 private:
  void attribute(const char* name, double value);
  std::string to_;
};

// From 0 in round steps to `most` or just beyond: 0, 500, 1000. At most `count` + 1 of them; {0, 1} for nothing to
// show.
std::vector<double> round_ticks(double most, int count);

}  // namespace assay::page
