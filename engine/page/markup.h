// Markup that is escaped by construction: a page is built of Markup only, and text becomes Markup only by being
// escaped.
//
//     Markup row = "<td>" + text(claim) + "</td>";     // text() escapes
//     Markup bad = "<td>" + claim + "</td>";           // does not compile: claim is a std::string
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace assay::page {

// Markup that stands in the source code. Only a constant of the compiler converts to it, so nothing read at run time
// (a claim, a file name, a command line) passes for markup.
class Literal {
 public:
  template <std::size_t N>
  consteval Literal(const char (&markup)[N]) : markup_(markup, N - 1) {}  // NOLINT: implicit on purpose
  constexpr std::string_view view() const noexcept { return markup_; }

 private:
  std::string_view markup_;
};

// A piece of HTML or SVG, well formed as XML too. A plain value.
class Markup {
 public:
  Markup() = default;
  Markup(Literal markup) : html_(markup.view()) {}  // NOLINT: implicit on purpose

  Markup& operator+=(Literal markup) {
    html_ += markup.view();
    return *this;
  }
  Markup& operator+=(const Markup& markup) {
    html_ += markup.html_;
    return *this;
  }
  bool empty() const noexcept { return html_.empty(); }
  const std::string& html() const noexcept { return html_; }

 private:
  friend Markup text(std::string_view plain);
  std::string html_;
};

inline Markup operator+(Markup left, const Markup& right) { return std::move(left += right); }
inline Markup operator+(Markup left, Literal right) { return std::move(left += right); }
inline Markup operator+(Literal left, const Markup& right) { return Markup(left) + right; }

// `plain`, any bytes, as text of an element or as the value of a quoted attribute: the five characters that markup
// reserves become entities. Bytes that are not UTF-8, control characters other than tab and newline, marks of writing
// direction and characters that nobody sees become \uXXXX (codec::append_visible), so that XML 1.0 allows the rest.
Markup text(std::string_view plain);

}  // namespace assay::page
