// The exact reader in the dialect of CPython: expectations are what json.loads(bytes) of CPython 3.11 gave.
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "codec/json.h"

namespace assay::codec {
namespace {

using namespace std::string_view_literals;
using testing::PrintToString;

enum class Order { little, big };

// Code units of `size` bytes.
std::string encoded(const std::u32string& units, int size, Order order) {
  std::string bytes;
  for (const char32_t unit : units) {
    for (int i = 0; i < size; ++i) {
      const int shift = 8 * (order == Order::little ? i : size - 1 - i);
      bytes += static_cast<char>(unit >> shift & 0xFFu);
    }
  }
  return bytes;
}

std::u32string units(std::string_view ascii) { return {ascii.begin(), ascii.end()}; }

class JsonPython : public testing::Test {
 protected:
  // From memory of exactly the text's size, so that a sanitizer sees a read beyond it.
  const JsonNode* read(std::string_view text) {
    const std::vector<char>& exact = texts_.emplace_back(text.begin(), text.end());
    return parse_json({exact.data(), exact.size()}, JsonDialect::python, arena_, &error_);
  }
  std::string_view text_of(std::string_view text) {
    const JsonNode* const node = read(text);
    EXPECT_NE(node, nullptr) << PrintToString(text) << ": " << error_.message;
    return node == nullptr ? "" : node->text;
  }

