#include "writers/ndjson_writer.h"

#include "codec/json.h"
#include "writers/pen.h"
#include "writers/verdict_text.h"

namespace assay::writers {
namespace {

using codec::append_json_string;
using jose::TokenVerdict;

// More than everything that stands between the values of a line, "signature", all reasons twice and a time included.
constexpr std::size_t kFixedRoom = 2048;

class NdjsonWriter final : public VerdictWriter {
 public:
  explicit NdjsonWriter(const Options& options)
      : VerdictWriter(options),
        emit_token_(options.emit_token),
        fingerprint_(options.fingerprint),
        occurrences_(options.occurrences) {
    if (options.inputs.size() > 1 || options.names_only_input) {
      for (const std::string& input : options.inputs) append_json_string(files_.emplace_back(), input);
    }
    for (const std::string& pointer : options.carry) {
      std::string& name = carry_.emplace_back(carry_.empty() ? "" : ",");
      append_json_string(name, pointer);
      name += ':';
    }
  }

 private:
  void append_verdict(Buffer& to, const VerdictLine& line) const override;
  std::size_t room(const VerdictLine& line) const noexcept;
  void append_options(Pen& pen, const VerdictLine& line) const;

  bool emit_token_, fingerprint_, occurrences_;
  std::vector<std::string> files_;  // inputs as JSON strings; empty when verdicts do not name them
  std::vector<std::string> carry_;  // "POINTER": for each pointer, with a comma before all but the first
};

// Returns a number of bytes that no line exceeds.
std::size_t NdjsonWriter::room(const VerdictLine& line) const noexcept {
  const TokenVerdict& verdict = *line.verdict;
  std::size_t strings = verdict.alg.size() + verdict.kid.size() + verdict.client_id.size() + verdict.issuer.size() +
                        verdict.subject.size() + verdict.jti.size() + verdict.detail.size();
  if (emit_token_) strings += line.token.size();
  if (line.occurrence != nullptr) {
    strings += line.occurrence->client.size() + line.occurrence->method.size() + line.occurrence->path.size();
  }
  std::size_t bytes = kFixedRoom + verdict.expires_at.size() + verdict.claims.size();
  for (const std::string_view scope : verdict.scopes) bytes += codec::json_string_room(scope.size()) + 1;
  if (!files_.empty()) bytes += files_[line.file].size();
  for (std::size_t i = 0; i < carry_.size(); ++i) bytes += carry_[i].size() + line.carried[i].size();
  return bytes + codec::json_string_room(strings);
}

// Where the token stands, and what its line says of the request.
void append_occurrence(Pen& pen, const VerdictLine& line) {
  const Occurrence& occurrence = *line.occurrence;
  pen.text(",\"nth\":");
  pen.number(occurrence.nth);
  pen.text(",\"offset\":");
  pen.number(occurrence.offset);
  pen.text(",\"length\":");
  pen.number(occurrence.length);
  if (occurrence.decoded != 0) {
    pen.text(",\"decoded\":[");
    bool first = true;
    each_coding(occurrence.decoded, [&](std::string_view name) {
      pen.text(first ? "\"" : ",\"");
      pen.text(name);
      pen.text("\"");
      first = false;
    });
    pen.text("]");
  }
  pen.text(",\"where\":\"");
  pen.text(to_string(occurrence.where));
  pen.text("\"");
  if (line.judged_at != nullptr) {
    pen.text(",\"judged_at\":\"");
    pen.time(*line.judged_at);
    pen.text("\"");
  }
  if (!occurrence.client.empty()) {
    pen.text(",\"client\":");
    pen.string(occurrence.client);
  }
  if (occurrence.status != 0) {
    pen.text(",\"status\":");
    pen.number(occurrence.status);
  }
  if (!occurrence.method.empty()) {
    pen.text(",\"method\":");
    pen.string(occurrence.method);
  }
  if (!occurrence.path.empty()) {
    pen.text(",\"path\":");
    pen.string(occurrence.path);
  }
  if (occurrence.status != 0) pen.text(occurrence.served() ? ",\"served\":true" : ",\"served\":false");
}

void append_accepted(Pen& pen, const TokenVerdict& verdict) {
  pen.text(",\"client_id\":");
  pen.string(verdict.client_id);
  pen.text(",\"scopes\":[");
  bool first = true;
  for (const std::string_view scope : verdict.scopes) {
    if (!first) pen.text(",");
    first = false;
    pen.string(scope);
  }
  pen.text("],\"expires_at\":");
  pen.text(verdict.expires_at.empty() ? std::string_view("null") : verdict.expires_at);
  pen.text(",\"subject\":");
  pen.string_or_null(verdict.has_subject, verdict.subject);
  pen.text(",\"claims\":");
  pen.text(verdict.claims);
}

void append_rejected(Pen& pen, const TokenVerdict& verdict) {
  pen.text(",\"signature\":\"");
  pen.text(to_string(verdict.signature));
  pen.text("\",\"reason\":\"");
  pen.text(to_string(verdict.reasons.first()));
  pen.text("\",\"reasons\":[");
  bool first = true;
  each_reason(verdict.reasons, [&](std::string_view name) {
    pen.text(first ? "\"" : ",\"");
    pen.text(name);
    pen.text("\"");
    first = false;
  });
  pen.text("],\"detail\":");
  pen.string(verdict.detail);
  // Nothing of the claims is shown before the signature is valid.
  if (verdict.signature != SignatureState::valid) return;
  pen.text(",\"client_id\":");
  pen.string_or_null(verdict.has_client_id, verdict.client_id);
  pen.text(",\"issuer\":");
  pen.string_or_null(verdict.has_issuer, verdict.issuer);
  pen.text(",\"subject\":");
  pen.string_or_null(verdict.has_subject, verdict.subject);
  pen.text(",\"jti\":");
  pen.string_or_null(verdict.has_jti, verdict.jti);
}

// What the user's options add at the end of a verdict.
void NdjsonWriter::append_options(Pen& pen, const VerdictLine& line) const {
  if (emit_token_) {
    pen.text(",\"token\":");
    pen.string_or_null(line.has_token, line.token);
  }
  if (fingerprint_) {
    pen.text(",\"ath\":");
    if (line.has_token) {
      pen.text("\"");
      pen.fingerprint(*line.fingerprint);
      pen.text("\"");
    } else {
      pen.text("null");
    }
  }
  if (!carry_.empty()) {
    pen.text(",\"carry\":{");
    for (std::size_t i = 0; i < carry_.size(); ++i) {
      pen.text(carry_[i]);
      pen.text(line.carried[i]);
    }
    pen.text("}");
  }
}

void NdjsonWriter::append_verdict(Buffer& to, const VerdictLine& line) const {
  const TokenVerdict& verdict = *line.verdict;
  const bool valid = verdict.reasons.empty();
  Pen pen(to.room(room(line)));
  pen.text("{\"record\":");
  pen.number(line.record);
  if (!files_.empty()) {
    pen.text(",\"file\":");
    pen.text(files_[line.file]);
  }
  pen.text(",\"line\":");
  pen.number(line.line);
  if (occurrences_) append_occurrence(pen, line);
  pen.text(valid ? ",\"valid\":true,\"alg\":" : ",\"valid\":false,\"alg\":");
  pen.string_or_null(verdict.has_alg, verdict.alg);
  pen.text(",\"kid\":");
  pen.string_or_null(verdict.has_kid, verdict.kid);
  if (valid) {
    append_accepted(pen, verdict);
  } else {
    append_rejected(pen, verdict);
  }
  if (!occurrences_ && line.judged_at != nullptr) {
    pen.text(",\"judged_at\":\"");
    pen.time(*line.judged_at);
    pen.text("\"");
  }
  append_options(pen, line);
  pen.text("}\n");
  to.resize_to(pen.at());
}

}  // namespace

std::unique_ptr<VerdictWriter> make_ndjson_writer(const VerdictWriter::Options& options) {
  return std::make_unique<NdjsonWriter>(options);
}

}  // namespace assay::writers
