#include "jose/compact.h"

#include <gtest/gtest.h>

#include <string>

namespace assay::jose {
namespace {

Shape shape(std::string_view token) { return classify(split_compact(token)); }

TEST(Compact, SplitsAtTheFirstTwoDots) {
  const Compact c = split_compact("aa.bbb.cccc");
  EXPECT_EQ(c.header, "aa");
  EXPECT_EQ(c.payload, "bbb");
  EXPECT_EQ(c.signature, "cccc");
  EXPECT_EQ(c.signing_input, "aa.bbb");
  EXPECT_EQ(c.dots, 2);
}

TEST(Compact, CountsDotsNoFurtherThanSix) { EXPECT_EQ(split_compact(std::string(100000, '.')).dots, 6); }

TEST(Compact, TellsShapesApart) {
  EXPECT_EQ(shape("aa.bb.MEUCIQDk"), Shape::signed_token);
  EXPECT_EQ(shape("aa.bb"), Shape::cut);
  EXPECT_EQ(shape("aa.bb."), Shape::cut);
  EXPECT_EQ(shape("aa.bb.cc.dd.ee"), Shape::encrypted);
  EXPECT_EQ(shape("aa..iv.cc.tt"), Shape::encrypted);
  EXPECT_EQ(shape(""), Shape::malformed);
  EXPECT_EQ(shape("aa"), Shape::malformed);
  EXPECT_EQ(shape("aa.bb.cc."), Shape::malformed);
  EXPECT_EQ(shape("aa.bb.cc.dd"), Shape::malformed);
  EXPECT_EQ(shape("a.b.c.d.e.f"), Shape::malformed);
}

TEST(Compact, FindsMasksThatHoldDotsThemselves) {
  EXPECT_EQ(shape("aa.bb..."), Shape::masked);
  EXPECT_EQ(shape("aa.bb.abc..."), Shape::masked);
  EXPECT_EQ(shape("aa.bb.[...]"), Shape::masked);
  EXPECT_EQ(shape("aa.bb.."), Shape::malformed);
}

TEST(Mask, IsARunAWordOrAPartOfASignatureWithARun) {
  for (const char* mask : {"*",
                           "****",
                           "x",
                           "XXXX",
                           "----",
                           "____",
                           "...",
                           "####",
                           "\xE2\x80\xA6",
                           "[REDACTED]",
                           "redacted",
                           "<masked>",
                           "(Filtered)",
                           "{hidden}",
                           "[***]",
                           "***REMOVED***",
                           "MEUC***",
                           "***w5Q",
                           "MEUC...w5Q",
                           "MEUC\xE2\x80\xA6",
                           "MEUC[REDACTED]",
                           "MEUCxxxxxxxxxxxxxxxx"}) {
    EXPECT_TRUE(is_mask(mask)) << mask;
  }
}

TEST(Mask, IsNotASoundOrBrokenSignature) {
  for (const char* text : {"", ".", "MEUCIQDk", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "MEUCxxx", "abc=", "a!",
                           "MEUC*", "a b", "REDACTEDX", "[abc]"}) {
    EXPECT_FALSE(is_mask(text)) << text;
  }
}

TEST(Bearer, IsTakenOffOnceInAnyCase) {
  EXPECT_EQ(strip_bearer("bEaReR tok"), "tok");
  EXPECT_EQ(strip_bearer("Bearer  tok"), " tok");
  EXPECT_EQ(strip_bearer("Bearertok"), "Bearertok");
  EXPECT_EQ(strip_bearer("Bear"), "Bear");
}

}  // namespace
}  // namespace assay::jose
