// Expectations are what str() and bool() of CPython 3.11 gave for json.loads() of each document.
#include <gtest/gtest.h>

#include <cstdint>
#include <span>

#include "codec/json.h"
#include "codec/utf.h"

namespace assay::codec {
namespace {

struct Case {
  std::string_view json;
  std::string_view text;  // str(json.loads(json))
  bool truth;             // bool(json.loads(json))
};

class PythonStr : public testing::Test {
 protected:
  std::string str(std::string_view json) { return python_str(read(json)); }
  const JsonNode& read(std::string_view json) {
    const JsonNode* const node = parse_json(json, JsonDialect::python, arena_);
    EXPECT_NE(node, nullptr) << json;
    static const JsonNode kNothing;
    return node == nullptr ? kNothing : *node;
  }
  void expect(std::span<const Case> cases) {
    for (const Case& c : cases) {
      EXPECT_EQ(str(c.json), c.text) << c.json;
      EXPECT_EQ(python_truth(read(c.json)), c.truth) << c.json;
    }
  }

  base::Arena arena_;
};

TEST_F(PythonStr, WritesRealsAsTheirShortestDigits) {
  constexpr Case kCases[] = {
      {R"(1e16)", "1e+16", true},
      {R"(9999999999999998.0)", "9999999999999998.0", true},
      {R"(9999999999999999.0)", "1e+16", true},
      {R"(9.999999999999998e15)", "9999999999999998.0", true},
      {R"(12345678901234567.0)", "1.2345678901234568e+16", true},
      {R"(123456789012345680.0)", "1.2345678901234568e+17", true},
      {R"(1e15)", "1000000000000000.0", true},
      {R"(1e-4)", "0.0001", true},
      {R"(0.0001)", "0.0001", true},
      {R"(0.00012345)", "0.00012345", true},
      {R"(0.00009999)", "9.999e-05", true},
      {R"(9.5e-5)", "9.5e-05", true},
      {R"(1e-5)", "1e-05", true},
      {R"(1e22)", "1e+22", true},
      {R"(1e23)", "1e+23", true},
      {R"(1e21)", "1e+21", true},
      {R"(-0.0)", "-0.0", false},
      {R"(0.0)", "0.0", false},
      {R"(-0.0e5)", "-0.0", false},
      {R"(0e999999)", "0.0", false},
      {R"(5e-324)", "5e-324", true},
      {R"(4.9e-324)", "5e-324", true},
      {R"(3e-324)", "5e-324", true},
      {R"(2e-324)", "0.0", false},
      {R"(-2e-324)", "-0.0", false},
      {R"(2.4703282292062327e-324)", "0.0", false},
      {R"(2.4703282292062328e-324)", "5e-324", true},
      {R"(2.2250738585072014e-308)", "2.2250738585072014e-308", true},
      {R"(2.2250738585072011e-308)", "2.225073858507201e-308", true},
      {R"(1.7976931348623157e308)", "1.7976931348623157e+308", true},
      {R"(1.7976931348623158e308)", "1.7976931348623157e+308", true},
      {R"(1.7976931348623159e308)", "inf", true},
      {R"(1e308)", "1e+308", true},
      {R"(1e309)", "inf", true},
      {R"(-1e309)", "-inf", true},
      {R"(1e400)", "inf", true},
      {R"(1e99999999999999999999)", "inf", true},
      {R"(1e-99999999999999999999)", "0.0", false},
      {R"(-1e-99999999999999999999)", "-0.0", false},
      {R"(0.1)", "0.1", true},
      {R"(0.30000000000000004)", "0.30000000000000004", true},
      {R"(1.10)", "1.1", true},
      {R"(100.0)", "100.0", true},
      {R"(1.5)", "1.5", true},
      {R"(3.0)", "3.0", true},
      {R"(1E5)", "100000.0", true},
      {R"(1e+5)", "100000.0", true},
      {R"(123456.789)", "123456.789", true},
      {R"(0.5e1)", "5.0", true},
      {R"(9007199254740993.0)", "9007199254740992.0", true},
      {R"(4503599627370497.5)", "4503599627370498.0", true},
      {R"(5.684341886080802e-14)", "5.684341886080802e-14", true},
      {R"(2e-44)", "2e-44", true},
      {R"(1e100)", "1e+100", true},
      {R"(9e-7)", "9e-07", true},
      {R"(1.0e10)", "10000000000.0", true},
      {R"(1.7976931348623157E+308)", "1.7976931348623157e+308", true},
      {R"(0.1e310)", "inf", true},
  };
  expect(kCases);
}

TEST_F(PythonStr, WritesIntegersConstantsAndNonFiniteReals) {
  constexpr Case kCases[] = {
      {R"(-0)", "0", false},          {R"(-1)", "-1", true},
      {R"(0)", "0", false},           {R"(12345678901234567890123)", "12345678901234567890123", true},
      {R"(NaN)", "nan", true},        {R"(Infinity)", "inf", true},
      {R"(-Infinity)", "-inf", true}, {R"(true)", "True", true},
      {R"(false)", "False", false},   {R"(null)", "None", false},
  };
  expect(kCases);
}

TEST_F(PythonStr, WritesListsAndDictsAsReprDoes) {
  constexpr Case kCases[] = {
      {R"([])", "[]", false},
      {R"({})", "{}", false},
      {R"([[]])", "[[]]", true},
      {R"([1,2.0,"a",null,true,[],{}])", "[1, 2.0, 'a', None, True, [], {}]", true},
      {R"({"a":1,"b":[{"c":null}]})", "{'a': 1, 'b': [{'c': None}]}", true},
      {R"({"a":1,"b":2,"a":3})", "{'a': 3, 'b': 2}", true},
      {R"({"b":1,"a":2,"b":[1],"c":{},"a":"x"})", "{'b': [1], 'a': 'x', 'c': {}}", true},
      {R"({"\u0061":1,"a":2})", "{'a': 2}", true},
      {R"({"":""})", "{'': ''}", true},
  };
  expect(kCases);
}

TEST_F(PythonStr, ChoosesQuotesAndEscapesAsReprDoes) {
  constexpr Case kCases[] = {
      {R"(["it's"])", "[\"it's\"]", true},
      {R"(["say \"hi\""])", "['say \"hi\"']", true},
      {R"(["it's \"both\""])", "['it\\'s \"both\"']", true},
      {R"(["'"])", "[\"'\"]", true},
      {R"(["\""])", "['\"']", true},
      {R"(["\\"])", "['\\\\']", true},
      {R"(["'\\\""])", "['\\'\\\\\"']", true},
      {R"(["\n\r\t\b\f\u0000\u001f\u007f"])", "['\\n\\r\\t\\x08\\x0c\\x00\\x1f\\x7f']", true},
      {R"(["\u0080\u009f\u00a0\u00ad\u00ff"])", "['\\x80\\x9f\\xa0\\xad\303\277']", true},
      {R"(["é€😀"])", "['\303\251\342\202\254\360\237\230\200']", true},
      {R"(["\u200b\u2028\u3000\ufeff\ufffe\uffff"])", "['\\u200b\\u2028\\u3000\\ufeff\\ufffe\\uffff']", true},
      {R"(["\ud800"])", "['\\ud800']", true},
      {R"(["\udfff\ud800"])", "['\\udfff\\ud800']", true},
      {R"(["\ud83d\ude00"])", "['\360\237\230\200']", true},
      {R"(["\ue000\uf8ff"])", "['\\ue000\\uf8ff']", true},
      {R"(["\u0378\u0377\u0600\u0660"])", "['\\u0378\315\267\\u0600\331\240']", true},
      {R"(["\udbff\udfff\udb40\udc01\ud83e\udee8"])", "['\\U0010ffff\\U000e0001\\U0001fae8']", true},
      {R"(["\u0301"])", "['\314\201']", true},
      {R"({"it's":"\""})", "{\"it's\": '\"'}", true},
  };
  expect(kCases);
}

