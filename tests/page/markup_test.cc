#include "page/markup.h"

#include <gtest/gtest.h>

#include <concepts>
#include <string>
#include <type_traits>

namespace assay::page {
namespace {

// Whether `left + right` compiles.
template <class Left, class Right>
concept Joins = requires(Left left, Right right) {
  left + right;
};

// Text that is read at run time cannot become markup unescaped.
static_assert(!std::is_constructible_v<Markup, std::string>);
static_assert(!std::is_constructible_v<Markup, std::string_view>);
static_assert(!std::is_constructible_v<Markup, const char*>);
static_assert(!std::is_constructible_v<Literal, const char*>);
static_assert(!Joins<Markup, std::string>);
static_assert(!Joins<std::string, Markup>);
static_assert(!Joins<Markup, const char*>);
static_assert(Joins<Markup, Markup>);

TEST(Markup, EscapesTheFiveCharactersThatMarkupReserves) {
  EXPECT_EQ(text("<a href=\"x\">'&'</a>").html(), "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
}

TEST(Markup, ShowsControlCharactersAsEscapesButTabAndNewline) {
  EXPECT_EQ(text(std::string_view("a\0b\x01\x1b\r", 6)).html(), "a\\u0000b\\u0001\\u001b\\u000d");
  EXPECT_EQ(text("a\tb\nc").html(), "a\tb\nc");
}

TEST(Markup, ShowsWhatIsNotUtf8AndWhatTurnsTheDirectionOfWriting) {
  EXPECT_EQ(text("\xff<\xe2\x80\xae>").html(), "\\ufffd&lt;\\u202e&gt;");
  EXPECT_EQ(text("\xef\xbf\xbf").html(), "\\uffff");  // XML 1.0 allows no U+FFFF
}

TEST(Markup, LeavesLiteralsAndOtherMarkupAlone) {
  const Markup cell = "<td>" + text("a&b") + "</td>";
  EXPECT_EQ(("<tr>" + cell + cell + "</tr>").html(), "<tr><td>a&amp;b</td><td>a&amp;b</td></tr>");
  EXPECT_TRUE(Markup().empty());
  EXPECT_FALSE(cell.empty());
}

}  // namespace
}  // namespace assay::page
