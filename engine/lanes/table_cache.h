// What is worked out once for a public key, so that each of its signatures costs less: tables of its multiples, moduli
// in limbs; and the generators' tables. Shared by all sessions, known by the keys' bytes, under one budget of memory.
//
// Temperature. A key is cold until it has had a few dozen tokens, and OpenSSL judges them. Then it gets a small table,
// and larger ones at thousands of tokens. No table is larger than the key's fair share: the budget that generators
// leave, divided by the keys in use. An RSA modulus costs microseconds and 1.3 KB: two tokens earn it.
//
// Room. What is full makes room for a key only at the cost of tables that are larger than twice the fair share, or
// whose keys are four times colder a byte; the least recently used go first. Uses are halved as time goes on. So ten
// thousand keys in rotation keep the tables that fit, and do not turn one another out.
//
// Builds run in a background thread, one at a time, while the sessions go on as before; RSA moduli are made by the
// session that asks.
//
// Reading takes no lock. A session pins the cache (TablePin) while it uses tables: what is taken out meanwhile is
// freed, and leaves the budget, when every session that was pinned then has let go. Uses are counted by the sessions
// and reported once a batch, so that no token writes to memory that threads share.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/page_memory.h"
#include "kernel/kernel.h"
#include "keys/prepared_key.h"
#include "lanes/lane_kernels.h"

namespace assay::lanes {

inline constexpr int kMinWindow = 4;
inline constexpr int kMaxWindow = 16;
// Uses of all keys of a curve, from which its generator gets a larger table than the first.
inline constexpr std::uint64_t kFirstLargerGenerator = 4096;

// Immutable once published.
struct KeyTable {
  base::PageMemory memory;
  std::size_t bytes = 0;  // that it takes of the budget
  int window = 0;         // of a curve; 0: RSA

  const std::uint64_t* entries() const noexcept { return memory.words(); }
  const kernel::RsaModulus& modulus() const noexcept { return *static_cast<const kernel::RsaModulus*>(memory.data()); }
};

// A public key that was used, whatever sets and rings it stands in.
class CachedKey {
 public:
  CachedKey(LaneKernel kernel, std::string_view public_bytes) : kernel_(kernel), public_bytes_(public_bytes) {}

  // Null: OpenSSL judges. Valid while pinned.
  const KeyTable* table() const noexcept { return table_.load(std::memory_order_seq_cst); }
  LaneKernel kernel() const noexcept { return kernel_; }

 private:
  friend class TableCache;

  const LaneKernel kernel_;
  const std::string public_bytes_;  // what CurveKernel::build_table takes; n of RSA
  std::atomic<const KeyTable*> table_{nullptr};
  std::atomic<std::uint64_t> uses_{0};
  std::atomic<std::uint64_t> heat_{0};       // uses, halved as time goes on
  std::atomic<std::uint64_t> last_used_{0};  // all keys' uses at the time
  std::atomic<std::uint64_t> next_try_{0};   // uses from which a table, or a larger one, is tried
  std::atomic<bool> queued_{false};          // a build of it waits or runs
};

class TableCache {
 public:
  struct Options {
    std::size_t budget = 0;  // bytes
    int window = 0;          // of all tables; 0: by temperature
    bool at_once = false;    // build for the first token, in the caller's thread
  };
  struct Statistics {
    std::uint64_t built = 0, evicted = 0, bytes = 0;
  };

  // `kernels` outlives the cache.
  TableCache(const LaneKernels& kernels, Options options);
  // No session is pinned any more. Waits for a build that runs.
  ~TableCache();
  TableCache(const TableCache&) = delete;
  TableCache& operator=(const TableCache&) = delete;

