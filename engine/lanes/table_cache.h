// The tables of public keys and of generators, shared by all sessions, under one budget of memory.
//
// A key is known by its bytes, whatever key set it stands in, so that its table survives a reload. The cache counts
// uses and lets table_policy.h decide. Tables of curves are built by a background thread, one at a time; an RSA modulus
// is built by the session that asks for it.
//
// Reading takes no lock: a session pins epochs() while it uses tables (see table_epochs.h). Sessions count uses
// themselves and report them once a batch, so that no token writes to memory that threads share.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/job_queue.h"
#include "base/keyed_hash.h"
#include "base/thread_annotations.h"
#include "kernel/kernel.h"
#include "keys/prepared_key.h"
#include "lanes/key_table.h"
#include "lanes/lane_kernels.h"
#include "lanes/table_epochs.h"
#include "lanes/table_policy.h"

namespace assay::lanes {

// A public key that was used.
class CachedKey {
 public:
  CachedKey(LaneKernel kernel, std::string_view public_bytes) : kernel_(kernel), public_bytes_(public_bytes) {}

  // Null: OpenSSL verifies. Valid while pinned.
  const KeyTable* table() const noexcept { return place_.get(); }

 private:
  friend class TableCache;

  const LaneKernel kernel_;
  const std::string public_bytes_;  // what CurveKernel::build_table takes; n of RSA
  TablePlace place_;
  std::atomic<std::uint64_t> uses_{0};
  std::atomic<std::uint64_t> heat_{0};       // uses, halved from time to time
  std::atomic<std::uint64_t> last_used_{0};  // the number of all keys' uses at its last use
  std::atomic<std::uint64_t> next_try_{0};   // uses from which a table, or a larger one, is tried
  std::atomic<bool> queued_{false};          // a build of it waits or runs, or no thread could be had for it
};

// Thread safe.
class TableCache {
 public:
  struct Options {
    std::size_t budget = 0;  // bytes
    int window = 0;          // of all tables; 0: as the policy says
    bool at_once = false;    // build for the first token, in the caller's thread
  };
  struct Statistics {
    std::uint64_t built = 0, evicted = 0, bytes = 0;
  };

  // `kernels` outlives the cache.
  TableCache(const LaneKernels& kernels, Options options);
  // No pin is left. Waits for a build that runs.
  ~TableCache() = default;
  TableCache(const TableCache&) = delete;
  TableCache& operator=(const TableCache&) = delete;

  // Finds a key by its bytes, or adds it.
  std::shared_ptr<CachedKey> find(const keys::PreparedKey& key, LaneKernel kernel);
  // Finds a key that was added before, by whichever session and in whichever set; else returns null.
  std::shared_ptr<CachedKey> find_known(const keys::PreparedKey& key, LaneKernel kernel) const;
  // Reports uses of a key, and starts a build if it has earned one. The caller is not pinned: this may wait for those
  // who are.
  void add_uses(const std::shared_ptr<CachedKey>& key, std::uint32_t uses);
  // The generator's table; entries null: there is none yet. Valid while pinned.
  kernel::CurveTable generator(LaneKernel curve) const noexcept;
  TableEpochs& epochs() noexcept { return epochs_; }
  Statistics statistics() const;
  // Waits until no build waits or runs.
  void wait_until_idle() { queue_.wait_until_idle(); }

 private:
  struct Generator {
    TablePlace place;
    std::atomic<std::uint64_t> uses{0};
    std::atomic<std::uint64_t> next_try{first_larger_generator()};  // uses from which a larger table is tried
    std::atomic<bool> queued{false};
  };

  void build(std::function<void()> build);
  void build_modulus(CachedKey& key);
  void build_table(CachedKey& key) REQUIRES(build_mutex_);
  void enlarge_generator(LaneKernel curve) REQUIRES(build_mutex_);
  bool has_generator(LaneKernel curve) REQUIRES(build_mutex_);
  bool build_generator(LaneKernel curve, int window) REQUIRES(build_mutex_);
  int window_for(const kernel::CurveKernel& kernel, const CachedKey& key) const;
  int window_for_generator(const kernel::CurveKernel& kernel, LaneKernel curve) const REQUIRES(build_mutex_);
  int window_now(const CachedKey& key) const;
  void decay();

  std::size_t share() const noexcept;
  double worth_of(const CachedKey& key, std::size_t bytes) const noexcept;
  // Takes bytes of the budget, evicting tables other than `key`'s if the policy allows it. Returns false if there is no
  // room.
  bool reserve(std::size_t bytes, double worth, const CachedKey* key);
  bool make_room(std::size_t bytes, double worth, const CachedKey* key) REQUIRES(mutex_);
  void give_back(std::size_t bytes);
  void publish(TablePlace& place, std::unique_ptr<const KeyTable> table);

  const LaneKernels& kernels_;
  const Options options_;
  TableEpochs epochs_;
  std::array<Generator, kCurveKernels> generators_;
  std::atomic<std::uint64_t> all_uses_{0};
  std::atomic<std::uint64_t> next_decay_{next_decay(0, 0)};
  std::atomic<std::size_t> curve_keys_{0};
  std::atomic<std::size_t> generator_bytes_{0};

  base::Mutex build_mutex_;  // held by whoever builds a table of a curve
  // Held while a key's table is replaced: under it, tables of keys may be read without a pin. Not held while a table is
  // built.
  mutable base::Mutex mutex_;
  base::KeyedMap<std::string, std::shared_ptr<CachedKey>> keys_ GUARDED_BY(mutex_);  // kernel and public bytes
  std::size_t used_ GUARDED_BY(mutex_) = 0;  // bytes published, reserved, or replaced and not freed yet
  std::uint64_t built_ GUARDED_BY(mutex_) = 0, evicted_ GUARDED_BY(mutex_) = 0;

  // Last, so that its thread ends before what it works on. A build ends soon, and is never in the middle of a change
  // when the process forks.
  base::JobQueue queue_{base::JobQueue::AtFork::waits_for_job};
};

}  // namespace assay::lanes
