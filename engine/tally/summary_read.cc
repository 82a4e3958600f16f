#include <charconv>
#include <cmath>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

#include "base/arena.h"
#include "codec/base64url.h"
#include "codec/json.h"
#include "tally/summary.h"
#include "tally/token_uses_code.h"

namespace assay::tally {
namespace {

using codec::JsonMember;
using codec::JsonNode;
using codec::JsonType;

// Reads a document that summary_json wrote. The first thing that does not fit is kept as `fault`, and reading goes on
// with nothing.
class Reader {
 public:
  std::string fault;  // the member, such as "by_alg"; empty: none

  void bad(std::string_view member) {
    if (fault.empty()) fault = member;
  }
  const JsonNode& member(const JsonNode& object, std::string_view name) {
    const JsonNode* value = object.find(name);
    if (value == nullptr) bad(name);
    return value != nullptr ? *value : nothing();
  }
  std::span<const JsonNode> list(const JsonNode& object, std::string_view name) {
    const JsonNode& value = member(object, name);
    if (!value.is(JsonType::array)) bad(name);
    return value.items;
  }
  std::span<const JsonMember> members(const JsonNode& object, std::string_view name) {
    const JsonNode& value = member(object, name);
    if (!value.is(JsonType::object)) bad(name);
    return value.members;
  }
  std::uint64_t number(const JsonNode& value, std::string_view name) {
    std::uint64_t number = 0;
    const char* const end = value.text.data() + value.text.size();
    if (!value.is(JsonType::integer) || std::from_chars(value.text.data(), end, number).ptr != end) bad(name);
    return number;
  }
  std::uint64_t number_of(const JsonNode& object, std::string_view name) { return number(member(object, name), name); }
  std::uint64_t number_or_0(const JsonNode& object, std::string_view name) {
    const JsonNode* value = object.find(name);
    return value != nullptr ? number(*value, name) : 0;
  }
  std::string text(const JsonNode& object, std::string_view name) {
    const JsonNode& value = member(object, name);
    if (!value.is(JsonType::string)) bad(name);
    return std::string(value.text);
  }
  std::string text_or_none(const JsonNode& object, std::string_view name) {
    const JsonNode* value = object.find(name);
    return value != nullptr && value->is(JsonType::string) ? std::string(value->text) : std::string();
  }
  std::optional<Instant> time_or_none(const JsonNode& object, std::string_view name) {
    const JsonNode* value = object.find(name);
    if (value == nullptr) return std::nullopt;
    const std::optional<Instant> at = parse_rfc3339(value->text);
    if (!at) bad(name);
    return at;
  }
  TimeSpan times(const JsonNode& object) { return {time_or_none(object, "first"), time_or_none(object, "last")}; }
  Cell cell(const JsonNode& object) {
    return {number_of(object, "accepted"), number_of(object, "rejected"), number_or_0(object, "served"), times(object)};
  }

