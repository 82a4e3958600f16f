// The exact reader in the dialect of RFC 8259, and what both dialects share.
#include "codec/json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/random.h"

namespace assay::codec {
namespace {

using namespace std::string_view_literals;
using testing::ElementsAre;
using testing::PrintToString;

constexpr JsonDialect kBoth[] = {JsonDialect::rfc8259, JsonDialect::python};

class Json : public testing::Test {
 protected:
  const JsonNode* read(std::string_view text, JsonDialect dialect = JsonDialect::rfc8259) {
    return parse_json(text, dialect, arena_, &error_);
  }
  // The value of a text that both dialects must take alike.
  const JsonNode& value(std::string_view text) {
    const JsonNode* const python = read(text, JsonDialect::python);
    const JsonNode* const node = read(text);
    EXPECT_TRUE(python != nullptr && node != nullptr) << PrintToString(text) << ": " << error_.message;
    static const JsonNode kNothing;
    if (node == nullptr || python == nullptr) return kNothing;
    EXPECT_EQ(node->type, python->type);
    EXPECT_EQ(node->text, python->text);
    return *node;
  }

  base::Arena arena_;
  JsonError error_;
};

TEST_F(Json, ReadsEachTypeOfValue) {
  EXPECT_TRUE(value("null").is(JsonType::null));
  EXPECT_TRUE(value("true").is(JsonType::boolean));
  EXPECT_TRUE(value("true").truth);
  EXPECT_TRUE(value("false").is(JsonType::boolean));
  EXPECT_FALSE(value("false").truth);
  EXPECT_TRUE(value("12").is(JsonType::integer));
  EXPECT_TRUE(value("1.5").is(JsonType::real));
  EXPECT_TRUE(value("\"a\"").is(JsonType::string));
  EXPECT_TRUE(value("[]").is(JsonType::array));
  EXPECT_TRUE(value("{}").is(JsonType::object));
}

TEST_F(Json, KeepsNumbersAsWritten) {
  for (const std::string_view text : {"0", "-0", "7", "10", "-1", "9223372036854775808", "123456789012345678901234"}) {
    EXPECT_TRUE(value(text).is(JsonType::integer)) << text;
    EXPECT_EQ(value(text).text, text);
  }
  for (const std::string_view text :
       {"0.0", "-0.0", "1.0", "1e0", "1E5", "1e+5", "1e-5", "0e1", "1.25E-300", "1e400"}) {
    EXPECT_TRUE(value(text).is(JsonType::real)) << text;
    EXPECT_EQ(value(text).text, text);
  }
}

TEST_F(Json, RejectsNumbersThatTheGrammarDoesNotHave) {
  for (const JsonDialect dialect : kBoth) {
    for (const std::string_view text :
         {"-",        "+1",       "01",   "-01",       "00",  ".1",  "-.1", "1.",    "1.e1", "1e",
          "1e+",      "1e-",      "1E",   "0x1",       "1_0", "1,0", "- 1", "1e5.5", "--1",  "1a",
          "\xC2\xB2", "\xD9\xA1", "-NaN", "+Infinity", "Inf", "nan", "-I",  "NaNa"}) {
      EXPECT_EQ(read(text, dialect), nullptr) << text;
    }
  }
}

TEST_F(Json, TakesTheWordsOnlyAsTheyAreSpelled) {
  for (const JsonDialect dialect : kBoth) {
    for (const std::string_view text :
         {"True", "TRUE", "tru", "truee", "nul", "nulll", "None", "fals", "falsefalse", "t", "undefined", "NUL"}) {
      EXPECT_EQ(read(text, dialect), nullptr) << text;
    }
  }
}

TEST_F(Json, SkipsTheFourKindsOfWhiteSpaceAndNoOther) {
  const JsonNode& root = value(" \t\r\n{ \t\r\n\"a\" \t\r\n: \t\r\n[ \t\r\n1 \t\r\n, \t\r\n2 \t\r\n] \t\r\n} \t\r\n");
  ASSERT_NE(root.find("a"), nullptr);
  EXPECT_EQ(root.find("a")->items.size(), 2u);
  for (const JsonDialect dialect : kBoth) {
    for (const std::string_view space : {"\v"sv, "\f"sv, "\0"sv, "\xC2\xA0"sv, "\xE2\x80\xA8"sv, "/**/"sv, "#\n"sv}) {
      EXPECT_EQ(read(std::string(space) + "[1]", dialect), nullptr) << PrintToString(space);
      EXPECT_EQ(read("[1]" + std::string(space), dialect), nullptr) << PrintToString(space);
      EXPECT_EQ(read("[1" + std::string(space) + "]", dialect), nullptr) << PrintToString(space);
    }
  }
}

TEST_F(Json, RejectsBrokenStructure) {
  for (const JsonDialect dialect : kBoth) {
    for (const std::string_view text : {"",
                                        " ",
                                        "{",
                                        "}",
                                        "[",
                                        "]",
                                        "[1",
                                        "[1,",
                                        "[1,]",
                                        "[,1]",
                                        "[,]",
                                        "[1 2]",
                                        "[1}",
                                        "{]",
                                        "{1:2}",
                                        "{\"a\"}",
                                        "{\"a\":",
                                        "{\"a\":}",
                                        "{a:1}",
                                        "{'a':1}",
                                        "{\"a\":1,}",
                                        "{,}",
                                        "{\"a\":1 \"b\":2}",
                                        "{\"a\"=1}",
                                        "{\"a\":1",
                                        "{\"a\":1,",
                                        "{\"a\":1]",
                                        "1 2",
                                        "[]]",
                                        "{}{}",
                                        "[] []",
                                        "\"a\"\"b\"",
                                        "{\"a\":1}x",
                                        ",",
                                        ":",
                                        "{null:1}",
                                        "[1,,2]",
                                        "{\"a\"::1}"}) {
      EXPECT_EQ(read(text, dialect), nullptr) << text;
    }
  }
}

TEST_F(Json, UndoesEachEscape) {
  EXPECT_EQ(value(R"("\"\\\/\b\f\n\r\t")").text, "\"\\/\b\f\n\r\t");
  EXPECT_EQ(value(R"("\u0041\u00e9\u20AC\uFFFF")").text, "A\xC3\xA9\xE2\x82\xAC\xEF\xBF\xBF");
  EXPECT_EQ(value(R"("\u0000")").text, "\0"sv);
  EXPECT_EQ(value(R"("\ud83d\ude00")").text, "\xF0\x9F\x98\x80");
  EXPECT_EQ(value(R"("\uD83D\uDE00")").text, "\xF0\x9F\x98\x80");
  EXPECT_EQ(value(R"("\uDBFF\uDFFF")").text, "\xF4\x8F\xBF\xBF");
  EXPECT_EQ(value(R"("a\tb\u0063d")").text, "a\tbcd");
  EXPECT_EQ(value(R"({"\u0061\/":1})").members[0].name, "a/");
}

TEST_F(Json, KeepsLoneSurrogateEscapesAsTheirThreeBytes) {
  // What CPython 3.11 gives, code unit for code unit.
  EXPECT_EQ(value(R"("\ud800")").text, "\xED\xA0\x80");
  EXPECT_EQ(value(R"("\udc00\ud800")").text, "\xED\xB0\x80\xED\xA0\x80");
  EXPECT_EQ(value(R"("\ud800\u0041")").text,
            "\xED\xA0\x80"
            "A");
  EXPECT_EQ(value(R"("\ud83d\ud83d\ude00")").text, "\xED\xA0\xBD\xF0\x9F\x98\x80");
  EXPECT_EQ(value(R"("\ud83dx\ude00")").text, "\xED\xA0\xBDx\xED\xB8\x80");
  EXPECT_EQ(value(R"("\ud83d\\ude00")").text, "\xED\xA0\xBD\\ude00");
}

TEST_F(Json, RejectsEscapesThatTheGrammarDoesNotHave) {
  for (const JsonDialect dialect : kBoth) {
    for (const std::string_view text :
         {R"("\)",       R"("\")",         R"("\a")",     R"("\x41")",     R"("\'")",          R"("\0")",
          R"("\U0041")", R"("\u")",        R"("\u12")",   R"("\u123")",    R"("\u 123")",      R"("\u+123")",
          R"("\u0x12")", R"("\u12_3")",    R"("\u123g")", R"("\ud83d\u")", R"("\ud83d\ude0")", R"("\ud83d\)",
          "\"\\\n\"",    "\"\\\xC3\xA9\"", R"("\u00)"}) {
      EXPECT_EQ(read(text, dialect), nullptr) << text;
    }
  }
}

TEST_F(Json, RejectsControlCharactersInStringsAndNoOthers) {
  for (int c = 0; c < 0x80; ++c) {
    const std::string plain = std::string("\"long enough ") + static_cast<char>(c) + "\"";
    const std::string after_escape = std::string("\"\\n") + static_cast<char>(c) + " \"";
    const bool quote_or_escape = c == '"' || c == '\\';
    for (const JsonDialect dialect : kBoth) {
      EXPECT_EQ(read(plain, dialect) != nullptr, c >= 0x20 && !quote_or_escape) << c;
      EXPECT_EQ(read(after_escape, dialect) != nullptr, c >= 0x20 && !quote_or_escape) << c;
    }
  }
}

TEST_F(Json, RejectsUnterminatedStrings) {
  for (const JsonDialect dialect : kBoth) {
    for (const std::string_view text : {"\"", "\"a", "\"a\\\"", "{\"a", "[\"", "\"\\\\\\\"", "'a'", "\"a\n"}) {
      EXPECT_EQ(read(text, dialect), nullptr) << text;
    }
  }
}

TEST_F(Json, TakesEveryCharacterOfUtf8) {
  const std::string_view edges[] = {"\x7F",         "\xC2\x80",         "\xDF\xBF",     "\xE0\xA0\x80",
                                    "\xED\x9F\xBF", "\xEE\x80\x80",     "\xEF\xBF\xBF", "\xF0\x90\x80\x80",
                                    "\xEF\xBB\xBF", "\xF4\x8F\xBF\xBF", "\xE2\x80\xA8"};
  for (const std::string_view character : edges) {
    EXPECT_EQ(value('"' + std::string(character) + '"').text, character) << PrintToString(character);
  }
}

TEST_F(Json, RejectsWhatIsNotUtf8WhereverItStands) {
  // RFC 3629 §3: stray and missing continuations, overlong forms, and beyond U+10FFFF.
  const std::string_view faults[] = {"\x80",
                                     "\xBF",
                                     "\xC0\x80",
                                     "\xC1\xBF",
                                     "\xC3",
                                     "\xC3(",
                                     "\xE0\x80\x80",
                                     "\xE0\x9F\xBF",
                                     "\xE2\x82",
                                     "\xE2(\x82",
                                     "\xF0\x80\x80\x80",
                                     "\xF0\x8F\xBF\xBF",
                                     "\xF0\x9F\x98",
                                     "\xF4\x90\x80\x80",
                                     "\xF5\x80\x80\x80",
                                     "\xF8\x88\x80\x80\x80",
                                     "\xFE",
                                     "\xFF"};
  for (const JsonDialect dialect : kBoth) {
    for (const std::string_view fault : faults) {
      for (std::size_t offset = 0; offset <= 17; ++offset) {
        const std::string text = '"' + std::string(offset, 'a') + std::string(fault) + "bc\"";
        EXPECT_EQ(read(text, dialect), nullptr) << PrintToString(text);
        EXPECT_EQ(error_.offset, offset + 1) << PrintToString(text);
      }
      EXPECT_EQ(read("[1]" + std::string(fault), dialect), nullptr) << PrintToString(fault);
      EXPECT_EQ(read(std::string(fault) + "[1]", dialect), nullptr) << PrintToString(fault);
    }
  }
}

TEST_F(Json, RejectsACharacterWhoseRestLiesBehindTheText) {
  for (const std::string_view character : {"\xC3\xA9", "\xE2\x82\xAC", "\xF0\x9F\x98\x80"}) {
    const std::string whole = '"' + std::string(character) + '"';
    for (std::size_t size = 2; size <= character.size(); ++size) {
      for (const JsonDialect dialect : kBoth) {
        EXPECT_EQ(read(std::string_view(whole).substr(0, size), dialect), nullptr);
        EXPECT_EQ(error_.offset, 1u) << PrintToString(whole) << ' ' << size;
      }
    }
  }
}

TEST_F(Json, RejectsSurrogatesAndAByteOrderMarkByRfc8259) {
  for (const std::string_view text : {"\"\xED\xA0\x80\"", "\"\xED\xBF\xBF\"", "\"\xED\xA0\xBD\xED\xB8\x80\"",
                                      "\xEF\xBB\xBF{}", "\xEF\xBB\xBF", "[]\xEF\xBB\xBF"}) {
    EXPECT_EQ(read(text), nullptr) << PrintToString(text);
  }
  EXPECT_EQ(read("{\0}\0"sv), nullptr);
  EXPECT_EQ(read("\xFF\xFE{\0}\0"sv), nullptr);
}

TEST_F(Json, RejectsNanAndInfinityByRfc8259) {
  for (const std::string_view text : {"NaN", "Infinity", "-Infinity", "[NaN]", "{\"a\":-Infinity}"}) {
    EXPECT_EQ(read(text), nullptr) << text;
  }
}

TEST_F(Json, TakesAnyNumberOfDigitsByRfc8259) {
  const std::string digits(20000, '7');
  ASSERT_NE(read(digits), nullptr);
  EXPECT_EQ(read(digits)->text, digits);
}

std::string nested(int depth, std::string_view open, std::string_view inner, std::string_view close) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += open;
  text += inner;
  for (int i = 0; i < depth; ++i) text += close;
  return text;
}

