// Makes the function pointers of tower_ops.h from the types of an instruction set (kernel/curve/tower.h).
//
// As in the kernels, all of it sits in an unnamed namespace and nothing of the standard library is used: an object that
// is compiled for one CPU must not hold code that the linker could pick for all.
#pragma once

#include "kernel/curve/tower.h"
#include "kernel/tower_ops.h"

namespace assay::test {
namespace {

template <kernel::Lanes L, int N>
struct Integers {
  using Words = typename L::template Words<N>;
  static constexpr std::size_t kLanes = L::kCount;
  static constexpr std::size_t kEntry = kernel::entry_words(N);

  static Words read(const std::uint64_t* integers) noexcept {
    unsigned char bytes[kLanes][8 * N];
    const unsigned char* sources[kLanes];
    for (std::size_t l = 0; l < kLanes; ++l) {
      for (std::size_t i = 0; i < 8 * N; ++i) {
        bytes[l][8 * N - 1 - i] = static_cast<unsigned char>(integers[l * N + i / 8] >> (8 * (i % 8)));
      }
      sources[l] = bytes[l];
    }
    return L::template load_big_endian<N>(sources, 8 * N);
  }

  static void write(const Words& a, std::uint64_t* integers) noexcept {
    alignas(64) std::uint64_t entries[kLanes * kEntry];
    std::uint64_t* addresses[kLanes];
    for (std::size_t l = 0; l < kLanes; ++l) addresses[l] = entries + l * kEntry;
    L::template store_entries<N>(a, a, addresses, L::kCount);
    for (std::size_t l = 0; l < kLanes; ++l) {
      for (std::size_t i = 0; i < N; ++i) integers[l * N + i] = entries[l * kEntry + i];
    }
  }
};

// `Mode` is constructed where operations begin: it sets the rounding mode that the instruction set asks for.
template <kernel::Field F, class Mode>
struct MakeFieldOps {
  using L = typename F::L;
  using Mask = typename L::Mask;
  using Coordinate = typename F::Coordinate;
  static constexpr int N = F::kWords;
  using I = Integers<L, N>;

  static Coordinate apply(const FieldStep& step, const Coordinate* registers) noexcept {
    const Coordinate &a = registers[step.a], &b = registers[step.b], &c = registers[step.c];
    const Mask mask = static_cast<Mask>(step.mask & L::kAll);
    switch (step.op) {
      case FieldOp::mul:
        return F::mul(a, b);
      case FieldOp::sqr:
        return F::sqr(a);
      case FieldOp::mul_difference:
        return F::mul(F::sub(a, b), c);
      case FieldOp::difference_mul:
        return F::mul(c, F::sub(a, b));
      case FieldOp::mul_sub:
        return kernel::mul_sub<F>(F::sub(a, b), b, c);
      case FieldOp::sqr_sub2:
        return kernel::sqr_sub2<F>(a, b, c);
      case FieldOp::sub:
        return F::sub_carried(a, b);
      case FieldOp::sub2:
        return F::sub2_carried(a, b, c);
      case FieldOp::add:
        return F::add_carried(a, b);
      case FieldOp::negate_if:
        return F::negate_if(mask, a);
      case FieldOp::select:
        return F::mul(F::select(mask, F::sub(a, b), c), F::one());
      case FieldOp::one_if_equal:
        return F::mul(F::select(F::zero_mask(F::sub(a, b)), F::one(), c), F::one());
      case FieldOp::store_and_load:
        return F::load(F::store(a));
      case FieldOp::constant: {
        std::uint64_t integers[L::kCount * N], constant[N];
        I::write(F::to_integer(a), integers);
        for (int i = 0; i < N; ++i) constant[i] = integers[i];
        return F::constant(constant);
      }
      case FieldOp::one:
        return F::one();
      case FieldOp::invert:
        return F::invert(a);
    }
    __builtin_unreachable();
  }

  static void run(const FieldStep* steps, std::size_t count, std::uint64_t* registers) {
    const Mode mode;
    run_here(steps, count, registers);
  }
  [[gnu::noinline]] static void run_here(const FieldStep* steps, std::size_t count, std::uint64_t* registers) noexcept {
    constexpr std::size_t kSize = static_cast<std::size_t>(L::kCount) * N;
    Coordinate values[kRegisters];
    for (std::size_t r = 0; r < kRegisters; ++r) values[r] = F::from_integer(I::read(registers + r * kSize));
    for (std::size_t i = 0; i < count; ++i) values[steps[i].to] = apply(steps[i], values);
    for (std::size_t r = 0; r < kRegisters; ++r) I::write(F::to_integer(values[r]), registers + r * kSize);
  }

  static constexpr FieldOps ops(const char* name) noexcept { return {.name = name, .words = N, .run = run}; }
};

template <kernel::Scalar S, class Mode>
struct MakeScalarOps {
  using L = typename S::L;
  static constexpr int N = S::kWords;
  using I = Integers<L, N>;

