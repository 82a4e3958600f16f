#include "writers/formats.h"

#include <gtest/gtest.h>

#include "writers/verdict_text.h"

namespace assay::writers {
namespace {

constexpr std::string_view kScopes[] = {"read", "write"};

jose::TokenVerdict accepted() {
  jose::TokenVerdict verdict;
  verdict.signature = SignatureState::valid;
  verdict.has_alg = verdict.has_kid = verdict.has_client_id = verdict.has_subject = true;
  verdict.alg = "RS256";
  verdict.kid = "k1";
  verdict.client_id = "app";
  verdict.subject = "u1";
  verdict.expires_at = "1790000000";
  verdict.scopes = kScopes;
  verdict.claims = R"({"sub":"u1"})";
  return verdict;
}

jose::TokenVerdict rejected() {
  jose::TokenVerdict verdict;
  verdict.signature = SignatureState::valid;
  verdict.reasons = Reason::audience_mismatch;
  verdict.reasons.insert(Reason::token_expired);
  verdict.has_alg = true;
  verdict.alg = "RS256";
  verdict.detail = "say \"no\", twice";
  return verdict;
}

std::string write(const VerdictWriter::Options& options, const jose::TokenVerdict& verdict,
                  std::span<const std::string_view> carried = {}, OutputFormat format = OutputFormat::ndjson) {
  Buffer to;
  const digest::Sha256 hash = digest::sha256("a.b.c");
  make_writer(format, options)
      ->append(to, {.record = 3,
                    .line = 2,
                    .file = options.inputs.size() > 1 ? std::size_t{1} : std::size_t{0},
                    .verdict = &verdict,
                    .has_token = true,
                    .token = "a.b.c",
                    .fingerprint = &hash,
                    .carried = carried});
  return std::string(to.view());
}

TEST(Writer, WritesAcceptedRecordsAsTheContractShowsThem) {
  EXPECT_EQ(write({}, accepted()),
            R"({"record":3,"line":2,"valid":true,"alg":"RS256","kid":"k1","client_id":"app","scopes":["read","write"],)"
            R"("expires_at":1790000000,"subject":"u1","claims":{"sub":"u1"}})"
            "\n");
}

TEST(Writer, WritesRejectedRecordsAsTheContractShowsThem) {
  EXPECT_EQ(
      write({}, rejected()),
      R"({"record":3,"line":2,"valid":false,"alg":"RS256","kid":null,"signature":"valid","reason":"token_expired",)"
      R"("reasons":["token_expired","audience_mismatch"],"detail":"say \"no\", twice",)"
      R"("client_id":null,"issuer":null,"subject":null,"jti":null})"
      "\n");
}

TEST(Writer, AddsFileTokenFingerprintAndCarriedFields) {
  const std::string_view carried[] = {"\"r1\"", "null"};
  const std::string line = write(
      {.emit_token = true, .fingerprint = true, .inputs = {"a", "b\"c"}, .carry = {"/id", "/ip"}}, accepted(), carried);
  EXPECT_TRUE(line.starts_with(R"({"record":3,"file":"b\"c","line":2,)")) << line;
  // SHA-256 of "a.b.c".
  EXPECT_TRUE(line.ends_with(
      R"(,"token":"a.b.c","ath":"hF4wRIgJ4ryJWOsCW_x5UjXROwd6U9DDq70jhRcNybg","carry":{"/id":"r1","/ip":null}})"
      "\n"))
      << line;
}

TEST(Writer, ShowsTheClaimsOfARejectedTokenOnlyIfItsSignatureIsValid) {
  jose::TokenVerdict verdict = rejected();
  verdict.has_client_id = verdict.has_issuer = verdict.has_subject = verdict.has_jti = true;
  verdict.client_id = "app";
  verdict.issuer = "https://idp.example";
  verdict.subject = "u1";
  verdict.jti = "7\xE2\x80\xA8";
  const std::string_view members =
      R"("client_id":"app","issuer":"https://idp.example","subject":"u1","jti":"7\u2028"})";
  EXPECT_TRUE(write({}, verdict).ends_with(std::string(members) + "\n")) << write({}, verdict);
  EXPECT_NE(write({}, verdict, {}, OutputFormat::csv).find(",app,,,u1,https://idp.example,7\\u2028,"),
            std::string::npos);
  for (const SignatureState state : {SignatureState::invalid, SignatureState::unchecked}) {
    verdict.signature = state;
    for (const OutputFormat format : {OutputFormat::ndjson, OutputFormat::csv}) {
      const std::string line = write({}, verdict, {}, format);
      for (const char* hidden : {"app", "idp.example", "u1", "2028"}) EXPECT_EQ(line.find(hidden), std::string::npos);
    }
  }
}

TEST(Writer, TellsTheTimeOfARecordThatWasJudgedAtItsOwn) {
  const Instant at{1790000000, 250'000'000};
  for (const jose::TokenVerdict& verdict : {accepted(), rejected()}) {
    Buffer buffer;
    make_writer(OutputFormat::ndjson, {.fingerprint = true})->append(buffer, {.verdict = &verdict, .judged_at = &at});
    EXPECT_NE(buffer.view().find(R"(,"judged_at":"2026-09-21T14:13:20.25Z","ath":null})"), std::string_view::npos)
        << buffer.view();
  }
  Buffer buffer;
  const jose::TokenVerdict verdict = rejected();
  const auto csv = make_writer(OutputFormat::csv, {.judged_at = true});
  EXPECT_NE(csv->head().find(",jti,judged_at,claims"), std::string::npos);
  csv->append(buffer, {.verdict = &verdict, .judged_at = &at});
  EXPECT_NE(buffer.view().find(",2026-09-21T14:13:20.25Z,"), std::string_view::npos);
}

// The room for a line is reckoned before it is written: every text at its worst.
TEST(Writer, HasRoomForTextsThatAreAllEscapes) {
  const std::string worst(5000, '\x01');
  jose::TokenVerdict verdict = rejected();
  verdict.has_kid = verdict.has_client_id = verdict.has_issuer = verdict.has_subject = verdict.has_jti = true;
  verdict.alg = verdict.kid = verdict.client_id = verdict.issuer = verdict.subject = verdict.jti = verdict.detail =
      worst;
  const std::string line = write({.emit_token = true, .fingerprint = true}, verdict);
  EXPECT_GT(line.size(), 6 * 7 * worst.size());
  EXPECT_TRUE(line.ends_with("\"}\n"));
}

TEST(VerdictText, WritesTimesAsToRfc3339Does) {
  for (const std::int64_t seconds :
       {std::int64_t{0}, std::int64_t{-1}, std::int64_t{951'782'400}, std::int64_t{1'790'000'000},
        std::int64_t{-62'135'596'800}, std::int64_t{-62'135'596'801}, std::int64_t{253'402'300'799},
        std::int64_t{253'402'300'800}, INT64_MAX, INT64_MIN}) {
    for (const std::uint32_t nanoseconds : {0u, 1u, 500'000'000u, 999'999'999u}) {
      char text[kTimeRoom];
      const Instant at{seconds, nanoseconds};
      EXPECT_EQ(std::string_view(text, static_cast<std::size_t>(write_time(text, at) - text)), to_rfc3339(at));
    }
  }
}

TEST(Writer, LeavesOutWhatIsNotAskedFor) {
  EXPECT_EQ(write({.only = Only::accepted}, rejected()), "");
  EXPECT_EQ(write({.only = Only::rejected}, accepted()), "");
  EXPECT_NE(write({.only = Only::rejected}, rejected()), "");
}

TEST(Writer, QuotesCsvAndKeepsOneLineARecord) {
  const VerdictWriter::Options options{.carry = {"/id"}};
  EXPECT_EQ(make_writer(OutputFormat::csv, options)->head(),
            "record,line,valid,alg,kid,signature,reason,reasons,detail,client_id,scopes,expires_at,subject,issuer,jti,"
            "claims,/id\r\n");
  const std::string_view carried[] = {"\"x,y\""};
  jose::TokenVerdict verdict = rejected();
  verdict.has_kid = true;
  verdict.kid = "a\nb";
  EXPECT_EQ(write(options, verdict, carried, OutputFormat::csv),
            "3,2,false,RS256,a\\nb,valid,token_expired,token_expired audience_mismatch,\"say \"\"no\"\", "
            "twice\",,,,,,,,\"x,y\"\r\n");
  EXPECT_EQ(write(options, accepted(), carried, OutputFormat::csv),
            "3,2,true,RS256,k1,valid,,,,app,read write,1790000000,u1,,,\"{\"\"sub\"\":\"\"u1\"\"}\",\"x,y\"\r\n");
}

TEST(Writer, PutsAnApostropheBeforeCsvTextsThatWouldBeFormulas) {
  const std::string_view scopes[] = {"@read", "=write"};
  jose::TokenVerdict verdict = accepted();
  verdict.alg = "=RS256";
  verdict.kid = "=HYPERLINK(\"//x\",1)";
  verdict.client_id = "+app";
  verdict.subject = "-1";
  verdict.scopes = scopes;
  verdict.expires_at = "-5";
  const std::string_view carried[] = {R"("=1+1")", "-7", R"("-7")", R"("\t=1")", R"("a=1")", R"("\"=1")"};
  Buffer buffer;
  make_writer(OutputFormat::csv, {.emit_token = true, .carry = {"/a", "/b", "/c", "/d", "/e", "/f"}})
      ->append(buffer, {.verdict = &verdict, .has_token = true, .token = "@a.b.c", .carried = carried});
  std::string to(buffer.view());
  EXPECT_EQ(to, R"csv(1,1,true,'=RS256,"'=HYPERLINK(""//x"",1)",valid,,,,'+app,'@read =write,-5,'-1,,,'@a.b.c,)csv"
                R"csv("{""sub"":""u1""}",'=1+1,-7,'-7,\t=1,a=1,"""=1")csv"
                "\r\n");
  verdict.subject = verdict.kid = "\t=1";
  verdict.client_id = "\r=1";
  to = write({}, verdict, {}, OutputFormat::csv);
  EXPECT_NE(to.find(R"(,\t=1,valid,,,,\r=1,'@read =write,-5,\t=1,,,)"), std::string::npos) << to;
}

TEST(Writer, WritesCarriedCsvTextsWithTheFewestEscapes) {
  const jose::TokenVerdict verdict = accepted();
  const std::string_view carried[] = {R"("\/api\/\u00e9\u0022")", R"("a\\b")"};
  EXPECT_NE(
      write({.carry = {"/a", "/b"}}, verdict, carried, OutputFormat::csv).find("\"/api/\xC3\xA9\"\"\",a\\\\b\r\n"),
      std::string::npos)
      << write({.carry = {"/a", "/b"}}, verdict, carried, OutputFormat::csv);
}

TEST(Writer, HasNoneForNoFormat) { EXPECT_EQ(make_writer(OutputFormat::none, {}), nullptr); }

}  // namespace
}  // namespace assay::writers
