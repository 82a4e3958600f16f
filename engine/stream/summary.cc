#include "stream/summary.h"

#include <cstdio>
#include <limits>
#include <utility>

#include "assay/algorithm.h"
#include "assay/version.h"
#include "codec/json.h"

namespace assay::stream {
namespace {

using codec::append_json_string;

void append_cell(std::string& to, const Dimension::Cell& cell) {
  to += "{\"accepted\":" + std::to_string(cell.accepted) + ",\"rejected\":" + std::to_string(cell.rejected) + "}";
}

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

// The names of one dimension of a run take a few MiB at most.
static_assert((Dimension::kMaxValues + Tally::kMaxUnverifiedKids) * (Dimension::kMaxValueBytes + kEllipsis.size()) <
              std::size_t{4} << 20);

// Returns the first kMaxValueBytes of a longer value, but not a part of a character, and an ellipsis.
std::string shortened(std::string_view value) {
  std::size_t size = Dimension::kMaxValueBytes;
  while (size > 0 && (static_cast<unsigned char>(value[size]) & 0xC0) == 0x80) --size;
  return std::string(value.substr(0, size)).append(kEllipsis);
}

struct Named {
  const char* name;
  const Dimension& dimension;
};

// Calls `append` for each of `items`, and appends commas between them.
template <class Items, class Append>
void append_list(std::string& to, const Items& items, const Append& append) {
  bool first = true;
  for (const auto& item : items) {
    if (!first) to += ',';
    first = false;
    append(item);
  }
}

// "run": what the summary says of the run itself.
void append_run(std::string& to, const RunManifest& run) {
  to += "{\"version\":";
  append_json_string(to, kVersion);
  to += ",\"started\":";
  append_json_string(to, to_rfc3339(run.started));
  to += ",\"ended\":";
  append_json_string(to, to_rfc3339(run.ended));
  char seconds[64];
  std::snprintf(seconds, sizeof seconds, "%.6f", run.seconds);
  to += ",\"seconds\":";
  to += seconds;
  to += run.complete ? ",\"complete\":true" : ",\"complete\":false";
  to += ",\"threads\":" + std::to_string(run.threads) + ",\"backend\":";
  append_json_string(to, run.backend);
  to += ",\"isa\":";
  if (run.isa.empty()) {
    to += "null";
  } else {
    append_json_string(to, run.isa);
  }
  const signature::BackendStatistics& signatures = run.signatures;
  const std::pair<const char*, std::uint64_t> numbers[] = {{"by_lanes", signatures.by_lanes},
                                                           {"by_openssl", signatures.by_openssl},
                                                           {"exceptional", signatures.exceptional},
                                                           {"cross_checked", signatures.cross_checked},
                                                           {"tables_built", signatures.tables_built},
                                                           {"tables_evicted", signatures.tables_evicted},
                                                           {"table_bytes", signatures.table_bytes},
                                                           {"memo_lookups", run.memo.lookups},
                                                           {"memo_hits", run.memo.hits},
                                                           {"memo_entries", run.memo.entries},
                                                           {"memo_bytes", run.memo.bytes}};
  for (const auto& [name, number] : numbers) to += std::string(",\"") + name + "\":" + std::to_string(number);
  to += ",\"inputs\":[";
  append_list(to, run.inputs, [&](const std::string& input) { append_json_string(to, input); });
  // A list, since an option may be repeated.
  to += "],\"options\":[";
  append_list(to, run.options, [&](const std::pair<std::string, std::string>& option) {
    to += '[';
    append_json_string(to, option.first);
    to += ',';
    append_json_string(to, option.second);
    to += ']';
  });
  to += "]}";
}

void append_reasons(std::string& to, const Counts& counts) {
  to += '{';
  bool first = true;
  for (int i = 0; i < kReasonCount; ++i) {
    const std::uint64_t count = counts.by_reason[static_cast<std::size_t>(i)];
    if (count == 0) continue;
    if (!first) to += ',';
    first = false;
    append_json_string(to, to_string(static_cast<Reason>(i)));
    to += ':' + std::to_string(count);
  }
  to += '}';
}

void append_dimension(std::string& to, const Named& named) {
  to += std::string(",\"") + named.name + "\":{";
  append_list(to, named.dimension.values(), [&](const std::pair<std::string, Dimension::Cell>& value) {
    append_json_string(to, value.first);
    to += ':';
    append_cell(to, value.second);
  });
  to += '}';
}

}  // namespace

void Counts::add(const Counts& other) noexcept {
  accepted += other.accepted;
  rejected += other.rejected;
  far_expiry += other.far_expiry;
  for (std::size_t i = 0; i < by_reason.size(); ++i) by_reason[i] += other.by_reason[i];
}

Dimension::Cell& Dimension::cell(std::string_view value, std::size_t max_values) {
  if (is_latest(value)) return values_[latest_].second;
  const auto found = index_.find(value);
  if (found != index_.end()) return values_[latest_ = found->second].second;
  if (values_.size() >= max_values) return other_;
  latest_ = values_.size();
  index_.emplace(std::string(value), latest_);
  return values_.emplace_back(std::string(value), Cell{}).second;
}

void Dimension::count(std::string_view value, bool valid) {
  constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();
  if (value.size() <= kMaxValueBytes) {
    cell(value, kAny).count(valid);
  } else {
    cell(shortened(value), kAny).count(valid);
  }
}

void Dimension::add(const Dimension& later, std::size_t max_values) {
  for (const auto& [value, counted] : later.values_) cell(value, max_values).add(counted);
  other_.add(later.other_);
  absent_.add(later.absent_);
}

void Dimension::restore(std::vector<std::pair<std::string, Cell>> values, Cell other, Cell absent) {
  clear();
  values_ = std::move(values);
  for (std::size_t i = 0; i < values_.size(); ++i) index_.emplace(values_[i].first, i);
  other_ = other;
  absent_ = absent;
}

void Dimension::clear() noexcept {
  values_.clear();
  index_.clear();
  latest_ = 0;
  other_ = absent_ = {};
}

void Tally::count(const jose::TokenVerdict& verdict, const Instant* at) {
  const bool valid = verdict.reasons.empty();
  const auto count_in = [valid](Dimension& dimension, bool present, std::string_view value) {
    if (present) {
      dimension.count(value, valid);
    } else {
      dimension.count_absent(valid);
    }
  };
  if (verdict.has_alg && !alg.is_latest(verdict.alg) && !algorithm_from_string(verdict.alg)) {
    alg.count_other(valid);
  } else {
    count_in(alg, verdict.has_alg, verdict.alg);
  }
  const bool verified = verdict.signature == SignatureState::valid;
  count_in(verified ? kid : unverified_kid, verdict.has_kid, verdict.kid);
  count_in(issuer, verdict.has_issuer && !verdict.issuer.empty(), verdict.issuer);
  count_in(client_id, verdict.has_client_id, verdict.client_id);
  // "2026-11-23T09"
  if (at == nullptr) {
    hour.count_absent(valid);
  } else {
    const std::int64_t number = at->seconds / 3600 - (at->seconds % 3600 < 0 ? 1 : 0);
    if (hour_name_.empty() || number != hour_number_) {
      hour_name_ = to_rfc3339({at->seconds, 0});
      hour_name_.resize(hour_name_.find(':'));
      hour_number_ = number;
    }
    hour.count(hour_name_, valid);
  }
}

void Tally::add(const Tally& later) {
  alg.add(later.alg);
  kid.add(later.kid);
  unverified_kid.add(later.unverified_kid, kMaxUnverifiedKids);
  issuer.add(later.issuer);
  client_id.add(later.client_id);
  hour.add(later.hour);
}

void Tally::clear() noexcept {
  alg.clear();
  kid.clear();
  unverified_kid.clear();
  issuer.clear();
  client_id.clear();
  hour.clear();
}

std::string summary_json(const RunManifest& run, const Counts& counts, const Tally& tally) {
  std::string to = "{\"assay_summary\":1,\"run\":";
  append_run(to, run);
  to += ",\"records\":" + std::to_string(counts.records()) + ",\"accepted\":" + std::to_string(counts.accepted) +
        ",\"rejected\":" + std::to_string(counts.rejected) + ",\"bytes\":" + std::to_string(run.bytes) +
        ",\"far_expiry\":" + std::to_string(counts.far_expiry) +
        ",\"hygiene\":{\"published_private_keys\":" + std::to_string(run.published_private_keys) + "}";
  to += ",\"by_reason\":";
  append_reasons(to, counts);

  Dimension kids = tally.kid;
  kids.add(tally.unverified_kid, Dimension::kMaxValues + Tally::kMaxUnverifiedKids);
  const Named dimensions[] = {{"by_alg", tally.alg},
                              {"by_kid", kids},
                              {"by_issuer", tally.issuer},
                              {"by_client_id", tally.client_id},
                              {"by_hour", tally.hour}};
  for (const Named& named : dimensions) append_dimension(to, named);
  for (const bool absent : {false, true}) {
    to += absent ? ",\"absent\":{" : ",\"other\":{";
    append_list(to, dimensions, [&](const Named& named) {
      to += std::string("\"") + named.name + "\":";
      append_cell(to, absent ? named.dimension.absent() : named.dimension.other());
    });
    to += '}';
  }
  to += "}\n";
  return to;
}

}  // namespace assay::stream
