// Ed25519 verification (RFC 8032 §5.1.7) of many signatures, with a table for each key: cofactorless, as OpenSSL does.
//
//   S < L     k = SHA-512(R || A || M) mod L     valid: the encoding of S B - k A is R, byte for byte
//
// Every signature is verified by itself, so the verdict never depends on its neighbours. The points live on the short
// Weierstrass form of the curve, with the additions of ECDSA, and come back with one inversion a pass (NOTES.md).
#pragma once

#include "kernel/curve/lone_sum.h"

namespace assay::kernel {
namespace {  // see tower.h

template <EddsaCurve C, std::size_t kPass>
struct Eddsa {
  using L = typename C::L;
  using Words = typename C::Words;
  using Mask = typename C::Mask;
  using F = typename C::F;
  using S = typename C::S;
  using Coordinate = typename F::Coordinate;
  using Difference = typename F::Difference;
  static constexpr std::size_t kLanes = L::kCount;
  static constexpr std::size_t kGroups = kPass / kLanes;
  static constexpr int kWords = C::kWords;

  struct Scratch {
    Scratch(void* memory, int key_window, int generator_window) noexcept
        : carver(memory),
          sum(carver, static_cast<std::size_t>(C::windows(key_window) + C::windows(generator_window)), kGroups),
          bad(carver.array<Mask>(kGroups)),
          denominator(carver.array<Difference>(kGroups)),
          prefix(carver.array<Coordinate>(kGroups + 1)) {}
    Carver carver;
    SumScratch<C> sum;
    Mask* bad;  // S out of range
    Difference* denominator;
    Coordinate* prefix;
  };

  static std::size_t scratch_bytes(int key_window, int generator_window) noexcept {
    return Scratch(nullptr, key_window, generator_window).carver.size();
  }

  // Computes k of each group and chooses the entries of S and k in the tables. S >= L is invalid (§5.1.7 step 1); its
  // lane goes on with S = 0.
  static void choose_entries(const PassJobs<L>& jobs, int key_window, const CurveTable& generator,
                             const Scratch& scratch) noexcept {
    static constexpr std::uint64_t kZero[kWords] = {0};
    const std::size_t groups = jobs.groups();
    for (std::size_t g = 0; g < groups; ++g) {
      const unsigned char* s_bytes[kLanes];
      const unsigned char* low_bytes[kLanes];
      const unsigned char* high_bytes[kLanes];
      for (std::size_t l = 0; l < kLanes; ++l) {
        const CurveJob& job = jobs.at(g, l);
        s_bytes[l] = job.signature + 32;
        low_bytes[l] = job.digest;
        high_bytes[l] = job.digest + 32;
      }
      const Words s = L::template load_little_endian<kWords>(s_bytes, 32);
      const Words k = S::reduce_wide(L::template load_little_endian<kWords>(low_bytes, 32),
                                     L::template load_little_endian<kWords>(high_bytes, 32));
      const Mask bad = static_cast<Mask>(L::kAll & ~L::template less<kWords>(s, C::kOrder));
      scratch.bad[g] = bad;
      const Words in_range = L::template select<kWords>(bad, L::template broadcast<kWords>(kZero), s);
      choose_slots<C>(scratch.sum, jobs, g, in_range, generator, k, key_window);
    }
  }

