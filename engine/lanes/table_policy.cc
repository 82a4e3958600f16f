#include "lanes/table_policy.h"

#include <algorithm>
#include <utility>

#include "lanes/key_table.h"

namespace assay::lanes {
namespace {

// From `uses` uses on, a table may have this window. A curve's generator counts the uses of all keys of its curve. A
// key's first table costs as much as 3 to 15 signatures in OpenSSL. Windows 10 and 13 of P-256 with IFMA cost 0.9 and
// 2.8 ms, in a thread beside the work, and save 0.15 us a signature each. So a key's tables have paid for themselves by
// the time the uses have doubled or trebled. The generator's come much earlier, because a run has only one of each
// curve, and some milliseconds of another core make even short runs as fast as long ones. Its window 16 costs 18 ms and
// saves 1 % where 15 costs half as much (IFMA), 5 % where the arithmetic is slower: it is for long runs.
struct Tier {
  std::uint64_t uses;
  int window;
};
constexpr Tier kTiers[] = {{8, 8}, {1024, 10}, {8192, 13}};
constexpr Tier kGeneratorTiers[] = {{0, 8}, {1024, 13}, {16384, 15}, {262144, 16}};
// Uses after which a key whose table was evicted asks for another.
constexpr std::uint64_t kUsesAfterEviction = 32;
constexpr std::uint64_t kModulusUses = 2;
// What a match needs costs 70 to 280 us (2048 to 4096 bits), as much as it saves in 270 to 460 signatures (Zen 4).
constexpr std::uint64_t kMatchUses = 512;

// One generator takes at most a quarter of the budget, all of them three quarters.
constexpr std::size_t kGeneratorShare = 4;
// A table that takes more than this many fair shares makes room for any key.
constexpr std::size_t kGreed = 2;
// A table makes room if it is so many times colder a byte.
constexpr double kColder = 4;
// A first table is worth so many times what a larger one is worth.
constexpr double kFirstTable = 64;

// Heat is halved after so many uses for each known key, or for kLeastKeys if fewer are known.
constexpr std::uint64_t kDecayUses = 64;
constexpr std::size_t kLeastKeys = 1024;

int tier_window(std::span<const Tier> tiers, std::uint64_t uses) noexcept {
  int window = tiers.front().window;
  for (const Tier& tier : tiers) {
    if (uses >= tier.uses) window = tier.window;
  }
  return window;
}

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

std::uint64_t first_build(LaneKernel kernel, bool at_once) noexcept {
  return at_once ? 1 : is_rsa(kernel) ? kModulusUses : kTiers[0].uses;
}

std::uint64_t match_build(bool at_once) noexcept { return at_once ? 2 : kMatchUses; }

std::uint64_t next_build(std::uint64_t uses) noexcept { return next_tier(kTiers, uses); }

std::uint64_t first_larger_generator() noexcept { return next_tier(kGeneratorTiers, 0); }

std::uint64_t next_generator_build(std::uint64_t uses) noexcept { return next_tier(kGeneratorTiers, uses); }

std::uint64_t build_after_refusal(std::uint64_t uses) noexcept { return uses + uses / 2 + 64; }

std::uint64_t build_after_eviction(std::uint64_t uses) noexcept { return uses + kUsesAfterEviction; }

std::uint64_t next_decay(std::uint64_t all_uses, std::size_t keys) noexcept {
  return all_uses + kDecayUses * std::max(kLeastKeys, keys);
}

std::size_t fair_share(std::size_t budget, std::size_t generator_bytes, std::size_t keys) noexcept {
  const std::size_t left = budget > generator_bytes ? budget - generator_bytes : 0;
  return left / std::max<std::size_t>(keys, 1);
}

int key_window(const kernel::CurveKernel& kernel, std::uint64_t uses, std::size_t share) noexcept {
  int window = tier_window(kTiers, uses);
  while (window > kMinWindow && table_bytes(kernel, window) > share) --window;
  return window;
}

int generator_window(const kernel::CurveKernel& kernel, std::uint64_t uses, std::size_t budget,
                     std::size_t other_generators) noexcept {
  const std::size_t all = budget / kGeneratorShare * (kGeneratorShare - 1);
  const std::size_t limit =
      std::min(budget / kGeneratorShare, all > other_generators ? all - other_generators : std::size_t{0});
  int window = tier_window(kGeneratorTiers, uses);
  while (window >= kMinWindow && table_bytes(kernel, window) > limit) --window;
  return window;
}

std::uint64_t settled_uses(const kernel::CurveKernel& kernel, std::size_t budget, std::size_t keys) noexcept {
  const int generator = generator_window(kernel, kNever, budget, 0);
  if (generator < kMinWindow) return 0;
  std::uint64_t uses = 0;
  for (const Tier& tier : kGeneratorTiers) {
    if (generator_window(kernel, uses, budget, 0) < generator) uses = tier.uses;
  }
  const std::size_t share = fair_share(budget, table_bytes(kernel, generator), keys);
  std::uint64_t of_key = kTiers[0].uses;
  for (const Tier& tier : kTiers) {
    if (key_window(kernel, of_key, share) < key_window(kernel, kNever, share)) of_key = tier.uses;
  }
  return std::max(uses, of_key * keys);
}

double build_worth(std::uint64_t heat, std::size_t bytes, bool first) noexcept {
  return heat_per_byte(heat, bytes) * (first ? kFirstTable : 1);
}

bool may_evict(const TableInUse& table, const Newcomer& newcomer) noexcept {
  const bool greedy = !newcomer.fixed_window && table.window > kMinWindow && table.bytes > kGreed * newcomer.share;
  // The worth of a first table contains kFirstTable, which cancels here; a larger table has to be that much hotter.
  return greedy || newcomer.worth >= kColder * kFirstTable * heat_per_byte(table.heat, table.bytes);
}

std::optional<std::vector<std::size_t>> choose_victims(std::span<const TableInUse> tables, std::size_t bytes,
                                                       const Newcomer& newcomer) {
  std::vector<std::size_t> victims;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    if (may_evict(tables[i], newcomer)) victims.push_back(i);
  }
  std::sort(victims.begin(), victims.end(),
            [&](std::size_t a, std::size_t b) { return tables[a].last_used < tables[b].last_used; });
  std::size_t freed = 0, count = 0;
  while (count < victims.size() && freed < bytes) freed += tables[victims[count++]].bytes;
  if (freed < bytes) return std::nullopt;
  victims.resize(count);
  return victims;
}

}  // namespace assay::lanes
