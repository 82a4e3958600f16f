// The flat reader: each kernel against the definition, what it decides against the exact reader, and what is ordinary
// it must decide.
#include "codec/flat_object.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "codec/json.h"
#include "support/random.h"

namespace assay::codec {
namespace {

using test::StructuredRandom;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::PrintToString;
using Kind = FastMember::Kind;

// A text and bytes that must follow it, in memory of exactly that size.
class PaddedText {
 public:
  explicit PaddedText(std::string_view text, char padding = '\0') : bytes_(text.begin(), text.end()) {
    bytes_.resize(text.size() + kJsonPadding, padding);
  }
  std::string_view text() const { return {bytes_.data(), bytes_.size() - kJsonPadding}; }

 private:
  std::vector<char> bytes_;
};

std::vector<FlatKernel> kernels() {
  FlatKernel found[3];
  const int count = flat_kernels(found);
  return {found, found + count};
}

// A value in words, of either reader, so that they can be compared.
std::string described(std::string_view name, Kind kind, std::string_view text,
                      std::span<const std::string_view> items) {
  std::string line = std::string(name) + " " + std::to_string(static_cast<int>(kind)) + " " + std::string(text);
  for (const std::string_view item : items) line += " [" + std::string(item) + "]";
  return line;
}

std::string described(const FastMember& member) {
  const auto items = member.kind == Kind::string_array ? member.items : std::span<const std::string_view>();
  const bool truth = member.kind == Kind::boolean && member.truth;
  return described(member.name, member.kind, FlatObjectReader::written(member), items) + (truth ? " true" : "");
}

Kind kind_of(const JsonNode& node) {
  switch (node.type) {
    case JsonType::null:
      return Kind::null;
    case JsonType::boolean:
      return Kind::boolean;
    case JsonType::integer: {
      const std::string text(node.text);
      errno = 0;
      std::strtoll(text.c_str(), nullptr, 10);
      return errno == ERANGE ? Kind::other : Kind::integer;
    }
    case JsonType::real:
      return Kind::real;
    case JsonType::string:
      return Kind::string;
    case JsonType::array:
      return std::ranges::all_of(node.items, [](const JsonNode& item) { return item.is(JsonType::string); })
                 ? Kind::string_array
                 : Kind::other;
    case JsonType::object:
      return Kind::other;
  }
  return Kind::other;
}

std::string described(const JsonMember& member) {
  const JsonNode& node = member.value;
  std::vector<std::string_view> items;
  if (kind_of(node) == Kind::string_array) {
    for (const JsonNode& item : node.items) items.push_back(item.text);
  }
  return described(member.name, kind_of(node), node.raw, items) + (node.truth ? " true" : "");
}

// The same for what read_any() has visited, which does not keep strings as they were written.
std::string unescaped(std::string_view name, Kind kind, std::string_view text, std::span<const std::string_view> items,
                      bool truth) {
  return described(name, kind, text, items) + (truth ? " true" : "");
}

class FlatObject : public testing::Test {
 protected:
  // What read_any() of the first kernel decides, in words; each other kernel must say the same, and the exact reader
  // too.
  std::optional<std::vector<std::string>> read_any(const PaddedText& padded) {
    const std::string_view text = padded.text();
    std::optional<std::vector<std::string>> decided;
    for (std::size_t k = 0; k < readers_.size(); ++k) {
      std::optional<std::vector<std::string>> words(std::in_place);
      const auto visit = [&](const FastMember& m) {
        const auto items = m.kind == Kind::string_array ? m.items : std::span<const std::string_view>();
        const bool has_text = m.kind == Kind::string || m.kind == Kind::integer || m.kind == Kind::real;
        words->push_back(unescaped(m.name, m.kind, has_text ? m.text : "", items, m.kind == Kind::boolean && m.truth));
      };
      if (!readers_[k].read_any(text, arena_, visit)) words.reset();
      if (k == 0) decided = words;
      EXPECT_EQ(decided, words) << kernels_[k].name << ' ' << PrintToString(text);
    }
    if (!decided) return decided;
    for (const JsonDialect dialect : {JsonDialect::rfc8259, JsonDialect::python}) {
      const JsonNode* const exact = parse_json(text, dialect, arena_);
      if (exact == nullptr || !exact->is(JsonType::object)) {
        ADD_FAILURE() << "decided what the exact reader refuses: " << PrintToString(text);
        return decided;
      }
      std::vector<std::string> words;
      for (const JsonMember& member : exact->members) {
        const JsonNode& node = member.value;
        const Kind kind = kind_of(node);
        std::vector<std::string_view> items;
        if (kind == Kind::string_array) {
          for (const JsonNode& item : node.items) items.push_back(item.text);
        }
        const bool has_text = kind == Kind::string || kind == Kind::integer || kind == Kind::real;
        words.push_back(unescaped(member.name, kind, has_text ? node.text : "", items, node.truth));
      }
      EXPECT_EQ(*decided, words) << PrintToString(text);
    }
    return decided;
  }
  bool decides_any(std::string_view text) {
    arena_.reset();
    return read_any(PaddedText(text)).has_value();
  }