  static void product(const std::uint64_t* a, const std::uint64_t* b, std::uint64_t* out) {
    const Mode mode;
    product_here(a, b, out);
  }
  static void quotient(const std::uint64_t* a, const std::uint64_t* b, std::uint64_t* out) {
    const Mode mode;
    quotient_here(a, b, out);
  }
  static void reduce_wide(const std::uint64_t* low, const std::uint64_t* high, std::uint64_t* out) {
    const Mode mode;
    reduce_wide_here(low, high, out);
  }
  [[gnu::noinline]] static void product_here(const std::uint64_t* a, const std::uint64_t* b,
                                             std::uint64_t* out) noexcept {
    I::write(S::to_words(S::mul(S::plain(I::read(a)), S::to_montgomery(I::read(b)))), out);
  }
  [[gnu::noinline]] static void quotient_here(const std::uint64_t* a, const std::uint64_t* b,
                                              std::uint64_t* out) noexcept {
    I::write(S::to_words(S::mul(S::plain(I::read(a)), S::invert(S::to_montgomery(I::read(b))))), out);
  }
  [[gnu::noinline]] static void reduce_wide_here(const std::uint64_t* low, const std::uint64_t* high,
                                                 std::uint64_t* out) noexcept {
    if constexpr (kernel::WideScalar<S>) I::write(S::reduce_wide(I::read(low), I::read(high)), out);
  }
  static void recode(const std::uint64_t* u, int window, int windows, const std::uint64_t* const* tables,
                     const std::uint64_t** addresses, std::size_t step, std::uint8_t* negative) {
    S::recode(I::read(u), window, windows, tables, addresses, step, negative);
  }

  static constexpr ScalarOps ops(const char* name) noexcept {
    return {.name = name,
            .words = N,
            .product = product,
            .quotient = quotient,
            .reduce_wide = kernel::WideScalar<S> && N == 4 ? reduce_wide : nullptr,
            .recode = recode};
  }
};

template <kernel::Lanes L, int N>
struct MakeWordsOps {
  using Mask = typename L::Mask;
  using I = Integers<L, N>;
  struct Constant {
    explicit Constant(const std::uint64_t* from) noexcept {
      for (int i = 0; i < N; ++i) words[i] = from[i];
    }
    std::uint64_t words[N];
  };
  static Mask lanes_of(unsigned mask) noexcept { return static_cast<Mask>(mask & L::kAll); }

  static constexpr WordsOps ops() noexcept {
    return {
        .words = N,
        .load_big_endian = [](const unsigned char* const* sources, std::size_t bytes,
                              std::uint64_t* out) { I::write(L::template load_big_endian<N>(sources, bytes), out); },
        .load_little_endian =
            [](const unsigned char* const* sources, std::size_t bytes, std::uint64_t* out) {
              I::write(L::template load_little_endian<N>(sources, bytes), out);
            },
        .broadcast = [](const std::uint64_t* constant,
                        std::uint64_t* out) { I::write(L::template broadcast<N>(Constant(constant).words), out); },
        .select =
            [](unsigned mask, const std::uint64_t* a, const std::uint64_t* b, std::uint64_t* out) {
              I::write(L::template select<N>(lanes_of(mask), I::read(a), I::read(b)), out);
            },
        .add = [](const std::uint64_t* a, const std::uint64_t* constant,
                  std::uint64_t* out) { I::write(L::template add<N>(I::read(a), Constant(constant).words), out); },
        .with_top_bit =
            [](const std::uint64_t* a, unsigned mask, std::uint64_t* out) {
              I::write(L::template with_top_bit<N>(I::read(a), lanes_of(mask)), out);
            },
        .without_top_bit = [](const std::uint64_t* a,
                              std::uint64_t* out) { I::write(L::template without_top_bit<N>(I::read(a)), out); },
        .less =
            [](const std::uint64_t* a, const std::uint64_t* bound) {
              return unsigned{L::template less<N>(I::read(a), Constant(bound).words)};
            },
        .equal = [](const std::uint64_t* a,
                    const std::uint64_t* b) { return unsigned{L::template equal<N>(I::read(a), I::read(b))}; },
        .is_zero = [](const std::uint64_t* a) { return unsigned{L::template is_zero<N>(I::read(a))}; },
        .top_bit = [](const std::uint64_t* a) { return unsigned{L::template top_bit<N>(I::read(a))}; },
        .low_bit = [](const std::uint64_t* a) { return unsigned{L::template low_bit<N>(I::read(a))}; },
        .load_entries =
            [](const std::uint64_t* const* addresses, std::uint64_t* x, std::uint64_t* y) {
              typename I::Words xs, ys;
              L::template load_entries<N>(addresses, xs, ys);
              I::write(xs, x);
              I::write(ys, y);
            },
        .store_entries = [](const std::uint64_t* x, const std::uint64_t* y, std::uint64_t* const* addresses,
                            int count) { L::template store_entries<N>(I::read(x), I::read(y), addresses, count); },
    };
  }
};

struct AnyMode {
  AnyMode() noexcept {}
};

template <kernel::Lanes L, kernel::Field F256, kernel::Field F384, kernel::Field F521, kernel::Field F25519,
          kernel::Scalar S256, kernel::Scalar S384, kernel::Scalar S521, kernel::Scalar S25519, class Mode = AnyMode>
constexpr TowerOps make_tower_ops(const char* isa) noexcept {
  return {.isa = isa,
          .lanes = L::kCount,
          .fields = {MakeFieldOps<F256, Mode>::ops("P-256"), MakeFieldOps<F384, Mode>::ops("P-384"),
                     MakeFieldOps<F521, Mode>::ops("P-521"), MakeFieldOps<F25519, Mode>::ops("Ed25519")},
          .scalars = {MakeScalarOps<S256, Mode>::ops("P-256"), MakeScalarOps<S384, Mode>::ops("P-384"),
                      MakeScalarOps<S521, Mode>::ops("P-521"), MakeScalarOps<S25519, Mode>::ops("Ed25519")},
          .words = {MakeWordsOps<L, 4>::ops(), MakeWordsOps<L, 6>::ops(), MakeWordsOps<L, 9>::ops()}};
}

}  // namespace
}  // namespace assay::test
