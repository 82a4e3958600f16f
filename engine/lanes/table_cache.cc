// Freeing what readers may hold. A reader stores the epoch, then loads pointers; the cache takes a pointer out, then
// advances the epoch, then looks at the readers. All of it is sequentially consistent: either the cache sees that the
// reader is pinned, and waits until it lets go, or the reader sees that the pointer is gone.
#include "lanes/table_cache.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <new>
#include <span>
#include <system_error>
#include <utility>

#include "lanes/rsa_modulus.h"

namespace assay::lanes {
namespace {

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

// Uses from which a key of a curve, and the generator of the curve by all its keys' uses, get a table of at most this
// window. The first costs as much as 5 to 15 signatures in OpenSSL; what a larger one costs (P-256 with IFMA: 0.6, 7
// and 40 ms) its signatures, 0.1 to 0.2 us faster each, repay in about as many again.
struct Tier {
  std::uint64_t uses;
  int window;
};
constexpr Tier kTiers[] = {{32, 8}, {4096, 10}, {65536, 13}};
constexpr Tier kGeneratorTiers[] = {{0, 8}, {kFirstLargerGenerator, 10}, {65536, 13}, {1 << 20, 16}};
constexpr std::uint64_t kModulusUses = 2;

// Of the budget: one generator takes at most a quarter, all of them three.
constexpr std::size_t kGeneratorShare = 4;
// A table that takes more than this many fair shares makes room for any key.
constexpr std::size_t kGreed = 2;
// How much colder a byte a table must be to make room; and what a first table is worth against a larger one.
constexpr double kColder = 4;
constexpr double kFirstTable = 64;

// Uses between two halvings: for each key that is known, at least as if there were kLeastKeys.
constexpr std::uint64_t kDecayUses = 64;
constexpr std::size_t kLeastKeys = 1024;

// Sessions let go within a group of signatures.
constexpr auto kReaderPause = std::chrono::microseconds(50);
constexpr int kReaderPauses = 4000;

std::string public_bytes_of(const Jwk& jwk, LaneKernel kernel) { return is_rsa(kernel) ? jwk.n : jwk.x + jwk.y; }

std::string name_of(LaneKernel kernel, const std::string& public_bytes) {
  return static_cast<char>(kernel) + public_bytes;
}

std::uint64_t first_try(LaneKernel kernel, bool at_once) noexcept {
  return at_once ? 1 : is_rsa(kernel) ? kModulusUses : kTiers[0].uses;
}

int tier_window(std::span<const Tier> tiers, std::uint64_t uses) noexcept {
  int window = tiers.front().window;
  for (const Tier& tier : tiers) {
    if (uses >= tier.uses) window = tier.window;
  }
  return window;
}

// Uses at which the tier after that of `uses` begins.
std::uint64_t next_tier(std::span<const Tier> tiers, std::uint64_t uses) noexcept {
  for (const Tier& tier : tiers) {
    if (tier.uses > uses) return tier.uses;
  }
  return kNever;
}

double heat_per_byte(std::uint64_t heat, std::size_t bytes) noexcept {
  return static_cast<double>(heat) / static_cast<double>(std::max<std::size_t>(bytes, 1));
}

}  // namespace

TableCache::TableCache(const LaneKernels& kernels, Options options)
    : kernels_(kernels), options_(options), next_decay_(kDecayUses * kLeastKeys) {}

TableCache::~TableCache() {
  {
    const std::lock_guard lock(queue_mutex_);
    stop_ = true;
    queue_.clear();
  }
  queue_changed_.notify_all();
  if (builder_.joinable()) builder_.join();
  for (const auto& [name, key] : keys_) delete key->table_.load();
  for (Generator& generator : generators_) delete generator.table.load();
}

std::shared_ptr<CachedKey> TableCache::find(const keys::PreparedKey& key, LaneKernel kernel) {
  const std::string bytes = public_bytes_of(key.jwk, kernel);
  const std::lock_guard lock(mutex_);
  std::shared_ptr<CachedKey>& place = keys_[name_of(kernel, bytes)];
  if (place == nullptr) {
    place = std::make_shared<CachedKey>(kernel, bytes);
    place->next_try_ = first_try(kernel, options_.at_once);
    if (is_curve(kernel)) ++curve_keys_;
  }
  return place;
}

std::shared_ptr<CachedKey> TableCache::find_known(const keys::PreparedKey& key, LaneKernel kernel) const {
  if (version() == kFirstEpoch) return nullptr;  // no table yet
  const std::string name = name_of(kernel, public_bytes_of(key.jwk, kernel));
  const std::lock_guard lock(mutex_);
  const auto found = keys_.find(name);
  return found == keys_.end() ? nullptr : found->second;
}

void TableCache::add_uses(const std::shared_ptr<CachedKey>& key, std::uint32_t uses) {
  constexpr auto relaxed = std::memory_order_relaxed;
  if (options_.budget == 0) return;
  const std::uint64_t all = all_uses_.fetch_add(uses, relaxed) + uses;
  const std::uint64_t total = key->uses_.fetch_add(uses, relaxed) + uses;
  key->heat_.fetch_add(uses, relaxed);
  key->last_used_.store(all, relaxed);
  if (all >= next_decay_.load(relaxed)) decay();

  if (is_curve(key->kernel_)) {
    Generator& generator = generators_[index_of(key->kernel_)];
    const std::uint64_t of_curve = generator.uses.fetch_add(uses, relaxed) + uses;
    if (of_curve >= generator.next_try.load(relaxed) && !generator.queued.load(relaxed) &&
        !generator.queued.exchange(true)) {
      request({nullptr, key->kernel_});
    }
  }
  if (total < key->next_try_.load(relaxed) || key->queued_.load(relaxed) || key->queued_.exchange(true)) return;
  if (is_rsa(key->kernel_)) {
    build({key, LaneKernel::none});
  } else {
    request({key, LaneKernel::none});
  }
}

void TableCache::request(Task task) {
  if (options_.at_once) return build(task);
  const std::lock_guard lock(queue_mutex_);
  if (!builder_.joinable()) {
    try {
      builder_ = std::thread([this] { run_builder(); });
    } catch (const std::system_error&) {
      return;  // the system grants no thread: the key, marked as queued, stays with OpenSSL
    }
  }
  queue_.push_back(std::move(task));
  queue_changed_.notify_all();
}

void TableCache::run_builder() {
  std::unique_lock lock(queue_mutex_);
  for (;;) {
    queue_changed_.wait(lock, [this] { return stop_ || !queue_.empty(); });
    if (stop_) return;
    const Task task = std::move(queue_.front());
    queue_.pop_front();
    building_ = true;
    lock.unlock();
    build(task);
    lock.lock();
    building_ = false;
    queue_changed_.notify_all();
  }
}

void TableCache::wait_until_idle() {
  std::unique_lock lock(queue_mutex_);
  queue_changed_.wait(lock, [this] { return stop_ || (queue_.empty() && !building_); });
}

void TableCache::build(const Task& task) {
  if (task.key == nullptr) {
    Generator& generator = generators_[index_of(task.curve)];
    const std::lock_guard lock(build_mutex_);
    generator.next_try = options_.window != 0 ? kNever : next_tier(kGeneratorTiers, generator.uses);
    const KeyTable* now = generator.table.load();
    const int window = generator_window(task.curve);
    if (now != nullptr && window > now->window) build_generator(task.curve, window);
    generator.queued.store(false);
    return;
  }
  if (is_rsa(task.key->kernel_)) {
    build_modulus(*task.key);
  } else {
    const std::lock_guard lock(build_mutex_);
    build_curve_table(*task.key);
  }
  task.key->queued_.store(false);
}

void TableCache::build_modulus(CachedKey& key) {
  key.next_try_ = kNever;  // until it is taken out
  if (key.table_.load() != nullptr) return;
  const kernel::RsaKernel* kernel = kernels_.rsa(key.kernel_);
  if (kernel == nullptr) return;
  const std::size_t bytes = base::PageMemory::rounded(sizeof(kernel::RsaModulus));
  if (!reserve(bytes, worth_of(key, bytes), &key)) {
    key.next_try_ = key.uses_ + key.uses_ / 2 + 64;
    return;
  }
  auto table = std::make_unique<KeyTable>();
  table->memory = base::PageMemory(bytes);
  table->bytes = bytes;
  if (table->memory && prepare_modulus(*kernel, key.public_bytes_, *new (table->memory.data()) kernel::RsaModulus)) {
    publish(key.table_, std::move(table));
  } else {
    give_back(bytes);
  }
}

void TableCache::build_curve_table(CachedKey& key) {
  const std::uint64_t uses = key.uses_.load();
  key.next_try_ = kNever;
  const kernel::CurveKernel* kernel = kernels_.curve(key.kernel_);
  if (kernel == nullptr) return;
  // Tried again later, unless a case below knows better.
  key.next_try_ = uses + uses / 2 + 64;
  if (!has_generator(key.kernel_)) return;
  const int window = window_for(key, *kernel);
  if (window > window_now(key)) {
    const std::size_t bytes = base::PageMemory::rounded(kernel->table_bytes(window));
    const std::size_t scratch_bytes = base::PageMemory::rounded(kernel->build_scratch_bytes(window));
    if (!reserve(bytes + scratch_bytes, worth_of(key, bytes), &key)) return;
    auto table = std::make_unique<KeyTable>();
    table->memory = base::PageMemory(bytes);
    table->bytes = bytes;
    table->window = window;
    bool built = false;
    {
      const base::PageMemory scratch(scratch_bytes);
      const auto* point = reinterpret_cast<const unsigned char*>(key.public_bytes_.data());
      const bool memory = table->memory && scratch;
      built = memory && kernel->build_table(point, window, table->memory.words(), scratch.data());
      if (memory && !built) key.next_try_ = kNever;  // no table can be made of this key
    }
    give_back(scratch_bytes + (built ? 0 : bytes));
    if (!built) return;
    publish(key.table_, std::move(table));
  }
  key.next_try_ = options_.window != 0 ? kNever : next_tier(kTiers, uses);
}

int TableCache::window_now(const CachedKey& key) const {
  const std::lock_guard lock(mutex_);  // so that nobody takes it out and frees it
  const KeyTable* table = key.table_.load();
  return table == nullptr ? 0 : table->window;
}

bool TableCache::has_generator(LaneKernel curve) {
  if (generators_[index_of(curve)].table.load() != nullptr) return true;
  return build_generator(curve, generator_window(curve));
}

bool TableCache::build_generator(LaneKernel curve, int window) {
  const kernel::CurveKernel* kernel = kernels_.curve(curve);
  if (kernel == nullptr || window < kMinWindow) return false;
  const std::size_t bytes = base::PageMemory::rounded(kernel->table_bytes(window));
  const std::size_t scratch_bytes = base::PageMemory::rounded(kernel->build_scratch_bytes(window));
  std::atomic<const KeyTable*>& place = generators_[index_of(curve)].table;
  const KeyTable* before = place.load();
  // No signature of the curve can do without one; a larger one takes no key's table that is in use.
  const double worth = before == nullptr ? std::numeric_limits<double>::infinity() : 0;
  if (!reserve(bytes + scratch_bytes, worth, nullptr)) return false;
  auto table = std::make_unique<KeyTable>();
  table->memory = base::PageMemory(bytes);
  table->bytes = bytes;
  table->window = window;
  bool built = false;
  {
    const base::PageMemory scratch(scratch_bytes);
    built = table->memory && scratch;
    if (built) kernel->build_generator(window, table->memory.words(), scratch.data());
  }
  give_back(scratch_bytes + (built ? 0 : bytes));
  if (!built) return false;
  generator_bytes_ += bytes - (before == nullptr ? 0 : before->bytes);
  publish(place, std::move(table));
  return true;
}

kernel::CurveTable TableCache::generator(LaneKernel curve) const noexcept {
  const KeyTable* table = generators_[index_of(curve)].table.load(std::memory_order_seq_cst);
  return table == nullptr ? kernel::CurveTable() : kernel::CurveTable{table->entries(), table->window};
}

std::size_t TableCache::fair_share() const noexcept {
  const std::size_t generators = generator_bytes_.load(std::memory_order_relaxed);
  const std::size_t left = options_.budget > generators ? options_.budget - generators : 0;
  return left / std::max<std::size_t>(curve_keys_.load(std::memory_order_relaxed), 1);
}

// The largest window that the key's uses and its fair share allow; below kMinWindow: no table.
int TableCache::window_for(const CachedKey& key, const kernel::CurveKernel& kernel) const {
  if (options_.window != 0) return options_.window;
  int window = tier_window(kTiers, key.uses_);
  while (window > kMinWindow && base::PageMemory::rounded(kernel.table_bytes(window)) > fair_share()) --window;
  return window;
}

int TableCache::generator_window(LaneKernel curve) const {
  const kernel::CurveKernel* kernel = kernels_.curve(curve);
  if (kernel == nullptr) return 0;
  if (options_.window != 0) return options_.window;
  const Generator& generator = generators_[index_of(curve)];
  const KeyTable* now = generator.table.load();
  const std::size_t others = generator_bytes_ - (now == nullptr ? 0 : now->bytes);
  const std::size_t all = options_.budget / kGeneratorShare * (kGeneratorShare - 1);
  const std::size_t limit = std::min(options_.budget / kGeneratorShare, all > others ? all - others : 0);
  int window = tier_window(kGeneratorTiers, generator.uses);
  while (window >= kMinWindow && base::PageMemory::rounded(kernel->table_bytes(window)) > limit) --window;
  return window;
}

void TableCache::decay() {
  const std::lock_guard lock(mutex_);
  const std::uint64_t all = all_uses_.load(std::memory_order_relaxed);
  if (all < next_decay_.load(std::memory_order_relaxed)) return;
  next_decay_.store(all + kDecayUses * std::max(kLeastKeys, keys_.size()), std::memory_order_relaxed);
  std::erase_if(keys_, [&](const auto& named) {
    CachedKey& key = *named.second;
    const std::uint64_t heat = key.heat_.load(std::memory_order_relaxed);
    key.heat_.store(heat / 2, std::memory_order_relaxed);  // a use that is counted meanwhile may be lost
    // Of a set that was replaced, or cold: no session knows it.
    const bool forgotten = heat == 0 && key.table_.load() == nullptr && named.second.use_count() == 1;
    if (forgotten && is_curve(key.kernel_)) --curve_keys_;
    return forgotten;
  });
}

// Of a build of so many bytes; to be held against heat_per_byte of tables that are there, times kFirstTable.
double TableCache::worth_of(const CachedKey& key, std::size_t bytes) const noexcept {
  return heat_per_byte(key.heat_, bytes) * (key.table_.load() == nullptr ? kFirstTable : 1);
}

bool TableCache::reserve(std::size_t bytes, double worth, const CachedKey* key) {
  std::unique_lock lock(mutex_);
  reclaim();
  if (used_ + bytes > options_.budget && !make_room(bytes, worth, key)) return false;
  for (int pause = 0; used_ + bytes > options_.budget; ++pause) {
    if (pause == kReaderPauses) return false;
    lock.unlock();
    std::this_thread::sleep_for(kReaderPause);
    lock.lock();
    reclaim();
  }
  used_ += bytes;
  return true;
}

// Takes out what frees `bytes`, or nothing when that is not to be had.
bool TableCache::make_room(std::size_t bytes, double worth, const CachedKey* key) {
  if (bytes > options_.budget) return false;
  const std::size_t share = fair_share();
  std::vector<std::pair<std::uint64_t, CachedKey*>> victims;  // by when they were last used
  for (const auto& [name, other] : keys_) {
    const KeyTable* table = other->table_.load();
    if (table == nullptr || other.get() == key) continue;
    const bool greedy = options_.window == 0 && table->window > kMinWindow && table->bytes > kGreed * share;
    if (greedy || worth >= kColder * kFirstTable * heat_per_byte(other->heat_, table->bytes))
      victims.emplace_back(other->last_used_.load(), other.get());
  }
  std::sort(victims.begin(), victims.end());
  std::size_t freed = 0, count = 0;
  for (const Retired& retired : retired_) freed += retired.table->bytes;
  while (count < victims.size() && used_ + bytes > options_.budget + freed)
    freed += victims[count++].second->table_.load()->bytes;
  if (used_ + bytes > options_.budget + freed) return false;
  for (std::size_t i = 0; i < count; ++i) {
    CachedKey& victim = *victims[i].second;
    retire(victim.table_, nullptr);
    ++evicted_;
    // It comes back when it goes on being used.
    victim.next_try_ = victim.uses_ + kTiers[0].uses;
  }
  reclaim();
  return true;
}

void TableCache::give_back(std::size_t bytes) {
  const std::lock_guard lock(mutex_);
  used_ -= bytes;
}

void TableCache::publish(std::atomic<const KeyTable*>& place, std::unique_ptr<KeyTable> table) {
  const std::lock_guard lock(mutex_);
  ++built_;
  retire(place, table.release());
  reclaim();
}

void TableCache::retire(std::atomic<const KeyTable*>& place, const KeyTable* next) {
  std::unique_ptr<const KeyTable> before(place.exchange(next, std::memory_order_seq_cst));
  const std::uint64_t epoch = epoch_.fetch_add(1, std::memory_order_seq_cst) + 1;
  if (before != nullptr) retired_.push_back({std::move(before), epoch});
}

void TableCache::reclaim() {
  if (retired_.empty()) return;
  std::uint64_t oldest = kNever;
  for (const Reader* reader : readers_) {
    const std::uint64_t since = reader->since.load(std::memory_order_seq_cst);
    if (since != 0) oldest = std::min(oldest, since);
  }
  std::erase_if(retired_, [&](const Retired& retired) {
    if (retired.epoch > oldest) return false;
    used_ -= retired.table->bytes;
    return true;
  });
}

TableCache::Statistics TableCache::statistics() const {
  const std::lock_guard lock(mutex_);
  return {built_, evicted_, used_};
}

TablePin::TablePin(TableCache& cache) : cache_(cache) {
  const std::lock_guard lock(cache_.mutex_);
  cache_.readers_.push_back(&reader_);
}

TablePin::~TablePin() {
  const std::lock_guard lock(cache_.mutex_);
  std::erase(cache_.readers_, &reader_);
}

void TablePin::enter() noexcept {
  reader_.since.store(cache_.epoch_.load(std::memory_order_seq_cst), std::memory_order_seq_cst);
}

void TablePin::leave() noexcept { reader_.since.store(0, std::memory_order_release); }

}  // namespace assay::lanes
