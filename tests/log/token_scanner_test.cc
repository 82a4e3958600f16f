#include "log/token_scanner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "jose/compact.h"
#include "log/scanning.h"

namespace assay::log {
namespace {

// JSON may begin with white space, and these are all pairs of letters with which base64url of an object with a member
// then begins.
struct Start {
  std::string_view pair, json;
};
constexpr Start kStarts[] = {
    {"ey", R"({"alg":"HS256"})"},       {"ey", "{ \"alg\":\"HS256\"}"},  {"ew", "{\n\"alg\":\"HS256\"}"},
    {"ew", "{\r\n \"alg\":\"HS256\"}"}, {"ew", "{\t\"alg\":\"HS256\"}"}, {"IA", " \n{\"alg\":\"HS256\"}"},
    {"IC", "  {\"alg\":\"HS256\"}"},    {"IH", " {\"alg\":\"HS256\"}"},  {"CQ", "\t\n{\"alg\":\"HS256\"}"},
    {"CS", "\t {\"alg\":\"HS256\"}"},   {"CX", "\t{\"alg\":\"HS256\"}"}, {"Cg", "\n\n{\"alg\":\"HS256\"}"},
    {"Ci", "\n {\"alg\":\"HS256\"}"},   {"Cn", "\n{\"alg\":\"HS256\"}"}, {"DQ", "\r\n{\"alg\":\"HS256\"}"},
    {"DS", "\r {\"alg\":\"HS256\"}"},   {"DX", "\r{\"alg\":\"HS256\"}"},
};

// What may be left of a signature, and what jose/ makes of the token then.
struct Signature {
  std::string_view behind_payload;
  jose::Shape shape;
  bool is_whole = false;
};
using jose::Shape;
constexpr Signature kSignatures[] = {
    {".Dn8-4QJxZk_T0m2yRvbW1hEwLp7sUcAfG9iOKt5Nz3e", Shape::signed_token, true},
    {".", Shape::empty_signature},
    {"", Shape::two_segments},
    {".Dn8-4QJxZk", Shape::signed_token},
    {".***", Shape::masked},
    {".[REDACTED]", Shape::masked},
    {".<redacted>", Shape::masked},
    {".xxxxx", Shape::masked},
    {".\xE2\x80\xA6", Shape::masked},
    {".Dn8-4Q***", Shape::masked},
    {".Dn8-4Q...Nz3e", Shape::masked},
    {"...", Shape::masked},
    {"\xE2\x80\xA6", Shape::two_segments},  // the payload is cut
};

// Text around a token. '@' stands for it.
struct Carrier {
  std::string_view text;
  Where where;
  std::uint8_t decoded = 0;
  bool only_whole = false;  // what follows would belong to a signature that is not there
};
constexpr std::uint8_t kPercent = bit_of(Coding::percent), kJson = bit_of(Coding::json_escape);
constexpr Carrier kCarriers[] = {
    {"@", Where::text},
    {"rejected @", Where::text},
    {"Authorization: Bearer @", Where::authorization},
    {"authorization: bearer @\r", Where::authorization},
    {"AUTHORIZATION: DPOP @", Where::authorization},
    {"Authorization: JWT @", Where::authorization},
    {"Authorization: token @", Where::authorization},
    {"\"GET / HTTP/1.1\" 200 12 \"-\" \"curl/8\" \"Bearer @\"", Where::authorization},
    {"{\"authorization\":\"Bearer @\",\"a\":1}", Where::authorization},
    {"{\"authorization\":\"@\"}", Where::authorization},
    {"{\"headers\":{\"Authorization\":[\"Bearer @\"]}}", Where::authorization},
    {"0/0 {Bearer @} \"GET / HTTP/1.1\"", Where::authorization},
    {"{\"log\":\"{\\\"auth\\\":\\\"Bearer @\\\"}\\n\"}", Where::authorization, kJson},
    {"a=1&b=Bearer%20@", Where::authorization, kPercent},
    {"a=1&b=Bearer%2520@", Where::authorization, bit_of(Coding::percent_twice)},
    {"a=1&b=Bearer+@", Where::authorization, bit_of(Coding::plus)},
    {"Cookie: session=@; a=b", Where::cookie},
    {"Cookie: a=b; session=@", Where::cookie},
    {"{\"cookie\":\"session=@\"}", Where::cookie},
    {"sid=s%3A@.2cDh7u%2Fk3bV1mQ8sTz0pXaYwEr5nLg6jHi9oKfUdCM", Where::cookie, kPercent, true},
    {"sid=s:@.2cDh7uk3bV1mQ8sTz0pXaYwEr5nLg6jHi9oKfUdCMqe;", Where::cookie, 0, true},
    {"\"GET /cb?access_token=@&s=1 HTTP/1.1\" 200 1", Where::query},
    {"\"GET /cb?s=1&access_token=@ HTTP/1.1\" 200 1", Where::query},
    {"GET /cb?s=1&amp;access_token=@&amp;x", Where::query, bit_of(Coding::html_entity)},
    {"GET /cb%3Faccess_token%3D@%26s%3D1", Where::query, kPercent},
    {"{\"url\":\"https://a.example/?t=@\"}", Where::query},
    {"{\"url\":\"https:\\/\\/a.example\\/?t\\u003d@\\u0026s=1\"}", Where::query, kJson},
    {"https://a.example/cb#id_token=@&s=1", Where::fragment},
    {"https://a.example/cb#s=1&id_token=@", Where::fragment},
    {"\"GET / HTTP/1.1\" 200 12 \"https://a.example/?t=@\" \"curl/8\"", Where::referrer},
    {"{\"referer\":\"https://a.example/?t=@\"}", Where::referrer},
    {"Referer: https://a.example/?t=@", Where::referrer},
    {"{\"spec\":{\"token\":\"@\"}}", Where::body},
    {"{\"message\":\"line\\n@\"}", Where::text, kJson},
    {"{\"message\":\"cell\\t@\\tcell\"}", Where::text, kJson},
    {"{\"a\":\"\\u003d@\"}", Where::body, kJson},
    {"\\x22@\\x22", Where::text, bit_of(Coding::hex_escape)},
    {"<a href=&quot;@&quot;>", Where::text, bit_of(Coding::html_entity)},
    {"<td>@</td>", Where::text},
    {"level=warn token=@ user=x", Where::text},
    {"token=@&", Where::text},
    {"\"a\",@,\"b\"", Where::text},
    {"(@)", Where::text},
    {"a|@|b", Where::text},
    {"[auth tok=\"@\"] text", Where::text},
    {"ghs_123456_@", Where::text},
    {"id_@", Where::text},
    {"x=@@", Where::text},  // followed by what is no part of a token
    {"The token is @.", Where::text, 0, true},
    {"Is it @? Yes.", Where::text, 0, true},
    {"**@**", Where::text, 0, true},
    {"'@'", Where::text},
    {"`@`", Where::text},
    {"\xC3\xA9@\xC3\xA9", Where::text},
};

std::string in_carrier(std::string_view carrier, std::string_view token) {
  std::string text(carrier);
  return text.replace(text.find('@'), 1, token);
}

TEST(TokenScanner, FindsEveryTokenInEveryCarrierOnce) {
  for (const Carrier& carrier : kCarriers) {
    for (const Start& start : kStarts) {
      ASSERT_TRUE(header(start.json).starts_with(start.pair)) << start.pair;
      for (const Signature& signature : kSignatures) {
        if (carrier.only_whole && !signature.is_whole) continue;
        const std::string token = header(start.json) + "." + kPayload + std::string(signature.behind_payload);
        const std::string text = in_carrier(carrier.text, token);
        const std::size_t begin = carrier.text.find('@');
        EXPECT_THAT(scan(text),
                    testing::ElementsAre(Seen{begin, token.size(), token, carrier.decoded, false, carrier.where}))
            << text;
      }
    }
  }
}

TEST(TokenScanner, JoseSeesTheStateOfTheSignature) {
  for (const Signature& signature : kSignatures) {
    const std::vector<Seen> seen = scan("Bearer " + kHeader + "." + kPayload + std::string(signature.behind_payload));
    ASSERT_EQ(seen.size(), 1U) << signature.behind_payload;
    base::Arena arena;
    EXPECT_EQ(jose::take_apart(seen[0].token, arena).shape, signature.shape) << signature.behind_payload;
  }
}

// How each coding writes a character.
struct Coder {
  Coding coding;
  std::string (*write)(char c);
};
std::string with_hex(const char* format, char c) {
  char text[16];
  std::snprintf(text, sizeof text, format, static_cast<unsigned>(static_cast<unsigned char>(c)));
  return text;
}
const Coder kCoders[] = {
    {Coding::percent, [](char c) { return with_hex("%%%02X", c); }},
    {Coding::percent, [](char c) { return with_hex("%%%02x", c); }},
    {Coding::percent_twice, [](char c) { return with_hex("%%25%02X", c); }},
    {Coding::json_escape, [](char c) { return with_hex("\\u%04x", c); }},
    {Coding::json_escape, [](char c) { return with_hex("\\\\u%04X", c); }},
    {Coding::hex_escape, [](char c) { return with_hex("\\x%02x", c); }},
    {Coding::html_entity, [](char c) { return with_hex("&#%u;", c); }},
    {Coding::html_entity, [](char c) { return with_hex("&#x%x;", c); }},
};

std::string coded_with(const Coder& coder, std::string_view text, std::string_view which) {
  std::string coded;
  for (const char c : text) coded += which.find(c) != std::string_view::npos ? coder.write(c) : std::string(1, c);
  return coded;
}

TEST(TokenScanner, UndoesCodingsAnywhereInTheToken) {
  // The three characters with which a search begins stay as they are.
  constexpr std::string_view kSets[] = {".", "-", "_", ".-_", "0123456789", "ABDFGHKLMNOPQRSTUVWXYZ-_."};
  for (const Coder& coder : kCoders) {
    for (const std::string_view set : kSets) {
      for (const Start& start : kStarts) {
        const std::string token = header(start.json) + "." + kPayload + "." + std::string(kSignature);
        const std::string written = token.substr(0, 4) + coded_with(coder, token.substr(4), set);
        const std::string text = "token: " + written + " and more";
        EXPECT_THAT(scan(text),
                    testing::ElementsAre(Seen{7, written.size(), token, bit_of(coder.coding), false, Where::text}))
            << text;
      }
    }
  }
}

TEST(TokenScanner, UndoesNamedEntitiesAndAFirstLetter) {
  const std::string dots = kHeader + "&period;" + kPayload + "&period;" + std::string(kSignature);
  EXPECT_THAT(scan(dots),
              testing::ElementsAre(Seen{0, dots.size(), kToken, bit_of(Coding::html_entity), false, Where::text}));
  for (const std::string_view first : {"%65", "%2565", "\\x65", "\\u0065"}) {
    const std::string text = "t=" + std::string(first) + kToken.substr(1);
    const std::vector<Seen> seen = scan(text);
    ASSERT_EQ(seen.size(), 1U) << text;
    EXPECT_EQ(seen[0].begin, 2U);
    EXPECT_EQ(seen[0].size, text.size() - 2);
    EXPECT_EQ(seen[0].token, kToken);
  }
}

TEST(TokenScanner, TakesPaddingWithThePart) {
  const std::string padded = header(R"({"alg":"HS256"})") + ".e30=." + std::string(kSignature) + "=";
  EXPECT_THAT(scan("(" + padded + ")"), testing::ElementsAre(Seen{1, padded.size(), padded, 0, false, Where::text}));
  const std::string coded = header(R"({"alg":"HS256"})") + ".e30%3D." + std::string(kSignature) + "%3D";
  EXPECT_THAT(scan("(" + coded + ")"),
              testing::ElementsAre(Seen{1, coded.size(), padded, bit_of(Coding::percent), false, Where::text}));
  // As many as make no sense do not belong to it.
  EXPECT_EQ(scan(kToken + "==")[0].size, kToken.size());
}

TEST(TokenScanner, FindsPayloadsOfAnyKind) {
  for (const std::string_view payload : {"e30", "x", "bm90IEpTT04", "***", "[REDACTED]"}) {
    const std::string token = kHeader + "." + std::string(payload) + "." + std::string(kSignature);
    EXPECT_THAT(scan(token), testing::ElementsAre(Seen{0, token.size(), token, 0, false, Where::text}));
  }
}

TEST(TokenScanner, FindsAlgAnywhereInTheHeader) {
  for (const std::string_view json :
       {R"({"typ":"JWT","alg":"ES256"})", R"({"\u0061lg":"ES256"})", R"({"x":{"alg":1},"alg":null})",
        R"({"crit":["b64",{"a":[1,2.5e3,true]}],"alg":"none"})", "{\"alg\"\r\n:\t\"none\" , \"kid\" : \"\\\"\" } ",
        "{\"kid\":\"\xC3\xA9\xFF\",\"alg\":\"none\"}"}) {
    const std::string token = header(json) + ".e30.";
    EXPECT_THAT(scan(token), testing::ElementsAre(Seen{0, token.size(), token, 0, false, Where::text})) << json;
  }
}

TEST(TokenScanner, TellsTheTokenFromOtherPartsBehindIt) {
  const std::string more = kToken + ".example.com";
  EXPECT_THAT(scan(more), testing::ElementsAre(Seen{0, kToken.size(), kToken, 0, false, Where::text}));
  // A signature of a known length is whole, and what follows it is no mask.
  for (const std::string_view behind : {"...", "***", "[REDACTED]", "\xE2\x80\xA6"}) {
    EXPECT_EQ(scan(kToken + std::string(behind))[0].size, kToken.size()) << behind;
  }
}

// The parts in the middle of "TOKEN_TOKEN" are one run of base64url.
TEST(TokenScanner, CutsTokensThatAreJoined) {
  for (const std::size_t size : {43u, 64u, 86u, 176u, 342u, 512u, 683u}) {
    const std::string signature = (std::string(kSignature) + std::string(size, 'A')).substr(0, size);
    const std::string token = kHeader + "." + kPayload + "." + signature;
    for (const char* between : {"_", "-", "--", ""}) {
      std::string text = "x=" + token;
      std::vector<std::size_t> begins = {2};
      for (const std::string& next : {token, kToken}) {
        text += between;
        begins.push_back(text.size());
        text += next;
      }
      const std::vector<Seen> seen = scan(text + "&y");
      ASSERT_EQ(seen.size(), 3u) << text;
      for (std::size_t i = 0; i < seen.size(); ++i) {
        EXPECT_EQ(seen[i].token, i < 2 ? token : kToken) << text;
        EXPECT_EQ(seen[i].begin, begins[i]) << text;
        EXPECT_EQ(seen[i].size, seen[i].token.size()) << text;
      }
    }
  }
}

TEST(TokenScanner, CutsNothingElseOffASignature) {
  const std::string start = kHeader + "." + kPayload + ".", signature(kSignature);
  for (const std::string& third : {
           signature + "_" + kHeader,                                               // no payload follows
           signature + "_" + kHeader + "." + kPayload,                              // no second dot
           signature + "_" + kHeader + ".." + signature,                            // an empty payload
           signature + "_eyJub3QiOiJhIGhlYWRlciJ9." + kPayload + "." + signature,   // no alg
           signature + "_x" + kHeader + "." + kPayload + "." + signature,           // not right behind the signature
           signature.substr(2) + "_" + kHeader + "." + kPayload + "." + signature,  // no signature has this length
       }) {
    const std::vector<Seen> seen = scan(start + third);
    ASSERT_FALSE(seen.empty());
    EXPECT_EQ(seen[0].token, start + third.substr(0, third.find('.'))) << third;
  }
  // A signature as long as one of RS256 stays whole, whatever stands in it.
  const std::string filled = header("{\"alg\":\"HS256\",\"x\":\"" + std::string(169, 'x') + "\"}");
  const std::string third = std::string(86, 'A') + "_" + filled;
  ASSERT_EQ(third.size(), 342u);
  EXPECT_EQ(scan(start + third + "." + kPayload + "." + signature)[0].token, start + third);
}

TEST(TokenScanner, FindsTheFivePartsOfAJwe) {
  const std::string jwe_header = header(R"({"alg":"RSA-OAEP-256","enc":"A256GCM"})");
  const std::string whole = jwe_header + ".a2V5.aXY.Y2lwaGVydGV4dA.dGFn";
  const std::string direct = header(R"({"alg":"dir","enc":"A256GCM"})") + "..aXY.Y2lwaGVydGV4dA.dGFn";
  for (const std::string& token : {whole, direct, jwe_header + ".a2V5.aXY.Y2lwa", jwe_header + ".a2V5.aXY"}) {
    const std::string text = "Bearer " + token;
    EXPECT_THAT(scan(text), testing::ElementsAre(Seen{7, token.size(), token, 0, false, Where::authorization}));
    EXPECT_EQ(scan(whole + ".more")[0].size, whole.size());
  }
  // Without "enc" these are a token of three parts, and two more.
  const std::string five = kToken + ".aXY.dGFn";
  EXPECT_EQ(scan(five)[0].size, kToken.size());
}

TEST(TokenScanner, FindsTokensCutInTheirPayloadOrHeader) {
  for (const std::size_t size : {kHeader.size() + 2, kHeader.size() + 9, kToken.size() - 44}) {
    const std::string token = kToken.substr(0, size);
    for (const std::string_view behind : {"", "\n", " (trace=1)", "\"", ")"}) {
      EXPECT_THAT(scan("x " + token + std::string(behind)),
                  testing::ElementsAre(Seen{2, token.size(), token, 0, false, Where::text}));
    }
  }
  // A header that ends before its object ends holds at least the whole value of "alg".
  const std::string cut = header(R"({"alg":"HS256","typ":"JWT"})").substr(0, 28);
  EXPECT_THAT(scan("rejected " + cut), testing::ElementsAre(Seen{9, cut.size(), cut, 0, false, Where::text}));
  EXPECT_THAT(scan("rejected " + cut + "..."),
              testing::ElementsAre(Seen{9, cut.size() + 3, cut + "...", 0, false, Where::text}));
  EXPECT_TRUE(scan("rejected " + cut.substr(0, 14)).empty());
  // A whole header without a dot is a cut token only where a credential has to stand.
  EXPECT_TRUE(scan("header " + kHeader + " is ordinary").empty());
  EXPECT_THAT(scan("Bearer " + kHeader),
              testing::ElementsAre(Seen{7, kHeader.size(), kHeader, 0, false, Where::authorization}));
  // The same right behind the dot.
  const std::string dotted = kHeader + ".";
  EXPECT_TRUE(scan("header " + dotted + " is ordinary").empty());
  EXPECT_THAT(scan("Bearer " + dotted),
              testing::ElementsAre(Seen{7, dotted.size(), dotted, 0, false, Where::authorization}));
  EXPECT_THAT(scan("/a?access_token=" + dotted + "&sig=none"),
              testing::ElementsAre(Seen{16, dotted.size(), dotted, 0, false, Where::query}));
}

TEST(TokenScanner, ALineFeedEndsEveryToken) {
  const std::size_t dot = kHeader.size() + 1;
  EXPECT_TRUE(scan(kToken.substr(0, dot) + "\n" + kToken.substr(dot)).empty());
  const std::string payload = kToken.substr(0, dot + 20);
  EXPECT_THAT(scan(payload + "\n" + kToken.substr(dot + 20)),
              testing::ElementsAre(Seen{0, payload.size(), payload, 0, false, Where::text}));
  for (const std::string_view text : {"Authorization: Bearer\n***", "token=[REDACTED\n]", "token=\n***",
                                      "\"token\":\"***\n\"", "token\n=***", "Bearer eyJh\n...3C4Q"}) {
    for (const Seen& seen : scan(text)) {
      EXPECT_EQ(text.substr(seen.begin, seen.size).find('\n'), std::string_view::npos) << text;
    }
  }
}

TEST(TokenScanner, FindsTheTokensOfALineFromLeftToRight) {
  const std::string text = "a=" + kToken + "&b=" + kToken + " " + kToken + kToken;
  const std::size_t size = kToken.size();
  const std::vector<Seen> seen = scan(text);
  ASSERT_EQ(seen.size(), 4U);
  EXPECT_EQ(seen[0].begin, 2U);
  EXPECT_EQ(seen[1].begin, 2 + size + 3);
  EXPECT_EQ(seen[2].begin, 2 + size + 3 + size + 1);
  EXPECT_EQ(seen[2].size, size);
  EXPECT_EQ(seen[3].begin, 2 + size + 3 + size + 1 + size);
}

TEST(TokenScanner, OrdinaryTextYieldsNothing) {
  const std::string no_alg = header(R"({"cursor":"next","page":3})");
  const std::string lines[] = {
      "eyJavaFrameworkSupport.eyJustAnotherNames.someLongMethodName_xyz",
      "naive cart of Zoe: 3 items, eyJ is not a token (trace=60c1884e573e62a2)",
      no_alg,
      no_alg + "." + no_alg + "." + no_alg,
      header("{}") + "." + header("{}") + "." + std::string(kSignature),
      header(R"({"x":"alg"})") + ".e30.x",
      header(R"({"x":{"alg":"HS256"}})") + ".e30.x",
      header(R"(["alg"])") + ".e30.x",
      header(R"({"alg":"HS256"} x)") + ".e30.x",
      header(R"({"alg" "HS256"})") + ".e30.x",
      header("{\"al\x01g\":1,\"alg\":2}") + ".e30.x",
      kHeader,
      kHeader + ".",
      kHeader + ". A sentence.",
      kHeader + ". ",
      kHeader + ".. ",
      "550e8400-e29b-41d4-a716-446655440000 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "data:image/"
      "png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==",
      "if (token == nullptr || token->type() == Token::kEnd) return token.text();",
      "the token is invalid; a bearer token was removed; token: hidden fees apply? no",
      "import { jwt } from 'jsonwebtoken'; const token = ...; SELECT 1 WHERE token=? AND jwt = $1",
      "Authorization: - token= jwt: \"\" authorization=\"-\" \"authorization\":null",
      "token=<token> Authorization: Bearer {token} Authorization: Bearer <access_token> \"token\": \"{{jwt}}\"",
      "viewport framework news CSS ICANN DSA Chlorine Instance Basic usage, Basic authentication, Bearer auth",
  };
  for (const std::string& line : lines) {
    ScanCounts counts;
    EXPECT_THAT(scan(line, &counts), testing::IsEmpty()) << line;
    EXPECT_EQ(counts.other_credentials, 0U) << line;
  }
}

TEST(TokenScanner, CountsOtherCredentials) {
  struct Row {
    std::string text;
    std::uint64_t count;
  };
  const Row rows[] = {
      {"\"Basic YWRtaW46bm90IGEgdG9rZW4=\"", 1},
      {"Authorization: Basic YWRtaW46bm90IGEgdG9rZW4=", 1},
      {"Authorization: Basic ***", 1},
      {"Basic YWRtaW4gbm90", 0},  // no ':'
      {"\"Bearer 0f3a9c11d2e84b5f\"", 1},
      {"Authorization: Bearer 0f3a9c11d2e84b5f\nAuthorization: Bearer 1f3a9c11d2e84b5f", 2},
      {"Bearer ghs_123456_" + kToken, 0},  // a token after all
      {"Bearer authentication", 0},
      {"Bearer " + kToken, 0},
  };
  for (const Row& row : rows) {
    ScanCounts counts;
    scan(row.text, &counts);
    EXPECT_EQ(counts.other_credentials, row.count) << row.text;
  }
}

// A random line of pieces that tokens, their carriers and hostile texts consist of.
std::string random_line(std::mt19937_64& random) {
  static const std::vector<std::string> pieces = {kToken,
                                                  kHeader,
                                                  kHeader + ".",
                                                  ".",
                                                  "eyJ",
                                                  "eyJhbGciOi",
                                                  "***",
                                                  "...",
                                                  "[REDACTED]",
                                                  "Bearer ",
                                                  "Basic ",
                                                  "token=",
                                                  "%2E",
                                                  "%252E",
                                                  "\\u002e",
                                                  "\\n",
                                                  "&#46;",
                                                  "&amp;",
                                                  "Cookie: ",
                                                  "?t=",
                                                  "&t=",
                                                  "#t=",
                                                  " ",
                                                  "\"",
                                                  "=",
                                                  "+",
                                                  "%",
                                                  "\\",
                                                  "&",
                                                  "-_",
                                                  kPayload,
                                                  "%65yJh",
                                                  "\"token\":\"",
                                                  "\xE2\x80\xA6",
                                                  "IHsi",
                                                  "5yJ"};
  std::string line;
  for (std::size_t count = random() % 12; count > 0; --count) line += pieces[random() % pieces.size()];
  return line;
}

TEST(TokenScanner, ABlockGivesWhatItsLinesGive) {
  const std::uint64_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 400; ++round) {
    std::string block;
    std::vector<Seen> expected;
    std::uint64_t others = 0;
    for (int i = 0; i < 8; ++i) {
      const std::string line = random_line(random);
      ScanCounts counts;
      for (Seen seen : scan(line, &counts)) {
        seen.begin += block.size();
        expected.push_back(seen);
      }
      others += counts.other_credentials;
      block += line + "\n";
    }
    ScanCounts counts;
    EXPECT_EQ(scan(block, &counts), expected) << block;
    EXPECT_EQ(counts.other_credentials, others) << block;
  }
}

// Each of these would take minutes if the time were not linear.
TEST(TokenScanner, HostileTextIsReadInLinearTime) {
  constexpr std::size_t kSize = 4 << 20;
  const auto repeated = [](std::string_view piece) {
    std::string text;
    text.reserve(kSize + piece.size());
    while (text.size() < kSize) text += piece;
    return text;
  };
  const auto count = [](std::string_view text) {
    TokenScanner scanner;
    ScanCounts counts;
    return scan_with(scanner, text, counts).size();
  };
  EXPECT_EQ(count(repeated("eyJ")), 0U);
  EXPECT_EQ(count(repeated(header(R"({"a": )"))), 0U);  // each begins an object within another
  EXPECT_EQ(count(repeated(header(R"({"a":[)"))), 0U);
  EXPECT_EQ(count(repeated("{\"a\":\"") + "\""), 0U);
  EXPECT_EQ(count(repeated("eyJhbGciOiIifQ")), 0U);
  EXPECT_EQ(count(repeated("Bearer ")), 0U);
  EXPECT_EQ(count(repeated("token=")), 0U);
  EXPECT_EQ(count(repeated("Bearer+")), 0U);
  EXPECT_EQ(count(repeated("%65yJ")), 0U);
  EXPECT_EQ(count(repeated("\\")), 0U);
  EXPECT_EQ(count(repeated("&amp;")), 0U);
  EXPECT_EQ(count(std::string(kSize, 'A')), 0U);
  // A header and dots: every second one is a payload.
  EXPECT_EQ(count(repeated("eyJhbGciOiJIUzI1NiJ9.")), ((kSize + 20) / 21 + 1) / 3);
  // One token of eight million characters.
  EXPECT_EQ(count(kHeader + "." + std::string(kSize, 'A') + "." + std::string(kSize, 'B')), 1U);
  // A header may not be longer than its limit.
  const auto with_header_of = [](std::size_t letters) {
    return header(R"({"alg":"HS256","x":")" + std::string(letters, 'a') + "\"}") + ".e30.x";
  };
  EXPECT_EQ(count(with_header_of(6000)), 1U);
  EXPECT_EQ(count(with_header_of(6200)), 0U);
}

}  // namespace
}  // namespace assay::log
