// The fast reader against the exact one: what it decides must be what the exact reader says, and what is ordinary it
// must decide.
#include "codec/json_fast.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "codec/json.h"
#include "support/random.h"

namespace assay::codec {
namespace {

using namespace std::literals;
using test::StructuredRandom;
using testing::ElementsAre;
using testing::PrintToString;
using Kind = FastMember::Kind;
using Outcome = FastObjectReader::Outcome;

// A text and the bytes that must follow it, in memory of exactly that size.
class PaddedText {
 public:
  explicit PaddedText(std::string_view text, std::string_view padding = "")
      : bytes_(text.begin(), text.end()), size_(text.size()) {
    bytes_.insert(bytes_.end(), padding.begin(), padding.end());
    bytes_.resize(size_ + kJsonPadding);
  }
  std::string_view text() const { return {bytes_.data(), size_}; }
  void overwrite() { std::fill(bytes_.begin(), bytes_.end(), '#'); }

 private:
  std::vector<char> bytes_;
  std::size_t size_;
};

// What the fast reader must say of a value that the exact reader has read.
FastMember expected_value(const JsonNode& node, base::Arena& arena) {
  FastMember value;
  switch (node.type) {
    case JsonType::null:
      value.kind = Kind::null;
      break;
    case JsonType::boolean:
      value.kind = Kind::boolean;
      value.truth = node.truth;
      break;
    case JsonType::integer: {
      std::int64_t integer = 0;
      const char* const end = node.text.data() + node.text.size();
      const bool fits = std::from_chars(node.text.data(), end, integer).ec == std::errc();
      value.kind = fits ? Kind::integer : Kind::other;
      value.text = node.text == "-0" ? "0" : node.text;
      break;
    }
    case JsonType::string:
      value.kind = Kind::string;
      value.text = node.text;
      break;
    case JsonType::array: {
      const auto items = arena.array<std::string_view>(node.items.size());
      for (std::size_t i = 0; i < items.size(); ++i) {
        if (!node.items[i].is(JsonType::string)) return value;
        items[i] = node.items[i].text;
      }
      value.kind = Kind::string_array;
      value.items = items;
      break;
    }
    case JsonType::real:
    case JsonType::object:
      break;
  }
  return value;
}

void expect_same_value(const FastMember& fast, const JsonNode& node, base::Arena& arena) {
  const FastMember expected = expected_value(node, arena);
  if (fast.kind == Kind::real) {  // the flat reader knows more of it than simdjson tells
    EXPECT_EQ(node.type, JsonType::real) << node.raw;
    EXPECT_EQ(fast.text, node.text) << node.raw;
    return;
  }
  ASSERT_EQ(fast.kind, expected.kind) << node.raw;
  if (fast.kind == Kind::boolean) {
    EXPECT_EQ(fast.truth, expected.truth) << node.raw;
  }
  if (fast.kind == Kind::integer || fast.kind == Kind::string) {
    EXPECT_EQ(fast.text, expected.text) << node.raw;
  }
  if (fast.kind == Kind::string_array) {
    EXPECT_TRUE(std::ranges::equal(fast.items, expected.items)) << node.raw;
  }
}

class JsonFast : public testing::Test {
 protected:
  // Reads `text` with both readers; where the fast one decides, they must agree. Says whether it did.
  bool decides(const PaddedText& padded) {
    const std::string_view text = padded.text();
    std::span<const FastMember> members;
    if (reader_.read(text, arena_, members) != Outcome::object) return false;
    EXPECT_TRUE(!is_plain(text) || std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7F; }))
        << PrintToString(text);
    for (const JsonDialect dialect : {JsonDialect::rfc8259, JsonDialect::python}) {
      const JsonNode* const exact = parse_json(text, dialect, arena_);
      if (exact == nullptr || !exact->is(JsonType::object) || exact->members.size() != members.size()) {
        ADD_FAILURE() << "decided what the exact reader sees otherwise: " << PrintToString(text);
        return true;
      }
      for (std::size_t i = 0; i < members.size(); ++i) {
        EXPECT_EQ(members[i].name, exact->members[i].name) << PrintToString(text);
        expect_same_value(members[i], exact->members[i].value, arena_);
      }
    }
    return true;
  }
  bool decides(std::string_view text) { return decides(PaddedText(text)); }

