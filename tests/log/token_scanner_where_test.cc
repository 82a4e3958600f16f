#include "log/token_scanner_where.h"

#include <gtest/gtest.h>

#include <iterator>
#include <string>
#include <string_view>

#include "log/scanning.h"
#include "support/random.h"

namespace assay::log {
namespace {

Where where_at_end(std::string_view text, const TokenBefore& before = {}) {
  return where_of(text, text.size(), text.size(), before);
}

TEST(TokenScannerWhere, ReadsWhatStandsBeforeTheToken) {
  struct Row {
    std::string_view before;
    Where where;
  };
  constexpr Row kRows[] = {
      {"", Where::text},
      {"bearer ", Where::authorization},
      {"Bearer%20", Where::authorization},
      {"Bearer\\u0020", Where::authorization},
      {"Bearer: ", Where::authorization},
      {"my token ", Where::text},
      {"Authorization: token ", Where::authorization},
      {"{\"Authorization\" : \"", Where::authorization},
      {"{\"http_authorization\":[\"", Where::authorization},
      {"Cookie: session=", Where::cookie},
      {"Set-Cookie: session=", Where::cookie},
      {"{\"cookie\":\"a=1; session=", Where::cookie},
      {"{\"cookies\":{\"session\":\"", Where::cookie},
      {"x {\"headers\":[{\"name\":\"Authorization\",\"value\":\"", Where::authorization},
      {"{\"key\": \"set-cookie\", \"value\": \"session=", Where::cookie},
      {"{\"cookies\":1,\"session\":\"", Where::body},
      {"{\"title\":\"authorization\",\"value\":\"", Where::body},
      {"{\"name\":\"authorization\",\"other\":\"", Where::body},
      {"session=s%3A", Where::cookie},
      {"GET /a?t=", Where::query},
      {"GET /a%3Ft%3D", Where::query},
      {"POST body a=1&assertion=", Where::query},
      {"{\"uri\":\"/", Where::query},
      {"https://a.example/#/cb?t=", Where::fragment},
      {"https://a.example/?a=1#t=", Where::fragment},
      {"1 \"GET / HTTP/1.1\" 200 12 \"https://a.example/", Where::referrer},
      {"1 \"GET / HTTP/1.1\" 304 - \"https://a.example/?t=", Where::referrer},
      {"\"GET https://a.example/?t=", Where::query},
      {"{\"Referer\":\"https://a.example/?t=", Where::referrer},
      {"{\"request_Referer\":\"https:\\/\\/a.example\\/?t=", Where::referrer},
      {"{\"id_token\":\"", Where::body},
      {"{\\\"id_token\\\":\\\"", Where::body},
      {"id_token: ", Where::text},
      {"authorization=", Where::authorization},
      {"level=info referer=https://a.example/?t=", Where::referrer},
      {"Authorization: Bearer\n", Where::text},
      {"GET /?t=\n", Where::text},
  };
  for (const Row& row : kRows) EXPECT_EQ(where_at_end(row.before), row.where) << row.before;
}

TEST(TokenScannerWhere, AFurtherParameterStandsWhereTheTokenBeforeItStands) {
  const std::string_view text = "TOKEN&id_token=";
  for (const Where before : {Where::query, Where::fragment, Where::referrer}) {
    EXPECT_EQ(where_at_end(text, {5, before}), before);
  }
  // A line feed lies between, or other text.
  EXPECT_EQ(where_at_end("TOKEN\n&id_token=", {5, Where::fragment}), Where::query);
  EXPECT_EQ(where_at_end("TOKEN /?a=1&id_token=", {5, Where::fragment}), Where::query);
}

TEST(TokenScannerWhere, LooksAtABoundedNumberOfBytes) {
  const std::string far = "Cookie: " + std::string(kMostLookedBack, 'a') + "=";
  EXPECT_EQ(where_at_end(far), Where::text);
  EXPECT_EQ(where_at_end(far.substr(0, 8) + far.substr(20)), Where::cookie);
}

// The text of the line before the token tells its place, and nothing else does.
TEST(TokenScannerWhere, DependsOnNothingBeforeItsLine) {
  auto random = test::StructuredRandom::announced("TokenScannerWhere.DependsOnNothing");
  constexpr std::string_view kPieces[] = {
      "bearer ", "Bearer", "BEARER\t", "dpop ", "bearer%20", "JWT ", "Authorization: ",
      "\n",      "\r\n",   " ",        "+",     "&t=",       "?t=",  "#t=",
      "; a=",    "\"",     "Cookie: ", ":",     "=",         "{",    "filler, filler"};
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (std::size_t n = random.size(40); n > 0; --n) text += kPieces[random.below(std::size(kPieces))];
    const std::size_t line = text.rfind('\n') == std::string::npos ? 0 : text.rfind('\n') + 1;
    const std::string own = text.substr(line);
    EXPECT_EQ(where_at_end(text), where_at_end(own)) << text;
    // An earlier token on the line hides what stands before it.
    const std::size_t behind = line + random.below(own.size() + 1);
    if (behind == 0) continue;
    const TokenBefore before{behind, Where::fragment};
    EXPECT_EQ(where_at_end(text, before), where_at_end("TOKEN" + text.substr(behind), {5, Where::fragment})) << text;
  }
}

}  // namespace
}  // namespace assay::log