  std::deque<std::vector<char>> texts_;
  base::Arena arena_;
  JsonError error_;
};

TEST_F(JsonPython, ReadsUtf16AndUtf32InEitherOrderWithAndWithoutMark) {
  for (const Order order : {Order::little, Order::big}) {
    for (const int size : {2, 4}) {
      for (const bool marked : {false, true}) {
        const std::u32string mark = marked ? U"\xFEFF" : U"";
        const std::u32string face = size == 2 ? std::u32string{0xD83D, 0xDE00} : std::u32string{0x1F600};
        const std::string text = encoded(mark + U"{\"a\" : [\"\xE9\u20AC" + face + U"\\u0041\"]}", size, order);
        const JsonNode* const root = read(text);
        ASSERT_NE(root, nullptr) << PrintToString(text) << error_.message;
        ASSERT_NE(root->find("a"), nullptr);
        EXPECT_EQ(root->find("a")->items[0].text,
                  "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"
                  "A");
        EXPECT_EQ(root->find("a")->raw, "[\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\\u0041\"]");
      }
    }
  }
}

TEST_F(JsonPython, GuessesTheEncodingOfShortTexts) {
  for (const std::string_view text : {"1"sv, "1\0"sv, "\0001"sv, "1\0\0\0"sv, "\0\0\0001"sv,
                                      "\xFF\xFE"
                                      "1\0"sv,
                                      "\xFE\xFF\0001"sv, "\xFF\xFE\0\0001\0\0\0"sv, "\0\0\xFE\xFF\0\0\0001"sv,
                                      "\xEF\xBB\xBF"
                                      "1"sv}) {
    EXPECT_EQ(text_of(text), "1") << PrintToString(text);
  }
  EXPECT_EQ(text_of("1\0002\0"sv), "12");
  EXPECT_EQ(text_of("\0001\0002"sv), "12");
  // Three bytes are always UTF-8, in which a null character is no white space.
  EXPECT_EQ(read("1\0\0"sv), nullptr);
  EXPECT_EQ(read("\0001\0"sv), nullptr);
  EXPECT_EQ(read("1 \0"sv), nullptr);
}

TEST_F(JsonPython, TakesOneByteOrderMarkInFrontOnly) {
  EXPECT_EQ(text_of("\xEF\xBB\xBF\"a\""), "a");
  EXPECT_EQ(text_of("\"\xEF\xBB\xBF\""), "\xEF\xBB\xBF");
  for (const std::string_view text :
       {"\xEF\xBB\xBF"sv, "\xFF\xFE"sv, "\xFE\xFF"sv, "\xFF\xFE\0\0"sv, "\0\0\xFE\xFF"sv, ""sv,
        "\xEF\xBB\xBF\xEF\xBB\xBF"
        "1"sv,
        "\xFF\xFE\xFF\xFE"
        "1\0"sv,
        "[1]\xEF\xBB\xBF"sv, " \xEF\xBB\xBF[1]"sv}) {
    EXPECT_EQ(read(text), nullptr) << PrintToString(text);
  }
}

TEST_F(JsonPython, RejectsTruncatedUnits) {
  for (const Order order : {Order::little, Order::big}) {
    for (const int size : {2, 4}) {
      const std::string text = encoded(units("\"ab\""), size, order);
      EXPECT_EQ(text_of(text), "ab");
      for (int missing = 1; missing < size; ++missing) {
        EXPECT_EQ(read(text.substr(0, text.size() - static_cast<std::size_t>(missing))), nullptr);
        EXPECT_STREQ(error_.message, "not UTF-8, UTF-16 or UTF-32");
        EXPECT_EQ(error_.offset, text.size() - static_cast<std::size_t>(size));
        EXPECT_EQ(read(text + std::string(static_cast<std::size_t>(missing), '\0')), nullptr);
        EXPECT_EQ(error_.offset, text.size());
      }
    }
  }
  // A high surrogate with one byte, or nothing, behind it.
  EXPECT_EQ(read("\"\0a\0\"\0\x3D\xD8"sv), nullptr);
  EXPECT_EQ(read("\"\0a\0\"\0\x3D\xD8\0"sv), nullptr);
}

TEST_F(JsonPython, RejectsUtf32BeyondTheLastCharacter) {
  for (const Order order : {Order::little, Order::big}) {
    EXPECT_EQ(text_of(encoded({'"', 0x10FFFF, '"'}, 4, order)), "\xF4\x8F\xBF\xBF");
    EXPECT_EQ(read(encoded({'"', 'a', 0x110000, '"'}, 4, order)), nullptr);
    EXPECT_EQ(error_.offset, 8u);
    EXPECT_EQ(read(encoded({'"', 'a', 0xFFFFFFFF, '"'}, 4, order)), nullptr);
  }
}

TEST_F(JsonPython, LetsSurrogatesPassInEveryEncoding) {
  EXPECT_EQ(text_of("\"\xED\xA0\x80\""), "\xED\xA0\x80");
  EXPECT_EQ(text_of("\xEF\xBB\xBF\"\xED\xBF\xBF\""), "\xED\xBF\xBF");
  for (const Order order : {Order::little, Order::big}) {
    EXPECT_EQ(text_of(encoded({'"', 0xD800, '"'}, 2, order)), "\xED\xA0\x80");
    EXPECT_EQ(text_of(encoded({'"', 'a', 0xD83D, '"'}, 2, order)), "a\xED\xA0\xBD");
    EXPECT_EQ(text_of(encoded({'"', 0xDE00, 0xD83D, '"'}, 2, order)), "\xED\xB8\x80\xED\xA0\xBD");
    EXPECT_EQ(text_of(encoded({'"', 0xD83D, 0xD83D, 0xDE00, '"'}, 2, order)), "\xED\xA0\xBD\xF0\x9F\x98\x80");
    EXPECT_EQ(text_of(encoded({'"', 0xD800, '"'}, 4, order)), "\xED\xA0\x80");
  }
}

TEST_F(JsonPython, JoinsHalvesOnlyInUtf16AndInTwoEscapes) {
  constexpr auto kApart = "\xED\xA0\xBD\xED\xB8\x80"sv;
  constexpr auto kJoined = "\xF0\x9F\x98\x80"sv;
  EXPECT_EQ(text_of(R"("\ud83d\ude00")"), kJoined);
  EXPECT_EQ(text_of(encoded({'"', 0xD83D, 0xDE00, '"'}, 2, Order::little)), kJoined);
  EXPECT_EQ(text_of("\"\xED\xA0\xBD\xED\xB8\x80\""), kApart);
  EXPECT_EQ(text_of("\"\\ud83d\xED\xB8\x80\""), kApart);
  EXPECT_EQ(text_of("\"\xED\xA0\xBD\\ude00\""), kApart);
  EXPECT_EQ(text_of(encoded({'"', 0xD83D, 0xDE00, '"'}, 4, Order::little)), kApart);
}

TEST_F(JsonPython, ReadsNanAndTheInfinitiesAsReals) {
  for (const std::string_view text : {"NaN", "Infinity", "-Infinity"}) {
    const JsonNode* const node = read(text);
    ASSERT_NE(node, nullptr) << text;
    EXPECT_TRUE(node->is(JsonType::real));
    EXPECT_EQ(node->text, text);
    EXPECT_EQ(node->raw, text);
  }
  ASSERT_NE(read("[NaN , -Infinity,Infinity]"), nullptr);
  EXPECT_EQ(read("[NaN , -Infinity,Infinity]")->items.size(), 3u);
  for (const std::string_view text : {"-NaN", "+Infinity", "Inf", "nan", "-I", "infinity", "NaNN", "--Infinity"}) {
    EXPECT_EQ(read(text), nullptr) << text;
  }
}

TEST_F(JsonPython, TakesIntegersOf4300DigitsAndNoLonger) {
  const std::string digits(4300, '1');
  EXPECT_EQ(text_of(digits), digits);
  EXPECT_EQ(text_of('-' + digits), '-' + digits);
  EXPECT_EQ(read(digits + '1'), nullptr);
  EXPECT_STREQ(error_.message, "integer of more than 4300 digits");
  EXPECT_EQ(read('-' + digits + '1'), nullptr);
  EXPECT_EQ(read("{\"a\":[" + digits + "1]}"), nullptr);
  // A real of as many digits is only a float to CPython.
  EXPECT_NE(read(digits + "1.0"), nullptr);
  EXPECT_NE(read(digits + "1e0"), nullptr);
  EXPECT_NE(read("0." + digits + "1"), nullptr);
}

TEST_F(JsonPython, CountsErrorsFromTheByteOrderMarkOn) {
  EXPECT_EQ(read("\xEF\xBB\xBF[1,]"), nullptr);
  EXPECT_EQ(error_.offset, 6u);
  EXPECT_EQ(read("\xEF\xBB\xBF\"\xFF\""), nullptr);
  EXPECT_EQ(error_.offset, 4u);
}

}  // namespace
}  // namespace assay::codec