TEST_F(Json, NestsToTheLimitAndNoDeeper) {
  static_assert(kJsonMaxDepth == 960 && kPythonMaxDepth == 980);
  for (const JsonDialect dialect : kBoth) {
    const int most = dialect == JsonDialect::python ? kPythonMaxDepth : kJsonMaxDepth;
    for (const int depth : {most - 1, most, most + 1}) {
      const bool good = depth <= most;
      EXPECT_EQ(read(nested(depth, "[", "", "]"), dialect) != nullptr, good) << depth;
      EXPECT_EQ(read(nested(depth, "[", "1", "]"), dialect) != nullptr, good) << depth;
      EXPECT_EQ(read(nested(depth - 1, "{\"a\":", "{}", "}"), dialect) != nullptr, good) << depth;
      EXPECT_EQ(read(nested(depth - 1, "[", "{}", "]"), dialect) != nullptr, good) << depth;
    }
    EXPECT_EQ(read(nested(100'000, "[", "", ""), dialect), nullptr);
    EXPECT_STREQ(error_.message, "nested too deeply");
    // Width is not depth.
    EXPECT_NE(read("[" + nested(5000, "[],", "[]", "") + "]", dialect), nullptr);
  }
}

TEST_F(Json, KeepsMembersInOrderWithDuplicatesAndFindsTheLast) {
  const JsonNode& root = value(R"({"b":1,"a":2,"b":3,"\u0062":4,"":5})");
  std::vector<std::string_view> names;
  for (const JsonMember& member : root.members) names.push_back(member.name);
  EXPECT_THAT(names, ElementsAre("b", "a", "b", "b", ""));
  ASSERT_NE(root.find("b"), nullptr);
  EXPECT_EQ(root.find("b")->text, "4");
  EXPECT_EQ(root.find("a")->text, "2");
  EXPECT_EQ(root.find("")->text, "5");
  EXPECT_EQ(root.find("c"), nullptr);
  EXPECT_EQ(root.find("a")->find("a"), nullptr);
}

TEST_F(Json, TellsNamesThatHoldANullCharacterApart) {
  const JsonNode& root = value(R"({"a\u0000b":1,"a":2})");
  EXPECT_EQ(root.find("a")->text, "2");
  EXPECT_EQ(root.find("a\0b"sv)->text, "1");
}

TEST_F(Json, GivesEachValueAsItWasWritten) {
  const JsonNode& root = value(" {\"a\" : [ 1.50 , \"x\\u0041\" ] , \"b\":{ } } ");
  EXPECT_EQ(root.raw, "{\"a\" : [ 1.50 , \"x\\u0041\" ] , \"b\":{ } }");
  EXPECT_EQ(root.find("a")->raw, "[ 1.50 , \"x\\u0041\" ]");
  EXPECT_EQ(root.find("a")->items[0].raw, "1.50");
  EXPECT_EQ(root.find("a")->items[1].raw, "\"x\\u0041\"");
  EXPECT_EQ(root.find("a")->items[1].text, "xA");
  EXPECT_EQ(root.find("b")->raw, "{ }");
}

TEST_F(Json, KeepsItemsOfNestedArraysApart) {
  const JsonNode& root = value("[1,[2,[],3],{\"a\":[4,5],\"b\":6},7]");
  ASSERT_EQ(root.items.size(), 4u);
  ASSERT_EQ(root.items[1].items.size(), 3u);
  EXPECT_EQ(root.items[1].items[0].text, "2");
  EXPECT_TRUE(root.items[1].items[1].items.empty());
  EXPECT_EQ(root.items[1].items[2].text, "3");
  ASSERT_EQ(root.items[2].members.size(), 2u);
  EXPECT_EQ(root.items[2].find("a")->items[1].text, "5");
  EXPECT_EQ(root.items[3].text, "7");
}

TEST_F(Json, SaysWhereAndWhyReadingStopped) {
  const auto stops = [&](std::string_view text, std::size_t offset, const char* message) {
    error_ = {};
    EXPECT_EQ(read(text), nullptr) << text;
    EXPECT_EQ(error_.offset, offset) << text;
    EXPECT_STREQ(error_.message, message) << text;
  };
  stops("", 0, "expected a value");
  stops("{\"a\":1 x", 7, "expected ',' or '}'");
  stops("[1 2]", 3, "expected ',' or ']'");
  stops("{\"a\" 1}", 5, "expected ':'");
  stops("{1:2}", 1, "expected a member name");
  stops("[1] 2", 4, "expected the end of the text");
  stops("[-]", 2, "expected a digit");
  stops("\"abc", 4, "unterminated string");
  stops("\"a\\qb\"", 3, "unknown escape");
  stops("\"a\tb\"", 2, "control character in a string");
  stops("\"a\xFF\"", 2, "not UTF-8");
  EXPECT_EQ(parse_json("[", JsonDialect::rfc8259, arena_), nullptr);
}

TEST_F(Json, NeverReadsBeyondAnyPrefixOfAText) {
  const std::string_view text = R"({"a":[1,-2.5e+3,"x\u0041\ud83d\ude00\n"],"b":{"c":null,"d":true},"e":[false,{}]})";
  ASSERT_NE(read(text), nullptr);
  for (std::size_t size = 0; size < text.size(); ++size) {
    const std::vector<char> exact(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(size));
    for (const JsonDialect dialect : kBoth) {
      EXPECT_EQ(read({exact.data(), size}, dialect), nullptr) << text.substr(0, size);
    }
  }
}

TEST_F(Json, ReadsInPythonWhateverItReadsByRfc8259) {
  auto random = test::StructuredRandom::announced("ReadsInPythonWhateverItReadsByRfc8259");
  const std::string_view text = R"({"a":[1,-2.5e+3,"x\u0041\ud83d\ude00\n"],"b":{"c":null,"d":true},"é":[false,{}]})";
  int good = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string document = random.corrupted(text);
    arena_.reset();
    const JsonNode* const node = read(document);
    if (node == nullptr) continue;
    ++good;
    const JsonNode* const python = read(document, JsonDialect::python);
    ASSERT_NE(python, nullptr) << PrintToString(document);
    ASSERT_EQ(python->raw, node->raw);
    ASSERT_EQ(python->members.size(), node->members.size());
  }
  EXPECT_GT(good, 100);
}

}  // namespace
}  // namespace assay::codec
