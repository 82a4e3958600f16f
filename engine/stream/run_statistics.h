// What a run did, as its result and its summary report it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "assay/instant.h"
#include "assay/stream.h"
#include "keys/snapshot.h"
#include "memo/memo_share.h"
#include "signature/backend.h"
#include "stream/checkpoint.h"
#include "stream/diagnosis.h"
#include "stream/summary.h"
#include "tally/overview.h"
#include "verify/engine.h"

namespace assay::stream {

// The engine counts for all runs that it serves, so this remembers its counts from when the run began. Made at the
// beginning of the run. The engine outlives it.
class RunStatistics {
 public:
  // `from`: the checkpoint behind which the run goes on; null: it begins anew.
  RunStatistics(const verify::Engine& engine, const Checkpoint* from);

  std::chrono::steady_clock::time_point started() const noexcept { return started_; }
  // Puts into a checkpoint what was counted, earlier parts of the run included.
  void save(Checkpoint& to) const;
  // Counts, signatures and time of the run up to now; the rest is left to the caller.
  StreamResult result(const Counts& counts, const Diagnosis& diagnosis) const;
  // What the summary says of the run. `command`: "verify".
  tally::RunRow manifest(std::string_view command, const StreamOptions& options, int threads,
                         const StreamResult& result) const;
  // The keys in use now, with what is known of them over time.
  std::vector<tally::KeyRow> keys() const;

 private:
  signature::BackendStatistics signatures() const;
  memo::MemoStatistics memo() const;
  // Of the keys in use now.
  std::uint64_t published_private_keys() const;

  const verify::Engine& engine_;
  // What the parts of the run up to the checkpoint counted.
  const std::uint64_t by_lanes_, by_openssl_, exceptional_, recalled_;
  const signature::BackendStatistics signatures_before_;
  const memo::MemoStatistics memo_before_;
  const Instant started_at_;
  const std::chrono::steady_clock::time_point started_;
};

}  // namespace assay::stream
