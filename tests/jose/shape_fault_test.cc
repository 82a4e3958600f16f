#include "jose/shape_fault.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "codec/base64url.h"
#include "support/random.h"

namespace assay::jose {
namespace {

using ::testing::HasSubstr;

const std::string kHeader = codec::base64url_encode(R"({"alg":"ES256","kid":"e1"})");
const std::string kPayload = codec::base64url_encode(R"({"sub":"alice","exp":1790003600})");
const std::string kSignature = codec::base64url_encode(std::string(64, 'q'));
const std::string kToken = kHeader + "." + kPayload + "." + kSignature;

struct Explained {
  Reason reason;
  std::string detail;
};

// Explains a text as the order of checks does.
Explained explain(std::string_view text, const Policy& policy = {}) {
  base::Arena arena;
  codec::FastObjectReader reader;
  Compact compact = take_apart(text, arena);
  const std::optional<Header> header =
      compact.header.size() < text.size() ? read_header(compact.header, policy.profile) : std::nullopt;
  const FailedToken failed{.token = text,
                           .compact = compact,
                           .header = header ? &*header : nullptr,
                           .policy = policy,
                           .least_signature = header && header->algorithm == Algorithm::ES256 ? 64u : 0u};
  const ShapeFault fault = explain_shape(failed, reader, arena);
  return {fault.reason, std::string(fault.detail)};
}

void expect(Reason reason, std::string_view part, const std::string& text) {
  const Explained found = explain(text);
  EXPECT_EQ(found.reason, reason) << text << ": " << found.detail;
  EXPECT_THAT(found.detail, HasSubstr(std::string(part))) << text;
}

TEST(ShapeFault, FindsWhatStandsForNoToken) {
  for (const char* text : {"-",
                           "--",
                           "null",
                           "NULL",
                           "undefined",
                           "None",
                           "nil",
                           "(null)",
                           "<nil>",
                           "\"\"",
                           "''",
                           " ",
                           "\t\t",
                           "Bearer",
                           "bearer null",
                           "Bearer undefined",
                           "JWT ",
                           "Basic",
                           "Basic -",
                           "Bearer \"\"",
                           "Authorization: Bearer",
                           "Authorization:",
                           "[object Object]",
                           "\"null\"",
                           "Bearer%20null",
                           "\xC2\xA0",
                           "N/A"}) {
    const Explained found = explain(text);
    EXPECT_EQ(found.reason, Reason::missing_token) << text << ": " << found.detail;
    EXPECT_FALSE(found.detail.empty()) << text;
  }
}

TEST(ShapeFault, FindsTokensThatWereMaskedWhole) {
  for (const char* text : {"[REDACTED]", "+++JWT_TOKEN_REDACTED+++", "Bearer ****", "***", "xxxxx", "<hidden>",
                           "\xE2\x80\xA6", "Authorization: Bearer [REDACTED]", "\"****\"", "Basic ***", "..",
                           "%5BREDACTED%5D", "abcd****wxyz", "************3C4Q", "abcd...wxyz"}) {
    expect(Reason::token_redacted, "masked", text);
  }
  expect(Reason::token_redacted, "masked", std::string(100'000, '.'));
}

TEST(ShapeFault, FindsOtherCredentialsAndNamesOnlyKnownSchemes) {
  expect(Reason::other_credential, "another scheme: Basic", "Basic dXNlcjpwYXNz");
  expect(Reason::other_credential, "another scheme: Basic", "basic dXNlcjpwYXNz");
  expect(Reason::other_credential, "another scheme: Negotiate", "Negotiate YIIZnQYGKwYBBQUCoIIZkTCC");
  expect(Reason::other_credential, "another scheme: Digest", "Digest username=\"Mufasa\", realm=\"a.b.example\"");
  expect(Reason::other_credential, "another scheme: AWS4-HMAC-SHA256",
         "AWS4-HMAC-SHA256 Credential=AKIA/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=fe5f");
  expect(Reason::other_credential, "another scheme: Token", "Token 9944b09199c62bcf9418ad846dd0e4bb");
  expect(Reason::other_credential, "another scheme: ApiKey", "Authorization: ApiKey abcdef");
  expect(Reason::other_credential, "an unknown scheme", "Frobnicate 9944b09199c62bcf");
  for (const char* text : {"KBSxkmG-OcpA6-cg", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "dXNlcjpwYXNz==", "e5f3c1a9",
                           "12|laravel", "Bearer KBSxkmG-OcpA6-cg", "\"KBSxkmG-OcpA6-cg\""}) {
    expect(Reason::other_credential, "opaque: no dots, not a JWT", text);
  }
  expect(Reason::other_credential, "PASETO", "v4.public.eyJkYXRhIjoidGhpcyBpcyBhIHNpZ25lZCBtZXNzYWdlIn0");
  expect(Reason::other_credential, "Ory", "ory_at_Kp3x.z81q");
  EXPECT_THAT(explain("Basic dXNlcjpwYXNz").detail, Not(HasSubstr("dXNl")));
}

TEST(ShapeFault, NamesWhatStandsAroundAWholeToken) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"Bearer " + kToken, "begins with the scheme Bearer"},
      {"Token " + kToken, "begins with the scheme Token"},
      {"Bearer Bearer " + kToken, "Bearer twice"},
      {"Bearer JWT " + kToken, "begins with the scheme Bearer, begins with the scheme JWT"},
      {"Bearer: " + kToken, "the scheme Bearer and a colon"},
      {"Bearer%20" + kToken, "percent-encoded"},
      {"Bearer%2520" + kToken, "percent-encoded, percent-encoded again, begins with the scheme Bearer"},
      {"Bearer+" + kToken, "a plus sign"},
      {"Bearer" + kToken, "without a space"},
      {"Bearer\xC2\xA0" + kToken, "U+00A0"},
      {"\"" + kToken + "\"", "in quotes"},
      {"'" + kToken + "'", "in quotes"},
      {"\xE2\x80\x9C" + kToken + "\xE2\x80\x9D", "in quotes"},
      {"\\\"" + kToken + "\\\"", "in escaped quotes"},
      {"\"" + kToken, "begins with quotes"},
      {kToken + "\"", "ends in quotes"},
      {"b'" + kToken + "'", "as Python prints bytes"},
      {"(" + kToken + ")", "in brackets"},
      {kToken + ",", "ends in a comma"},
      {kToken + ";", "ends in a semicolon"},
      {kToken + ".", "ends in a full stop"},
      {kToken + "\\n", "ends in \\n"},
      {kToken + "\n", "white space after it"},
      {" " + kToken, "white space before it"},
      {kToken + "\xC2\xA0", "U+00A0"},
      {"\xEF\xBB\xBF" + kToken, "U+FEFF"},
      {kToken + "\xE2\x80\x8B", "U+200B"},
      {kToken + std::string(1, '\0'), "U+0000"},
      {"Authorization: Bearer " + kToken, "begins with Authorization and a colon, begins with the scheme Bearer"},
      {"access_token=" + kToken, "begins with access_token and an equals sign"},
      {"\"token\":\"" + kToken + "\"", "begins with token and a colon"},
      {"Frobnicate " + kToken, "an unknown scheme"},
      {kToken + " 200 0.003", "more text from character " + std::to_string(kToken.size() + 1)},
      {kToken + "," + kToken, "a whole token, and more text"},
      {"GET /a?b=c HTTP/1.1 " + kToken, "20 bytes of text before a whole token"},
  };
  for (const auto& [text, part] : cases) expect(Reason::malformed_token, part, text);
}

TEST(ShapeFault, TellsWhatIsWrongInsideATokenOfThreeSegments) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {kHeader + "=." + kPayload + "." + kSignature, "'=' padding"},
      {kToken + "==", "'=' padding, as AWS ALB writes it"},
      {kToken + "=", "'=' padding of a wrong length in the signature"},
      {kHeader + "." + kPayload + ".ab+/" + kSignature, "standard base64 (+ or /) in the signature"},
      {kHeader.substr(0, 8) + "\n" + kHeader.substr(8) + "." + kPayload + "." + kSignature,
       "a line break in the header"},
      {kHeader + "." + kPayload.substr(0, 8) + " " + kPayload.substr(8) + "." + kSignature,
       "white space in the payload"},
      {kHeader + ".ab!" + kPayload + "." + kSignature, "not base64url in the payload, character 3"},
      {kHeader + ".ab\xC3\xA9" + kPayload + "." + kSignature, "beyond ASCII in the payload"},
      {kHeader + ".eyJhI." + kSignature, "a length that base64url never has"},
      {kHeader + ".eyJhIj." + kSignature, "bits that belong to no byte"},
      {kHeader + ".[REDACTED]." + kSignature, "the payload was masked"},
      {kHeader + ".***.***", "the payload was masked"},
      {"[REDACTED]." + kPayload + "." + kSignature, "the header was masked"},
      {kHeader + "." + kPayload + "." + kSignature + ".AAAA", "4 segments; a JWT has three"},
      {kToken + ".AAAA.AAAA", "5 segments; a JWT has three, and a JWE's header has enc"},
      {R"({"access_token":"eyJhbGciOi"})", "JSON"},
  };
  for (const auto& [text, part] : cases) expect(Reason::malformed_token, part, text);
  Policy padded;
  padded.accept_padding = true;
  EXPECT_THAT(explain(kHeader + "." + kPayload + "==." + kSignature, padded).detail, HasSubstr("wrong length"));
}

