// The configured key sources and the snapshot made of them.
//
// A reload or refetch builds a new snapshot beside the old one and swaps a pointer. If it fails, the old snapshot
// stays. A reading of a source replaces the one in place only if it did not begin earlier. So a late answer never
// brings a revoked key back. All members may be called from any thread at any time; after a fork, in the child too.
//
// If a token's kid is unknown, its batch calls wait_for_newer(). A background thread fetches all URLs at once, and each
// set that has changed makes a new snapshot. The batch is then judged with the new snapshot. The bucket limits how
// often this happens.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "assay/key_set.h"
#include "assay/policy.h"
#include "assay/result.h"
#include "base/fork_aware.h"
#include "base/job_queue.h"
#include "keys/clock.h"
#include "keys/note_teller.h"
#include "keys/refetch_bucket.h"
#include "keys/snapshot.h"
#include "keys/source.h"
#include "trust/issuers.h"

namespace assay::keys {

class KeyStore {
 public:
  // Reads every source once; URLs are fetched. `policy` comes from jose::checked_policy. `on_note` receives one line
  // for each skipped key, each reload and each failed refetch, from any thread. `issuers` are those that
  // KeySource::issuer counts; null: there are none. A key of the trust file that no key of its issuer is, is an error
  // here, and a note at a later reading: the key may have been taken out since. The error's field is "keys", "trust" or
  // one of "fetch.".
  static Result<std::unique_ptr<KeyStore>> open(std::vector<KeySource> sources, const Policy& policy,
                                                FetchOptions fetch, std::function<void(std::string_view)> on_note,
                                                std::shared_ptr<const trust::Issuers> issuers = nullptr,
                                                VerifySignature verify = {});
  // Ends a refetch that is running.
  ~KeyStore();
  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;

  // The keys now. If a URL's set has passed its age, a refetch begins in the background.
  std::shared_ptr<const Snapshot> snapshot();

  // Waits for that refetch if nobody asked for keys for so long that a set may be far too old: a key that was taken out
  // meanwhile must not serve the first token after a pause. Sets whose last fetch failed do not count: their servers
  // may hang, and would hold up every batch. Returns at the deadline, or as soon as `stop` holds a signal's number.
  void wait_if_overdue(Clock::time_point deadline, const std::atomic<int>* stop);
  // Says whether wait_if_overdue() would wait. Takes no lock, so that each batch can ask.
  bool is_overdue() const noexcept;

  // Reads every source again, now, on the caller's thread. `stop`, set by another thread, ends it early. Keys stay as
  // they were if a source fails, or if no usable key would be left.
  Result<void> reload(const std::atomic<bool>& stop);
  Result<void> reload() { return reload(stop_); }

  // Waits for a newer snapshot than `seen`, in which the kid of some token was unknown. Returns at once if snapshot()
  // is newer already. Otherwise it waits for a refetch of the URLs: the one that runs, or a new one if the bucket
  // grants it. Returns true as soon as there is a newer snapshot. Returns false if there will be none, at the deadline,
  // or as soon as `stop` (null: none) holds a signal's number.
  bool wait_for_newer(const Snapshot* seen, Clock::time_point deadline, const std::atomic<int>* stop);
  const FetchOptions& fetch_options() const noexcept { return fetch_; }
  // Null: there are none.
  const trust::Issuers* issuers() const noexcept { return issuers_.get(); }

 private:
  // What one source said.
  struct Reading {
    std::size_t source;
    Content content;
  };

  KeyStore(std::vector<KeySource> sources, const Policy& policy, FetchOptions fetch,
           std::function<void(std::string_view)> on_note, std::shared_ptr<const trust::Issuers> issuers,
           VerifySignature verify);
  std::uint64_t next_stamp() noexcept { return last_stamp_.fetch_add(1) + 1; }
  // Reads every source and returns the number of keys. On error all stays as it was.
  Result<std::size_t> read_all(const std::atomic<bool>& stop);
  // Makes a snapshot with `readings`, which began after `stamp` was taken, and swaps it in. A reading is dropped if a
  // later one of the same source is in place. Returns the number of keys in place. On error all stays as it was.
  Result<std::size_t> put_in_place(std::vector<Reading> readings, std::uint64_t stamp, const std::atomic<bool>& stop);
  void install(std::shared_ptr<const Snapshot> next, std::vector<Content> contents) REQUIRES(build_mutex_);
  void set_stale_time() REQUIRES(build_mutex_);

  void refetch_when_stale() noexcept;
  // Starts a refetch unless one runs. Returns false if no thread can be had.
  bool start_refetch() REQUIRES(mutex_);
  // The job of the background thread: fetches all URLs. One that fails keeps its last good content.
  void refetch() noexcept;
  void refetch_urls();
  void refetch_source(std::size_t source) noexcept;
  void refetch_failed(std::size_t source, const std::string& why);
  bool stopping() const noexcept { return stop_.load(std::memory_order_relaxed); }

  const std::vector<KeySource> sources_;
  const Policy policy_;
  const FetchOptions fetch_;
  const std::shared_ptr<const trust::Issuers> issuers_;
  const VerifySignature verify_;
  std::vector<std::size_t> urls_;  // the sources that are URLs; constant once open
  NoteTeller notes_;
  std::atomic<bool> stop_{false};  // ends fetches and the building of snapshots
  std::atomic<std::uint64_t> last_stamp_{0};
  std::atomic<Clock::time_point> stale_at_{Clock::time_point::max()};
  // The same for those whose last fetch did not fail.
  std::atomic<Clock::time_point> sound_stale_at_{Clock::time_point::max()};

  base::ForkSafeMutex build_mutex_;  // held while a snapshot is built and swapped in; taken before mutex_
  // Of each source: what is in place (empty without URLs: a reload reads all anew), and the stamp of its reading.
  std::vector<Content> last_good_ GUARDED_BY(build_mutex_);
  std::vector<std::uint64_t> stamps_ GUARDED_BY(build_mutex_);
  std::vector<bool> failed_ GUARDED_BY(build_mutex_);  // of each source: its last fetch failed

  base::ForkSafeMutex mutex_;  // never held for long
  std::shared_ptr<const Snapshot> current_ GUARDED_BY(mutex_);
  RefetchBucket bucket_ GUARDED_BY(mutex_);
  bool refetching_ GUARDED_BY(mutex_) = false;            // a refetch was asked for and has not ended
  std::uint64_t refetches_ended_ GUARDED_BY(mutex_) = 0;  // since the store was opened

  base::JobQueue refetches_{base::JobQueue::AtFork::runs_it_again};  // the last member: its thread uses all others
};

}  // namespace assay::keys