  // All thread safe.
  std::shared_ptr<CachedKey> find(const keys::PreparedKey& key, LaneKernel kernel);
  // The same for a key that was found before, by whichever session and in whichever set; else null.
  std::shared_ptr<CachedKey> find_known(const keys::PreparedKey& key, LaneKernel kernel) const;
  // Reports uses of a key; starts a build when it has earned one. Not while pinned.
  void add_uses(const std::shared_ptr<CachedKey>& key, std::uint32_t uses);
  // Entries null: there is none yet. Valid while pinned.
  kernel::CurveTable generator(LaneKernel curve) const noexcept;
  // Changes when a table was published or taken out.
  std::uint64_t version() const noexcept { return epoch_.load(std::memory_order_acquire); }
  Statistics statistics() const;
  // Waits until no build waits or runs.
  void wait_until_idle();

 private:
  friend class TablePin;
  // A session's place in the list of those that the cache waits for.
  struct alignas(64) Reader {
    std::atomic<std::uint64_t> since{0};  // the epoch when it pinned; 0: not pinned
  };
  struct Task {
    std::shared_ptr<CachedKey> key;       // null: a generator
    LaneKernel curve = LaneKernel::none;  // of the generator
  };
  struct Retired {
    std::unique_ptr<const KeyTable> table;
    std::uint64_t epoch;  // readers pinned before it may still use the table
  };
  struct Generator {
    std::atomic<const KeyTable*> table{nullptr};
    std::atomic<std::uint64_t> uses{0};
    std::atomic<std::uint64_t> next_try{kFirstLargerGenerator};  // uses from which a larger table is tried
    std::atomic<bool> queued{false};
  };

  void request(Task task);
  void run_builder();
  void build(const Task& task);
  void build_modulus(CachedKey& key);
  void build_curve_table(CachedKey& key);
  bool build_generator(LaneKernel curve, int window);
  bool has_generator(LaneKernel curve);

  int window_for(const CachedKey& key, const kernel::CurveKernel& kernel) const;
  int window_now(const CachedKey& key) const;
  int generator_window(LaneKernel curve) const;
  std::size_t fair_share() const noexcept;
  void decay();

  double worth_of(const CachedKey& key, std::size_t bytes) const noexcept;
  // Takes so much of the budget, at the cost of tables that are worth less than a quarter a byte; not of `key`'s.
  bool reserve(std::size_t bytes, double worth, const CachedKey* key);
  bool make_room(std::size_t bytes, double worth, const CachedKey* key);
  void give_back(std::size_t bytes);
  void publish(std::atomic<const KeyTable*>& place, std::unique_ptr<KeyTable> table);
  void retire(std::atomic<const KeyTable*>& place, const KeyTable* next);
  void reclaim();

  const LaneKernels& kernels_;
  const Options options_;

  static constexpr std::uint64_t kFirstEpoch = 1;
  std::atomic<std::uint64_t> epoch_{kFirstEpoch};
  std::atomic<std::uint64_t> all_uses_{0};
  std::atomic<std::uint64_t> next_decay_;
  std::array<Generator, kCurveKernels> generators_;

  // Guards the keys' list, the memory and the readers. Not held while a table is built.
  mutable std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<CachedKey>> keys_;  // kernel and public bytes
  std::atomic<std::size_t> curve_keys_{0};
  std::atomic<std::size_t> generator_bytes_{0};
  std::size_t used_ = 0;  // published, reserved or retired
  std::vector<Retired> retired_;
  std::vector<Reader*> readers_;
  std::uint64_t built_ = 0, evicted_ = 0;

  std::mutex build_mutex_;  // held by whoever builds a table of a curve
  std::mutex queue_mutex_;  // guards the rest
  std::condition_variable queue_changed_;
  std::deque<Task> queue_;
  bool building_ = false, stop_ = false;
  std::thread builder_;
};

// A session's pin. Registered for its life; pinned only between enter() and leave().
class TablePin {
 public:
  explicit TablePin(TableCache& cache);
  ~TablePin();
  TablePin(const TablePin&) = delete;
  TablePin& operator=(const TablePin&) = delete;

  void enter() noexcept;
  void leave() noexcept;

 private:
  TableCache& cache_;
  TableCache::Reader reader_;
};

}  // namespace assay::lanes
