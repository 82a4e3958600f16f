#include "lanes/table_cache.h"

#include <chrono>
#include <limits>
#include <thread>
#include <utility>
#include <vector>

namespace assay::lanes {
namespace {

// How long a build waits for readers: they let go after a group of signatures.
constexpr auto kReaderPause = std::chrono::microseconds(50);
constexpr int kReaderPauses = 4000;

std::string public_bytes_of(const Jwk& jwk, LaneKernel kernel) { return is_rsa(kernel) ? jwk.n : jwk.x + jwk.y; }

std::string name_of(LaneKernel kernel, const std::string& public_bytes) {
  return static_cast<char>(kernel) + public_bytes;
}

}  // namespace

TableCache::TableCache(const LaneKernels& kernels, Options options) : kernels_(kernels), options_(options) {}

std::shared_ptr<CachedKey> TableCache::find(const keys::PreparedKey& key, LaneKernel kernel) {
  const std::string bytes = public_bytes_of(key.jwk, kernel);
  const std::string name = name_of(kernel, bytes);
  const base::MutexLock lock(mutex_);
  if (const auto found = keys_.find(name); found != keys_.end()) return found->second;
  // Made before it is added: if memory is refused, the map holds no empty place.
  auto key_in_use = std::make_shared<CachedKey>(kernel, bytes);
  key_in_use->next_try_ = first_build(kernel, options_.at_once);
  keys_.emplace(name, key_in_use);
  if (is_curve(kernel)) ++curve_keys_;
  return key_in_use;
}

std::shared_ptr<CachedKey> TableCache::find_known(const keys::PreparedKey& key, LaneKernel kernel) const {
  if (epochs_.now() == TableEpochs::kFirst) return nullptr;  // no table yet
  const std::string name = name_of(kernel, public_bytes_of(key.jwk, kernel));
  const base::MutexLock lock(mutex_);
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

  const LaneKernel kernel = key->kernel_;
  if (is_curve(kernel)) {
    Generator& generator = generators_[index_of(kernel)];
    const std::uint64_t of_curve = generator.uses.fetch_add(uses, relaxed) + uses;
    if (of_curve >= generator.next_try.load(relaxed) && !generator.queued.load(relaxed) &&
        !generator.queued.exchange(true)) {
      build([this, kernel] {
        const base::MutexLock lock(build_mutex_);
        enlarge_generator(kernel);
      });
    }
  }
  if (total < key->next_try_.load(relaxed) || key->queued_.load(relaxed) || key->queued_.exchange(true)) return;
  if (is_rsa(kernel)) {
    build_modulus(*key);
  } else {
    build([this, key] {
      const base::MutexLock lock(build_mutex_);
      build_table(*key);
    });
  }
}

void TableCache::build(std::function<void()> build) {
  if (options_.at_once) {
    build();
  } else {
    static_cast<void>(queue_.add(std::move(build)));  // without a thread there are no tables, and OpenSSL verifies
  }
}

void TableCache::build_modulus(CachedKey& key) {
  const std::uint64_t match_uses = match_build(options_.at_once);
  const bool with_match = key.uses_ >= match_uses;
  key.next_try_ = with_match ? kNever : match_uses;  // until it is evicted
  const kernel::RsaKernel* kernel = kernels_.rsa(key.kernel_);
  if (kernel != nullptr && (with_match || key.table() == nullptr)) {
    const std::size_t bytes = modulus_bytes();
    if (!reserve(bytes, worth_of(key, bytes), &key)) {
      key.next_try_ = build_after_refusal(key.uses_);
    } else if (std::unique_ptr<const KeyTable> table = make_modulus(*kernel, key.public_bytes_, with_match)) {
      publish(key.place_, std::move(table));
    } else {
      give_back(bytes);
    }
  }
  key.queued_.store(false);
}

void TableCache::build_table(CachedKey& key) {
  const std::uint64_t uses = key.uses_.load();
  const auto end = [&key](std::uint64_t next_try) {
    key.next_try_ = next_try;
    key.queued_.store(false);
  };
  const kernel::CurveKernel* kernel = kernels_.curve(key.kernel_);
  if (kernel == nullptr) return end(kNever);
  if (!has_generator(key.kernel_)) return end(build_after_refusal(uses));
  const int window = window_for(*kernel, key);
  if (window > window_now(key)) {
    const std::size_t bytes = table_bytes(*kernel, window), scratch = build_bytes(*kernel, window);
    if (!reserve(bytes + scratch, worth_of(key, bytes), &key)) return end(build_after_refusal(uses));
    bool impossible = false;
    std::unique_ptr<const KeyTable> table = make_table(*kernel, key.public_bytes_, window, impossible);
    give_back(scratch + (table == nullptr ? bytes : 0));
    if (table == nullptr) return end(impossible ? kNever : build_after_refusal(uses));
    publish(key.place_, std::move(table));
  }
  end(options_.window != 0 ? kNever : next_build(uses));
}

void TableCache::enlarge_generator(LaneKernel curve) {
  Generator& generator = generators_[index_of(curve)];
  generator.next_try = options_.window != 0 ? kNever : next_generator_build(generator.uses);
  const KeyTable* now = generator.place.get();
  const kernel::CurveKernel* kernel = kernels_.curve(curve);
  if (now != nullptr && kernel != nullptr) {
    const int window = window_for_generator(*kernel, curve);
    if (window > now->window) build_generator(curve, window);
  }
  generator.queued.store(false);
}

bool TableCache::has_generator(LaneKernel curve) {
  if (generators_[index_of(curve)].place.get() != nullptr) return true;
  const kernel::CurveKernel* kernel = kernels_.curve(curve);
  return kernel != nullptr && build_generator(curve, window_for_generator(*kernel, curve));
}

bool TableCache::build_generator(LaneKernel curve, int window) {
  const kernel::CurveKernel* kernel = kernels_.curve(curve);
  if (kernel == nullptr || window < kMinWindow) return false;
  const std::size_t bytes = table_bytes(*kernel, window), scratch = build_bytes(*kernel, window);
  TablePlace& place = generators_[index_of(curve)].place;
  const KeyTable* before = place.get();
  const std::size_t bytes_before = before == nullptr ? 0 : before->bytes;
  // No signature of the curve can do without a generator; a larger one evicts no key's table that is in use.
  const double worth = before == nullptr ? std::numeric_limits<double>::infinity() : 0;
  if (!reserve(bytes + scratch, worth, nullptr)) return false;
  std::unique_ptr<const KeyTable> table = make_generator(*kernel, window);
  give_back(scratch + (table == nullptr ? bytes : 0));
  if (table == nullptr) return false;
  generator_bytes_ += bytes - bytes_before;
  publish(place, std::move(table));
  return true;
}

kernel::CurveTable TableCache::generator(LaneKernel curve) const noexcept {
  const KeyTable* table = generators_[index_of(curve)].place.get();
  return table == nullptr ? kernel::CurveTable() : kernel::CurveTable{table->entries(), table->window};
}

int TableCache::window_for(const kernel::CurveKernel& kernel, const CachedKey& key) const {
  return options_.window != 0 ? options_.window : key_window(kernel, key.uses_, share());
}

int TableCache::window_for_generator(const kernel::CurveKernel& kernel, LaneKernel curve) const {
  if (options_.window != 0) return options_.window;
  const Generator& generator = generators_[index_of(curve)];
  const KeyTable* now = generator.place.get();
  const std::size_t others = generator_bytes_ - (now == nullptr ? 0 : now->bytes);
  return generator_window(kernel, generator.uses, options_.budget, others);
}

int TableCache::window_now(const CachedKey& key) const {
  const base::MutexLock lock(mutex_);
  const KeyTable* table = key.table();
  return table == nullptr ? 0 : table->window;
}

void TableCache::decay() {
  const base::MutexLock lock(mutex_);
  const std::uint64_t all = all_uses_.load(std::memory_order_relaxed);
  if (all < next_decay_.load(std::memory_order_relaxed)) return;
  next_decay_.store(next_decay(all, keys_.size()), std::memory_order_relaxed);
  std::erase_if(keys_, [&](const auto& named) {
    CachedKey& key = *named.second;
    const std::uint64_t heat = key.heat_.load(std::memory_order_relaxed);
    key.heat_.store(heat / 2, std::memory_order_relaxed);  // a use that is counted meanwhile may be lost
    // No session knows the key: it is cold, or its set was replaced.
    const bool forgotten = heat == 0 && key.table() == nullptr && named.second.use_count() == 1;
    if (forgotten && is_curve(key.kernel_)) --curve_keys_;
    return forgotten;
  });
}

std::size_t TableCache::share() const noexcept {
  return fair_share(options_.budget, generator_bytes_.load(std::memory_order_relaxed),
                    curve_keys_.load(std::memory_order_relaxed));
}

double TableCache::worth_of(const CachedKey& key, std::size_t bytes) const noexcept {
  return build_worth(key.heat_, bytes, key.table() == nullptr);
}

bool TableCache::reserve(std::size_t bytes, double worth, const CachedKey* key) {
  base::UniqueLock lock(mutex_);
  used_ -= epochs_.reclaim();
  if (used_ + bytes > options_.budget && !make_room(bytes, worth, key)) return false;
  for (int pause = 0; used_ + bytes > options_.budget; ++pause) {
    if (pause == kReaderPauses) return false;
    lock.unlock();
    std::this_thread::sleep_for(kReaderPause);
    lock.lock();
    used_ -= epochs_.reclaim();
  }
  used_ += bytes;
  return true;
}

bool TableCache::make_room(std::size_t bytes, double worth, const CachedKey* key) {
  if (bytes > options_.budget) return false;
  std::vector<CachedKey*> owners;
  std::vector<TableInUse> tables;  // theirs
  for (const auto& [name, other] : keys_) {
    const KeyTable* table = other->table();
    if (table == nullptr || other.get() == key) continue;
    owners.push_back(other.get());
    tables.push_back({other->heat_, other->last_used_, table->bytes, table->window});
  }
  const std::size_t wanted = used_ + bytes, coming = options_.budget + epochs_.retired_bytes();
  const auto victims = choose_victims(tables, wanted > coming ? wanted - coming : 0,
                                      {.worth = worth, .share = share(), .fixed_window = options_.window != 0});
  if (!victims) return false;
  for (const std::size_t i : *victims) {
    CachedKey& victim = *owners[i];
    epochs_.replace(victim.place_, nullptr);
    ++evicted_;
    victim.next_try_ = build_after_eviction(victim.uses_);
  }
  used_ -= epochs_.reclaim();
  return true;
}

void TableCache::give_back(std::size_t bytes) {
  const base::MutexLock lock(mutex_);
  used_ -= bytes;
}

void TableCache::publish(TablePlace& place, std::unique_ptr<const KeyTable> table) {
  const base::MutexLock lock(mutex_);
  ++built_;
  epochs_.replace(place, std::move(table));
  used_ -= epochs_.reclaim();
}

TableCache::Statistics TableCache::statistics() const {
  const base::MutexLock lock(mutex_);
  return {built_, evicted_, used_};
}

}  // namespace assay::lanes