  // What the first kernel decides, in words; each other kernel must say the same, and the exact reader too.
  std::optional<std::vector<std::string>> read(const PaddedText& padded) {
    const std::string_view text = padded.text();
    std::optional<std::vector<std::string>> decided;
    for (std::size_t k = 0; k < readers_.size(); ++k) {
      std::optional<std::vector<std::string>> words(std::in_place);
      if (!readers_[k].read(text, arena_, [&](const FastMember& m) { words->push_back(described(m)); })) words.reset();
      if (k == 0) decided = words;
      EXPECT_EQ(decided, words) << kernels_[k].name << ' ' << PrintToString(text);
    }
    if (!decided) return decided;
    EXPECT_TRUE(std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F && c != '\\'; }));
    for (const JsonDialect dialect : {JsonDialect::rfc8259, JsonDialect::python}) {
      const JsonNode* const exact = parse_json(text, dialect, arena_);
      if (exact == nullptr || !exact->is(JsonType::object)) {
        ADD_FAILURE() << "decided what the exact reader refuses: " << PrintToString(text);
        return decided;
      }
      std::vector<std::string> words;
      for (const JsonMember& member : exact->members) words.push_back(described(member));
      EXPECT_EQ(*decided, words) << PrintToString(text);
    }
    return decided;
  }
  std::optional<std::vector<std::string>> read(std::string_view text) { return read(PaddedText(text)); }
  bool decides(std::string_view text) {
    arena_.reset();
    return read(text).has_value();
  }

  std::vector<FlatKernel> kernels_ = kernels();
  std::vector<FlatObjectReader> readers_{kernels_.begin(), kernels_.end()};
  base::Arena arena_;
};

constexpr std::string_view kClaims =
    R"({"sub":"user-a1b2","iss":"https://issuer.example","iat":1790000000,"exp":1790003600,"aud":["one","two"],)"
    R"("scope":"read write","ok":true,"no":null,"r":-1.5e3,"realm_access":{"roles":["a","b"],"n":[1,{}]},"m":["a",1]})";

std::vector<std::uint16_t> quotes_of(const FlatKernel& kernel, std::string_view text) {
  std::vector<std::uint16_t> quotes(kFlatQuotesRoom);
  const std::uint32_t count = kernel.find(text.data(), text.size(), quotes.data());
  if (count == kFlatUndecided) return {0xFFFF};
  quotes.resize(count);
  return quotes;
}

TEST(FlatKernels, OffersThePortableOneLastAndUsesTheFirst) {
  const std::vector<FlatKernel> all = kernels();
  EXPECT_EQ(all.back().name, "scalar");
  EXPECT_EQ(all.front().name, flat_kernel().name);
  const char* const forced = std::getenv("ASSAY_CPU");
  if (forced != nullptr && std::string_view(forced) == "portable") {
    EXPECT_EQ(flat_kernel().name, "scalar");
  }
}

