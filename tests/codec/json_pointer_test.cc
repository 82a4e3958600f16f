#include <gtest/gtest.h>

#include "codec/json.h"

namespace assay::codec {
namespace {

class JsonPointer : public testing::Test {
 protected:
  // The value that the pointer names as it was written; "" where it names none.
  std::string_view at(std::string_view pointer, std::string_view document = kExample) {
    const JsonNode* const root = parse_json(document, JsonDialect::rfc8259, arena_);
    EXPECT_NE(root, nullptr) << document;
    const JsonNode* const node = root == nullptr ? nullptr : resolve_json_pointer(*root, pointer);
    return node == nullptr ? "" : node->raw;
  }

  // RFC 6901 §5.
  static constexpr std::string_view kExample = R"({
      "foo": ["bar", "baz"],
      "": 0,
      "a/b": 1,
      "c%d": 2,
      "e^f": 3,
      "g|h": 4,
      "i\\j": 5,
      "k\"l": 6,
      " ": 7,
      "m~n": 8
   })";

  base::Arena arena_;
};

TEST_F(JsonPointer, ResolvesTheExamplesOfRfc6901) {
  EXPECT_EQ(at(""), kExample);
  EXPECT_EQ(at("/foo"), R"(["bar", "baz"])");
  EXPECT_EQ(at("/foo/0"), R"("bar")");
  EXPECT_EQ(at("/"), "0");
  EXPECT_EQ(at("/a~1b"), "1");
  EXPECT_EQ(at("/c%d"), "2");
  EXPECT_EQ(at("/e^f"), "3");
  EXPECT_EQ(at("/g|h"), "4");
  EXPECT_EQ(at("/i\\j"), "5");
  EXPECT_EQ(at("/k\"l"), "6");
  EXPECT_EQ(at("/ "), "7");
  EXPECT_EQ(at("/m~0n"), "8");
}

TEST_F(JsonPointer, UndoesTildesOnceAndInTheRightOrder) {
  // RFC 6901 §4: "~01" is "~1", never "/".
  constexpr std::string_view document = R"({"~1":1,"/":2,"~":3,"~~//":4,"~0":5})";
  EXPECT_EQ(at("/~01", document), "1");
  EXPECT_EQ(at("/~1", document), "2");
  EXPECT_EQ(at("/~0", document), "3");
  EXPECT_EQ(at("/~0~0~1~1", document), "4");
  EXPECT_EQ(at("/~00", document), "5");
}

TEST_F(JsonPointer, TakesArrayIndexesOnlyAsRfc6901WritesThem) {
  constexpr std::string_view document = "[10,11,12,13,14,15,16,17,18,19,20]";
  EXPECT_EQ(at("/0", document), "10");
  EXPECT_EQ(at("/9", document), "19");
  EXPECT_EQ(at("/10", document), "20");
  for (const std::string_view pointer :
       {"/11", "/-", "/-1", "/00", "/01", "/", "/+1", "/1.0", "/1e0", "/ 1", "/1 ", "/a", "/0/0", "/0/", "/~0",
        "/9999999999999999999", "/18446744073709551616", "/18446744073709551617", "/100000000000000000000000000"}) {
    EXPECT_EQ(at(pointer, document), "") << pointer;
  }
}

TEST_F(JsonPointer, NamesNothingWhereTheDocumentHasNoSuchPlace) {
  for (const std::string_view pointer : {"/bar", "/foo/2", "/foo/bar", "/foo/0/0", "//", "/a~1b/", "/FOO", "/m~0n/0"}) {
    EXPECT_EQ(at(pointer), "") << pointer;
  }
  EXPECT_EQ(at("/a", "1"), "");
  EXPECT_EQ(at("", "1"), "1");
}

TEST_F(JsonPointer, FollowsNestedObjectsAndEmptyNames) {
  EXPECT_EQ(at("/a/1/b", R"({"a":[0,{"b":true}]})"), "true");
  EXPECT_EQ(at("//", R"({"":{"":1}})"), "1");
  EXPECT_EQ(at("/a//b", R"({"a":{"":{"b":2}}})"), "2");
  EXPECT_EQ(at("/0", R"({"0":"object"})"), "\"object\"");
  EXPECT_EQ(at("/\xC3\xA9", R"({"\u00e9":1})"), "1");
}

TEST_F(JsonPointer, TakesTheLastOfDuplicateNames) {
  EXPECT_EQ(at("/a", R"({"a":1,"a":2})"), "2");
  EXPECT_EQ(at("/a/b", R"({"a":{"b":1},"a":{"c":2}})"), "");
  EXPECT_EQ(at("/a/c", R"({"a":{"b":1},"\u0061":{"c":2}})"), "2");
}

TEST_F(JsonPointer, TellsMalformedPointersFromGoodOnes) {
  for (const std::string_view pointer : {"", "/", "/a", "//", "/~0", "/~1", "/a~0b~1c", "/~01", "/\xC3\xA9", "/ "}) {
    EXPECT_TRUE(is_json_pointer(pointer)) << pointer;
  }
  for (const std::string_view pointer : {"a", "a/b", " /a", "~0", "/~", "/a~", "/~2", "/~a", "/a/~/b", "/~~0", "#/a"}) {
    EXPECT_FALSE(is_json_pointer(pointer)) << pointer;
    EXPECT_EQ(at(pointer, R"({"a":1,"~":2,"~2":3,"a~":4})"), "") << pointer;
  }
}

}  // namespace
}  // namespace assay::codec