TEST_F(PythonStr, GivesAStringItself) {
  constexpr Case kCases[] = {
      {R"("plain")", "plain", true},
      {R"("it's \"x\"\n")", "it's \"x\"\n", true},
      {R"("")", "", false},
      {R"("\ud800")", "\355\240\200", true},
  };
  expect(kCases);
}

TEST_F(PythonStr, ReadsRealsOfManyDigits) {
  const std::string zeros(400, '0');
  EXPECT_EQ(str("0." + zeros + "1e401"), "1.0");
  EXPECT_EQ(str("1" + zeros + "e-400"), "1.0");
  EXPECT_EQ(str("1" + zeros + ".0"), "inf");
  EXPECT_EQ(str("-1" + zeros + "E+0"), "-inf");
  EXPECT_EQ(str("0." + zeros + "1"), "0.0");
  EXPECT_EQ(str("-0." + zeros + zeros + "1e1"), "-0.0");
  EXPECT_EQ(str("0.1" + zeros + "1"), "0.1");
  EXPECT_EQ(str(std::string(4301, '1') + ".0"), "inf");
  EXPECT_FALSE(python_truth(read("0." + zeros + "1")));
}

TEST_F(PythonStr, KeepsEveryDigitOfAnInteger) {
  const std::string digits(4300, '8');
  EXPECT_EQ(str(digits), digits);
  EXPECT_EQ(str("[-" + digits + "]"), "[-" + digits + "]");
}

TEST_F(PythonStr, EscapesExactlyTheCodePointsThatReprEscapes) {
  // FNV-1a over repr([chr(c)]).encode() for each code point, surrogates too.
  std::uint64_t hash = 0xcbf29ce484222325u;
  int printable = 0;  // as they are, which two are not: the quote and the backslash
  for (char32_t code = 0; code < 0x110000; ++code) {
    char character[4];
    JsonNode item;
    item.type = JsonType::string;
    item.text = {character, write_wtf8(code, character)};
    JsonNode list;
    list.type = JsonType::array;
    list.items = {&item, 1};
    const std::string text = python_str(list);
    if (code != '\'' && code != '\\' && text == "['" + std::string(item.text) + "']") ++printable;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  }
  EXPECT_EQ(printable, 144516 - 2);
  EXPECT_EQ(hash, 0x9cc7a4bdde76a619u);
}

}  // namespace
}  // namespace assay::codec
