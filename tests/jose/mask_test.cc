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

TEST(Mask, IsNotBesideAWholeSignature) {
  // Of HS256, ES256, ES384, ES512, Ed448, and RSA with 2048 bits.
  for (const std::size_t size : {43u, 86u, 128u, 176u, 152u, 342u}) {
    for (const std::string mask : {"???", "$$$", "~~~", "***", "\xE2\x80\xA6", "...", "[REDACTED]", "%2A%2A%2A"}) {
      const std::string whole(size, 'q'), cut(size - 1, 'q'), longer(size + 1, 'q');
      EXPECT_FALSE(is_mask(whole + mask)) << size << mask;
      EXPECT_FALSE(is_mask(whole + mask + "w5Q")) << size << mask;
      EXPECT_TRUE(is_mask(cut + mask)) << size << mask;
      EXPECT_TRUE(is_mask(longer + mask)) << size << mask;
      if (mask.starts_with('%')) continue;  // the coded symbol ends in a letter, which seems to begin the rest
      EXPECT_FALSE(is_mask(mask + whole)) << size << mask;
      EXPECT_TRUE(is_mask(mask + cut)) << size << mask;
      EXPECT_TRUE(is_mask("MEUC" + mask + "w5Q")) << mask;
    }
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
