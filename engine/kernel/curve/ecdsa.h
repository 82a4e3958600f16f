// ECDSA verification (FIPS 186-5 §6.4.2) of many signatures, with a table for each key.
//
//   1 <= r, s < n     w = 1/s     u1 = e w, u2 = r w     (x, y) = u1 G + u2 Q     valid: x mod n = r
//
// Timing depends on values, because all of them are public. The signatures of a pass share the inversion of s. So an s
// without an inverse is replaced before, and its lane is invalid. A high s is valid in JOSE (RFC 7518 §3.4).
#pragma once

#include "kernel/curve/lone_sum.h"

namespace assay::kernel {
namespace {  // see tower.h

// kPass is the number of signatures in a pass: as many as fill the second-level cache.
template <EcdsaCurve C, std::size_t kPass>
struct Ecdsa {
  using L = typename C::L;
  using Words = typename C::Words;
  using Mask = typename C::Mask;
  using F = typename C::F;
  using S = typename C::S;
  using Residue = typename S::Residue;
  static constexpr std::size_t kLanes = L::kCount;
  static constexpr std::size_t kGroups = kPass / kLanes;
  static constexpr int kWords = C::kWords;
  static constexpr std::uint64_t kOne[kWords] = {1};
  static constexpr PrimeLessOrder<typename C::Parameters> kDifference = prime_less_order<typename C::Parameters>();

  struct Scratch {
    Scratch(void* memory, int key_window, int generator_window) noexcept
        : carver(memory),
          sum(carver, static_cast<std::size_t>(C::windows(key_window) + C::windows(generator_window)), kGroups),
          r(carver.array<Words>(kGroups)),
          s(carver.array<Residue>(kGroups)),
          prefix(carver.array<Residue>(kGroups + 1)),
          bad(carver.array<Mask>(kGroups)) {}
    Carver carver;
    SumScratch<C> sum;
    Words* r;
    Residue* s;       // in Montgomery form
    Residue* prefix;  // the product of all s before; at the end that of all
    Mask* bad;        // r or s out of range
  };

  static std::size_t scratch_bytes(int key_window, int generator_window) noexcept {
    return Scratch(nullptr, key_window, generator_window).carver.size();
  }

  // Reads r and s, and multiplies up all s.
  static void read_signatures(const PassJobs<L>& jobs, const Scratch& scratch) noexcept {
    const std::size_t groups = jobs.groups();
    Residue product = S::to_montgomery(L::template broadcast<kWords>(kOne));
    for (std::size_t g = 0; g < groups; ++g) {
      const unsigned char* r_bytes[kLanes];
      const unsigned char* s_bytes[kLanes];
      for (std::size_t l = 0; l < kLanes; ++l) {
        r_bytes[l] = jobs.at(g, l).signature;
        s_bytes[l] = r_bytes[l] + C::kCoordinateBytes;
      }
      const Words r = L::template load_big_endian<kWords>(r_bytes, C::kCoordinateBytes);
      const Words s = L::template load_big_endian<kWords>(s_bytes, C::kCoordinateBytes);
      const Mask in_range =
          static_cast<Mask>(L::template less<kWords>(r, C::kOrder) & L::template less<kWords>(s, C::kOrder) &
                            ~(L::template is_zero<kWords>(r) | L::template is_zero<kWords>(s)));
      const Mask bad = static_cast<Mask>(L::kAll & ~in_range);
      scratch.bad[g] = bad;
      scratch.r[g] = r;
      scratch.s[g] = S::to_montgomery(L::template select<kWords>(bad, L::template broadcast<kWords>(kOne), s));
      scratch.prefix[g] = product;
      product = S::mul(product, scratch.s[g]);
    }
    scratch.prefix[groups] = product;
  }

  // Computes u1 and u2 of each group and chooses their entries in the tables.
  static void choose_entries(const PassJobs<L>& jobs, int key_window, const CurveTable& generator,
                             const Scratch& scratch) noexcept {
    const std::size_t groups = jobs.groups();
    Residue rest = S::invert(scratch.prefix[groups]);
    for (std::size_t g = groups; g-- > 0;) {
      const Residue w = S::mul(rest, scratch.prefix[g]);
      rest = S::mul(rest, scratch.s[g]);
      const unsigned char* digests[kLanes];
      for (std::size_t l = 0; l < kLanes; ++l) digests[l] = jobs.at(g, l).digest;
      const Words e = L::template load_big_endian<kWords>(digests, C::kDigestBytes);
      const Words u1 = S::to_words(S::mul(S::plain(e), w));
      const Words u2 = S::to_words(S::mul(S::plain(scratch.r[g]), w));
      choose_slots<C>(scratch.sum, jobs, g, u1, generator, u2, key_window);
    }
  }

