#include "stream/carry.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

#include "codec/json.h"
#include "writers/verdict_text.h"

namespace assay::stream {
namespace {

const std::string kToken = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2lnbmF0dXJl";

std::string ath(std::string_view token) {
  std::string text(writers::kFingerprintRoom, '\0');
  writers::write_fingerprint(text.data(), digest::sha256(token));
  return text;
}

class Carry : public testing::Test {
 protected:
  std::string carried(const std::string& json, std::string_view own = {}) {
    std::string to(TokenHider(own, arena_).without_tokens(json));
    EXPECT_NE(codec::parse_json(to, codec::JsonDialect::rfc8259, arena_), nullptr) << to;
    return to;
  }
  base::Arena arena_;
};

TEST_F(Carry, LeavesWhatHoldsNoToken) {
  for (const std::string json :
       {"null", "1.50", "\"\"", R"("req-1.2.3")", R"({"a": [1, "x.y.z"]})", R"("\n \"q\"")", R"("\/api\/v1?a=%20&b=1")",
        R"("0f8fad5b-d9cb-469f-a165-70867728950e")", R"("\u00e9\ud83d\ude00 \\\"x\\\"")", R"("eyJhbGciOi")",
        R"("{\"path\":\"\\/var\\/log\\/app.log\",\"agent\":\"Mozilla\\/5.0 (X11; Linux x86_64)\"}")",
        R"("ICDI.eyes.CSgo/keyed/identity+Convey=Digest.IAmCS")"}) {
    EXPECT_EQ(carried(json), json);
    EXPECT_EQ(carried(json, "another token, not in it"), json);
  }
}

