#include "writers/ecs_writer.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>

#include "codec/json.h"
#include "writers/pen.h"
#include "writers/verdict_text.h"

namespace assay::writers {
namespace {

using codec::append_json_string;
using codec::json_string_room;
using jose::TokenVerdict;

// More than everything that stands between the values of an event, all reasons and three times included.
constexpr std::size_t kFixedRoom = 4096;

// Elasticsearch reads years of four digits.
constexpr std::int64_t kFirstSecond = -62'135'596'800;  // 0001-01-01
constexpr std::int64_t kLastSecond = 253'402'300'799;   // 9999-12-31
bool is_readable(Instant at) noexcept { return at.seconds >= kFirstSecond && at.seconds <= kLastSecond; }

Instant nearest_readable(Instant at) noexcept {
  return is_readable(at) ? at : Instant{std::clamp(at.seconds, kFirstSecond, kLastSecond), 0};
}

// Whether the text is an address as fields of type "ip" take it: IPv4 or IPv6, without port and zone.
bool is_ip(std::string_view text) noexcept {
  char address[INET6_ADDRSTRLEN];
  if (text.empty() || text.size() >= sizeof address || text.find('\0') != text.npos) return false;
  *std::copy(text.begin(), text.end(), address) = '\0';
  in6_addr parsed;
  return inet_pton(AF_INET, address, &parsed) == 1 || inet_pton(AF_INET6, address, &parsed) == 1;
}

// Whether a decimal integer fits into a field of type "long".
bool is_long(std::string_view digits) noexcept {
  return !digits.empty() && digits.size() - (digits.front() == '-' ? 1 : 0) <= 18;
}

// Writes an object, member by member, up to end(). Names need no escapes, or have them.
class Members {
 public:
  explicit Members(Pen& pen) noexcept : pen_(pen) {}
  // Begins a member: "name":
  Pen& name(std::string_view name) {
    pen_.text(first_ ? "{\"" : ",\"");
    first_ = false;
    pen_.text(name);
    pen_.text("\":");
    return pen_;
  }
  // A member whose value is a text that needs no escapes.
  void plain(std::string_view name_text, std::string_view value) {
    name(name_text).text("\"");
    pen_.text(value);
    pen_.text("\"");
  }
  void string(std::string_view name_text, std::string_view value) { name(name_text).string(value); }
  // The same, or nothing if there is none.
  void string_if(bool present, std::string_view name_text, std::string_view value) {
    if (present) string(name_text, value);
  }
  void number(std::string_view name_text, std::uint64_t value) { name(name_text).number(value); }
  void boolean(std::string_view name_text, bool value) { name(name_text).text(value ? "true" : "false"); }
  void time(std::string_view name_text, Instant at) {
    name(name_text).text("\"");
    pen_.time(at);
    pen_.text("\"");
  }
  // A list of texts that need no escapes. each(append) calls append for each of them.
  template <class Each>
  void list(std::string_view name_text, const Each& each) {
    name(name_text).text("[");
    bool first = true;
    each([&](std::string_view item) {
      pen_.text(first ? "\"" : ",\"");
      pen_.text(item);
      pen_.text("\"");
      first = false;
    });
    pen_.text("]");
  }

  void end() { pen_.text(first_ ? "{}" : "}"); }

 private:
  Pen& pen_;
  bool first_ = true;
};

class EcsWriter final : public VerdictWriter {
 public:
  explicit EcsWriter(const Options& options)
      : VerdictWriter(options),
        emit_token_(options.emit_token),
        fingerprint_(options.fingerprint),
        dataset_(options.occurrences ? "assay.audit" : "assay.verify") {
    for (const std::string& input : options.inputs) {
      std::string& file = files_.emplace_back();
      if (input != "-") append_json_string(file, input);  // standard input has no path
    }
    for (const std::string& pointer : options.carry) {
      std::string name;
      append_json_string(name, pointer);
      carry_.push_back(name.substr(1, name.size() - 2));
    }
  }

 private:
  void append_verdict(Buffer& to, const VerdictLine& line) const override;
  std::size_t room(const VerdictLine& line) const noexcept;
  void append_event(Pen& pen, const VerdictLine& line) const;
  void append_log(Members& members, Pen& pen, const VerdictLine& line) const;
  void append_own(Pen& pen, const VerdictLine& line) const;
  void append_options(Members& own, Pen& pen, const VerdictLine& line) const;