  // Returns the lanes in which x mod n = r. x is below p, so it is r, or r + n if that is below p.
  static Mask matches(const Words& x, const Words& r) noexcept {
    Mask equal = L::template equal<kWords>(x, r);
    const Mask wraps = L::template less<kWords>(r, kDifference.words);
    if (__builtin_expect(wraps != 0, 0)) {
      equal = static_cast<Mask>(equal | (wraps & L::template equal<kWords>(x, L::template add<kWords>(r, C::kOrder))));
    }
    return equal;
  }

  // Judges a pass of at most kFewAlone<C> jobs, each by itself, without an inversion: x = X/Z^2 is compared
  // as X = r Z^2.
  static void verify_few(const PassJobs<L>& jobs, std::size_t slots, const Scratch& scratch,
                         Outcome* outcomes) noexcept {
    using Coordinate = typename F::Coordinate;
    const Mask bad = scratch.bad[0];
    const Words r = L::template select<kWords>(bad, L::template broadcast<kWords>(kOne), scratch.r[0]);
    const Coordinate x = F::from_integer(r);
    const Mask wraps = L::template less<kWords>(r, kDifference.words);
    Mask equal = 0, exceptional = 0;
    for (std::size_t lane = 0; lane < jobs.count; ++lane) {
      const JacobianPoint<F> sum = sum_up_alone<C>(scratch.sum, slots, lane);
      const Coordinate z2 = F::sqr(sum.z);
      Mask same = F::zero_mask(F::sub(F::mul(x, z2), sum.x));
      if (__builtin_expect(wraps != 0, 0)) {
        const Coordinate larger = F::from_integer(L::template add<kWords>(r, C::kOrder));
        same = static_cast<Mask>(same | (wraps & F::zero_mask(F::sub(F::mul(larger, z2), sum.x))));
      }
      const auto own = static_cast<Mask>(1u << lane);
      equal = static_cast<Mask>(equal | (same & own));
      exceptional = static_cast<Mask>(exceptional | (F::zero_mask(sum.z) & own));
    }
    jobs.decide(0, bad, exceptional, equal, outcomes);
  }

  static void verify(const CurveJob* all_jobs, std::size_t count, Outcome* all_outcomes, int key_window,
                     CurveTable generator, void* memory) noexcept {
    const Scratch scratch(memory, key_window, generator.window);
    const auto generator_slots = static_cast<std::size_t>(C::windows(generator.window));
    const auto key_slots = static_cast<std::size_t>(C::windows(key_window));
    in_passes<L, kPass>(all_jobs, count, all_outcomes, [&](const PassJobs<L>& jobs, Outcome* outcomes) noexcept {
      const std::size_t groups = jobs.groups();
      read_signatures(jobs, scratch);
      choose_entries(jobs, key_window, generator, scratch);
      if constexpr (kLanes > 1) {
        if (jobs.count <= kFewAlone<C>) return verify_few(jobs, generator_slots + key_slots, scratch, outcomes);
      }
      sum_up<C, true>(scratch.sum, generator_slots, key_slots, groups);
      for (std::size_t g = 0; g < groups; ++g) {
        const Mask equal = matches(F::to_integer(scratch.sum.points[g].x), scratch.r[g]);
        jobs.decide(g, scratch.bad[g], scratch.sum.exceptional[g], equal, outcomes);
      }
    });
  }

  static bool build_key_table(const unsigned char* public_key, int window, std::uint64_t* entries,
                              void* memory) noexcept {
    using SerialL = typename C::SerialF::L;
    const unsigned char* const x_bytes[1] = {public_key};
    const unsigned char* const y_bytes[1] = {public_key + C::kCoordinateBytes};
    const auto x = SerialL::template load_big_endian<kWords>(x_bytes, C::kCoordinateBytes);
    const auto y = SerialL::template load_big_endian<kWords>(y_bytes, C::kCoordinateBytes);
    return build_table<C>(x.w, y.w, window, entries, memory);
  }

  static void build_generator(int window, std::uint64_t* entries, void* memory) noexcept {
    build_table<C>(C::kGx, C::kGy, window, entries, memory);
  }

  static constexpr CurveKernel kernel() noexcept {
    return {.table_bytes = table_bytes<C>,
            .build_scratch_bytes = build_scratch_bytes<C>,
            .build_table = build_key_table,
            .build_generator = build_generator,
            .scratch_bytes = scratch_bytes,
            .verify = verify};
  }
};

}  // namespace
}  // namespace assay::kernel
