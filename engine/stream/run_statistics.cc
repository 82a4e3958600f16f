#include "stream/run_statistics.h"

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace assay::stream {

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

StreamResult RunStatistics::result(const Counts& counts, const Tally& tally, const Diagnosis& diagnosis) const {
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
  for (const auto& [name, cell] : tally.alg.values()) {
    result.by_algorithm.emplace_back(name, cell.accepted + cell.rejected);
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

RunManifest RunStatistics::manifest(const StreamOptions& options, std::vector<std::string> inputs, int threads,
                                    const StreamResult& result) const {
  return {.started = started_at_,
          .ended = Instant::now(),
          .seconds = result.seconds,
          .inputs = std::move(inputs),
          .options = options.manifest,
          .threads = threads,
          .backend = std::string(engine_.backend().name()),
          .isa = std::string(engine_.backend().isa()),
          .signatures = signatures(),
          .memo = memo(),
          .bytes = result.bytes,
          .published_private_keys = result.published_private_keys,
          .complete = result.stopped_by == 0 && !result.output_closed};
}

}  // namespace assay::stream
