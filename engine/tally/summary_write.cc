#include <algorithm>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "codec/base64url.h"
#include "codec/json.h"
#include "tally/summary.h"
#include "tally/token_uses_code.h"

namespace assay::tally {
namespace {

using codec::append_json_string;
using codec::append_list;

constexpr std::size_t kOrdinaryBytes = std::size_t{1} << 16;

// An object whose members may be unknown.
class Object : public codec::JsonObject {
 public:
  using JsonObject::JsonObject;

  // Leaves out what is not known.
  void known_text(std::string_view member, std::string_view known) {
    if (!known.empty()) text(member, known);
  }
  void known_time(std::string_view member, const std::optional<Instant>& at) {
    if (at) text(member, to_rfc3339(*at));
  }
  void times(const TimeSpan& times) {
    known_time("first", times.first);
    known_time("last", times.last);
  }
};

void append_cell(std::string& to, const Cell& cell) {
  Object object(to);
  object.number("accepted", cell.accepted);
  object.number("rejected", cell.rejected);
  if (cell.served != 0) object.number("served", cell.served);
  object.times(cell.times);
}

void append_run(std::string& to, const RunRow& run) {
  Object object(to);
  object.text("command", run.command);
  object.text("version", run.version);
  object.text("started", to_rfc3339(run.started));
  object.text("ended", to_rfc3339(run.ended));
  char seconds[64];
  std::snprintf(seconds, sizeof seconds, "%.6f", run.seconds);
  object.name("seconds") += seconds;
  object.truth("complete", run.is_complete);
  object.number("threads", static_cast<std::uint64_t>(run.threads));
  object.text("backend", run.backend);
  if (run.isa.empty()) {
    object.name("isa") += "null";
  } else {
    object.text("isa", run.isa);
  }
  for (const auto& [name, number] : run.numbers) object.number(name, number);
  object.name("inputs") += '[';
  append_list(to, run.inputs, [&](const std::string& input) { append_json_string(to, input); });
  to += ']';
  // A list, since an option may be repeated.
  object.name("options") += '[';
  append_list(to, run.options, [&](const std::pair<std::string, std::string>& option) {
    to += '[';
    append_json_string(to, option.first);
    to += ',';
    append_json_string(to, option.second);
    to += ']';
  });
  to += ']';
}

void append_reasons(Object& document, std::string& to, const Tally& tally) {
  {
    document.name("by_reason");
    Object decided(to);
    for (int i = 0; i < kReasonCount; ++i) {
      const Tally::ReasonCounts& counts = tally.reasons[static_cast<std::size_t>(i)];
      if (counts.decided != 0) decided.number(to_string(static_cast<Reason>(i)), counts.decided);
    }
  }
  document.name("reasons");
  Object reasons(to);
  for (int i = 0; i < kReasonCount; ++i) {
    const Tally::ReasonCounts& counts = tally.reasons[static_cast<std::size_t>(i)];
    if (counts.held == 0) continue;
    reasons.name(to_string(static_cast<Reason>(i)));
    Object row(to);
    row.number("decided", counts.decided);
    row.number("held", counts.held);
    row.number("served", counts.served);
    row.times(counts.times);
  }
}

// The numbers of a sketch, one after the other. Most are small.
void append_sketch(std::string& to, const Values::Beyond& beyond) {
  Object object(to);
  append_cell(object.name("total"), beyond.total);
  object.name("distinct") += '[';
  append_list(to, beyond.distinct.registers(), [&](std::uint8_t rank) { to += std::to_string(rank); });
  to += ']';
  object.name("counts") += '[';
  append_list(to, beyond.counts.cells(), [&](const CountSketch::Counts& counts) {
    to += std::to_string(counts.accepted) + "," + std::to_string(counts.rejected) + "," + std::to_string(counts.served);
  });
  to += ']';
}

bool is_by_time(Property property) noexcept { return property == Property::hour || property == Property::kid_hour; }

void append_properties(Object& document, std::string& to, const Tally& tally) {
  Breakdown breakdowns[kPropertyCount];
  for (std::size_t i = 0; i < kPropertyCount; ++i) {
    const auto property = static_cast<Property>(i);
    Breakdown& breakdown = breakdowns[i] = tally.values(property).breakdown();
    if (is_by_time(property)) {
      std::sort(breakdown.rows.begin(), breakdown.rows.end(),
                [](const Row& a, const Row& b) { return a.name < b.name; });
    }
    document.name(to_string(property));
    Object rows(to);
    for (const Row& row : breakdown.rows) append_cell(rows.name(row.name), row.cell);
  }
  for (const bool absent : {false, true}) {
    document.name(absent ? "absent" : "other");
    Object cells(to);
    for (std::size_t i = 0; i < kPropertyCount; ++i) {
      append_cell(cells.name(to_string(static_cast<Property>(i))), absent ? breakdowns[i].absent : breakdowns[i].other);
    }
  }
  document.name("kept");
  Object kept(to);
  for (std::size_t i = 0; i < kPropertyCount; ++i) {
    kept.name(to_string(static_cast<Property>(i)));
    Object row(to);
    row.number("distinct", breakdowns[i].distinct);
    row.truth("exact", breakdowns[i].is_exact);
  }
}

void append_sketches(Object& document, std::string& to, const Tally& tally) {
  document.name("sketches");
  Object sketches(to);
  for (std::size_t i = 0; i < kPropertyCount; ++i) {
    const auto property = static_cast<Property>(i);
    if (tally.values(property).is_exact()) continue;
    const Values::Parts parts = tally.values(property).parts();
    sketches.name(to_string(property));
    Object sketch(to);
    append_cell(sketch.name("other"), parts.other);
    sketch.name("sketch");
    append_sketch(to, *parts.beyond);
  }
}

void append_file(std::string& to, const FileCoverage& file) {
  Object object(to);
  object.text("path", file.path);
  object.number("bytes", file.bytes);
  object.known_text("sha256", file.sha256);
  object.known_text("format", file.format);
  object.known_text("zone", file.zone);
  object.known_text("year", file.year);
  object.number("lines", file.lines);
  object.number("lines_without_time", file.lines_without_time);
  object.number("tokens", file.tokens);
  object.times(file.times);
  object.number("gap_count", file.gap_count);
  object.name("gaps") += '[';
  append_list(to, file.gaps, [&](const FileCoverage::Gap& gap) {
    to += '[';
    append_json_string(to, to_rfc3339(gap.from));
    to += ',';
    append_json_string(to, to_rfc3339(gap.to));
    to += ']';
  });
  to += ']';
  object.known_text("fault", file.fault);
  object.known_text("repeats", file.repeats);
}

void append_published(std::string& to, const std::vector<KeyAppearance>& published) {
  to += '[';
  append_list(to, published, [&](const KeyAppearance& seen) {
    Object object(to);
    object.text("source", seen.source);
    object.text("series", seen.series);
    object.known_time("before", seen.before);
    object.known_time("first", seen.first);
    object.known_time("last", seen.last);
    object.known_time("after", seen.after);
    object.number("snapshots", seen.snapshots);
    object.number("of", seen.of);
  });
  to += ']';
}

void append_key(std::string& to, const KeyRow& key) {
  Object object(to);
  object.text("kid", key.kid);
  object.text("type", key.type);
  object.known_text("thumbprint", key.thumbprint);
  object.known_text("issuer", key.issuer);
  object.known_text("source", key.source);
  object.known_text("note", key.note);
  object.known_time("not_before", key.not_before);
  object.known_time("retired_at", key.retired_at);
  object.known_time("compromised_at", key.compromised_at);
  if (!key.published.empty()) append_published(object.name("published"), key.published);
  object.name("weaknesses") += '[';
  append_list(to, key.weaknesses, [&](const std::string& weakness) { append_json_string(to, weakness); });
  to += ']';
}

void append_replay(std::string& to, const Replay& replay) {
  Object object(to);
  object.known_text("ath", replay.ath);
  object.known_text("jti", replay.jti);
  object.known_text("kid", replay.kid);
  object.known_text("issuer", replay.issuer);
  object.known_text("subject", replay.subject);
  object.number("uses", replay.uses);
  object.number("rejected", replay.rejected);
  object.number("served", replay.served);
  object.times(replay.times);
  object.number("addresses", replay.addresses);
  object.name("clients");
  Object clients(to);
  for (const Replay::Client& client : replay.clients) {
    clients.name(client.address);
    Object uses(to);
    uses.number("uses", client.uses);
    uses.times(client.times);
  }
}

void append_replays(Object& document, std::string& to, const Overview& shown) {
  document.name("replays");
  Object replays(to);
  replays.number("distinct_tokens", shown.replays.distinct);
  char share[32];
  std::snprintf(share, sizeof share, "%.9g", shown.replays.share);
  replays.name("share") += share;
  for (const bool jtis : {false, true}) {
    replays.name(jtis ? "jtis" : "tokens") += '[';
    append_list(to, jtis ? shown.replays.jtis : shown.replays.tokens,
                [&](const Replay& replay) { append_replay(to, replay); });
    to += ']';
  }
}

void append_compromised(Object& document, std::string& to, const Summary& summary, const Overview& shown) {
  document.name("compromised") += '[';
  append_list(to, shown.compromised, [&](const CompromisedUses& uses) {
    Object object(to);
    object.text("kid", uses.kid);
    object.known_text("issuer", uses.issuer);
    if (!uses.issuer.empty()) object.text("from", to_rfc3339(uses.from));
    const std::pair<std::string_view, const CompromisedUses::Part&> parts[] = {{"seen_before", uses.seen_before},
                                                                               {"first_inside", uses.first_inside},
                                                                               {"cannot_be_told", uses.cannot_be_told}};
    for (const auto& [name, part] : parts) {
      object.name(name);
      Object row(to);
      row.number("tokens", part.tokens);
      row.number("uses", part.uses);
      row.number("served", part.served);
    }
    object.name("by_token");
    Object tokens(to);
    for (const auto& [key, counts] : summary.tally.compromised.find(uses.kid)->second) {
      tokens.name(codec::base64url_encode({reinterpret_cast<const char*>(key.data()), key.size()}));
      to += '[' + std::to_string(counts.uses) + ',' + std::to_string(counts.served) + ']';
    }
  });
  to += ']';
}

}  // namespace

std::string summary_json(const Summary& summary) {
  const Overview shown = overview(summary);
  const Tally& tally = summary.tally;
  // The longest members first, so that the document is not copied as it grows.
  const std::string token_uses = encode(tally.tokens), jti_uses = encode(tally.jtis);
  std::string to;
  to.reserve(token_uses.size() + jti_uses.size() + kOrdinaryBytes);
  {
    Object document(to);
    document.number("assay_summary", 2);
    if (summary.runs.size() == 1) {
      append_run(document.name("run"), summary.runs.front());
    } else {
      document.name("runs") += '[';
      append_list(to, summary.runs, [&](const RunRow& run) { append_run(to, run); });
      to += ']';
    }
    document.number("records", tally.all.records());
    document.number("accepted", tally.all.accepted);
    document.number("rejected", tally.all.rejected);
    document.number("rejected_and_served", tally.all.served);
    document.number("accepted_and_served", tally.accepted_served);
    document.number("accepted_and_refused", tally.accepted_refused);
    if (tally.all.times.first) {
      document.name("times");
      Object times(to);
      times.times(tally.all.times);
    }
    document.number("bytes", summary.bytes);
    document.number("far_expiry", tally.far_expiry);
    document.number("other_credentials", summary.other_credentials);
    document.number("repeated_hours", summary.repeated_hours);
    {
      document.name("hygiene");
      Object hygiene(to);
      hygiene.number("published_private_keys", summary.published_private_keys);
    }
    append_reasons(document, to, tally);
    document.name("expired_by") += '[';
    append_list(to, tally.expired_by.parts, [&](std::uint64_t count) { to += std::to_string(count); });
    to += ']';
    append_properties(document, to, tally);
    append_replays(document, to, shown);
    append_compromised(document, to, summary, shown);
    document.name("files") += '[';
    append_list(to, summary.files, [&](const FileCoverage& file) { append_file(to, file); });
    to += ']';
    document.name("keys") += '[';
    append_list(to, summary.keys, [&](const KeyRow& key) { append_key(to, key); });
    to += ']';
    // What only a merge needs.
    append_sketches(document, to, tally);
    document.text("token_uses", token_uses);
    document.text("jti_uses", jti_uses);
  }
  return to += '\n';
}

}  // namespace assay::tally
