#include <gtest/gtest.h>

#include <string>

#include "codec/json.h"
#include "support/random.h"

namespace assay::codec {
namespace {

using namespace std::string_view_literals;
using test::StructuredRandom;
using testing::PrintToString;

std::string written(std::string_view text) {
  std::string out = "before";
  append_json_string(out, text);
  EXPECT_TRUE(out.starts_with("before"));
  // The same into memory, within the room that is promised.
  std::string memory(json_string_room(text.size()), '\0');
  memory.resize(static_cast<std::size_t>(write_json_string(memory.data(), text) - memory.data()));
  EXPECT_EQ(memory, out.substr(6));
  return out.substr(6);
}

class JsonWrite : public testing::Test {
 protected:
  // `text` read in a dialect and written on one line, which must be JSON again.
  std::string line(std::string_view text, JsonDialect dialect = JsonDialect::python) {
    const JsonNode* const node = parse_json(text, dialect, arena_);
    EXPECT_NE(node, nullptr) << PrintToString(text);
    std::string out;
    if (node != nullptr) append_json_line(out, *node);
    expect_one_line_of_json(out);
    return out;
  }
  void expect_one_line_of_json(std::string_view out) {
    EXPECT_EQ(out.find_first_of("\r\n"), out.npos) << PrintToString(out);
    EXPECT_NE(parse_json(out, JsonDialect::rfc8259, arena_), nullptr) << PrintToString(out);
  }
  std::string_view read_back(std::string_view json) {
    const JsonNode* const node = parse_json(json, JsonDialect::rfc8259, arena_);
    EXPECT_NE(node, nullptr) << PrintToString(json);
    return node == nullptr ? "" : node->text;
  }