TEST(FlatKernels, FindEachByteThatMattersAtEachPositionOfEachLength) {
  for (const FlatKernel& kernel : kernels()) {
    for (std::size_t size = 0; size <= 200; ++size) {
      const std::string plain(size, 'x');
      EXPECT_TRUE(quotes_of(kernel, PaddedText(plain, '"').text()).empty()) << kernel.name << ' ' << size;
      EXPECT_TRUE(quotes_of(kernel, PaddedText(plain, '\xFF').text()).empty()) << kernel.name << ' ' << size;
      for (std::size_t at = 0; at < size; ++at) {
        std::string text = plain;
        text[at] = '"';
        EXPECT_THAT(quotes_of(kernel, PaddedText(text, '"').text()), ElementsAre(at)) << kernel.name << ' ' << size;
      }
    }
    for (int c = 0; c < 256; ++c) {
      const bool usual = c >= 0x20 && c < 0x7F && c != '\\';
      for (std::size_t at = 0; at < 200; ++at) {
        std::string text(200, ' ');
        text[at] = static_cast<char>(c);
        const std::vector<std::uint16_t> quotes = quotes_of(kernel, PaddedText(text).text());
        ASSERT_EQ(quotes != std::vector<std::uint16_t>{0xFFFF}, usual) << kernel.name << ' ' << c;
        if (usual) {
          ASSERT_EQ(quotes.size(), c == '"' ? 1u : 0u) << kernel.name << ' ' << c;
        }
      }
    }
  }
}

TEST(FlatKernels, AgreeOnRandomTexts) {
  auto random = StructuredRandom::announced("FlatKernels.AgreeOnRandomTexts");
  const std::vector<FlatKernel> all = kernels();
  for (int round = 0; round < 3000; ++round) {
    std::string text = random.text(random.size(2000), random.one_in(2) ? "\"a" : "\"abcdefgh:,{} ");
    if (random.one_in(4)) text = random.corrupted(text);
    const PaddedText padded(text, '"');
    const std::vector<std::uint16_t> expected = quotes_of(all.back(), padded.text());
    for (const FlatKernel& kernel : all) {
      ASSERT_THAT(quotes_of(kernel, padded.text()), ElementsAreArray(expected)) << kernel.name << ' ' << text;
    }
  }
}

TEST(FlatKernels, LeaveMoreQuotesThanTheListHolds) {
  for (const FlatKernel& kernel : kernels()) {
    for (const std::string_view filling : {"", "x", "xyz"}) {
      std::string text;
      for (std::size_t i = 0; i < kFlatMostQuotes; ++i) text += "\"" + std::string(filling);
      EXPECT_EQ(quotes_of(kernel, PaddedText(text).text()).size(), kFlatMostQuotes) << kernel.name;
      EXPECT_THAT(quotes_of(kernel, PaddedText(text + "\"").text()), ElementsAre(0xFFFF)) << kernel.name;
    }
  }
}

TEST(FlatKernels, GiveThePositionsOfTheLongestText) {
  for (const FlatKernel& kernel : kernels()) {
    std::string text(kFlatMostBytes, 'x');
    text.front() = text.back() = '"';
    EXPECT_THAT(quotes_of(kernel, PaddedText(text).text()), ElementsAre(0, kFlatMostBytes - 1)) << kernel.name;
  }
}

struct AnyQuotes {
  std::vector<std::uint16_t> at;  // {0xFFFF}: undecided
  bool backslash = false, beyond_ascii = false;
  bool operator==(const AnyQuotes&) const = default;
};

AnyQuotes any_quotes_of(const FlatKernel& kernel, std::string_view text) {
  AnyQuotes found{std::vector<std::uint16_t>(kFlatQuotesRoom)};
  FlatContent content;
  const std::uint32_t count = kernel.find_any(text.data(), text.size(), found.at.data(), content);
  if (count == kFlatUndecided) return {{0xFFFF}};
  found.at.resize(count);
  found.backslash = content.backslash;
  found.beyond_ascii = content.beyond_ascii;
  return found;
}

TEST(FlatKernels, LeaveOutTheQuotesThatABackslashEscapes) {
  for (const FlatKernel& kernel : kernels()) {
    // A run of backslashes of each length, which ends at each place of the blocks of 64 bytes.
    for (std::size_t run = 0; run <= 140; ++run) {
      for (std::size_t before = 0; before <= 70; ++before) {
        const std::string text = std::string(before, 'x') + std::string(run, '\\') + "\"\"";
        const std::size_t end = before + run;
        const std::vector<std::uint16_t> all = {static_cast<std::uint16_t>(end), static_cast<std::uint16_t>(end + 1)};
        const AnyQuotes found = any_quotes_of(kernel, PaddedText(text, '"').text());
        ASSERT_EQ(found.at, std::vector(all.begin() + run % 2, all.end()))
            << kernel.name << ' ' << before << ' ' << run;
        ASSERT_EQ(found.backslash, run > 0) << kernel.name;
        ASSERT_FALSE(found.beyond_ascii) << kernel.name;
      }
    }
  }
}

