// Masks in a token's place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "log/scanning.h"

namespace assay::log {
namespace {

struct Masked {
  std::string_view text, mask;
  Where where;
};
constexpr Masked kMasked[] = {
    {"Authorization: Bearer ***", "***", Where::authorization},
    {"authorization: Bearer [REDACTED]", "[REDACTED]", Where::authorization},
    {"\"Bearer ****\"", "****", Where::authorization},
    {"\"DPoP xxxxx.xxxxx.xxxxx\"", "xxxxx.xxxxx.xxxxx", Where::authorization},
    {"\"JWT [REDACTED]\"", "[REDACTED]", Where::text},
    {"{\"authorization\":\"[REDACTED]\"}", "[REDACTED]", Where::authorization},
    {"{\"authorization\": \"Bearer REDACTED\", \"a\":1}", "REDACTED", Where::authorization},
    {"{\"headers\":{\"Authorization\":[\"REDACTED\"]}}", "REDACTED", Where::authorization},
    {"{\"request_Authorization\":\"REDACTED\"}", "REDACTED", Where::authorization},
    {"{\\\"authorization\\\":\\\"[REDACTED]\\\"}", "[REDACTED]", Where::authorization},
    {"authorization=REDACTED status=200", "REDACTED", Where::authorization},
    {"Authorization: [hidden]", "[hidden]", Where::authorization},
    {"GET /?access_token=*** HTTP/1.1", "***", Where::query},
    {"GET /?access_token=[FILTERED]&x=1", "[FILTERED]", Where::query},
    {"GET /?a=1&id_token=REDACTED&x=1", "REDACTED", Where::query},
    {"GET /?token%3D***%26x", "***", Where::query},
    {"{\"token\":\"+++JWT_TOKEN_REDACTED+++\"}", "+++JWT_TOKEN_REDACTED+++", Where::body},
    {"{\"jwt\":\"<redacted>\"}", "<redacted>", Where::body},
    {"token=[TOKEN] user=x", "[TOKEN]", Where::text},
    {"token=\xE2\x80\xA2\xE2\x80\xA2\xE2\x80\xA2\xE2\x80\xA2", "\xE2\x80\xA2\xE2\x80\xA2\xE2\x80\xA2\xE2\x80\xA2",
     Where::text},
    {"(token=***)", "***", Where::text},
    {"token: ***, user: x", "***", Where::text},
    {"Bearer eyJhbG...3C4Q", "eyJhbG...3C4Q", Where::authorization},
    {"access_token=eyJh***", "eyJh***", Where::text},
};

TEST(TokenScanner, FindsMasksInATokensPlace) {
  for (const Masked& row : kMasked) {
    const std::vector<Seen> seen = scan(row.text);
    ASSERT_EQ(seen.size(), 1U) << row.text;
    EXPECT_TRUE(seen[0].masked) << row.text;
    EXPECT_EQ(seen[0].token, row.mask) << row.text;
    EXPECT_EQ(row.text.substr(seen[0].begin, seen[0].size), row.mask) << row.text;
    EXPECT_EQ(seen[0].where, row.where) << row.text;
  }
}

TEST(TokenScanner, UndoesTheCodingsOfBrackets) {
  for (const std::string_view written :
       {"%5BFILTERED%5D", "%255BFILTERED%255D", "\\u005bFILTERED\\u005d", "&#91;FILTERED&#93;"}) {
    const std::string whole = "access_token=" + std::string(written) + "&x=1";
    const std::vector<Seen> seen = scan(whole);
    ASSERT_EQ(seen.size(), 1U) << whole;
    EXPECT_TRUE(seen[0].masked);
    EXPECT_EQ(seen[0].token, "[FILTERED]");
    EXPECT_EQ(seen[0].size, written.size());
    const std::string masked = kHeader + "." + kPayload + "." + std::string(written);
    const std::vector<Seen> signature = scan("t=" + masked + "&x=1");
    ASSERT_EQ(signature.size(), 1U) << masked;
    EXPECT_EQ(signature[0].token, kHeader + "." + kPayload + ".[FILTERED]");
    EXPECT_EQ(signature[0].size, masked.size());
  }
}

TEST(TokenScanner, FindsMasksAsLongAsATokenIs) {
  for (const std::string_view symbol : {"*", "x", "X", "\xE2\x80\xA2"}) {
    std::string mask;
    for (int i = 0; i < 700; ++i) mask += symbol;
    for (const std::string_view before : {"Bearer ", "token=", "{\"token\":\""}) {
      const std::vector<Seen> seen = scan(std::string(before) + mask + "\" x");
      ASSERT_EQ(seen.size(), 1U) << before << symbol;
      EXPECT_EQ(seen[0].token, mask);
    }
  }
}

TEST(TokenScanner, MasksStandOnlyBehindNamesOfTokens) {
  for (const std::string_view text :
       {"password=***", "{\"secret\":\"[REDACTED]\"}", "csrftoken=***", "xsrf-token=***", "tokens=***", "***",
        "Set-Cookie: REDACTED", "broken=***", "jwts: ***", "token ***", "nextToken=***"}) {
    EXPECT_TRUE(scan(text).empty()) << text;
  }
}

TEST(TokenScanner, MasksAndTokensStandInOrder) {
  const std::string text = "Authorization: Bearer *** token=" + kToken + " access_token=[REDACTED]";
  const std::vector<Seen> seen = scan(text);
  ASSERT_EQ(seen.size(), 3U);
  EXPECT_TRUE(seen[0].masked);
  EXPECT_EQ(seen[1].token, kToken);
  EXPECT_FALSE(seen[1].masked);
  EXPECT_TRUE(seen[2].masked);
}

}  // namespace
}  // namespace assay::log