TEST(ShapeFault, TellsWhereATokenWasCut) {
  // At every length: within the header, within the payload, within the signature.
  for (std::size_t size = 3; size < kToken.size(); ++size) {
    const std::string text = kToken.substr(0, size);
    base::Arena arena;
    if (size < kHeader.size()) {
      expect(Reason::malformed_token, "ends within the header, cut?", text);
    } else if (size <= kHeader.size() + 1) {
      expect(Reason::malformed_token, "ends after the header, cut?", text);
    } else if (size < kHeader.size() + 1 + kPayload.size()) {
      expect(Reason::malformed_token, size < kHeader.size() + 4 ? "" : "ends within the payload, cut?", text);
    } else if (size < kToken.size() - 5 && !take_apart(text, arena).signature_bytes.ends_with("q")) {
      expect(Reason::signature_redacted, "cut off", text);
    }
  }
  expect(Reason::malformed_token, "in quotes; ends within the payload, cut?", "\"" + kHeader + ".eyJzdWIi\"");
  expect(Reason::malformed_token, "payload", kHeader + ".eyJzdWIi...");
}

TEST(ShapeFault, TellsACutSignatureFromOneOfAnotherAlgorithm) {
  const auto cut = [](std::size_t bytes) {
    base::Arena arena;
    return is_cut_signature(
        take_apart(kHeader + "." + kPayload + "." + codec::base64url_encode(std::string(bytes, 'q')), arena), 64);
  };
  for (const std::size_t bytes : {1u, 3u, 31u, 33u, 60u}) EXPECT_TRUE(cut(bytes)) << bytes;
  for (const std::size_t bytes : {32u, 48u, 61u, 62u, 63u, 64u, 71u}) EXPECT_FALSE(cut(bytes)) << bytes;
  expect(Reason::signature_redacted, "60 bytes; ES256 takes 64",
         kHeader + "." + kPayload + "." + codec::base64url_encode(std::string(60, 'q')));
  expect(Reason::signature_redacted, "5 characters; ES256 takes 86", kHeader + "." + kPayload + ".abcde");
}

