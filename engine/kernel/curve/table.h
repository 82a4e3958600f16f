// Tables of multiples of a point. A signature needs nothing else of its key and of the generator.
//
// Window i of w bits has the 2^(w-1) odd multiples (2j + 1) 2^(w i) Q, j = 0.., in affine form, canonical: entry
// i * 2^(w-1) + j, entry_words(kWords) words long. A scalar of signed odd digits then takes one entry a window and no
// doubling (NOTES.md). No entry is the point at infinity when Q has the order n.
#pragma once

#include "kernel/curve/batch_add.h"
#include "kernel/curve/curves.h"

namespace assay::kernel {
namespace {  // see tower.h

template <Curve C>
constexpr std::size_t table_entries(int window) noexcept {
  return static_cast<std::size_t>(C::windows(window)) << (window - 1);
}
template <Curve C>
constexpr std::size_t table_bytes(int window) noexcept {
  return table_entries<C>(window) * entry_words(C::kWords) * sizeof(std::uint64_t);
}

// Q, 2Q, 4Q, ... in Jacobian coordinates, x = X/Z^2 and y = Y/Z^3, then made affine with one inversion, as `count`
// entries of integers. The chain is serial, so it runs on 64-bit words on every instruction set. x and y are integers
// below p. Returns false if one of the points is at infinity, which means that the order of Q is even.
template <Curve C>
bool double_chain(const std::uint64_t (&x)[C::kWords], const std::uint64_t (&y)[C::kWords], int count,
                  std::uint64_t* entries, Carver carver) noexcept {
  using F = typename C::SerialF;
  using Coordinate = typename F::Coordinate;
  struct Jacobian {
    Coordinate x, y, z, prefix;  // prefix: the product of all z before
  };
  Jacobian* chain = carver.array<Jacobian>(static_cast<std::size_t>(count));
  const Coordinate a = F::constant(C::kA);
  chain[0] = {F::constant(x), F::constant(y), F::one(), F::one()};
  for (int i = 1; i < count; ++i) {
    // dbl-2007-bl of the Explicit-Formulas Database (Bernstein and Lange): 1M + 8S + 1*a.
    const Jacobian& p = chain[i - 1];
    const Coordinate XX = F::sqr(p.x), YY = F::sqr(p.y), YYYY = F::sqr(YY), ZZ = F::sqr(p.z);
    const Coordinate s = F::sub2_carried(F::sqr(F::add_carried(p.x, YY)), XX, YYYY);
    const Coordinate S = F::add_carried(s, s);
    const Coordinate M = F::add_carried(F::add_carried(F::add_carried(XX, XX), XX), F::mul(a, F::sqr(ZZ)));
    const Coordinate X3 = F::sub2_carried(F::sqr(M), S, S);
    const Coordinate Y2 = F::add_carried(YYYY, YYYY), Y4 = F::add_carried(Y2, Y2), Y8 = F::add_carried(Y4, Y4);
    const Coordinate Y3 = F::sub_carried(F::mul(M, F::sub(S, X3)), Y8);
    const Coordinate Z3 = F::sub2_carried(F::sqr(F::add_carried(p.y, p.z)), YY, ZZ);
    chain[i] = {X3, Y3, Z3, F::mul(p.prefix, p.z)};
  }
  const Coordinate all = F::mul(chain[count - 1].prefix, chain[count - 1].z);
  if (F::zero_mask(all) != 0) return false;
  Coordinate rest = F::invert(all);
  for (int i = count - 1; i >= 0; --i) {
    const Coordinate inverse = F::mul(rest, chain[i].prefix);
    rest = F::mul(rest, chain[i].z);
    const Coordinate squared = F::sqr(inverse);
    std::uint64_t* const entry[1] = {entries + static_cast<std::size_t>(i) * entry_words(C::kWords)};
    F::L::template store_entries<C::kWords>(F::to_integer(F::mul(chain[i].x, squared)),
                                            F::to_integer(F::mul(chain[i].y, F::mul(squared, inverse))), entry, 1);
  }
  return true;
}

// The memory for building a table: the doublings, as integers and as entries, and one batch of additions.
template <Curve C>
struct TableScratch {
  using F = typename C::F;
  static constexpr int kGroups = 512 / C::L::kCount;  // additions of a batch

  TableScratch(Carver& carver, int window) noexcept
      : doublings(C::windows(window) * window),
        entries(carver.array<std::uint64_t>(static_cast<std::size_t>(doublings) * entry_words(C::kWords))),
        a(carver.array<Point<F>>(kGroups)),
        b(carver.array<Point<F>>(kGroups)),
        additions(carver, kGroups),
        chain(carver.array<unsigned char>(static_cast<std::size_t>(doublings) *
                                          (4 * sizeof(typename C::SerialF::Coordinate)))) {}