  std::span<const FastMember> members_of(std::string_view text) {
    std::span<const FastMember> members;
    text_ = PaddedText(text);
    EXPECT_EQ(reader_.read(text_.text(), arena_, members), Outcome::object) << text;
    return members;
  }
  bool is_plain(std::string_view text) {
    bool plain = false;
    reader_.read(
        text, arena_, plain, [] {}, [](const FastMember&) {});
    return plain;
  }

  PaddedText text_{""};  // of members_of
  FastObjectReader reader_;
  base::Arena arena_;
};

TEST_F(JsonFast, GivesEachKindOfValue) {
  const auto members = members_of(
      "\n"  // which only simdjson reads
      R"({"n":null,"t":true,"f":false,"i":-7,"s":"x\u0041\n","l":["a","b\t"],"e":[],"r":1.5,"o":{},"m":["a",1]})");
  ASSERT_EQ(members.size(), 10u);
  EXPECT_EQ(members[0].name, "n");
  EXPECT_EQ(members[0].kind, Kind::null);
  EXPECT_EQ(members[1].kind, Kind::boolean);
  EXPECT_TRUE(members[1].truth);
  EXPECT_EQ(members[2].kind, Kind::boolean);
  EXPECT_FALSE(members[2].truth);
  EXPECT_EQ(members[3].kind, Kind::integer);
  EXPECT_EQ(members[3].text, "-7");
  EXPECT_EQ(members[4].kind, Kind::string);
  EXPECT_EQ(members[4].text, "xA\n");
  EXPECT_EQ(members[5].kind, Kind::string_array);
  EXPECT_THAT(std::vector(members[5].items.begin(), members[5].items.end()), ElementsAre("a", "b\t"));
  EXPECT_EQ(members[6].kind, Kind::string_array);
  EXPECT_TRUE(members[6].items.empty());
  for (std::size_t i = 7; i < 10; ++i) EXPECT_EQ(members[i].kind, Kind::other) << members[i].name;
}

TEST_F(JsonFast, ReadsAnEmptyObject) { EXPECT_TRUE(members_of(" { } ").empty()); }

TEST_F(JsonFast, KeepsOrderAndDuplicates) {
  const auto members = members_of(R"({"b":1,"a":2,"b":3,"\u0062":4})");
  ASSERT_EQ(members.size(), 4u);
  EXPECT_EQ(members[0].name, "b");
  EXPECT_EQ(members[2].text, "3");
  EXPECT_EQ(members[3].name, "b");
  EXPECT_EQ(members[3].text, "4");
}

TEST_F(JsonFast, GivesIntegersOfSixtyFourBitsAndLeavesLargerOnes) {
  const auto members = members_of(
      R"({"a":9223372036854775807,"b":-9223372036854775808,"c":9223372036854775808,"d":18446744073709551615,"e":-0})");
  EXPECT_EQ(members[0].text, "9223372036854775807");
  EXPECT_EQ(members[1].text, "-9223372036854775808");
  EXPECT_EQ(members[2].kind, Kind::other);
  EXPECT_EQ(members[3].kind, Kind::other);
  EXPECT_EQ(members[4].kind, Kind::integer);
  EXPECT_EQ(members[4].text, "0");
  for (const std::string_view number : {"18446744073709551616", "-9223372036854775809", "1e400", "-1e400", "1e-400",
                                        "123456789012345678901234567890", "5e-324", "1.7976931348623159e308"}) {
    decides("{\"a\":" + std::string(number) + "}");  // in either way, as long as the exact reader agrees
  }
}