  bool emit_token_, fingerprint_;
  std::string_view dataset_;
  std::vector<std::string> files_;  // inputs as JSON strings; empty: standard input
  std::vector<std::string> carry_;  // pointers as JSON strings, without the quotes
};

// Whether the claims may be shown: nothing of them before the signature is valid.
bool shows_claims(const TokenVerdict& verdict) noexcept {
  return verdict.reasons.empty() || verdict.signature == SignatureState::valid;
}

// Returns a number of bytes that no event exceeds.
std::size_t EcsWriter::room(const VerdictLine& line) const noexcept {
  const TokenVerdict& verdict = *line.verdict;
  // The subject stands in three places, and the client's address in four.
  std::size_t strings = verdict.alg.size() + verdict.kid.size() + verdict.client_id.size() + verdict.issuer.size() +
                        3 * verdict.subject.size() + verdict.jti.size() + verdict.detail.size() + verdict.claims.size();
  if (emit_token_) strings += line.token.size();
  if (line.occurrence != nullptr) {
    strings += 4 * line.occurrence->client.size() + line.occurrence->method.size() + line.occurrence->path.size();
  }
  std::size_t bytes = kFixedRoom + verdict.expires_at.size();
  for (const std::string_view scope : verdict.scopes) bytes += json_string_room(scope.size()) + 1;
  if (line.file < files_.size()) bytes += files_[line.file].size();
  for (std::size_t i = 0; i < carry_.size(); ++i)
    bytes += carry_[i].size() + 4 + json_string_room(line.carried[i].size());
  return bytes + json_string_room(strings);
}

void EcsWriter::append_event(Pen& pen, const VerdictLine& line) const {
  const ReasonSet reasons = line.verdict->reasons;
  Members event(pen);
  event.plain("kind", "event");
  event.name("category").text(R"(["authentication"])");
  event.name("type").text(R"(["start"])");
  event.plain("outcome", ecs_outcome(reasons));
  event.plain("action", reasons.empty() ? "token-accepted" : "token-rejected");
  if (!reasons.empty()) event.plain("reason", to_string(reasons.first()));
  event.plain("module", "assay");
  event.plain("dataset", dataset_);
  event.number("sequence", line.record);
  event.end();
}

// Who asked for what: the fields that the schema has for a request.
void append_request(Members& members, Pen& pen, const Occurrence& occurrence) {
  if (!occurrence.client.empty()) {
    members.name("source");
    Members source(pen);
    source.string("address", occurrence.client);
    source.string_if(is_ip(occurrence.client), "ip", occurrence.client);
    source.end();
  }
  if (!occurrence.method.empty() || occurrence.status != 0) {
    members.name("http");
    Members http(pen);
    if (!occurrence.method.empty()) {
      http.name("request").text("{\"method\":");
      pen.string(occurrence.method);
      pen.text("}");
    }
    if (occurrence.status != 0) {
      http.name("response").text("{\"status_code\":");
      pen.number(occurrence.status);
      pen.text("}");
    }
    http.end();
  }
  if (!occurrence.path.empty()) {
    members.name("url").text("{\"path\":");
    pen.string(occurrence.path);
    pen.text("}");
  }
}

// Whom the token names, and the lists by which events of one user or address are found.
void append_user(Members& members, Pen& pen, const VerdictLine& line) {
  const TokenVerdict& verdict = *line.verdict;
  const bool has_user = shows_claims(verdict) && verdict.has_subject;
  const bool has_ip = line.occurrence != nullptr && is_ip(line.occurrence->client);
  if (has_user) {
    members.name("user");
    Members user(pen);
    user.string("id", verdict.subject);
    user.string("name", verdict.subject);
    user.end();
  }
  if (!has_user && !has_ip) return;
  members.name("related");
  Members related(pen);
  if (has_ip) {
    related.name("ip").text("[");
    pen.string(line.occurrence->client);
    pen.text("]");
  }
  if (has_user) {
    related.name("user").text("[");
    pen.string(verdict.subject);
    pen.text("]");
  }
  related.end();
}

void EcsWriter::append_log(Members& members, Pen& pen, const VerdictLine& line) const {
  const bool has_file = line.file < files_.size() && !files_[line.file].empty();
  if (!has_file && line.occurrence == nullptr) return;
  members.name("log");
  Members log(pen);
  if (has_file) {
    log.name("file").text("{\"path\":");
    pen.text(files_[line.file]);
    pen.text("}");
  }
  if (line.occurrence != nullptr) log.number("offset", line.occurrence->offset);
  log.end();
}

void append_place(Members& own, const Occurrence& occurrence) {
  own.number("nth", occurrence.nth);
  own.number("length", occurrence.length);
  if (occurrence.decoded != 0) {
    own.list("decoded", [&](const auto& append) { each_coding(occurrence.decoded, append); });
  }
  own.plain("where", to_string(occurrence.where));
  if (occurrence.status != 0) own.boolean("served", occurrence.served());
}

void append_token(Members& own, Pen& pen, const TokenVerdict& verdict) {
  own.string_if(verdict.has_alg, "alg", verdict.alg);
  own.string_if(verdict.has_kid, "kid", verdict.kid);
  own.plain("signature", to_string(verdict.signature));
  if (!verdict.reasons.empty()) {
    own.list("reasons", [&](const auto& append) { each_reason(verdict.reasons, append); });
  }
  if (!shows_claims(verdict)) return;
  own.string_if(verdict.has_client_id, "client_id", verdict.client_id);
  own.string_if(verdict.has_issuer, "issuer", verdict.issuer);
  own.string_if(verdict.has_jti, "jti", verdict.jti);
  if (!verdict.reasons.empty()) return;
  own.name("scopes").text("[");
  bool first = true;
  for (const std::string_view scope : verdict.scopes) {
    if (!first) pen.text(",");
    first = false;
    pen.string(scope);
  }
  pen.text("]");
  if (is_long(verdict.expires_at)) own.name("expires_at").text(verdict.expires_at);
  // As a text: a token must not choose the names and types of fields.
  own.name("claims").json_as_string(verdict.claims);
}

// What the user's options add.
void EcsWriter::append_options(Members& own, Pen& pen, const VerdictLine& line) const {
  if (line.has_token && emit_token_) own.string("token", line.token);
  if (line.has_token && fingerprint_) {
    own.name("ath").text("\"");
    pen.fingerprint(*line.fingerprint);
    pen.text("\"");
  }
  if (carry_.empty()) return;
  own.name("carry");
  Members carry(pen);
  for (std::size_t i = 0; i < carry_.size(); ++i) {
    // Every value is written as a text, so that a field has one type whatever the records hold.
    const std::string_view json = line.carried[i];
    if (json == "null") continue;
    if (json.starts_with('"')) {
      carry.name(carry_[i]).text(json);
    } else {
      carry.name(carry_[i]).json_as_string(json);
    }
  }
  carry.end();
}

void EcsWriter::append_own(Pen& pen, const VerdictLine& line) const {
  Members own(pen);
  own.boolean("valid", line.verdict->reasons.empty());
  own.number("line", line.line);
  if (line.occurrence != nullptr) append_place(own, *line.occurrence);
  if (line.judged_at != nullptr && is_readable(*line.judged_at)) own.time("judged_at", *line.judged_at);
  append_token(own, pen, *line.verdict);
  append_options(own, pen, line);
  own.end();
}

void EcsWriter::append_verdict(Buffer& to, const VerdictLine& line) const {
  const TokenVerdict& verdict = *line.verdict;
  Pen pen(to.room(room(line)));
  Members members(pen);
  members.time("@timestamp", nearest_readable(line.judged_at != nullptr ? *line.judged_at : line.at));
  members.name("ecs").text("{\"version\":\"");
  pen.text(kEcsVersion);
  pen.text("\"}");
  members.name("event");
  append_event(pen, line);
  if (!verdict.reasons.empty()) {
    members.name("rule").text("{\"name\":\"");
    pen.text(to_string(verdict.reasons.first()));
    pen.text("\"}");
    members.name("error").text("{\"message\":");
    pen.string(verdict.detail);
    pen.text("}");
  }
  append_user(members, pen, line);
  if (line.occurrence != nullptr) append_request(members, pen, *line.occurrence);
  append_log(members, pen, line);
  members.name("assay");
  append_own(pen, line);
  members.end();
  pen.text("\n");
  to.resize_to(pen.at());
}

}  // namespace

std::string_view ecs_outcome(ReasonSet reasons) noexcept {
  if (reasons.empty()) return "success";
  switch (reasons.first()) {
    case Reason::malformed_record:
    case Reason::missing_token:
    case Reason::missing_time:
    case Reason::token_redacted:
    case Reason::other_credential:
    case Reason::encrypted_token:
    case Reason::signature_redacted:
      return "unknown";
    default:
      return "failure";
  }
}

std::unique_ptr<VerdictWriter> make_ecs_writer(const VerdictWriter::Options& options) {
  return std::make_unique<EcsWriter>(options);
}

}  // namespace assay::writers