TEST_F(Carry, ReplacesATokenWhereverItStands) {
  const std::string a = ath(kToken);
  EXPECT_EQ(carried('"' + kToken + '"'), '"' + a + '"');
  EXPECT_EQ(carried("\"Bearer " + kToken + '"'), "\"Bearer " + a + '"');
  EXPECT_EQ(carried("\"/?t=" + kToken + "&u=" + kToken + "&s=1\""), "\"/?t=" + a + "&u=" + a + "&s=1\"");
  EXPECT_EQ(carried(R"({"h": {"a": [")" + kToken + R"("]}})"), R"({"h": {"a": [")" + a + R"("]}})");
  EXPECT_EQ(carried(R"({")" + kToken + R"(": 1})"), R"({")" + a + R"(": 1})");
  EXPECT_EQ(carried(R"("{\"t\":\")" + kToken + R"(\"}\n")"), R"("{\"t\":\")" + a + R"(\"}\n")");
  EXPECT_EQ(carried(R"("C:\\)" + kToken + R"(\\" )"), R"("C:\\)" + a + R"(\\" )");
}

TEST_F(Carry, ReplacesATokenThatEscapesHideAndKeepsTheRest) {
  const std::string a = ath(kToken);
  EXPECT_EQ(carried(R"("\u0065)" + kToken.substr(1) + '"'), '"' + a + '"');
  EXPECT_EQ(carried(R"({"a":[1.50,true,null,"\/?t\u003d)" + kToken + "\"]}"),
            R"({"a":[1.50,true,null,"\/?t\u003d)" + a + "\"]}");
}

// Returns `token` with each dot written as `dot`.
std::string with_dots(const std::string& token, const std::string& dot) {
  std::string to;
  for (const char c : token) to += c == '.' ? dot : std::string(1, c);
  return to;
}

TEST_F(Carry, ReplacesATokenInJsonWithinJson) {
  const std::string a = ath(kToken);
  for (const std::string quote : {R"(\")", R"(\\\")", R"(\\\\\\\")"}) {
    EXPECT_EQ(carried("\"{" + quote + "t" + quote + ":" + quote + kToken + quote + "}\""),
              "\"{" + quote + "t" + quote + ":" + quote + a + quote + "}\"");
  }
  EXPECT_EQ(carried(R"("{\"t\":\"\\u0065)" + kToken.substr(1) + R"(\"}")"), R"("{\"t\":\")" + a + R"(\"}")");
  EXPECT_EQ(carried(R"("{\"t\":\"\\\/)" + kToken + R"(\"}")"), R"("{\"t\":\"\\\/)" + a + R"(\"}")");
}

TEST_F(Carry, ReplacesATokenWhoseDotsAreCoded) {
  const std::string a = ath(kToken);
  for (const std::string dot :
       {"%2E", "%2e", "%252E", "%25252e", "%u002e", R"(\u002e)", R"(\u002E)", R"(\\u002e)", R"(\\\\u002e)", R"(\\x2e)",
        R"(\\x2E)", R"(\\\\x2e)", R"(\\056)", "&#46;", "&#046;", "&#x2e;", "&#X2E;", "&period;", "&amp;#46;"}) {
    EXPECT_EQ(carried('"' + with_dots(kToken, dot) + '"'), '"' + a + '"') << dot;
    EXPECT_EQ(carried("\"/?t%3D" + with_dots(kToken, dot) + "%26u\""), "\"/?t%3D" + a + "%26u\"") << dot;
  }
}

TEST_F(Carry, ReplacesATokenOfWhichEachCharacterIsCoded) {
  std::string percent, json;
  for (const char c : kToken) {
    char code[8];
    std::snprintf(code, sizeof code, "%%%02x", static_cast<unsigned>(c));
    percent += code;
    std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
    json += code;
  }
  EXPECT_EQ(carried('"' + percent + '"'), '"' + ath(kToken) + '"');
  EXPECT_EQ(carried('"' + json + '"'), '"' + ath(kToken) + '"');
}

TEST_F(Carry, ReplacesCutAndMaskedTokens) {
  const std::string header_and_payload = kToken.substr(0, kToken.rfind('.'));
  const std::string h = ath(header_and_payload);
  EXPECT_EQ(carried('"' + header_and_payload + '"'), '"' + h + '"');
  EXPECT_EQ(carried('"' + header_and_payload + ".\""), '"' + h + ".\"");
  EXPECT_EQ(carried('"' + header_and_payload + ".***\""), '"' + h + ".***\"");
  EXPECT_EQ(carried('"' + header_and_payload + ".[REDACTED]\""), '"' + h + ".[REDACTED]\"");
  EXPECT_EQ(carried('"' + header_and_payload + "...\""), '"' + h + "...\"");
  EXPECT_EQ(carried("\"***.eyJzdWIiOiJ1MSJ9.c2lnbmF0dXJl\""), "\"***." + ath("eyJzdWIiOiJ1MSJ9.c2lnbmF0dXJl") + '"');
  EXPECT_EQ(carried("\"eyJhbGciOiJIUzI1NiJ9\""), '"' + ath("eyJhbGciOiJIUzI1NiJ9") + '"');
}

TEST_F(Carry, ReplacesTokensWithoutTheLettersEyJ) {
  // { "alg"..., {<line break>"alg"..., <two spaces>{"alg"..., <tab>{...
  for (const std::string header : {"eyAiYWxnIjoiSFMyNTYifQ", "ewoiYWxnIjoiSFMyNTYifQ", "ICB7ImFsZyI6IkhTMjU2In0",
                                   "CXsiYWxnIjoiSFMyNTYifQ", "DQp7ImFsZyI6IkhTMjU2In0"}) {
    const std::string token = header + ".eyJzdWIiOiJ1MSJ9.c2lnbmF0dXJl";
    EXPECT_EQ(carried('"' + token + '"'), '"' + ath(token) + '"');
  }
}

TEST_F(Carry, TellsSignaturesFromThePathBehindThem) {
  const std::string head = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSJ9.";
  const std::string token = head + std::string(43, 'a');
  EXPECT_EQ(carried("\"/t/" + token + "/next.html\""), "\"/t/" + ath(token) + "/next.html\"");
  // In standard base64, with padding.
  const std::string standard = head + std::string(20, 'b') + "/+" + std::string(21, 'c') + "=";
  EXPECT_EQ(carried('"' + standard + '"'), '"' + ath(standard) + '"');
}

TEST_F(Carry, ReplacesTheRecordsOwnTokenEvenIfItIsOpaque) {
  const std::string opaque = "0123456789/abcdef";
  EXPECT_EQ(carried('"' + opaque + '"', opaque), '"' + ath(opaque) + '"');
  EXPECT_EQ(carried("\"Bearer 0123456789\\/abcdef\"", opaque), "\"Bearer " + ath(opaque) + '"');
  EXPECT_EQ(carried(R"({"a":"x0123456789/abcdefx"})", opaque), R"({"a":"x)" + ath(opaque) + R"(x"})");
  EXPECT_EQ(carried(R"("0123456789%2Fabcdef")", opaque), '"' + ath(opaque) + '"');
  EXPECT_EQ(carried(R"("a \"quoted\" secret")", "a \"quoted\" secret"), '"' + ath("a \"quoted\" secret") + '"');
  // One that is masked is replaced as a whole.
  const std::string masked = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSJ9.***";
  EXPECT_EQ(carried("\"Bearer " + masked + '"', masked), "\"Bearer " + ath(masked) + '"');
}

TEST_F(Carry, ReplacesAShortOwnTokenOnlyWhereItIsNoWord) {
  const std::string key = ath("key");
  EXPECT_EQ(carried(R"({"a":"key","b":"monkey"})", "key"), R"({"a":")" + key + R"(","b":"monkey"})");
  EXPECT_EQ(carried(R"("{\"a\":\"key\",\"b\":\"the key to it\"}")", "key"),
            R"("{\"a\":\")" + key + R"(\",\"b\":\"the key to it\"}")");
  const std::string s = ath("s3cr3t-07");
  EXPECT_EQ(carried(R"("/?t=s3cr3t-07&u=1 s3cr3t-070")", "s3cr3t-07"), R"("/?t=)" + s + R"(&u=1 s3cr3t-070")");
}

// Returns ASCII text as the inside of a JSON string.
std::string escaped(const std::string& text) {
  std::string to;
  for (const char c : text) to += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return to;
}

TEST_F(Carry, ReplacesAnOwnTokenWithABackslashBeforeWhatJsonEscapes) {
  struct Case {
    std::string text, json;
  };
  for (const Case& one : {Case{"\n", R"(\n)"}, Case{"\x01", R"(\u0001)"}, Case{"\"", R"(\")"}, Case{"\\", R"(\\)"},
                          Case{"/", R"(\/)"}, Case{"\xC3\xA9", R"(\u00e9)"}, Case{"\xC3\xA9", "\xC3\xA9"},
                          Case{"\xF0\x9F\x98\x80", R"(\ud83d\ude00)"}, Case{"n", "n"}, Case{"u0041", "u0041"},
                          Case{"x41", "x41"}, Case{"101", "101"}, Case{"\\\"", R"(\\\")"}, Case{"", ""}}) {
    const std::string own = "opaque-secret\\" + one.text + "and-its-end";
    const std::string json = R"(opaque-secret\\)" + one.json + "and-its-end";
    EXPECT_EQ(carried('"' + json + '"', own), '"' + ath(own) + '"') << json;
    EXPECT_EQ(carried("\"<" + json + ">\"", own), "\"<" + ath(own) + ">\"") << json;
    const std::string within = "{\"t\":\"" + json + "\"}";
    EXPECT_EQ(carried('"' + escaped(within) + '"', own), R"("{\"t\":\")" + ath(own) + R"(\"}")") << json;
    EXPECT_EQ(carried('"' + escaped("\"" + escaped(within) + "\"") + '"', own),
              R"("\"{\\\"t\\\":\\\")" + ath(own) + R"(\\\"}\"")")
        << json;
  }
}

TEST_F(Carry, ReplacesTheOwnTokenBesideWhatReadsLikeACodingWithIt) {
  const std::string own = "token-0123456789";
  EXPECT_EQ(carried(R"("C:\\token-0123456789\\n")", own), R"("C:\\)" + ath(own) + R"(\\n")");
  const std::string with_end = "token-0123456789%";
  EXPECT_EQ(carried(R"("token-0123456789%41\/")", with_end), '"' + ath(with_end) + R"(41\/")");
  const std::string with_backslash = R"(opaque\name-of-16)";
  EXPECT_EQ(carried(R"("/?t=opaque%5Cname-of-16&u")", with_backslash), R"("/?t=)" + ath(with_backslash) + R"(&u")");
  EXPECT_EQ(carried(R"("\\\\")", R"(\\)"), '"' + ath(R"(\\)") + '"');
}

TEST_F(Carry, LooksForTheOwnTokenInLinearTime) {
  // A search that compares the token anew at each place takes ten minutes, which the time limit of a test ends.
  const std::string own = std::string(100000, 'a') + "b" + std::string(100000, 'a');
  const std::string field = '"' + std::string(40000000, 'a') + '"';
  const std::string coded = R"("\/)" + std::string(4000000, 'a') + '"';
  EXPECT_EQ(TokenHider(own, arena_).without_tokens(field), field);
  EXPECT_EQ(TokenHider(own, arena_).without_tokens(coded), coded);
}

TEST_F(Carry, ReplacesTokensThatOverlapTogether) {
  // The own token ends within another one, or begins in it and goes on behind it: nothing of either is left.
  const std::string head = kToken.substr(0, kToken.rfind('.'));
  EXPECT_EQ(carried('"' + kToken + '"', head), '"' + ath(kToken) + '"');
  const std::string own = "c2lnbmF0dXJl#and-more";
  EXPECT_EQ(carried('"' + kToken + "#and-more\"", own), '"' + ath(kToken) + '"');
  const std::string before = "more/and?" + head;
  EXPECT_EQ(carried("\"more/and?" + kToken + '"', before), '"' + ath(before) + '"');
}

TEST_F(Carry, KeepsTheJsonWholeWhateverTheOwnTokenIs) {
  EXPECT_EQ(carried(R"({"n":12345678901234567})", "12345678901234567"), R"({"n":12345678901234567})");
  EXPECT_EQ(carried(R"({"abcdefgh":"ijklmnop"})", R"(abcdefgh":"ijklmnop)"), R"({"abcdefgh":"ijklmnop"})");
  EXPECT_EQ(carried(R"(["secretsecretsecret\\"])", R"(secretsecretsecret")"), R"(["secretsecretsecret\\"])");
  EXPECT_EQ(carried(R"([true,"true"])", "true"), R"([true,")" + ath("true") + R"("])");
}

}  // namespace
}  // namespace assay::stream