TEST(FlatKernels, SeeEachByteThatMattersInAnyText) {
  for (const FlatKernel& kernel : kernels()) {
    for (int c = 0; c < 256; ++c) {
      for (std::size_t at = 0; at < 140; ++at) {
        std::string text(140, 'x');
        text[at] = static_cast<char>(c);
        const AnyQuotes found = any_quotes_of(kernel, PaddedText(text, '\x80').text());
        AnyQuotes expected{{}, c == '\\', c >= 0x80};
        if (c == '"') expected.at = {static_cast<std::uint16_t>(at)};
        if (c < 0x20) expected = {{0xFFFF}};
        ASSERT_EQ(found, expected) << kernel.name << ' ' << c << ' ' << at;
      }
    }
  }
}

TEST(FlatKernels, AgreeOnRandomTextsOfAnyKind) {
  auto random = StructuredRandom::announced("FlatKernels.AgreeOnRandomTextsOfAnyKind");
  const std::vector<FlatKernel> all = kernels();
  for (int round = 0; round < 3000; ++round) {
    std::string text = random.text(random.size(2000), random.one_in(2) ? "\"\\" : "\"\\abcdefgh:,{} \xC3\xA9");
    if (random.one_in(4)) text = random.corrupted(text);
    const PaddedText padded(text, random.one_in(2) ? '"' : '\\');
    const AnyQuotes expected = any_quotes_of(all.back(), padded.text());
    for (const FlatKernel& kernel : all) ASSERT_EQ(any_quotes_of(kernel, padded.text()), expected) << kernel.name;
  }
}

TEST(FlatKernels, LeaveMoreQuotesThanTheListHoldsInAnyText) {
  for (const FlatKernel& kernel : kernels()) {
    for (const std::string_view filling : {"", "x", "\\\"", "\xC3\xA9"}) {
      std::string text;
      for (std::size_t i = 0; i < kFlatMostQuotes; ++i) text += "\"" + std::string(filling);
      EXPECT_EQ(any_quotes_of(kernel, PaddedText(text).text()).at.size(), kFlatMostQuotes) << kernel.name;
      EXPECT_THAT(any_quotes_of(kernel, PaddedText(text + "\"").text()).at, ElementsAre(0xFFFF)) << kernel.name;
    }
  }
}

TEST_F(FlatObject, GivesEachKindOfValue) {
  const PaddedText padded(kClaims);
  std::vector<FastMember> members;
  ASSERT_TRUE(readers_[0].read(padded.text(), arena_, [&](const FastMember& m) { members.push_back(m); }));
  ASSERT_EQ(members.size(), 11u);
  EXPECT_EQ(members[0].name, "sub");
  EXPECT_EQ(members[0].text, "user-a1b2");
  EXPECT_EQ(members[2].kind, Kind::integer);
  EXPECT_EQ(members[2].text, "1790000000");
  EXPECT_EQ(members[4].kind, Kind::string_array);
  EXPECT_THAT(std::vector(members[4].items.begin(), members[4].items.end()), ElementsAre("one", "two"));
  EXPECT_EQ(members[6].kind, Kind::boolean);
  EXPECT_TRUE(members[6].truth);
  EXPECT_EQ(members[7].kind, Kind::null);
  EXPECT_EQ(members[8].kind, Kind::real);
  EXPECT_EQ(members[8].text, "-1.5e3");
  EXPECT_EQ(members[9].kind, Kind::other);
  EXPECT_EQ(FlatObjectReader::written(members[9]), R"({"roles":["a","b"],"n":[1,{}]})");
  EXPECT_EQ(members[10].kind, Kind::other);
  EXPECT_TRUE(read(padded));
}