  int doublings;
  std::uint64_t* entries;  // of the doublings
  Point<F>* a;
  Point<F>* b;
  AdditionScratch<F> additions;
  unsigned char* chain;
};

template <Curve C>
std::size_t build_scratch_bytes(int window) noexcept {
  Carver carver(nullptr);
  const TableScratch<C> scratch(carver, window);
  return carver.size();
}

// Builds the table of the point (x, y), integers below p. Returns false if two points that should differ in x do not.
// The order of the point is then not n, which is impossible on the curves of prime order.
template <Curve C>
bool build_table(const std::uint64_t (&x)[C::kWords], const std::uint64_t (&y)[C::kWords], int window,
                 std::uint64_t* entries, void* memory) noexcept {
  using F = typename C::F;
  using L = typename C::L;
  using Words = typename C::Words;
  constexpr std::size_t kEntry = entry_words(C::kWords);
  constexpr int kLanes = L::kCount;
  Carver carver(memory);
  const TableScratch<C> scratch(carver, window);
  const int windows = C::windows(window);
  const std::size_t half = std::size_t{1} << (window - 1);

  if (!double_chain<C>(x, y, scratch.doublings, scratch.entries, Carver(scratch.chain))) return false;
  for (int first = 0; first < scratch.doublings; first += kLanes) {  // from integers to the form of this tower
    const int count = scratch.doublings - first < kLanes ? scratch.doublings - first : kLanes;
    std::uint64_t* at[kLanes];
    for (int l = 0; l < kLanes; ++l)
      at[l] = scratch.entries + static_cast<std::size_t>(first + (l < count ? l : 0)) * kEntry;
    Words px, py;
    L::template load_entries<C::kWords>(at, px, py);
    store_points<F>({F::from_integer(px), F::from_integer(py)}, at, count);
  }
  for (int i = 0; i < windows; ++i) {
    __builtin_memcpy(entries + static_cast<std::size_t>(i) * half * kEntry,
                     scratch.entries + static_cast<std::size_t>(i * window) * kEntry, kEntry * sizeof(std::uint64_t));
  }

  // (2(j + m) + 1) 2^(w i) Q = (2j + 1) 2^(w i) Q + 2^(w i + s + 1) Q for j < m = 2^s: each step doubles every window.
  typename L::Mask exceptional[1] = {0};
  for (int s = 0; s + 1 < window; ++s) {
    const std::size_t m = std::size_t{1} << s;
    const std::size_t total = static_cast<std::size_t>(windows) * m;
    for (std::size_t begin = 0; begin < total; begin += std::size_t{TableScratch<C>::kGroups} * kLanes) {
      std::size_t rest = total - begin;
      if (rest > std::size_t{TableScratch<C>::kGroups} * kLanes) rest = std::size_t{TableScratch<C>::kGroups} * kLanes;
      const int groups = static_cast<int>((rest + kLanes - 1) / kLanes);
      const auto place = [&](int group, int lane) noexcept {  // of a sum; idle lanes repeat the last
        std::size_t k = static_cast<std::size_t>(group) * kLanes + static_cast<std::size_t>(lane);
        if (k >= rest) k = rest - 1;
        return begin + k;
      };
      for (int g = 0; g < groups; ++g) {
        const std::uint64_t* from[kLanes];
        const std::uint64_t* step[kLanes];
        for (int l = 0; l < kLanes; ++l) {
          const std::size_t k = place(g, l), i = k >> s, j = k & (m - 1);
          from[l] = entries + (i * half + j) * kEntry;
          step[l] = scratch.entries + (i * static_cast<std::size_t>(window) + static_cast<std::size_t>(s) + 1) * kEntry;
        }
        scratch.a[g] = load_points<F>(from, 0);
        scratch.b[g] = load_points<F>(step, 0);
      }
      add_batch<F>(scratch.a, scratch.b, scratch.a, groups, scratch.additions, exceptional, 1);
      for (int g = 0; g < groups; ++g) {
        std::uint64_t* to[kLanes];
        std::size_t count = rest - static_cast<std::size_t>(g) * kLanes;
        if (count > kLanes) count = kLanes;
        for (int l = 0; l < kLanes; ++l) {
          const std::size_t k = place(g, l), i = k >> s, j = k & (m - 1);
          to[l] = entries + (i * half + m + j) * kEntry;
        }
        store_points<F>(scratch.a[g], to, static_cast<int>(count));
      }
    }
  }
  return exceptional[0] == 0;
}

}  // namespace
}  // namespace assay::kernel
