// u1 G + u2 Q for groups of signatures: one table entry a digit, added up in a tree of batch additions.
//
// Points lie slot by slot: slot k of group g at [k * groups + g]. A level of the tree adds the last half of the slots
// to the first; all groups' additions of a level share one inversion.
#pragma once

#include "kernel/curve/batch_add.h"
#include "kernel/curve/table.h"

namespace assay::kernel {
namespace {  // see tower.h

// What a pass over at most `groups` groups works in.
template <class Curve>
struct SumScratch {
  using Field = typename Curve::Field;
  using Mask = typename Curve::Mask;
  static constexpr std::size_t kLanes = Curve::L::kCount;

  SumScratch(Carver& carver, std::size_t slots, std::size_t groups) noexcept
      : points(carver.array<Point<Field>>(slots * groups)),
        additions(carver, (slots / 2) * groups),
        addresses(carver.array<const std::uint64_t*>(slots * groups * kLanes)),
        negative(carver.array<Mask>(slots * groups)),
        exceptional(carver.array<Mask>(groups)) {}

  Point<Field>* points;
  AdditionScratch<Field> additions;
  const std::uint64_t** addresses;  // [slot][group][lane]
  Mask* negative;                   // [slot][group]
  Mask* exceptional;                // [group]: lanes whose sum is not to be trusted
};

// Groups ahead whose entries are fetched: addresses are known long before the additions need them, so that tables
// beyond the second-level cache hardly hurt.
inline constexpr std::size_t kPrefetchDistance = 6;

template <class Curve>
[[gnu::always_inline]] inline void prefetch_entries(const std::uint64_t* const* addresses) noexcept {
  constexpr std::size_t kBytes = entry_words(Curve::kWords) * sizeof(std::uint64_t);
#pragma GCC unroll 8
  for (int l = 0; l < Curve::L::kCount; ++l) {
    const char* entry = reinterpret_cast<const char*>(addresses[l]);
    for (std::size_t line = 0; line < kBytes; line += 64) __builtin_prefetch(entry + line);
  }
}

// Fetches the points that `addresses` and `negative` tell.
template <class Curve>
void load_slots(const SumScratch<Curve>& scratch, std::size_t slots, std::size_t groups) noexcept {
  constexpr std::size_t kLanes = Curve::L::kCount;
  const std::size_t total = slots * groups;
  for (std::size_t i = 0; i < total; ++i) {
    if (i + kPrefetchDistance < total) prefetch_entries<Curve>(scratch.addresses + (i + kPrefetchDistance) * kLanes);
    scratch.points[i] = load_points<typename Curve::Field>(scratch.addresses + i * kLanes, scratch.negative[i]);
  }
}

// Adds the slots of each group up into slot 0. kOnlyX: the sum's y is not needed.
template <class Curve, bool kOnlyX>
void add_slots(const SumScratch<Curve>& scratch, std::size_t slots, std::size_t groups) noexcept {
  using Field = typename Curve::Field;
  for (std::size_t g = 0; g < groups; ++g) scratch.exceptional[g] = 0;
  Point<Field>* const points = scratch.points;
  while (slots > 1) {
    const std::size_t pairs = slots / 2, kept = slots - pairs;
    const int count = static_cast<int>(pairs * groups);
    const Point<Field>* const other = points + kept * groups;
    if (slots == 2) {
      add_batch<Field, kOnlyX>(points, other, points, count, scratch.additions, scratch.exceptional,
                               static_cast<int>(groups));
    } else {
      add_batch<Field>(points, other, points, count, scratch.additions, scratch.exceptional, static_cast<int>(groups));
    }
    slots = kept;
  }
}

}  // namespace
}  // namespace assay::kernel