TEST(ShapeFault, NeedsAWholeHeaderAndAPayloadThatIsAnObjectForARedactedSignature) {
  const auto encoded = [](std::string_view json) { return codec::base64url_encode(json); };
  for (const char* end : {"", ".", ".***", ".[REDACTED]", ".\xE2\x80\xA6", "....", ".MEUC****"}) {
    expect(Reason::signature_redacted, "the signature was", kHeader + "." + kPayload + end);
    for (const std::string& payload : {encoded("[]"), encoded("no JSON"), encoded(R"({"a":1)")}) {
      expect(Reason::malformed_token, "", kHeader + "." + payload + end);
    }
    expect(Reason::malformed_token, "no algorithm", encoded(R"({"alg":"HS999"})") + "." + kPayload + end);
    expect(Reason::malformed_token, "kid is not a string",
           encoded(R"({"alg":"ES256","kid":1})") + "." + kPayload + end);
  }
}

TEST(ShapeFault, TakesAWholeSignatureWithMoreTextForNoMask) {
  const std::string whole = kHeader + "." + kPayload + "." + std::string(86, 'A');
  for (const char* junk : {"???", "$$$", "~~~", "***", "\xE2\x80\xA6", "[REDACTED]"}) {
    expect(Reason::malformed_token, "a whole token, and more text", whole + junk);
    expect(Reason::signature_redacted, "the signature was masked", whole.substr(0, whole.size() - 6) + junk);
  }
  expect(Reason::malformed_token, "6 segments", whole + "...");
}