TEST_F(FlatObject, DecidesSpacesBetweenTokens) {
  EXPECT_TRUE(decides("{}"));
  EXPECT_TRUE(decides("  {  }  "));
  EXPECT_TRUE(decides(R"({"a": 1, "b": ["x", "y"], "c": {"d": [ ]}, "e": [ "z" ], "f": "g"})"));
  EXPECT_TRUE(decides(R"(  {  "a"  :  "b"  ,  "c"  :  -5  }  )"));
}

TEST_F(FlatObject, DecidesNumbersUpToTheirLimits) {
  for (const std::string_view number :
       {"0", "1", "-1", "12345678", "123456789012345678", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "-9223372036854775809", "18446744073709551616", "0.0", "-0.5", "1e5", "1E+5", "1.25e-5",
        "1790000000.123456"}) {
    EXPECT_TRUE(decides("{\"a\":" + std::string(number) + "}")) << number;
    EXPECT_TRUE(decides("{\"a\":[" + std::string(number) + " , {\"b\":" + std::string(number) + "}]}")) << number;
  }
  for (const std::string_view number : {"-0", "123456789012345678901"}) {
    EXPECT_FALSE(decides("{\"a\":" + std::string(number) + "}")) << number;
  }
}

TEST_F(FlatObject, LeavesWhatTheGrammarDoesNotAllow) {
  for (const std::string_view text : {"",
                                      " ",
                                      "{",
                                      "}",
                                      "1",
                                      "[]",
                                      "\"}\"",
                                      "{}}",
                                      "{{}",
                                      "{{}}",
                                      "{},",
                                      "{}{}",
                                      "x{}",
                                      "{}x",
                                      "{,}",
                                      "{:}",
                                      "{\"}",
                                      "{\"a\"}",
                                      "{\"a\":}",
                                      "{\"a\":1,}",
                                      "{,\"a\":1}",
                                      "{\"a\":1 \"b\":2}",
                                      "{\"a\":1,,\"b\":2}",
                                      "{\"a\"::1}",
                                      "{\"a\" \"b\"}",
                                      "{\"a\":\"b\" \"c\"}",
                                      "{\"a\":\"b\"\"c\"}",
                                      "{\"a\":\"b\"c}",
                                      "{a:1}",
                                      "{1:1}",
                                      "{\"a\":01}",
                                      "{\"a\":00}",
                                      "{\"a\":-}",
                                      "{\"a\":+1}",
                                      "{\"a\":.5}",
                                      "{\"a\":1.}",
                                      "{\"a\":1e}",
                                      "{\"a\":1e+}",
                                      "{\"a\":1x}",
                                      "{\"a\":- 1}",
                                      "{\"a\":1 2}",
                                      "{\"a\":NaN}",
                                      "{\"a\":Infinity}",
                                      "{\"a\":tru}",
                                      "{\"a\":truee}",
                                      "{\"a\":True}",
                                      "{\"a\":fals}",
                                      "{\"a\":nul}",
                                      "{\"a\":nullnull}",
                                      "{\"a\":[}",
                                      "{\"a\":]}",
                                      "{\"a\":[,]}",
                                      "{\"a\":[\"b\",]}",
                                      "{\"a\":[\"b\", ]}",
                                      "{\"a\":[\"b\" \"c\"]}",
                                      "{\"a\":[\"b\",,\"c\"]}",
                                      "{\"a\":[\"b\"}",
                                      "{\"a\":[\"b\"]]}",
                                      "{\"a\":[1,]}",
                                      "{\"a\":[1 2]}",
                                      "{\"a\":[1}}",
                                      "{\"a\":{]}",
                                      "{\"a\":{}",
                                      "{\"a\":{\"b\"}}",
                                      "{\"a\":{\"b\":}}",
                                      "{\"a\":{\"b\":1,}}",
                                      "{\"a\":{1:1}}",
                                      "{\"a\":{,}}",
                                      "{\"a\":1]",
                                      "{\"a\":\"b\"]}",
                                      "{\"a\":'b'}",
                                      "[{}",
                                      "[\"a\":1}"}) {
    EXPECT_FALSE(decides(text)) << text;
  }
}

