// u1 G + u2 Q for groups of signatures: one table entry a digit, added up in a tree of batch additions.
//
// Points lie slot by slot: slot k of group g at [k * groups + g]. A level of the tree adds the last half of the slots
// to the first; all groups' additions of a level share one inversion. In a large pass with eight lanes, two levels of
// the generator's slots, which come first, are added before the key's are loaded, and the key's entries are fetched
// meanwhile.
#pragma once

#include "kernel/curve/batch_add.h"
#include "kernel/curve/jobs.h"
#include "kernel/curve/table.h"

namespace assay::kernel {
namespace {  // see tower.h

// The slots that a level of the tree leaves of `slots`.
constexpr std::size_t after_level(std::size_t slots) noexcept { return slots - slots / 2; }

// The memory for a pass over at most `groups` groups.
template <Curve C>
struct SumScratch {
  using F = typename C::F;
  using Mask = typename C::Mask;
  static constexpr std::size_t kLanes = C::L::kCount;

  SumScratch(Carver& carver, std::size_t slots, std::size_t groups) noexcept
      : points(carver.array<Point<F>>(slots * groups)),
        additions(carver, (slots / 2) * groups),
        addresses(carver.array<const std::uint64_t*>(slots * groups * kLanes)),
        negative(carver.array<Mask>(slots * groups)),
        exceptional(carver.array<Mask>(groups)) {}

  Point<F>* points;
  AdditionScratch<F> additions;
  const std::uint64_t** addresses;  // [slot][group][lane]
  Mask* negative;                   // [slot][group]
  Mask* exceptional;                // [group]: lanes whose sum is not to be trusted
};

// Which cache an entry is fetched into.
enum class Prefetch { into_first_level = 3, into_second_level = 2 };

template <Curve C, Prefetch kWhere>
[[gnu::always_inline]] inline void prefetch_entries(const std::uint64_t* const* addresses) noexcept {
  constexpr std::size_t kBytes = entry_words(C::kWords) * sizeof(std::uint64_t);
#pragma GCC unroll 8
  for (int l = 0; l < C::L::kCount; ++l) {
    const char* entry = reinterpret_cast<const char*>(addresses[l]);
    for (std::size_t line = 0; line < kBytes; line += 64) __builtin_prefetch(entry + line, 0, static_cast<int>(kWhere));
  }
}

// Whether entries go into the second-level cache before they are loaded, if that cache holds those of a pass: it has
// 1 MB or more on CPUs with AVX-512. Fetching them as soon as they are chosen takes 10 to 13 % off a signature of P-256
// (Zen 4, windows 13 and 16).
template <Curve C>
inline constexpr bool kPrefetchesChosen = C::L::kCount == 8;

// Whether a pass fetches the key's entries only while the generator's are added up. That takes another 3 to 7 % off
// with one key, 10 % with ten (of Ed25519 2 and 11 %, of P-384 2 and 5 %), and costs an inversion a pass, as much as it
// gains with 64 signatures.
template <Curve C>
constexpr bool adds_generator_first(std::size_t groups) noexcept {
  return kPrefetchesChosen<C> && groups >= 8;
}

// Fetches the entries at [next, end) into the second-level cache, those of one group a call.
template <Curve C>
struct EntryFetcher {
  const std::uint64_t* const* next;
  const std::uint64_t* const* end;