TEST(ShapeFault, KeepsEncryptedTokensApartFromMaskedMiddles) {
  const std::string jwe = codec::base64url_encode(R"({"alg":"RSA-OAEP","enc":"A256GCM"})");
  expect(Reason::encrypted_token, "five segments: JWE", jwe + ".aa.bb.cc.dd");
  expect(Reason::encrypted_token, "five segments: JWE", jwe + "..bb.cc.dd");
  expect(Reason::malformed_token, "a JWE, as the header's enc says, five", jwe + ".aa.bb.cc");
  expect(Reason::malformed_token, "masked within the header", "eyJhbGciOi....3C4Q");
  expect(Reason::malformed_token, "masked within the payload", kHeader + ".eyJpc3MiOiJ...uE3C4Q");
  expect(Reason::malformed_token, "masked within the header", "eyJh****3C4Q");
  expect(Reason::malformed_token, "5 segments", kHeader + ".aa.bb.cc.dd");
}

TEST(ShapeFault, FindsPlaceholdersOnly) {
  base::Arena arena;
  EXPECT_EQ(explain_placeholder("null", arena)->reason, Reason::missing_token);
  EXPECT_EQ(explain_placeholder("***", arena)->reason, Reason::token_redacted);
  for (const std::string& text : {std::string("dev-token"), std::string("Basic abc"), kToken}) {
    EXPECT_FALSE(explain_placeholder(text, arena)) << text;
  }
}

// Returns whether `detail` holds eight characters of `text` in a row.
bool shares_text(std::string_view detail, std::string_view text) {
  for (std::size_t i = 0; i + 8 <= text.size(); ++i) {
    if (detail.find(text.substr(i, 8)) != detail.npos) return true;
  }
  return false;
}

TEST(ShapeFault, IsOneLineWithoutTokenMaterialForAnyText) {
  auto random = test::StructuredRandom::announced("ShapeFault.IsOneLineWithoutTokenMaterialForAnyText");
  const std::string parts[] = {"Zearer ", "\"", ".", "...",      "=",    "%41", "****",
                               " ",       "\n", ",", "\xC2\xA0", "\xFF", "[",   "{\""};
  for (int i = 0; i < 20'000; ++i) {
    std::string text = random.one_in(3) ? random.bytes(1 + random.size(60)) : kToken;
    for (std::uint64_t faults = random.below(5); faults > 0; --faults) {
      if (random.one_in(2)) text.insert(random.below(text.size() + 1), parts[random.below(std::size(parts))]);
      if (random.one_in(4)) text = random.corrupted(text);
      if (random.one_in(4)) text.resize(1 + random.below(text.size() + 1));
    }
    if (text.empty()) continue;
    const Explained found = explain(text);
    EXPECT_FALSE(found.detail.empty()) << text;
    EXPECT_EQ(found.detail.find_first_of("\r\n"), std::string::npos) << text;
    EXPECT_FALSE(shares_text(found.detail, text)) << text << ": " << found.detail;
    EXPECT_LE(found.reason, Reason::malformed_token) << text;
  }
}

}  // namespace
}  // namespace assay::jose
