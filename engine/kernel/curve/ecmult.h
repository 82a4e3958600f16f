// u1 G + u2 Q for groups of signatures: one table entry a digit, added up in a tree of batch additions.
//
// Points lie slot by slot: slot k of group g at [k * groups + g]. A level of the tree adds the last half of the slots
// to the first; all groups' additions of a level share one inversion.
#pragma once

#include "kernel/curve/batch_add.h"
#include "kernel/curve/jobs.h"
#include "kernel/curve/table.h"

namespace assay::kernel {
namespace {  // see tower.h

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

// Entries go into the second-level cache as soon as they are chosen, if that cache holds those of a pass, up to 0.9 MB:
// it has 1 MB or more on CPUs with AVX-512. A signature of P-256 or Ed25519 then takes 10 to 13 % less time, one of
// P-384 8 % (Zen 4, windows 13 and 16).
template <Curve C>
inline constexpr bool kPrefetchesChosen = C::L::kCount == 8;

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
    const std::size_t slots = static_cast<std::size_t>(generator_windows + C::windows(key_window));
    for (std::size_t i = 0; i < slots; ++i)
      prefetch_entries<C, Prefetch::into_second_level>(scratch.addresses + (i * groups + g) * kLanes);
  }
}

// Entries are fetched into the first-level cache this many groups ahead.
inline constexpr std::size_t kPrefetchDistance = 6;

// Loads the points at `addresses` and negates those in `negative`.
template <Curve C>
void load_slots(const SumScratch<C>& scratch, std::size_t slots, std::size_t groups) noexcept {
  constexpr std::size_t kLanes = C::L::kCount;
  const std::size_t total = slots * groups;
  for (std::size_t i = 0; i < total; ++i) {
    if (i + kPrefetchDistance < total)
      prefetch_entries<C, Prefetch::into_first_level>(scratch.addresses + (i + kPrefetchDistance) * kLanes);
    scratch.points[i] = load_points<typename C::F>(scratch.addresses + i * kLanes, scratch.negative[i]);
  }
}

// Adds the slots of each group up into slot 0. kOnlyX: the sum's y is not needed.
template <Curve C, bool kOnlyX>
void add_slots(const SumScratch<C>& scratch, std::size_t slots, std::size_t groups) noexcept {
  using F = typename C::F;
  for (std::size_t g = 0; g < groups; ++g) scratch.exceptional[g] = 0;
  Point<F>* const points = scratch.points;
  while (slots > 1) {
    const std::size_t pairs = slots / 2, kept = slots - pairs;
    const int count = static_cast<int>(pairs * groups);
    const Point<F>* const other = points + kept * groups;
    if (slots == 2) {
      add_batch<F, kOnlyX>(points, other, points, count, scratch.additions, scratch.exceptional,
                           static_cast<int>(groups));
    } else {
      add_batch<F>(points, other, points, count, scratch.additions, scratch.exceptional, static_cast<int>(groups));
    }
    slots = kept;
  }
}

}  // namespace
}  // namespace assay::kernel