TEST_F(JsonFast, DecidesTheClaimsOfOrdinaryTokens) {
  EXPECT_TRUE(
      decides(R"({"iss":"https://a.example","sub":"u1","aud":["a","b"],"exp":1790000000,"scope":"read write"})"));
  EXPECT_TRUE(decides(R"({"iat":1790000000.25,"realm_access":{"roles":["x",{"y":[1]}]},"ok":true,"n":null})"));
  EXPECT_TRUE(decides("{\"name\":\"\xC3\xA9\\ud83d\\ude00\xF0\x9F\x98\x80\"}"));
  EXPECT_TRUE(decides("\r\n\t {\"a\"\n:\t1} \r\n"));
}

TEST_F(JsonFast, LeavesWhatIsNoObjectOfRfc8259Undecided) {
  for (const std::string_view text : {""sv,
                                      " "sv,
                                      "1"sv,
                                      "\"a\""sv,
                                      "null"sv,
                                      "[]"sv,
                                      "[{}]"sv,
                                      "{"sv,
                                      "}"sv,
                                      "{}}"sv,
                                      "{}{}"sv,
                                      "{}1"sv,
                                      "{},"sv,
                                      "{\"a\":1,}"sv,
                                      "{\"a\"}"sv,
                                      "{\"a\":}"sv,
                                      "{a:1}"sv,
                                      "{'a':1}"sv,
                                      "{1:1}"sv,
                                      "{\"a\":01}"sv,
                                      "{\"a\":+1}"sv,
                                      "{\"a\":1.}"sv,
                                      "{\"a\":.1}"sv,
                                      "{\"a\":-}"sv,
                                      "{\"a\":1e}"sv,
                                      "{\"a\":0x1}"sv,
                                      "{\"a\":NaN}"sv,
                                      "{\"a\":Infinity}"sv,
                                      "{\"a\":-Infinity}"sv,
                                      "{\"a\":tru}"sv,
                                      "{\"a\":truee}"sv,
                                      "{\"a\":True}"sv,
                                      "{\"a\":\"\t\"}"sv,
                                      "{\"a\":\"\0\"}"sv,
                                      "{\"a\":\"\\q\"}"sv,
                                      "{\"a\":\"\\u12\"}"sv,
                                      "{\"a\":\"\\u12g4\"}"sv,
                                      "{\"a\":\"x}"sv,
                                      "{\"a\":\"x\\\"}"sv,
                                      "{}\0"sv,
                                      "{\0}"sv,
                                      "{}\v"sv,
                                      "{}\xC2\xA0"sv,
                                      "{\"a\" 1}"sv,
                                      "{\"a\":[1,]}"sv,
                                      "{\"a\":[1 2]}"sv,
                                      "{\"a\":[1}"sv,
                                      "{\"a\":1]"sv,
                                      "\xEF\xBB\xBF{}"sv,
                                      "{}\xEF\xBB\xBF"sv,
                                      "{\"a\":\"\xFF\"}"sv,
                                      "{\"a\":\"\xC0\x80\"}"sv,
                                      "{\"a\":\"\xED\xA0\x80\"}"sv,
                                      "{\"a\":\"\xF4\x90\x80\x80\"}"sv,
                                      "{\"a\":\"\xE2\x82\"}"sv,
                                      "\xFF\xFE{\0}\0"sv,
                                      "{\0}\0"sv,
                                      "\0{\0}"sv}) {
    EXPECT_FALSE(decides(text)) << PrintToString(text);
  }
}

TEST_F(JsonFast, AgreesOnEachPairOfSurrogateEscapes) {
  const std::string_view units[] = {"0000", "0041", "d7ff", "d800", "d801", "dbff", "dc00", "dfff", "e000", "ffff"};
  for (const std::string_view first : units) {
    decides("{\"a\":\"\\u" + std::string(first) + "\"}");
    for (const std::string_view second : units) {
      decides("{\"a\":\"\\u" + std::string(first) + "\\u" + std::string(second) + "\"}");
      decides("{\"\\u" + std::string(first) + "\\u" + std::string(second) + "x\":1}");
    }
  }
  EXPECT_TRUE(decides(R"({"a":"\ud83d\ude00\u0041"})"));
}

TEST_F(JsonFast, TakesNothingFromThePadding) {
  for (const std::string_view padding : {"}"sv, "\"}"sv, "0}"sv, "5"sv, "e9}"sv, "]}"sv, "\\\"}"sv, " }"sv, "alse}"sv,
                                         "\xA0\x80\"}"sv, "{}"sv, "\xFF"sv}) {
    for (const std::string_view text :
         {"{", "{\"a", "{\"a\":1", "{\"a\":1.", "{\"a\":f", "{\"a\":[", "{\"a\":\"\xED", "{\"a\":\"\\", ""}) {
      EXPECT_FALSE(decides(PaddedText(text, padding))) << PrintToString(text) << ' ' << PrintToString(padding);
    }
    EXPECT_TRUE(decides(PaddedText("{\"a\":1}", padding))) << PrintToString(padding);
    EXPECT_TRUE(decides(PaddedText("{}", padding))) << PrintToString(padding);
  }
}

TEST_F(JsonFast, KeepsStringsWithEscapesInTheArena) {
  PaddedText padded(R"({"n\u0061me":"v\\lue","list":["a","b\n"]})");
  EXPECT_FALSE(is_plain(padded.text()));
  std::span<const FastMember> members;
  ASSERT_EQ(reader_.read(padded.text(), arena_, members), Outcome::object);
  padded.overwrite();
  EXPECT_EQ(members[0].name, "name");
  EXPECT_EQ(members[0].text, "v\\lue");
  EXPECT_EQ(members[1].items[1], "b\n");
}

TEST_F(JsonFast, KeepsStringsThatSimdjsonHasReadInTheArena) {
  PaddedText padded(
      "\n"
      R"({"name":"value","list":["a","b\n"]})");
  EXPECT_FALSE(is_plain(padded.text()));
  std::span<const FastMember> members;
  ASSERT_EQ(reader_.read(padded.text(), arena_, members), Outcome::object);
  padded.overwrite();
  EXPECT_EQ(members[0].name, "name");
  EXPECT_EQ(members[0].text, "value");
  EXPECT_EQ(members[1].items[1], "b\n");
}

TEST_F(JsonFast, GivesViewsOfAPlainText) {
  const PaddedText padded(R"({"name":"value","list":["a","b"]})");
  EXPECT_TRUE(is_plain(padded.text()));
  std::span<const FastMember> members;
  ASSERT_EQ(reader_.read(padded.text(), arena_, members), Outcome::object);
  EXPECT_EQ(members[0].text.data(), padded.text().data() + 9);
  EXPECT_EQ(members[1].items[1].data(), padded.text().data() + padded.text().find("b\""));
}

TEST_F(JsonFast, BeginsAgainWhereTheFlatReaderWasInVain) {
  const PaddedText padded(R"({"a":1,"b":[[[[[[[[[0]]]]]]]]]})");  // deeper than that looks, known only at "b"
  int begun = 0;
  bool plain = true;
  std::string names;
  const auto begin = [&] {
    ++begun;
    names.clear();
  };
  const auto visit = [&](const FastMember& member) { names += member.name; };
  EXPECT_EQ(reader_.read(padded.text(), arena_, plain, begin, visit), Outcome::object);
  EXPECT_EQ(begun, 3);  // the flat reader begins twice
  EXPECT_EQ(names, "ab");
  EXPECT_FALSE(plain);
}

TEST_F(JsonFast, NeverGoesDeeperThanTheExactReaderEvenWhenGrown) {
  const auto nested = [](std::size_t depth) {
    return "{\"a\":" + std::string(depth - 1, '[') + std::string(depth - 1, ']') + "}";
  };
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(decides(nested(500)));
    for (const std::size_t depth : {959u, 960u}) decides(nested(depth));
    for (const std::size_t depth : {961u, 962u, 1000u, 1024u, 1025u, 5000u})
      EXPECT_FALSE(decides(nested(depth))) << depth;
    // Grows simdjson's own tables before the second round.
    EXPECT_TRUE(decides("{\"a\":\"" + std::string(100'000, 'x') + "\"}"));
  }
}

// Random JSON texts that like edges: names that repeat or need escapes, numbers at limits, surrogates, odd spaces.
class Documents {
 public:
  explicit Documents(StructuredRandom& random) : random_(random) {}

  std::string object(int depth) {
    return sequence('{', '}', [&] {
      text_ += string_in(kNames);
      space();
      text_ += ':';
      space();
      value(depth);
    });
  }

 private:
  static constexpr std::string_view kNames[] = {
      "a", "b", "0", "1", "", "exp", "a/b", "m~n", "~1", "é", "\\u0061", "a\\/b", "\\ud83d\\ude00", "\\u0000"};
  static constexpr std::string_view kStrings[] = {
      "",        "read",           "\\n",     "\\\"",
      "\\\\",    "\\u00e9",        "é€😀",     "\\ud800",
      "\\udc00", "\\ud83d\\ude00", "\\u0000", "a long text of plain letters, longer than a block of simdjson"};
  static constexpr std::string_view kScalars[] = {"null",
                                                  "true",
                                                  "false",
                                                  "0",
                                                  "-0",
                                                  "1",
                                                  "-1",
                                                  "1790000000",
                                                  "9223372036854775807",
                                                  "9223372036854775808",
                                                  "-9223372036854775808",
                                                  "-9223372036854775809",
                                                  "18446744073709551615",
                                                  "18446744073709551616",
                                                  "0.0",
                                                  "-0.0",
                                                  "1.5",
                                                  "1e5",
                                                  "1E-5",
                                                  "5e-324",
                                                  "1e308",
                                                  "1e309",
                                                  "123456789012345678901234567890",
                                                  "NaN",
                                                  "01",
                                                  "1."};

  template <class Part>
  std::string sequence(char open, char close, const Part& part) {
    const std::string outer = std::exchange(text_, "");
    text_ += open;
    for (std::size_t n = random_.below(5), i = 0; i < n; ++i) {
      if (i != 0) text_ += ',';
      space();
      part();
      space();
    }
    text_ += close;
    return std::exchange(text_, outer);
  }
  void value(int depth) {
    switch (random_.below(depth > 0 ? 6 : 3)) {
      case 0:
        // The last three no parser takes, and some before them simdjson refuses: seldom, so that most texts are good.
        text_ += kScalars[random_.below(random_.one_in(40) ? std::size(kScalars) : 16)];
        break;
      case 1:
      case 2:
        text_ += string_in(kStrings);
        break;
      case 3:
        text_ += sequence('[', ']', [&] { text_ += string_in(kStrings); });
        break;
      case 4:
        text_ += sequence('[', ']', [&] { value(depth - 1); });
        break;
      default:
        text_ += object(depth - 1);
    }
  }
  std::string string_in(std::span<const std::string_view> pieces) {
    std::string text = "\"";
    text += pieces[random_.below(pieces.size())];
    if (random_.one_in(4)) text += pieces[random_.below(pieces.size())];
    return text + '"';
  }
  void space() {
    if (random_.one_in(8)) text_ += random_.text(random_.below(4), " \n\r\t");
  }

  StructuredRandom& random_;
  std::string text_;
};

TEST_F(JsonFast, AgreesWithTheExactReaderOnRandomDocuments) {
  auto random = StructuredRandom::announced("AgreesWithTheExactReaderOnRandomDocuments");
  Documents documents(random);
  constexpr int kRounds = 20'000;
  int decided = 0;
  for (int i = 0; i < kRounds && !HasFailure(); ++i) {
    arena_.reset();
    std::string text = documents.object(3);
    if (random.one_in(2)) text = random.corrupted(text);
    decided += decides(PaddedText(text, random.text(8, "\"}]1, \\{:e"))) ? 1 : 0;
  }
  EXPECT_GT(decided, kRounds / 10);
  EXPECT_LT(decided, kRounds);
}

void add_pointers(const JsonNode& node, const std::string& path, std::vector<std::string>& pointers) {
  pointers.push_back(path);
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    add_pointers(node.items[i], path + '/' + std::to_string(i), pointers);
  }
  for (const JsonMember& member : node.members) {
    std::string name;
    for (const char c : member.name) name += c == '~' ? "~0"s : c == '/' ? "~1"s : std::string(1, c);
    add_pointers(member.value, path + '/' + name, pointers);
  }
}

TEST_F(JsonFast, ResolvesPointersAsTheExactReaderDoes) {
  auto random = StructuredRandom::announced("ResolvesPointersAsTheExactReaderDoes");
  Documents documents(random);
  const std::string_view tails[] = {"/",   "/0", "/00", "/-",         "/a",         "/~01",
                                    "/~1", "0",  "~0",  "/999999999", "/9999999999"};
  int found = 0;
  for (int i = 0; i < 5'000 && !HasFailure(); ++i) {
    arena_.reset();
    const std::string text = documents.object(3);
    const JsonNode* const exact = parse_json(text, JsonDialect::rfc8259, arena_);
    if (exact == nullptr) continue;
    std::vector<std::string> pointers;
    add_pointers(*exact, "", pointers);
    for (const std::string_view tail : tails) {
      std::string pointer = pointers[random.below(pointers.size())] + std::string(tail);
      if (is_json_pointer(pointer)) pointers.push_back(pointer);
    }
    const std::vector<std::string_view> views(pointers.begin(), pointers.end());
    std::vector<FastObjectReader::Field> fields(views.size());
    if (reader_.read_fields(PaddedText(text).text(), views, arena_, fields) != Outcome::object) continue;
    for (std::size_t p = 0; p < views.size(); ++p) {
      const JsonNode* const node = resolve_json_pointer(*exact, views[p]);
      ASSERT_EQ(fields[p].found, node != nullptr) << text << ' ' << views[p];
      if (node == nullptr) continue;
      ++found;
      expect_same_value(fields[p].value, *node, arena_);
    }
  }
  EXPECT_GT(found, 1000);
}

TEST_F(JsonFast, GivesTheFieldsOfARecord) {
  const std::string_view pointers[] = {"/token",   "/time", "/http/headers/1", "/absent",
                                       "/token/x", "",      "/a~1b",           "/http"};
  FastObjectReader::Field fields[8];
  fields[3].found = true;  // of the record before
  const PaddedText record(R"({"token":"old","time":1790000000,"http":{"headers":["h0","h1"]},"a/b":null,"token":"t"})");
  ASSERT_EQ(reader_.read_fields(record.text(), pointers, arena_, fields), Outcome::object);
  EXPECT_EQ(fields[0].value.text, "t");
  EXPECT_EQ(fields[1].value.text, "1790000000");
  EXPECT_EQ(fields[2].value.text, "h1");
  EXPECT_FALSE(fields[3].found);
  EXPECT_FALSE(fields[4].found);
  EXPECT_TRUE(fields[5].found);
  EXPECT_EQ(fields[5].value.kind, Kind::other);
  EXPECT_EQ(fields[6].value.kind, Kind::null);
  EXPECT_EQ(fields[7].value.kind, Kind::other);
}

TEST_F(JsonFast, GivesMembersOfAPlainRecordAsWritten) {
  const std::string_view names[] = {"token", "time", "http", "absent", ""};
  FastObjectReader::Field fields[5];
  fields[3].found = true;  // of the record before
  const PaddedText record(R"({"token":"old", "time":1.50,"http": {"h":["h0", 1]},"token":"t","":true })");
  ASSERT_EQ(reader_.read_plain(record.text(), names, arena_, fields), Outcome::object);
  EXPECT_EQ(fields[0].value.text, "t");
  EXPECT_EQ(FastObjectReader::written(fields[0]), "\"t\"");
  EXPECT_EQ(fields[1].value.kind, Kind::real);
  EXPECT_EQ(fields[1].value.text, "1.50");
  EXPECT_EQ(FastObjectReader::written(fields[2]), R"({"h":["h0", 1]})");
  EXPECT_FALSE(fields[3].found);
  EXPECT_EQ(FastObjectReader::written(fields[4]), "true");
  for (const std::string_view text : {R"({"token":"\u0061"})", "{\"token\":\"Ã©\"}", R"({"token":"t"}x)", "[]"}) {
    EXPECT_EQ(reader_.read_plain(PaddedText(text).text(), names, arena_, fields), Outcome::undecided) << text;
  }
}

TEST_F(JsonFast, GivesTheNamedMembersOfARecordOfAnyKind) {
  const std::string_view names[] = {"token", "time", "zeit\xC3\xA9"};
  FastObjectReader::Field fields[3];
  fields[1].found = true;  // of the record before
  const PaddedText record("{\"t\\u006fken\":\"old\",\"token\":\"a\\/b\",\"zeit\xC3\xA9\":[\"\xC3\xA9\"]}");
  ASSERT_EQ(reader_.read_names(record.text(), names, arena_, fields), Outcome::object);
  EXPECT_EQ(fields[0].value.text, "a/b");
  EXPECT_FALSE(fields[1].found);
  EXPECT_EQ(fields[2].value.kind, Kind::string_array);
  EXPECT_THAT(std::vector(fields[2].value.items.begin(), fields[2].value.items.end()), ElementsAre("\xC3\xA9"));
  for (const std::string_view text : {R"({"token":"\x"})", "{\"token\":\"\xFF\"}", "{\"token\":\n1}", "[]"}) {
    EXPECT_EQ(reader_.read_names(PaddedText(text).text(), names, arena_, fields), Outcome::undecided) << text;
  }
}

TEST_F(JsonFast, LeavesARecordThatIsNoObjectUndecided) {
  const std::string_view pointers[] = {""};
  FastObjectReader::Field fields[1];
  for (const std::string_view text : {"", "[1]", "\"t\"", "{", "{\"a\":1}x", "\xEF\xBB\xBF{}", "{\"a\":\"\xFF\"}"}) {
    EXPECT_EQ(reader_.read_fields(PaddedText(text).text(), pointers, arena_, fields), Outcome::undecided) << text;
  }
}

TEST_F(JsonFast, NamesTheKernelOfSimdjson) {
  EXPECT_THAT(simdjson_kernel(), testing::AnyOf("icelake", "haswell", "westmere", "fallback", "arm64", "ppc64"));
}

}  // namespace
}  // namespace assay::codec