  [[gnu::always_inline]] void operator()() noexcept {
    if (next == end) return;
    prefetch_entries<C, Prefetch::into_second_level>(next);
    next += C::L::kCount;
  }
};

// The entries of group g for u1 of the generator and u2 of the keys; the generator's windows come first.
template <Curve C>
inline void choose_slots(const SumScratch<C>& scratch, const PassJobs<typename C::L>& jobs, std::size_t g,
                         const typename C::Words& u1, const CurveTable& generator, const typename C::Words& u2,
                         int key_window) noexcept {
  using S = typename C::S;
  constexpr std::size_t kLanes = C::L::kCount;
  const std::size_t groups = jobs.groups();
  const int generator_windows = C::windows(generator.window);
  const std::uint64_t* key_tables[kLanes];
  const std::uint64_t* generator_tables[kLanes];
  for (std::size_t l = 0; l < kLanes; ++l) {
    key_tables[l] = jobs.at(g, l).key_table;
    generator_tables[l] = generator.entries;
  }
  S::recode(u1, generator.window, generator_windows, generator_tables, scratch.addresses + g * kLanes, groups,
            scratch.negative + g);
  const std::size_t first = static_cast<std::size_t>(generator_windows) * groups + g;
  S::recode(u2, key_window, C::windows(key_window), key_tables, scratch.addresses + first * kLanes, groups,
            scratch.negative + first);
  if constexpr (kPrefetchesChosen<C>) {
    const int fetched =
        adds_generator_first<C>(groups) ? generator_windows : generator_windows + C::windows(key_window);
    for (std::size_t i = 0; i < static_cast<std::size_t>(fetched); ++i)
      prefetch_entries<C, Prefetch::into_second_level>(scratch.addresses + (i * groups + g) * kLanes);
  }
}

// Entries are fetched into the first-level cache this many groups ahead.
inline constexpr std::size_t kPrefetchDistance = 6;

// Loads the points of `slots` slots of entries, from slot `first` on, to slot `to` of the points.
template <Curve C>
void load_slots(const SumScratch<C>& scratch, std::size_t first, std::size_t slots, std::size_t to,
                std::size_t groups) noexcept {
  constexpr std::size_t kLanes = C::L::kCount;
  const std::size_t total = slots * groups;
  const std::uint64_t* const* const addresses = scratch.addresses + first * groups * kLanes;
  const auto* const negative = scratch.negative + first * groups;
  Point<typename C::F>* const points = scratch.points + to * groups;
  for (std::size_t i = 0; i < total; ++i) {
    if (i + kPrefetchDistance < total)
      prefetch_entries<C, Prefetch::into_first_level>(addresses + (i + kPrefetchDistance) * kLanes);
    points[i] = load_points<typename C::F>(addresses + i * kLanes, negative[i]);
  }
}

// Adds up the slots of each group, level by level, until at most `left` slots are left, and returns how many are.
// kOnlyX: the y of a last sum is not needed.
template <Curve C, bool kOnlyX, class Beside = const Nothing>
std::size_t add_slots(const SumScratch<C>& scratch, std::size_t slots, std::size_t left, std::size_t groups,
                      Beside& beside = kNothing) noexcept {
  using F = typename C::F;
  Point<F>* const points = scratch.points;
  while (slots > left) {
    const std::size_t pairs = slots / 2, kept = after_level(slots);
    const int count = static_cast<int>(pairs * groups);
    const Point<F>* const other = points + kept * groups;
    if (slots == 2) {
      add_batch<F, kOnlyX>(points, other, points, count, scratch.additions, scratch.exceptional,
                           static_cast<int>(groups), beside);
    } else {
      add_batch<F>(points, other, points, count, scratch.additions, scratch.exceptional, static_cast<int>(groups),
                   beside);
    }
    slots = kept;
  }
  return slots;
}

// Adds up all entries that choose_slots chose, into slot 0. kOnlyX: the sum's y is not needed.
template <Curve C, bool kOnlyX>
void sum_up(const SumScratch<C>& scratch, std::size_t generator_slots, std::size_t key_slots,
            std::size_t groups) noexcept {
  for (std::size_t g = 0; g < groups; ++g) scratch.exceptional[g] = 0;
  std::size_t slots = generator_slots;
  load_slots<C>(scratch, 0, generator_slots, 0, groups);
  if (adds_generator_first<C>(groups)) {
    const std::uint64_t* const* const first = scratch.addresses + generator_slots * groups * C::L::kCount;
    EntryFetcher<C> fetcher{first, first + key_slots * groups * C::L::kCount};
    slots = add_slots<C, false>(scratch, generator_slots, after_level(after_level(generator_slots)), groups, fetcher);
    while (fetcher.next != fetcher.end) fetcher();  // a key with many more slots than the generator has
  }
  load_slots<C>(scratch, generator_slots, key_slots, slots, groups);
  add_slots<C, kOnlyX>(scratch, slots + key_slots, 1, groups);
}

}  // namespace
}  // namespace assay::kernel
