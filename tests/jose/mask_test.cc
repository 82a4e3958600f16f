#include "jose/mask.h"

#include <gtest/gtest.h>

#include <string>

namespace assay::jose {
namespace {

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
                           "MEUCxxxxxxxxxxxxxxxx",
                           "JWT_SIGNATURE_REDACTED",
                           "[signature removed]",
                           "<sig>",
                           "$$$",
                           "~~~",
                           "???",
                           "&hellip;",
                           "MEUC&hellip;",
                           "%2A%2A%2A",
                           "MEUC%2a%2a%2a",
                           "MEUC###"}) {
    EXPECT_TRUE(is_mask(mask)) << mask;
  }
}

TEST(Mask, IsNotASoundOrBrokenSignature) {
  for (const char* text : {"", ".", "MEUCIQDk", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "MEUCxxx", "abc=", "a!",
                           "MEUC*", "a b", "REDACTEDX", "[abc]"}) {
    EXPECT_FALSE(is_mask(text)) << text;
  }
}

TEST(MaskedToken, IsSymbolsOrWordsWithAnyDecoration) {
  for (const char* text : {"****",
                           "*",
                           "xxxxx",
                           "XXXX",
                           "...",
                           "\xE2\x80\xA6",
                           "\xE2\x80\xA2\xE2\x80\xA2",
                           "####",
                           "$$$",
                           "~~~~",
                           "???",
                           "&hellip;",
                           "%2A%2A%2A",
                           "----",
                           "***.***.***",
                           "xxxxx.yyyyy.zzzzz",
                           "**** ****",
                           "REDACTED",
                           "[REDACTED]",
                           "+++JWT_TOKEN_REDACTED+++",
                           "<hidden>",
                           "(filtered)",
                           "[Filtered]",
                           "--redacted--",
                           "***REMOVED***",
                           "token_masked",
                           "[REDACTED:32 bytes]",
                           "{{redacted}}",
                           "redactedToken",
                           "<token>",
                           "[JWT]",
                           "{{access_token}}",
                           "[***]",
                           "<sensitive value removed>"}) {
    EXPECT_TRUE(is_masked_token(text)) << text;
  }
}

TEST(MaskedToken, IsNoTokenAndNoOtherCredential) {
  for (const char* text : {"", "-", "--", ".", "x", "xx", "null", "token", "secret", "KBSxkmG-OcpA6-cg", "eyJhbGciOi",
                           "[abc]", "{\"token\":\"\"}", "AAAAAAAA", "hiddenfield", "<b>", "eyJh****3C4Q"}) {
    EXPECT_FALSE(is_masked_token(text)) << text;
  }
}

TEST(Mask, IsFoundInsideAText) {
  EXPECT_EQ(find_mask("eyJh****3C4Q"), 4u);
  EXPECT_EQ(find_mask("eyJhbGciOi....3C4Q"), 10u);
  EXPECT_EQ(find_mask("aa.bb\xE2\x80\xA6"), 5u);
  EXPECT_EQ(find_mask("aa.[REDACTED].cc"), 3u);
  EXPECT_EQ(find_mask("aa.bb.MEUCxxxxxxxxxxxxxxxx"), 10u);
  for (const char* text : {"", "aa.bb.cc", "aa..cc", "aa.b**b.cc", "aa.xxxx.cc", "aa.[x.cc", "aa.<b>.cc"}) {
    EXPECT_EQ(find_mask(text), std::string_view::npos) << text;
  }
}

}  // namespace
}  // namespace assay::jose
