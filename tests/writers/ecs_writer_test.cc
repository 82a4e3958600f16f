// Events of the format ecs, held against the fields, types and allowed values of the schema's own reference.
#include "writers/ecs_writer.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "support/vectors.h"
#include "writers/formats.h"

namespace assay::writers {
namespace {

using codec::JsonNode;
using codec::JsonType;
using test::Document;

const Document& schema() {
  static const Document document(test::read_file(test::data_path("ecs/fields.json")), "ecs/fields.json");
  return document;
}

// The row of a field, or null if the schema has none.
const JsonNode* row_of(const std::string& field) {
  const JsonNode* row = schema().root().find("fields")->find(field);
  return row != nullptr ? row : schema().root().find("of_filebeat")->find(field);
}

bool is_ip(std::string_view text) {
  unsigned char parsed[sizeof(in6_addr)];
  const std::string address(text);
  return inet_pton(AF_INET, address.c_str(), parsed) == 1 || inet_pton(AF_INET6, address.c_str(), parsed) == 1;
}

// Whether a value has a type of the schema. A long has 64 bits; a date is in a form that strict_date_optional_time
// reads.
bool has_type(const JsonNode& value, std::string_view type) {
  if (type == "long") return value.is(JsonType::integer) && value.text.size() <= 19;
  if (!value.is(JsonType::string)) return false;
  if (type == "ip") return is_ip(value.text);
  if (type == "date") return value.text.size() >= 20 && parse_rfc3339(value.text).has_value();
  return type == "keyword" || type == "wildcard" || type == "match_only_text";
}

void check_value(const std::string& field, const JsonNode& value, const JsonNode& row) {
  EXPECT_TRUE(has_type(value, row.find("type")->text)) << field << ": " << value.raw;
  const JsonNode* allowed = row.find("allowed");
  if (allowed == nullptr) return;
  EXPECT_TRUE(std::any_of(allowed->items.begin(), allowed->items.end(),
                          [&](const JsonNode& name) { return name.text == value.text; }))
      << field << ": " << value.raw;
}

// Holds every field outside "assay" against the schema, and adds its name to `seen`.
void check_fields(const std::string& prefix, const JsonNode& object, std::set<std::string>& seen) {
  std::set<std::string_view> names;
  for (const auto& [name, value] : object.members) {
    EXPECT_TRUE(names.insert(name).second) << "twice: " << prefix << name;
    EXPECT_FALSE(value.is(JsonType::null)) << prefix << name;
    if (prefix.empty() && name == "assay") continue;
    const std::string field = prefix + std::string(name);
    if (value.is(JsonType::object)) {
      check_fields(field + ".", value, seen);
      continue;
    }
    const JsonNode* row = row_of(field);
    ASSERT_NE(row, nullptr) << field << " is no field of the schema";
    seen.insert(field);
    EXPECT_EQ(value.is(JsonType::array), row->find("array") != nullptr) << field;
    if (!value.is(JsonType::array)) check_value(field, value, *row);
    for (const JsonNode& item : value.items) check_value(field, item, *row);
  }
}

// A category and its types must be ones that the schema expects together.
void check_categories(const JsonNode& event) {
  for (const JsonNode& category : event.find("category")->items) {
    const JsonNode* expected = schema().root().find("expected_event_types")->find(category.text);
    ASSERT_NE(expected, nullptr) << category.text;
    for (const JsonNode& type : event.find("type")->items) {
      EXPECT_TRUE(std::any_of(expected->items.begin(), expected->items.end(),
                              [&](const JsonNode& name) { return name.text == type.text; }))
          << category.text << ": " << type.text;
    }
  }
}

constexpr std::string_view kScopes[] = {"read", "write\"\n"};
const Instant kTime{1'790'000'000, 250'000'000};

jose::TokenVerdict verdict_with(ReasonSet reasons, std::string_view every_text) {
  jose::TokenVerdict verdict;
  verdict.reasons = reasons;
  verdict.signature = reasons.empty() || reasons.first() > Reason::signature_invalid ? SignatureState::valid
                                                                                     : SignatureState::unchecked;
  verdict.has_alg = verdict.has_kid = verdict.has_client_id = verdict.has_issuer = true;
  verdict.has_subject = verdict.has_jti = true;
  verdict.alg = verdict.kid = verdict.client_id = verdict.issuer = verdict.subject = verdict.jti = every_text;
  verdict.detail = every_text;
  verdict.expires_at = "1790000000";
  verdict.scopes = kScopes;
  verdict.claims = R"({"sub":"u1","sub":{"a.b":1}})";
  return verdict;
}

Occurrence occurrence_with(std::string_view client, std::string_view every_text) {
  Occurrence occurrence;
  occurrence.nth = 2;
  occurrence.offset = 605;
  occurrence.length = 330;
  occurrence.decoded = 0xff;
  occurrence.where = log::Where::query;
  occurrence.client = client;
  occurrence.method = occurrence.path = every_text;
  occurrence.status = 302;
  return occurrence;
}

std::string write(const VerdictWriter::Options& options, const VerdictLine& line) {
  Buffer to;
  const auto writer = make_writer(OutputFormat::ecs, options);
  EXPECT_EQ(writer->head() + writer->tail(), "");
  writer->append(to, line);
  return std::string(to.view());
}

// An event with everything that it may hold.
std::string full_event(const jose::TokenVerdict& verdict, const Occurrence* occurrence, std::string_view token) {
  const std::string_view carried[] = {"\"r1\"", "{\"a\":[1]}", "null", "-7"};
  const digest::Sha256 hash = digest::sha256(token);
  return write({.emit_token = true,
                .fingerprint = true,
                .judged_at = true,
                .inputs = {"-", "logs/a\"b.log"},
                .carry = {"/id", "/o\"", "/n", "/x"},
                .occurrences = occurrence != nullptr},
               {.record = 5,
                .line = 8,
                .file = 1,
                .verdict = &verdict,
                .has_token = true,
                .token = token,
                .fingerprint = &hash,
                .judged_at = &kTime,
                .carried = carried,
                .occurrence = occurrence});
}

std::vector<ReasonSet> every_reason() {
  std::vector<ReasonSet> all = {{}};
  for (int i = 0; i < kReasonCount; ++i) all.emplace_back(static_cast<Reason>(i));
  return all;
}

TEST(EcsWriter, WritesOnlyFieldsAndValuesOfTheSchema) {
  ASSERT_EQ(schema().root().find("version")->text, kEcsVersion);
  std::set<std::string> seen;
  for (const ReasonSet reasons : every_reason()) {
    for (const std::string_view client : {"192.0.2.7", "2001:db8::1", "fe80::1%eth0", "app.internal", ""}) {
      const Occurrence occurrence = occurrence_with(client, "GET");
      for (const Occurrence* at : {&occurrence, static_cast<const Occurrence*>(nullptr)}) {
        const std::string line = full_event(verdict_with(reasons, "u1"), at, "a.b.c");
        ASSERT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
        const Document event(line, "event");
        check_fields("", event.root(), seen);
        check_categories(*event.root().find("event"));
      }
    }
  }
  // Every row of the file is used, or it does not belong there.
  for (const auto& [name, row] : schema().root().find("fields")->members)
    EXPECT_EQ(seen.count(std::string(name)), 1u) << name;
}

TEST(EcsWriter, TellsWhatTheSchemaHasAFieldFor) {
  const Occurrence occurrence = occurrence_with("192.0.2.7", "/orders");
  jose::TokenVerdict verdict = verdict_with(Reason::token_expired, "u1");
  verdict.reasons.insert(Reason::audience_mismatch);
  verdict.detail = "expired 60 s before the time of judgement";
  const digest::Sha256 hash = digest::sha256("a.b.c");
  EXPECT_EQ(
      write({.fingerprint = true, .inputs = {"access.log"}, .occurrences = true}, {.record = 5,
                                                                                   .line = 8,
                                                                                   .verdict = &verdict,
                                                                                   .has_token = true,
                                                                                   .token = "a.b.c",
                                                                                   .fingerprint = &hash,
                                                                                   .judged_at = &kTime,
                                                                                   .occurrence = &occurrence}),
      R"({"@timestamp":"2026-09-21T14:13:20.25Z","ecs":{"version":"9.4.0"},"event":{"kind":"event",)"
      R"("category":["authentication"],"type":["start"],"outcome":"failure","action":"token-rejected",)"
      R"("reason":"token_expired","module":"assay","dataset":"assay.audit","sequence":5},"rule":{"name":"token_expired"},)"
      R"("error":{"message":"expired 60 s before the time of judgement"},"user":{"id":"u1","name":"u1"},)"
      R"("related":{"ip":["192.0.2.7"],"user":["u1"]},"source":{"address":"192.0.2.7","ip":"192.0.2.7"},)"
      R"("http":{"request":{"method":"/orders"},"response":{"status_code":302}},"url":{"path":"/orders"},)"
      R"("log":{"file":{"path":"access.log"},"offset":605},"assay":{"valid":false,"line":8,"nth":2,"length":330,)"
      R"("decoded":["percent","percent_twice","json","hex","html","plus"],"where":"query","served":true,)"
      R"("judged_at":"2026-09-21T14:13:20.25Z","alg":"u1","kid":"u1","signature":"valid",)"
      R"("reasons":["token_expired","audience_mismatch"],"client_id":"u1","issuer":"u1","jti":"u1",)"
      R"("ath":"hF4wRIgJ4ryJWOsCW_x5UjXROwd6U9DDq70jhRcNybg"}})"
      "\n");
}

TEST(EcsWriter, SaysUnknownWhenThereWasNoWholeTokenToJudge) {
  EXPECT_EQ(ecs_outcome({}), "success");
  for (const Reason reason : {Reason::missing_token, Reason::missing_time, Reason::token_redacted,
                              Reason::signature_redacted, Reason::encrypted_token}) {
    EXPECT_EQ(ecs_outcome(reason), "unknown") << to_string(reason);
  }
  for (const Reason reason : {Reason::malformed_token, Reason::signature_invalid, Reason::token_expired,
                              Reason::token_revoked, Reason::key_compromised}) {
    EXPECT_EQ(ecs_outcome(reason), "failure") << to_string(reason);
  }
}

// The room for an event is reckoned before it is written: every text at its worst.
TEST(EcsWriter, StaysValidJsonWhateverTheTextsHold) {
  std::string every_byte;
  for (int i = 0; i < 256; ++i) every_byte += static_cast<char>(i);
  for (const std::string& hostile : {every_byte, std::string(5000, '\x01'), std::string("\xED\xA0\x80\xE2\x80\xA8"),
                                     std::string("\"},\"event\":{\"outcome\":\"success\"}")}) {
    for (const ReasonSet reasons : {ReasonSet{}, ReasonSet{Reason::token_expired}}) {
      const Occurrence occurrence = occurrence_with(hostile, hostile);
      const std::string line = full_event(verdict_with(reasons, hostile), &occurrence, hostile);
      ASSERT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
      const Document event(line, "event");
      std::set<std::string> seen;
      check_fields("", event.root(), seen);
      EXPECT_EQ(event.root().find("event")->find("outcome")->text, reasons.empty() ? "success" : "failure");
      EXPECT_EQ(seen.count("source.ip"), 0u);
    }
  }
}

TEST(EcsWriter, LetsNoTokenAndNoRecordChooseTheNameOrTypeOfAField) {
  const std::string line = full_event(verdict_with({}, "u1"), nullptr, "a.b.c");
  const Document event(line, "event");
  const JsonNode& own = *event.root().find("assay");
  EXPECT_EQ(own.find("claims")->text, R"({"sub":"u1","sub":{"a.b":1}})");
  jose::TokenVerdict escaped = verdict_with({}, "u1");
  escaped.claims = R"({"a\\\"b":"\u2028é\\"})";
  EXPECT_EQ(Document(full_event(escaped, nullptr, "a.b.c"), "event").root().find("assay")->find("claims")->text,
            escaped.claims);
  const JsonNode& carry = *own.find("carry");
  ASSERT_EQ(carry.members.size(), 3u) << carry.raw;
  EXPECT_EQ(carry.find("/id")->text, "r1");
  EXPECT_EQ(carry.find("/o\"")->text, "{\"a\":[1]}");
  EXPECT_TRUE(carry.find("/x")->is(JsonType::string)) << carry.raw;
  jose::TokenVerdict verdict = verdict_with({}, "u1");
  verdict.expires_at = "100000000000000000000000000";  // no long
  EXPECT_EQ(Document(full_event(verdict, nullptr, "a.b.c"), "event").root().find("assay")->find("expires_at"), nullptr);
}

TEST(EcsWriter, ShowsTheClaimsOfARejectedTokenOnlyIfItsSignatureIsValid) {
  jose::TokenVerdict verdict = verdict_with(Reason::signature_invalid, "secret-name");
  verdict.signature = SignatureState::invalid;
  verdict.alg = verdict.kid = verdict.detail = "x";
  EXPECT_EQ(write({}, {.verdict = &verdict}).find("secret-name"), std::string::npos);
}

TEST(EcsWriter, TakesTheTimeOfReadingForARecordWithoutATimeOfItsOwn) {
  const jose::TokenVerdict verdict = verdict_with(Reason::missing_time, "x");
  const std::string line = write({.inputs = {"-"}}, {.verdict = &verdict, .at = kTime});
  EXPECT_TRUE(line.starts_with(R"({"@timestamp":"2026-09-21T14:13:20.25Z",)")) << line;
  EXPECT_EQ(line.find("judged_at"), std::string::npos);
  EXPECT_EQ(line.find("\"log\""), std::string::npos) << "standard input has no path: " << line;
  // Elasticsearch reads years of four digits, and a record may name any second of 64 bits.
  for (const Instant far : {Instant{INT64_MIN, 0}, Instant{INT64_MAX, 999'999'999}}) {
    const Document event(write({}, {.verdict = &verdict, .judged_at = &far}), "event");
    EXPECT_TRUE(has_type(*event.root().find("@timestamp"), "date")) << event.root().raw;
    EXPECT_EQ(event.root().find("assay")->find("judged_at"), nullptr);
  }
}

}  // namespace
}  // namespace assay::writers