 private:
  static const JsonNode& nothing() {
    static const JsonNode kNothing;
    return kNothing;
  }
};

RunRow read_run(Reader& reader, const JsonNode& run) {
  RunRow row;
  for (const JsonMember& member : run.members) {
    if (member.name != "threads" && member.value.is(JsonType::integer))
      row.numbers.emplace_back(member.name, reader.number(member.value, member.name));
  }
  row.command = reader.text(run, "command");
  row.version = reader.text(run, "version");
  row.started = reader.time_or_none(run, "started").value_or(Instant());
  row.ended = reader.time_or_none(run, "ended").value_or(Instant());
  row.seconds = std::strtod(std::string(reader.member(run, "seconds").text).c_str(), nullptr);
  row.is_complete = reader.member(run, "complete").truth;
  row.threads = static_cast<int>(reader.number_of(run, "threads"));
  row.backend = reader.text(run, "backend");
  row.isa = reader.text_or_none(run, "isa");
  for (const JsonNode& input : reader.list(run, "inputs")) row.inputs.emplace_back(input.text);
  for (const JsonNode& option : reader.list(run, "options")) {
    if (option.items.size() == 2) {
      row.options.emplace_back(option.items[0].text, option.items[1].text);
    } else {
      reader.bad("options");
    }
  }
  return row;
}

void read_reasons(Reader& reader, const JsonNode& document, Tally& tally) {
  for (const JsonMember& member : reader.members(document, "reasons")) {
    const std::optional<Reason> reason = reason_from_string(member.name);
    if (!reason) {
      reader.bad(member.name);
      continue;
    }
    Tally::ReasonCounts& counts = tally.reasons[static_cast<std::size_t>(*reason)];
    counts.decided = reader.number_of(member.value, "decided");
    counts.held = reader.number_of(member.value, "held");
    counts.served = reader.number_of(member.value, "served");
    counts.times = reader.times(member.value);
  }
}

std::unique_ptr<Values::Beyond> read_sketch(Reader& reader, const JsonNode& sketch) {
  auto beyond = std::make_unique<Values::Beyond>();
  beyond->total = reader.cell(reader.member(sketch, "total"));
  const std::span<const JsonNode> ranks = reader.list(sketch, "distinct");
  const std::span<const JsonNode> counts = reader.list(sketch, "counts");
  if (ranks.size() != DistinctSketch::kRegisters || counts.size() != 3 * CountSketch::kCells) {
    reader.bad("sketches");
    return beyond;
  }
  for (std::size_t i = 0; i < ranks.size(); ++i) {
    beyond->distinct.registers()[i] = static_cast<std::uint8_t>(reader.number(ranks[i], "distinct"));
  }
  for (std::size_t i = 0; i < CountSketch::kCells; ++i) {
    beyond->counts.cells()[i] = {reader.number(counts[3 * i], "counts"), reader.number(counts[3 * i + 1], "counts"),
                                 reader.number(counts[3 * i + 2], "counts")};
  }
  return beyond;
}

void read_properties(Reader& reader, const JsonNode& document, Tally& tally) {
  const JsonNode& other = reader.member(document, "other");
  const JsonNode& absent = reader.member(document, "absent");
  const JsonNode& sketches = reader.member(document, "sketches");
  for (std::size_t i = 0; i < kPropertyCount; ++i) {
    const std::string_view name = to_string(static_cast<Property>(i));
    Values::Parts parts;
    for (const JsonMember& row : reader.members(document, name)) {
      parts.rows.push_back({std::string(row.name), reader.cell(row.value)});
    }
    parts.other = reader.cell(reader.member(other, name));
    parts.absent = reader.cell(reader.member(absent, name));
    if (const JsonNode* beyond = sketches.find(name)) {
      parts.other = reader.cell(reader.member(*beyond, "other"));
      parts.beyond = read_sketch(reader, reader.member(*beyond, "sketch"));
    }
    tally.values(static_cast<Property>(i)).restore(std::move(parts));
  }
}

void read_compromised(Reader& reader, const JsonNode& document, Tally& tally) {
  for (const JsonNode& row : reader.list(document, "compromised")) {
    auto& tokens = tally.compromised[reader.text(row, "kid")];
    for (const JsonMember& member : reader.members(row, "by_token")) {
      const std::optional<std::string> key = codec::base64url_decode(member.name);
      if (!key || key->size() != TokenKey().size() || member.value.items.size() != 2) {
        reader.bad("by_token");
        continue;
      }
      TokenKey bytes;
      std::copy(key->begin(), key->end(), bytes.begin());
      tokens[bytes].add(
          {reader.number(member.value.items[0], "by_token"), reader.number(member.value.items[1], "by_token")});
    }
  }
}

FileCoverage read_file(Reader& reader, const JsonNode& row) {
  FileCoverage file;
  file.path = reader.text(row, "path");
  file.bytes = reader.number_of(row, "bytes");
  file.sha256 = reader.text_or_none(row, "sha256");
  file.format = reader.text_or_none(row, "format");
  file.zone = reader.text_or_none(row, "zone");
  file.year = reader.text_or_none(row, "year");
  file.lines = reader.number_of(row, "lines");
  file.lines_without_time = reader.number_of(row, "lines_without_time");
  file.tokens = reader.number_of(row, "tokens");
  file.times = reader.times(row);
  file.gap_count = reader.number_of(row, "gap_count");
  for (const JsonNode& gap : reader.list(row, "gaps")) {
    const auto time = [&](std::size_t i) {
      const std::optional<Instant> at = gap.items.size() == 2 ? parse_rfc3339(gap.items[i].text) : std::nullopt;
      if (!at) reader.bad("gaps");
      return at.value_or(Instant());
    };
    file.gaps.push_back({time(0), time(1)});
  }
  file.fault = reader.text_or_none(row, "fault");
  file.repeats = reader.text_or_none(row, "repeats");
  return file;
}

KeyAppearance read_appearance(Reader& reader, const JsonNode& row) {
  KeyAppearance seen;
  seen.source = reader.text(row, "source");
  seen.series = reader.text(row, "series");
  seen.before = reader.time_or_none(row, "before");
  seen.first = reader.time_or_none(row, "first").value_or(Instant());
  seen.last = reader.time_or_none(row, "last").value_or(Instant());
  seen.after = reader.time_or_none(row, "after");
  seen.snapshots = static_cast<std::size_t>(reader.number_of(row, "snapshots"));
  seen.of = static_cast<std::size_t>(reader.number_of(row, "of"));
  return seen;
}

KeyRow read_key(Reader& reader, const JsonNode& row) {
  KeyRow key;
  key.kid = reader.text(row, "kid");
  key.type = reader.text(row, "type");
  key.thumbprint = reader.text_or_none(row, "thumbprint");
  key.issuer = reader.text_or_none(row, "issuer");
  key.source = reader.text_or_none(row, "source");
  key.note = reader.text_or_none(row, "note");
  key.not_before = reader.time_or_none(row, "not_before");
  key.retired_at = reader.time_or_none(row, "retired_at");
  key.compromised_at = reader.time_or_none(row, "compromised_at");
  if (const JsonNode* published = row.find("published")) {
    if (!published->is(JsonType::array)) reader.bad("published");
    for (const JsonNode& seen : published->items) key.published.push_back(read_appearance(reader, seen));
  }
  for (const JsonNode& weakness : reader.list(row, "weaknesses")) key.weaknesses.emplace_back(weakness.text);
  return key;
}

void read_tally(Reader& reader, const JsonNode& document, Tally& tally) {
  tally.all = {reader.number_of(document, "accepted"),
               reader.number_of(document, "rejected"),
               reader.number_of(document, "rejected_and_served"),
               {}};
  if (const JsonNode* times = document.find("times")) tally.all.times = reader.times(*times);
  tally.accepted_served = reader.number_of(document, "accepted_and_served");
  tally.accepted_refused = reader.number_of(document, "accepted_and_refused");
  tally.far_expiry = reader.number_of(document, "far_expiry");
  read_reasons(reader, document, tally);
  const std::span<const JsonNode> expired = reader.list(document, "expired_by");
  if (expired.size() != ExpiredBy::kParts) reader.bad("expired_by");
  for (std::size_t i = 0; i < expired.size() && i < ExpiredBy::kParts; ++i) {
    tally.expired_by.parts[i] = reader.number(expired[i], "expired_by");
  }
  read_properties(reader, document, tally);
  if (!decode(reader.text(document, "token_uses"), tally.tokens)) reader.bad("token_uses");
  if (!decode(reader.text(document, "jti_uses"), tally.jtis)) reader.bad("jti_uses");
  read_compromised(reader, document, tally);
}

}  // namespace

Result<Summary> read_summary(std::string_view json, std::string_view name) {
  const std::string file(name);
  base::Arena arena;
  codec::JsonError error;
  const JsonNode* document = codec::parse_json(json, codec::JsonDialect::rfc8259, arena, &error);
  if (document == nullptr)
    return Error{file + ": not JSON: byte " + std::to_string(error.offset) + ": " + error.message, "summaries"};
  const JsonNode* form = document->find("assay_summary");
  if (form == nullptr) return Error{file + ": not a summary; make one with --summary", "summaries"};
  if (form->text != "2")
    return Error{file + ": a summary of another version of assay; make it anew with this one", "summaries"};
  Reader reader;
  Summary summary;
  if (const JsonNode* run = document->find("run")) {
    summary.runs.push_back(read_run(reader, *run));
  } else {
    for (const JsonNode& row : reader.list(*document, "runs")) summary.runs.push_back(read_run(reader, row));
  }
  summary.bytes = reader.number_of(*document, "bytes");
  summary.other_credentials = reader.number_of(*document, "other_credentials");
  summary.repeated_hours = reader.number_of(*document, "repeated_hours");
  summary.published_private_keys = reader.number_of(reader.member(*document, "hygiene"), "published_private_keys");
  read_tally(reader, *document, summary.tally);
  for (const JsonNode& row : reader.list(*document, "files")) summary.files.push_back(read_file(reader, row));
  for (const JsonNode& row : reader.list(*document, "keys")) summary.keys.push_back(read_key(reader, row));
  if (!reader.fault.empty())
    return Error{file + ": not a whole summary: its '" + reader.fault + "' cannot be read", "summaries"};
  tidy(summary);
  return summary;
}

}  // namespace assay::tally
