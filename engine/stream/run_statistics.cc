#include "stream/run_statistics.h"

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "assay/version.h"

namespace assay::stream {

using Clock = std::chrono::steady_clock;

RunStatistics::RunStatistics(const verify::Engine& engine)
    : engine_(engine),
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
  result.expired_sampled = diagnosis.expired();
  result.expired_by_whole_hours = diagnosis.expired_by_whole_hours();
  const signature::BackendStatistics of_run = signatures();
  result.by_lanes = of_run.by_lanes;
  result.by_openssl = of_run.by_openssl;
  result.exceptional = of_run.exceptional;
  result.recalled = memo().hits;
  result.published_private_keys = published_private_keys();
  result.seconds = std::chrono::duration<double>(Clock::now() - started_).count();
  return result;
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