  // u = x - A/3, v = y; on the Edwards form (RFC 7748 §4.1) X = c u / v and Y = (u - 1) / (u + 1), so with
  // z = 1 / (v (u + 1)): X = c u (u + 1) z, Y = (u - 1) v z. v (u + 1) = 0 belongs to points of small order: those
  // lanes are exceptional.
  static void encode_and_compare(const PassJobs<L>& jobs, Outcome* outcomes, const Scratch& scratch) noexcept {
    const Coordinate one = F::one();
    const Coordinate third = F::constant(C::kAThird);
    const Coordinate root = F::constant(C::kRoot486664);
    const std::size_t groups = jobs.groups();
    Point<F>* const points = scratch.sum.points;
    Coordinate product = one;
    for (std::size_t g = 0; g < groups; ++g) {
      const Coordinate u = F::sub_carried(points[g].x, third);
      points[g].x = u;
      Difference denominator = F::mul(points[g].y, F::add_carried(u, one));
      const Mask zero = F::zero_mask(denominator);
      if (__builtin_expect(zero != 0, 0)) {
        denominator = F::select(zero, one, denominator);
        scratch.sum.exceptional[g] = static_cast<Mask>(scratch.sum.exceptional[g] | zero);
      }
      scratch.denominator[g] = denominator;
      scratch.prefix[g] = product;
      product = F::mul(product, denominator);
    }
    Coordinate rest = F::invert(product);
    for (std::size_t g = groups; g-- > 0;) {
      const Coordinate z = F::mul(rest, scratch.prefix[g]);
      rest = F::mul(rest, scratch.denominator[g]);
      const Coordinate u = points[g].x, v = points[g].y;
      const Coordinate X = F::mul(F::mul(root, u), F::mul(F::add_carried(u, one), z));
      const Coordinate Y = F::mul(F::mul(F::sub(u, one), v), z);
      const Mask sign = L::template low_bit<kWords>(F::to_integer(X));
      const Words encoded = L::template with_top_bit<kWords>(F::to_integer(Y), sign);  // §5.1.2
      const unsigned char* r_bytes[kLanes];
      for (std::size_t l = 0; l < kLanes; ++l) r_bytes[l] = jobs.at(g, l).signature;
      const Mask equal = L::template equal<kWords>(encoded, L::template load_little_endian<kWords>(r_bytes, 32));
      jobs.decide(g, scratch.bad[g], scratch.sum.exceptional[g], equal, outcomes);
    }
  }

  static void verify(const CurveJob* all_jobs, std::size_t count, Outcome* all_outcomes, int key_window,
                     CurveTable generator, void* memory) noexcept {
    const Scratch scratch(memory, key_window, generator.window);
    const auto generator_slots = static_cast<std::size_t>(C::windows(generator.window));
    const auto key_slots = static_cast<std::size_t>(C::windows(key_window));
    in_passes<L, kPass>(all_jobs, count, all_outcomes, [&](const PassJobs<L>& jobs, Outcome* outcomes) noexcept {
      choose_entries(jobs, key_window, generator, scratch);
      if constexpr (kLanes > 1) {
        if (jobs.count <= kFewAlone<C>) {
          sum_up_few<C>(scratch.sum, generator_slots + key_slots, jobs.count);
          return encode_and_compare(jobs, outcomes, scratch);
        }
      }
      sum_up<C, false>(scratch.sum, generator_slots, key_slots, jobs.groups());
      encode_and_compare(jobs, outcomes, scratch);
    });
  }