  base::Arena arena_;
};

TEST_F(JsonWrite, WritesPlainTextAsItIs) {
  EXPECT_EQ(written(""), "\"\"");
  EXPECT_EQ(written("read write"), "\"read write\"");
  EXPECT_EQ(written("a/b<c>&'d'"), "\"a/b<c>&'d'\"");
  EXPECT_EQ(written("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80\"");
}

TEST_F(JsonWrite, EscapesQuoteBackslashAndEachControlCharacter) {
  EXPECT_EQ(written("\"\\\b\f\n\r\t"), R"("\"\\\b\f\n\r\t")");
  EXPECT_EQ(written("\0\x01\x0B\x1B\x1F"sv), R"("\u0000\u0001\u000b\u001b\u001f")");
  EXPECT_EQ(written("\x7F"), R"("\u007f")");
  EXPECT_EQ(written("\xE2\x80\xA8\xE2\x80\xAA\xE2\x81\xA6\xE2\x80\x90"), "\"\\u2028\\u202a\\u2066\xE2\x80\x90\"");
  EXPECT_EQ(written("\xC2\x80\xC2\x9B\xC2\x9F\xC2\xA0"), "\"\\u0080\\u009b\\u009f\xC2\xA0\"");
}

TEST_F(JsonWrite, WritesEachAsciiCharacterSoThatItReadsBack) {
  for (int c = 0; c < 0x80; ++c) {
    const std::string text(1, static_cast<char>(c));
    const std::string json = written(text);
    EXPECT_EQ(read_back(json), text) << c;
    for (const char out : json) EXPECT_TRUE(out >= 0x20 && out < 0x7F) << c;
  }
}

TEST_F(JsonWrite, ReplacesBytesThatAreNotUtf8OneByOne) {
  EXPECT_EQ(written("\xFF"), R"("\ufffd")");
  EXPECT_EQ(written("a\x80z"), R"("a\ufffdz")");
  EXPECT_EQ(written("\xC3"), R"("\ufffd")");
  EXPECT_EQ(written("\xE2\x82"), R"("\ufffd\ufffd")");
  EXPECT_EQ(written(std::string_view("\xE2\x82\xAC").substr(0, 2)), R"("\ufffd\ufffd")");
  EXPECT_EQ(written("\xC0\x80"), R"("\ufffd\ufffd")");
  EXPECT_EQ(written("\xC3\"x"), R"("\ufffd\"x")");
  EXPECT_EQ(written("\xF4\x90\x80\x80"), R"("\ufffd\ufffd\ufffd\ufffd")");
}

TEST_F(JsonWrite, EscapesControlCharactersThatAValueHoldsRaw) {
  EXPECT_EQ(line("[\"\xE2\x80\xA8\xE2\x80\xA9\xE2\x80\xAE\xE2\x81\xA9\xD8\x9C\xE2\x80\x8E\xE2\x82\xAC\"]"),
            "[\"\\u2028\\u2029\\u202e\\u2069\\u061c\\u200e\xE2\x82\xAC\"]");
  EXPECT_EQ(line("{\"a\x7F\":[\"\xC2\x80\xC2\x9B\\\\\xC2\x9F\"]}"), R"({"a\u007f":["\u0080\u009b\\\u009f"]})");
  EXPECT_EQ(line("\"\xC2\xA0\xC2\xA9\xC3\x80~\""), "\"\xC2\xA0\xC2\xA9\xC3\x80~\"");
}

TEST_F(JsonWrite, WritesSurrogatesAsEscapes) {
  EXPECT_EQ(written("\xED\xA0\x80"), R"("\ud800")");
  EXPECT_EQ(written("a\xED\xBF\xBF"
                    "b"),
            R"("a\udfffb")");
  EXPECT_EQ(written("\xED\xA0\xBD\xED\xB8\x80"), R"("\ud83d\ude00")");
  EXPECT_EQ(written("\xED\x9F\xBF\xEE\x80\x80"), "\"\xED\x9F\xBF\xEE\x80\x80\"");
}

TEST_F(JsonWrite, FindsOneSpecialCharacterAtEveryOffsetOfLongText) {
  const std::pair<std::string_view, std::string_view> specials[] = {
      {"\"", "\\\""},
      {"\\", "\\\\"},
      {"\n", "\\n"},
      {"\0"sv, "\\u0000"},
      {"\x1F", "\\u001f"},
      {"\x7F", "\\u007f"},
      {"\xC2\x80", "\\u0080"},
      {"\xED\xA0\x80", "\\ud800"},
      {"\xFF", "\\ufffd"},
      {"\x80", "\\ufffd"},
      {"\xC3\xA9", "\xC3\xA9"},
      {" ", " "},
      {"!", "!"},
      {"#", "#"},
      {"[", "["},
      {"]", "]"},
      {"~", "~"},
      {"\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
  };
  for (const auto& [special, escaped] : specials) {
    for (std::size_t offset = 0; offset <= 40; ++offset) {
      for (const std::size_t rest : {0u, 1u, 7u, 8u, 20u}) {
        const std::string before(offset, 'a');
        const std::string after(rest, '#');
        EXPECT_EQ(written(before + std::string(special) + after), '"' + before + std::string(escaped) + after + '"')
            << PrintToString(special) << " at " << offset;
      }
    }
  }
}

TEST_F(JsonWrite, FindsEachByteBesideEachOtherInOneWord) {
  // A borrow between the bytes of a word must hide none of them.
  for (int first = 0; first < 0x80; ++first) {
    for (int second = 0; second < 0x80; ++second) {
      std::string text(8, 'a');
      text[3] = static_cast<char>(first);
      text[4] = static_cast<char>(second);
      const std::string json = written(text);
      ASSERT_EQ(read_back(json), text) << first << ' ' << second;
      arena_.reset();
    }
  }
}

TEST_F(JsonWrite, WritesValidJsonOfAnyBytes) {
  auto random = StructuredRandom::announced("WritesValidJsonOfAnyBytes");
  for (int i = 0; i < 5000; ++i) {
    arena_.reset();
    const std::string bytes = random.bytes(random.size(200));
    expect_one_line_of_json(written(bytes));
  }
}

TEST_F(JsonWrite, WritesAValueAsItWasWrittenOnOneLine) {
  EXPECT_EQ(line(R"({"a":1.50,"a":[1e5,-0],"b":"\u0041\/"})"), R"({"a":1.50,"a":[1e5,-0],"b":"\u0041\/"})");
  EXPECT_EQ(line(" {\r\n\t\"a\" :\n1\n} \n"), "{  \t\"a\" : 1 }");
  EXPECT_EQ(line("[\"a\\nb\",\n\"\\\"\\\\\",\"\\\\\"]"), "[\"a\\nb\", \"\\\"\\\\\",\"\\\\\"]");
  EXPECT_EQ(line("[true,false,null,{},[]]"), "[true,false,null,{},[]]");
  EXPECT_EQ(line("\"\xC3\xA9\xF0\x9F\x98\x80\""), "\"\xC3\xA9\xF0\x9F\x98\x80\"");
}

TEST_F(JsonWrite, WritesOnlyTheValueItWasGiven) {
  const JsonNode* const root = parse_json("{\"a\":[1,\n2],\"b\":3}", JsonDialect::rfc8259, arena_);
  ASSERT_NE(root, nullptr);
  std::string out = "x";
  append_json_line(out, *root->find("a"));
  EXPECT_EQ(out, "x[1, 2]");
}

TEST_F(JsonWrite, WritesNanAndTheInfinitiesAsNullButNotInStrings) {
  EXPECT_EQ(line("NaN"), "null");
  EXPECT_EQ(line("[NaN,Infinity , -Infinity]"), "[null,null , null]");
  EXPECT_EQ(line("{\"NaN\":NaN,\"Infinity\":\"-Infinity, NaN\"}"), "{\"NaN\":null,\"Infinity\":\"-Infinity, NaN\"}");
}

TEST_F(JsonWrite, WritesSurrogatesOfAValueAsEscapes) {
  EXPECT_EQ(line("\"\xED\xA0\x80\""), R"("\ud800")");
  EXPECT_EQ(line("{\"\xED\xB0\x80\":\"\\ud800\"}"), R"({"\udc00":"\ud800"})");
  EXPECT_EQ(line("\"\0\x3D\xD8\"\0"sv), R"("\ud83d")");
}

TEST_F(JsonWrite, WritesUtf16AsUtf8) { EXPECT_EQ(line("[\0\"\0\xE9\0\"\0]\0"sv), "[\"\xC3\xA9\"]"); }

TEST_F(JsonWrite, MakesIntegersReadableThatCpythonWouldRefuse) {
  const std::string digits(4300, '9');
  const auto strict = [this](const std::string& text) { return line(text, JsonDialect::rfc8259); };
  EXPECT_EQ(strict(digits), digits);
  EXPECT_EQ(strict('-' + digits), '-' + digits);
  EXPECT_EQ(strict(digits + '9'), digits + "9e0");
  EXPECT_EQ(strict('-' + digits + '9'), '-' + digits + "9e0");
  EXPECT_EQ(strict("{\"a\":[" + digits + "9,1]}"), "{\"a\":[" + digits + "9e0,1]}");
  EXPECT_EQ(strict(digits + "9.5"), digits + "9.5");
  EXPECT_EQ(strict(digits + "9E1"), digits + "9E1");
  EXPECT_EQ(strict('"' + digits + "9\""), '"' + digits + "9\"");
  // So the line is one that the dialect of CPython takes.
  EXPECT_NE(parse_json(strict(digits + '9'), JsonDialect::python, arena_), nullptr);
}

TEST_F(JsonWrite, WritesOneLineOfEqualJsonOfWhateverItReads) {
  auto random = StructuredRandom::announced("WritesOneLineOfEqualJsonOfWhateverItReads");
  const std::string_view document = "{\"a\":[1,NaN,\n-2.5e+3,\"x\\u0041\xED\xA0\x80\\\\\"],\r\"b\":{\"c\":-Infinity}}";
  int good = 0;
  for (int i = 0; i < 20'000; ++i) {
    arena_.reset();
    const std::string text = random.corrupted(document);
    const JsonNode* const node = parse_json(text, JsonDialect::python, arena_);
    if (node == nullptr) continue;
    ++good;
    std::string once;
    append_json_line(once, *node);
    expect_one_line_of_json(once);
    const JsonNode* const again = parse_json(once, JsonDialect::rfc8259, arena_);
    ASSERT_NE(again, nullptr) << PrintToString(text);
    ASSERT_EQ(again->members.size(), node->members.size());
    for (std::size_t m = 0; m < node->members.size(); ++m) {
      EXPECT_EQ(again->members[m].name, node->members[m].name) << PrintToString(text);
    }
    std::string twice;
    append_json_line(twice, *again);
    EXPECT_EQ(twice, once);
  }
  EXPECT_GT(good, 100);
}

TEST(Visible, EscapesWhatNobodySeesAndLeavesTheRest) {
  const auto visible = [](std::string_view text) {
    std::string to;
    append_visible(to, text);
    return to;
  };
  EXPECT_EQ(visible("plain, \"quoted\" <ü €>"), "plain, \"quoted\" <ü €>");
  EXPECT_EQ(visible("a\0b\n\x7f"sv), "a\\u0000b\\u000a\\u007f");
  EXPECT_EQ(visible("\xe2\x80\xae|\xe2\x80\x8b|\xef\xbb\xbf"), "\\u202e|\\u200b|\\ufeff");  // RLO, no width, BOM
  EXPECT_EQ(visible("\xff|\xc3"), "\\ufffd|\\ufffd");
  EXPECT_EQ(visible("\xed\xa0\x80"), "\\ufffd\\ufffd\\ufffd");  // a surrogate
  EXPECT_EQ(visible("\xef\xbf\xbf|\xef\xb7\x90|\xf3\xa0\x80\xa1"),
            "\\uffff|\\ufdd0|\\udb40\\udc21");  // U+FFFF, U+FDD0, a tag
}

}  // namespace
}  // namespace assay::codec