TEST_F(FlatObject, LeavesWhatItDoesNotLookInto) {
  for (const std::string_view text :
       {"{\"a\":\"\\n\"}", "{\"a\":\"\xC3\xA9\"}", "{\n}", "{\t}", "{}\r", "{\"a\":\"\x7F\"}", "{\"a\":\"\t\"}"}) {
    EXPECT_FALSE(decides(text)) << PrintToString(text);
  }
  const auto nested = [](int depth) {
    const auto times = static_cast<std::size_t>(depth);
    return "{\"a\":" + std::string(times, '[') + std::string(times, ']') + "}";
  };
  EXPECT_TRUE(decides(nested(kFlatMostDepth - 1)));
  EXPECT_FALSE(decides(nested(kFlatMostDepth)));
  const auto members = [](std::size_t count) {
    std::string text = "{";
    for (std::size_t i = 0; i < count; ++i) text += (i == 0 ? "\"m" : ",\"m") + std::to_string(i) + "\":1";
    return text + "}";
  };
  EXPECT_TRUE(decides(members(kFlatMostQuotes / 2)));
  EXPECT_FALSE(decides(members(kFlatMostQuotes / 2 + 1)));
  EXPECT_TRUE(decides("{\"a\":\"" + std::string(kFlatMostBytes - 8, 'x') + "\"}"));
  EXPECT_FALSE(decides("{\"a\":\"" + std::string(kFlatMostBytes - 7, 'x') + "\"}"));
}

TEST_F(FlatObject, DecidesEscapesAndLettersBeyondAscii) {
  for (const std::string_view text :
       {R"({"a":"\"\\\/\b\f\n\r\t"})", R"({"\u0065xp":1,"b":["\u00e9","c","\ud83d\ude00"],"d":{"\n":["\u0000"]}})",
        R"({"a":"é","Ж":"東京","b":["😀"],"c":{"é":"é"}})", "{\"a\":\"\x7F\"}", R"({"a":"\\","b":"\\\""})",
        R"({"a":["\"","]"],"b":"\"}"})"}) {
    EXPECT_TRUE(decides_any(text)) << text;
    EXPECT_FALSE(decides(text)) << text;
  }
  EXPECT_TRUE(decides_any(kClaims));
}

TEST_F(FlatObject, LeavesEscapesAndBytesThatAreNotSound) {
  for (const std::string_view text : {R"({"a":"\x"})",
                                      R"({"a":"\u12"})",
                                      R"({"a":"\u123g"})",
                                      R"({"a":"\U0041"})",
                                      R"({"a":"\ud83d"})",
                                      R"({"a":"\ude00"})",
                                      R"({"a":"\ud83d\ud83d"})",
                                      R"({"a":"\ud83dx"})",
                                      R"({"a":{"b":["\x"]}})",
                                      R"({"a":{"\u00":1}})",
                                      R"({\"a":1})",
                                      R"({"a":1\"})",
                                      R"({"a"\:1})",
                                      R"(\{"a":1})",
                                      R"({"a":1,\"b":2})",
                                      "{\"a\":\"\xFF\"}",
                                      "{\"a\":\"\xC3\"}",
                                      "{\"a\":\"\xC0\x80\"}",
                                      "{\"a\":\"\xED\xA0\x80\"}",
                                      "{\"a\":\"\xF4\x90\x80\x80\"}",
                                      "{\xC3\xA9:1}",
                                      "{\"a\":\xC2\xA0"
                                      "1}",
                                      "\xEF\xBB\xBF{}",
                                      "{\"a\":\"\t\"}"}) {
    EXPECT_FALSE(decides_any(text)) << PrintToString(text);
  }
}

TEST_F(FlatObject, TakesNothingFromThePadding) {
  for (std::size_t size = 0; size < kClaims.size(); ++size) {
    for (const char padding : {'\0', ' ', '}', '"', ']', '0', '{', '[', ',', ':', 'e', '\xFF'}) {
      arena_.reset();
      EXPECT_FALSE(read(PaddedText(kClaims.substr(0, size), padding))) << size << ' ' << padding;
    }
  }
  for (const char padding : {'\0', ' ', '}', '"', '0', ',', '\xFF'}) EXPECT_TRUE(read(PaddedText(kClaims, padding)));
  // What runs on as far as the padding goes.
  const std::string_view beginnings[] = {"{\"a\":[true,true]", "{\"a\":1", "{\"a\":[[", "{\"a\":{}", "{ "};
  for (const std::string_view text : beginnings) {
    for (const char padding : {' ', '1', '[', '{', '}', ']', ','})
      EXPECT_FALSE(read(PaddedText(text, padding))) << text;
  }
}