  // Decodes the point A of a key (RFC 8032 §5.1.3) on 64-bit words and gives -A on the Weierstrass form. Returns false
  // for the keys that are left to OpenSSL: y >= p, no such point, x = 0 or y = 1 (this includes points of small order).
  static bool decode_negated(const unsigned char* bytes, std::uint64_t (&wx)[kWords],
                             std::uint64_t (&wy)[kWords]) noexcept {
    using SF = typename C::SerialF;
    using SL = typename SF::L;
    using E = typename SF::Coordinate;
    const unsigned char* const source[1] = {bytes};
    auto encoded = SL::template load_little_endian<kWords>(source, 32);
    const bool sign = SL::template top_bit<kWords>(encoded) != 0;
    encoded = SL::template without_top_bit<kWords>(encoded);
    if (SL::template less<kWords>(encoded, C::kPrime) == 0) return false;
    const E one = SF::one(), y = SF::from_integer(encoded), yy = SF::sqr(y);
    // x^2 = a/b with a = y^2 - 1, b = d y^2 + 1; the candidate is a b^3 (a b^7)^((p-5)/8).
    const E a = SF::sub_carried(yy, one), b = SF::add_carried(SF::mul(SF::constant(C::kD), yy), one);
    const E b3 = SF::mul(SF::sqr(b), b), b7 = SF::mul(SF::sqr(b3), b);
    const E base = SF::mul(a, b7);
    E power = base;  // (p-5)/8 = 2^252 - 3: 250 ones, a zero, a one
    for (int i = 0; i < 249; ++i) power = SF::mul(SF::sqr(power), base);
    power = SF::mul(SF::sqr(SF::sqr(power)), base);
    E x = SF::mul(SF::mul(a, b3), power);
    const E check = SF::mul(b, SF::sqr(x));
    if (SF::zero_mask(SF::sub(check, a)) == 0) {
      if (SF::zero_mask(SF::add_carried(check, a)) == 0) return false;  // no square root: not on the curve
      x = SF::mul(x, SF::constant(C::kRootMinusOne));
    }
    const E difference = SF::sub_carried(one, y);
    const E product = SF::mul(x, difference);
    if (SF::zero_mask(product) != 0) return false;
    const bool odd = SL::template low_bit<kWords>(SF::to_integer(x)) != 0;
    // To Curve25519: u = (1 + y) / (1 - y), v = c u / x; -A has -x, so -v.
    const E inverse = SF::invert(product);
    const E u = SF::mul(SF::mul(SF::add_carried(one, y), x), inverse);
    const E v = SF::mul(SF::mul(SF::mul(SF::constant(C::kRoot486664), u), difference), inverse);
    const E v_negated = SF::negate_if(odd == sign ? 1 : 0, v);  // x has the sign asked for: negate it
    const auto x_words = SF::to_integer(SF::add_carried(u, SF::constant(C::kAThird)));
    const auto y_words = SF::to_integer(v_negated);
    for (int i = 0; i < kWords; ++i) {
      wx[i] = x_words.w[i];
      wy[i] = y_words.w[i];
    }
    return true;
  }

  // Checks L Q = O with the table: the sum of all windows of L's digits but the last must be the opposite of the last.
  // The recoding replaces k by L - k, which is right only for such a key.
  static bool has_base_order(int window, const std::uint64_t* entries, void* memory) noexcept {
    static constexpr std::uint64_t kZero[kWords] = {0};  // even, so that L - 0 is recoded
    const int windows = C::windows(window);
    Carver carver(memory);
    const SumScratch<C> sum(carver, static_cast<std::size_t>(windows), 1);
    const std::uint64_t* tables[kLanes];
    for (std::size_t l = 0; l < kLanes; ++l) tables[l] = entries;
    S::recode(L::template broadcast<kWords>(kZero), window, windows, tables, sum.addresses, 1, sum.negative);
    const std::size_t slots = static_cast<std::size_t>(windows);
    sum.exceptional[0] = 0;
    load_slots<C>(sum, 0, slots, 0, 1);
    const Point<F> last = sum.points[slots - 1];
    add_slots<C, false>(sum, slots - 1, 1, 1);
    const Mask opposite = static_cast<Mask>(F::zero_mask(F::sub(sum.points[0].x, last.x)) &
                                            F::zero_mask(F::add_carried(sum.points[0].y, last.y)));
    return sum.exceptional[0] == 0 && opposite == L::kAll;
  }

  static std::size_t build_scratch(int window) noexcept {
    Carver carver(nullptr);
    const SumScratch<C> sum(carver, static_cast<std::size_t>(C::windows(window)), 1);
    const std::size_t build = build_scratch_bytes<C>(window);
    return build > carver.size() ? build : carver.size();
  }

  static bool build_key_table(const unsigned char* public_key, int window, std::uint64_t* entries,
                              void* memory) noexcept {
    std::uint64_t x[kWords], y[kWords];
    return decode_negated(public_key, x, y) && build_table<C>(x, y, window, entries, memory) &&
           has_base_order(window, entries, memory);
  }

  static void build_generator(int window, std::uint64_t* entries, void* memory) noexcept {
    build_table<C>(C::kGx, C::kGy, window, entries, memory);
  }

  static constexpr CurveKernel kernel() noexcept {
    return {.table_bytes = table_bytes<C>,
            .build_scratch_bytes = build_scratch,
            .build_table = build_key_table,
            .build_generator = build_generator,
            .scratch_bytes = scratch_bytes,
            .verify = verify};
  }
};

}  // namespace
}  // namespace assay::kernel
