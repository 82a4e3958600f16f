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
  std::uint64_t* entries;  // of the doublings, later of their triples
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

// Builds one table. `multiples` are first the doublings D_k = 2^k Q, then their triples T_k = 3 2^k Q = D_k + D_(k +
// 1).
template <Curve C>
struct TableBuilder {
  using F = typename C::F;
  using L = typename C::L;
  static constexpr std::size_t kEntry = entry_words(C::kWords);
  static constexpr std::size_t kLanes = L::kCount;

  TableBuilder(int window_bits, std::uint64_t* table, Carver carver) noexcept
      : scratch(carver, window_bits),
        window(static_cast<std::size_t>(window_bits)),
        windows(static_cast<std::size_t>(C::windows(window_bits))),
        half(std::size_t{1} << (window_bits - 1)),
        entries(table) {}

  std::uint64_t* multiple(std::size_t k) const noexcept { return scratch.entries + k * kEntry; }
  // (2j + 1) 2^(w i) Q.
  std::uint64_t* entry(std::size_t i, std::size_t j) const noexcept { return entries + (i * half + j) * kEntry; }

  // Handles `total` additions a batch at a time. For each group of lanes, load(first, last, g) puts the additions from
  // `first` on into a[g] and b[g], add(groups) adds them, and store(first, count, g) stores what `count` lanes got.
  // Lanes beyond `last`, the last addition of the batch, are idle.
  template <class Load, class Add, class Store>
  void in_batches(std::size_t total, const Load& load, const Add& add, const Store& store) const noexcept {
    constexpr std::size_t kBatch = std::size_t{TableScratch<C>::kGroups} * kLanes;
    for (std::size_t begin = 0; begin < total; begin += kBatch) {
      const std::size_t end = begin + kBatch < total ? begin + kBatch : total;
      const std::size_t groups = (end - begin + kLanes - 1) / kLanes;
      for (std::size_t g = 0; g < groups; ++g) load(begin + g * kLanes, end - 1, g);
      add(static_cast<int>(groups));
      for (std::size_t g = 0; g < groups; ++g) {
        const std::size_t first = begin + g * kLanes;
        store(first, static_cast<int>(end - first < kLanes ? end - first : kLanes), g);
      }
    }
  }

  // Converts the multiples from integers to the form of this tower.
  void convert_multiples() const noexcept {
    const auto count = static_cast<std::size_t>(scratch.doublings);
    for (std::size_t first = 0; first < count; first += kLanes) {
      const std::size_t lanes = count - first < kLanes ? count - first : kLanes;
      std::uint64_t* at[kLanes];
      for (std::size_t l = 0; l < kLanes; ++l) at[l] = multiple(first + (l < lanes ? l : 0));
      typename C::Words x, y;
      L::template load_entries<C::kWords>(at, x, y);
      store_points<F>({F::from_integer(x), F::from_integer(y)}, at, static_cast<int>(lanes));
    }
  }

  void triple_multiples() noexcept {
    in_batches(
        static_cast<std::size_t>(scratch.doublings) - 1,
        [&](std::size_t first, std::size_t last, std::size_t g) noexcept {
          const std::uint64_t* at[kLanes];
          const std::uint64_t* next[kLanes];
          for (std::size_t l = 0; l < kLanes; ++l) {
            const std::size_t k = first + l < last ? first + l : last;
            at[l] = multiple(k);
            next[l] = multiple(k + 1);
          }
          scratch.a[g] = load_points<F>(at, 0);
          scratch.b[g] = load_points<F>(next, 0);
        },
        [&](int groups) noexcept {
          add_batch<F>(scratch.a, scratch.b, scratch.a, groups, scratch.additions, exceptional, 1);
        },
        [&](std::size_t first, int count, std::size_t g) noexcept {
          std::uint64_t* to[kLanes];
          for (std::size_t l = 0; l < kLanes; ++l) to[l] = multiple(first + l);
          store_points<F>(scratch.a[g], to, count);
        });
  }

  // Doubles every window of m = 2^s entries, s > 0. With T = T_(w i + s) = 3m 2^(w i) Q and e_j = entry(i, j):
  //   e_(3m/2 + j) = T + e_j     e_(3m/2 - 1 - j) = T - e_j     for j < m/2
  void double_windows(int s) noexcept {
    const int shift = s - 1;
    const std::size_t m = std::size_t{1} << s, pairs = m / 2;
    Point<F> triple;
    std::size_t loaded = windows;  // the window that `triple` was loaded for, if the lanes have only one
    in_batches(
        windows * pairs,
        [&](std::size_t first, std::size_t last, std::size_t g) noexcept {
          const std::uint64_t* triples[kLanes];
          const std::uint64_t* odd[kLanes];
          for (std::size_t l = 0; l < kLanes; ++l) {
            const std::size_t k = first + l < last ? first + l : last, i = k >> shift;
            triples[l] = multiple(i * window + static_cast<std::size_t>(s));
            odd[l] = entry(i, k & (pairs - 1));
          }
          if (pairs < kLanes || loaded != first >> shift) {
            triple = load_points<F>(triples, 0);
            loaded = first >> shift;
          }
          scratch.a[g] = triple;
          scratch.b[g] = load_points<F>(odd, 0);
        },
        [&](int groups) noexcept {
          add_subtract_batch<F>(scratch.a, scratch.b, groups, scratch.additions, exceptional, 1);
        },
        [&](std::size_t first, int count, std::size_t g) noexcept {
          std::uint64_t* sums[kLanes];
          std::uint64_t* differences[kLanes];
          for (std::size_t l = 0; l < kLanes; ++l) {
            const std::size_t i = (first + l) >> shift, j = (first + l) & (pairs - 1);
            sums[l] = entry(i, m + pairs + j);
            differences[l] = entry(i, m + pairs - 1 - j);
          }
          store_points<F>(scratch.a[g], sums, count);
          store_points<F>(scratch.b[g], differences, count);
        });
  }

  TableScratch<C> scratch;
  const std::size_t window, windows, half;
  std::uint64_t* const entries;
  typename L::Mask exceptional[1] = {0};
};

// Builds the table of the point (x, y), integers below p. Returns false if two points that should differ in x do not.
// The order of the point is then not n, which is impossible on the curves of prime order.
template <Curve C>
bool build_table(const std::uint64_t (&x)[C::kWords], const std::uint64_t (&y)[C::kWords], int window,
                 std::uint64_t* entries, void* memory) noexcept {
  TableBuilder<C> builder(window, entries, Carver(memory));
  const TableScratch<C>& scratch = builder.scratch;
  if (!double_chain<C>(x, y, scratch.doublings, scratch.entries, Carver(scratch.chain))) return false;
  const auto start_windows = [&](std::size_t j) noexcept {
    for (std::size_t i = 0; i < builder.windows; ++i) {
      __builtin_memcpy(builder.entry(i, j), builder.multiple(i * builder.window),
                       TableBuilder<C>::kEntry * sizeof(std::uint64_t));
    }
  };
  builder.convert_multiples();
  start_windows(0);
  builder.triple_multiples();
  start_windows(1);
  for (int s = 1; s + 1 < window; ++s) builder.double_windows(s);
  return builder.exceptional[0] == 0;
}

}  // namespace
}  // namespace assay::kernel