TEST_F(FlatObject, AgreesForEachByteAtEachPosition) {
  // The claims at each offset to the blocks of 64 bytes that the kernels take.
  constexpr std::string_view kSpecial = "\"\\ {}[]:,0-.etfn\n\x7F\x80\xFF";
  const std::string_view text = R"({"sub":"u","exp":1790000000,"aud":["a","b"],"n":null})";
  for (std::size_t offset = 0; offset < 64; ++offset) {
    const std::string shifted = std::string(offset, ' ') + std::string(text);
    ASSERT_TRUE(decides(shifted));
    for (std::size_t at = offset; at < shifted.size() && !HasFailure(); ++at) {
      for (const char c : kSpecial) {
        std::string spoiled = shifted;
        spoiled[at] = c;
        decides(spoiled);
      }
    }
  }
}

TEST_F(FlatObject, AgreesOnRandomMutations) {
  auto random = StructuredRandom::announced("FlatObject.AgreesOnRandomMutations");
  constexpr int kRounds = 30'000;
  constexpr std::string_view kTokens = "\"\"\"{}[],:: 01-.e";
  int decided = 0;
  for (int round = 0; round < kRounds && !HasFailure(); ++round) {
    arena_.reset();
    std::string text(kClaims);
    for (std::size_t faults = 1 + random.below(3); faults != 0; --faults) {
      const std::size_t at = random.below(text.size());
      switch (random.below(4)) {
        case 0:
          text[at] = kTokens[random.below(kTokens.size())];
          break;
        case 1:
          text.insert(at, 1, kTokens[random.below(kTokens.size())]);
          break;
        case 2:
          text.erase(at, 1 + random.below(4));
          break;
        default:
          text = random.corrupted(text);
      }
    }
    decided += read(PaddedText(text, random.one_in(2) ? '}' : '"')) ? 1 : 0;
  }
  EXPECT_GT(decided, kRounds / 20);
  EXPECT_LT(decided, kRounds);
}

TEST_F(FlatObject, AgreesOnRandomMutationsOfAnyText) {
  auto random = StructuredRandom::announced("FlatObject.AgreesOnRandomMutationsOfAnyText");
  constexpr int kRounds = 30'000;
  constexpr std::string_view kText =
      R"({"sub":"Zoë \"Zo\" Müller","n\u0061me":"\ud83d\ude00 \\","exp":1790003600,"aud":["о\n","two","\/"],)"
      R"("realm":{"r\t":["é",{"\u00e9":"東"}],"n":[1,{}]},"m":["\\",1],"ok":true})";
  constexpr std::string_view kTokens[] = {"\"", "\\", "\\\"", "\\u", "\\u00", "\\ud83d", "{",    "}",    "[",   "]",
                                          ",",  ":",  "0",    " ",   "é",     "東",      "\xC3", "\xA9", "\\n", "\\\\"};
  int decided = 0;
  for (int round = 0; round < kRounds && !HasFailure(); ++round) {
    arena_.reset();
    std::string text(kText);
    for (std::size_t faults = 1 + random.below(3); faults != 0; --faults) {
      const std::size_t at = random.below(text.size());
      switch (random.below(4)) {
        case 0:
          text.replace(at, 1, kTokens[random.below(std::size(kTokens))]);
          break;
        case 1:
          text.insert(at, kTokens[random.below(std::size(kTokens))]);
          break;
        case 2:
          text.erase(at, 1 + random.below(4));
          break;
        default:
          text = random.corrupted(text);
      }
    }
    decided += read_any(PaddedText(text, random.one_in(2) ? '}' : '"')) ? 1 : 0;
  }
  EXPECT_GT(decided, kRounds / 20);
  EXPECT_LT(decided, kRounds);
}

}  // namespace
}  // namespace assay::codec
