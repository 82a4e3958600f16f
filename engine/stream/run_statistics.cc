#include "stream/run_statistics.h"

#include <algorithm>
#include <bit>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "assay/version.h"
#include "keys/known_keys.h"

namespace assay::stream {

namespace {

// "RSA 2048", "EC P-256", "oct"
std::string type_of(const Jwk& key) {
  std::string type(to_string(key.type));
  if (key.curve != Curve::none) return type + " " + std::string(to_string(key.curve));
  if (key.type != KeyType::RSA || key.n.empty()) return type;
  const auto first = static_cast<unsigned char>(key.n.front());
  return type + " " + std::to_string(8 * (key.n.size() - 1) + static_cast<std::size_t>(std::bit_width(first)));
}

// The names of the sources that have the key.
std::string source_of(const keys::PreparedKey& key, std::span<const keys::SourceReport> sources) {
  std::string names;
  for (std::size_t i = 0; i < key.origins.size(); ++i) {
    if (i > 0 && key.origins[i].source == key.origins[i - 1].source) continue;
    names += (names.empty() ? "" : ", ") + sources[key.origins[i].source].name;
  }
  return names;
}

}  // namespace

using Clock = std::chrono::steady_clock;

RunStatistics::RunStatistics(const verify::Engine& engine, const Checkpoint* from)
    : engine_(engine),
      by_lanes_(from == nullptr ? 0 : from->by_lanes),
      by_openssl_(from == nullptr ? 0 : from->by_openssl),
      exceptional_(from == nullptr ? 0 : from->exceptional),
      recalled_(from == nullptr ? 0 : from->recalled),
      signatures_before_(engine.backend().statistics()),
      memo_before_(engine.memo_statistics()),
      started_at_(Instant::now()),
      started_(Clock::now()) {}

signature::BackendStatistics RunStatistics::signatures() const {
  signature::BackendStatistics now = engine_.backend().statistics();
  const signature::BackendStatistics& before = signatures_before_;
  now.by_lanes -= before.by_lanes;
  now.by_openssl -= before.by_openssl;
  now.exceptional -= before.exceptional;
  now.cross_checked -= before.cross_checked;
  now.tables_built -= before.tables_built;
  now.tables_evicted -= before.tables_evicted;
  return now;
}

void RunStatistics::save(Checkpoint& to) const {
  const signature::BackendStatistics of_run = signatures();
  to.by_lanes = by_lanes_ + of_run.by_lanes;
  to.by_openssl = by_openssl_ + of_run.by_openssl;
  to.exceptional = exceptional_ + of_run.exceptional;
  to.recalled = recalled_ + memo().hits;
}

memo::MemoStatistics RunStatistics::memo() const {
  memo::MemoStatistics now = engine_.memo_statistics();
  now.lookups -= memo_before_.lookups;
  now.hits -= memo_before_.hits;
  return now;
}

std::uint64_t RunStatistics::published_private_keys() const {
  const std::shared_ptr<const keys::Snapshot> snapshot = engine_.snapshot();
  if (snapshot->ring == nullptr) return 0;
  const std::span<const keys::PreparedKey> keys = snapshot->ring->keys();
  return static_cast<std::uint64_t>(
      std::count_if(keys.begin(), keys.end(), [](const keys::PreparedKey& key) { return key.jwk.is_private; }));
}

StreamResult RunStatistics::result(const Counts& counts, const Diagnosis& diagnosis) const {
  StreamResult result;
  result.records = counts.records();
  result.accepted = counts.accepted;
  result.rejected = counts.rejected;
  result.far_expiry = counts.far_expiry;
  for (int i = 0; i < kReasonCount; ++i) {
    const std::uint64_t count = counts.by_reason[static_cast<std::size_t>(i)];
    if (count != 0) result.by_reason.emplace_back(to_string(static_cast<Reason>(i)), count);
  }
  std::stable_sort(result.by_reason.begin(), result.by_reason.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  for (int i = 0; i < kAlgorithmCount; ++i) {
    const std::uint64_t count = counts.by_algorithm[static_cast<std::size_t>(i)];
    if (count != 0) result.by_algorithm.emplace_back(to_string(static_cast<Algorithm>(i)), count);
  }
  for (const auto& [kid, cell] : diagnosis.unknown_kids().values())
    result.unknown_kids.emplace_back(kid, cell.rejected);
  result.other_unknown_kids = diagnosis.unknown_kids().other().rejected;
  if (const auto shift = diagnosis.times().finding()) result.time_shift = {shift->seconds, shift->fitting, shift->seen};
  const signature::BackendStatistics of_run = signatures();
  result.by_lanes = by_lanes_ + of_run.by_lanes;
  result.by_openssl = by_openssl_ + of_run.by_openssl;
  result.exceptional = exceptional_ + of_run.exceptional;
  result.recalled = recalled_ + memo().hits;
  result.published_private_keys = published_private_keys();
  result.seconds = std::chrono::duration<double>(Clock::now() - started_).count();
  return result;
}

std::vector<tally::KeyRow> RunStatistics::keys() const {
  const std::shared_ptr<const keys::Snapshot> snapshot = engine_.snapshot();
  std::vector<tally::KeyRow> rows;
  if (snapshot->ring == nullptr) return rows;
  for (const keys::PreparedKey& key : snapshot->ring->keys()) {
    tally::KeyRow& row = rows.emplace_back();
    if (key.jwk.has_kid) row.kid = key.jwk.kid;
    row.type = type_of(key.jwk);
    // The hash of a secret would help to guess it.
    if (key.jwk.type != KeyType::oct) row.thumbprint = keys::thumbprint_of(key.jwk);
    if (key.issuer != trust::kNoIssuer) row.issuer = snapshot->issuers->at(key.issuer).name;
    row.weaknesses = keys::weaknesses_of(key);
    row.source = source_of(key, snapshot->sources);
    row.published = keys::appearances_of(key, snapshot->sources);
    if (key.window == nullptr) continue;
    row.note = key.window->note();
    row.not_before = key.window->times().not_before;
    row.retired_at = key.window->times().retired_at;
    row.compromised_at = key.window->times().compromised_at;
  }
  return rows;
}

tally::RunRow RunStatistics::manifest(std::string_view command, const StreamOptions& options, int threads,
                                      const StreamResult& result) const {
  const signature::BackendStatistics signatures = this->signatures();
  const memo::MemoStatistics memo = this->memo();
  tally::RunRow run;
  run.command = command;
  run.version = kVersion;
  run.started = started_at_;
  run.ended = Instant::now();
  run.seconds = result.seconds;
  run.is_complete = result.stopped_by == 0 && !result.output_closed;
  run.threads = threads;
  run.backend = engine_.backend().name();
  run.isa = engine_.backend().isa();
  run.options = options.manifest;
  run.inputs = options.inputs;
  if (run.inputs.empty()) run.inputs.push_back("-");
  run.numbers = {{"by_lanes", signatures.by_lanes},
                 {"by_openssl", signatures.by_openssl},
                 {"exceptional", signatures.exceptional},
                 {"cross_checked", signatures.cross_checked},
                 {"tables_built", signatures.tables_built},
                 {"tables_evicted", signatures.tables_evicted},
                 {"table_bytes", signatures.table_bytes},
                 {"memo_lookups", memo.lookups},
                 {"memo_hits", memo.hits},
                 {"memo_entries", memo.entries},
                 {"memo_bytes", memo.bytes}};
  return run;
}

}  // namespace assay::stream
