// The configured key sources and the snapshot made of them.
//
// A reload or refetch builds a new snapshot beside the old one and swaps a pointer; if it fails the old one stays. All
// members may be called from any thread at any time.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "assay/key_set.h"
#include "assay/policy.h"
#include "assay/result.h"
#include "base/thread_annotations.h"
#include "keys/clock.h"
#include "keys/note_teller.h"
#include "keys/refetcher.h"
#include "keys/snapshot.h"
#include "keys/source.h"

namespace assay::keys {

class KeyStore {
 public:
  // Reads every source once; URLs are fetched. `policy` comes from jose::checked_policy. `on_note` receives one line
  // for each skipped key, each reload and each failed refetch, from any thread. The error's field is "keys" or one of
  // "fetch.".
  static Result<std::unique_ptr<KeyStore>> open(std::vector<KeySource> sources, const Policy& policy,
                                                FetchOptions fetch, std::function<void(std::string_view)> on_note);
  // Ends a refetch that is running.
  ~KeyStore();
  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;

  std::shared_ptr<const Snapshot> snapshot() const;
  // Changes whenever snapshot() would give another: one relaxed load, for callers that hold the last one.
  std::uint64_t version() const noexcept;

  // Reads every source again, now, on the caller's thread.
  Result<void> reload();
  // Starts a refetch of the URLs in the background, unless one runs or ran within refetch_interval_seconds. For a token
  // whose kid no key has. Never blocks on a fetch; cheap enough to call for each token.
  void request_refetch() noexcept;

 private:
  KeyStore(std::vector<KeySource> sources, const Policy& policy, FetchOptions fetch,
           std::function<void(std::string_view)> on_note);
  // Reads every source and returns the number of keys. On error all stays as it was.
  Result<std::size_t> read_all();
  // Fetches the URLs anew. One that fails keeps its last good content.
  void refetch() noexcept;
  void refetch_urls();
  // Returns the new content of a URL if a snapshot can be built of it.
  Result<Content> refetch_source(const KeySource& source) const;
  void install(std::shared_ptr<const Snapshot> next, std::vector<Content> contents) REQUIRES(build_mutex_);
  // A fetched set that has passed its age is fetched again.
  void refetch_when_stale() const noexcept;
  bool stopping() const noexcept { return stop_.load(std::memory_order_relaxed); }

  const std::vector<KeySource> sources_;
  const Policy policy_;
  const FetchOptions fetch_;
  const bool has_urls_;
  NoteTeller notes_;
  std::atomic<bool> stop_{false};  // ends fetches and the building of snapshots

  mutable base::Mutex snapshot_mutex_;
  std::shared_ptr<const Snapshot> current_ GUARDED_BY(snapshot_mutex_);
  std::atomic<std::uint64_t> version_{0};
  std::atomic<Clock::time_point> stale_at_{Clock::time_point::max()};

  base::Mutex build_mutex_;
  std::vector<Content> last_good_ GUARDED_BY(build_mutex_);  // of each source; empty without URLs
  std::uint64_t reads_of_all_ GUARDED_BY(build_mutex_) = 0;

  std::unique_ptr<Refetcher> refetcher_;  // null: no URLs. The last member: its thread uses all others
};

}  // namespace assay::keys
