// RSA with e = 65537, a signature in each lane of a group (kernel.h, RsaKernel).
//
// s^65537 = (s*R)^(2^16) * s / R: one product into Montgomery form, 16 squares, and one product that multiplies and
// leaves the form at once. If only a comparison is wanted, the first product is left out, and what the block should be
// is brought to where the power is.
#pragma once

#include "kernel/fma/rsa_limbs.h"
#include "kernel/fma/rsa_montgomery.h"
#include "kernel/rsa_modulus.h"

namespace assay::kernel::fma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

using LaneBits = unsigned;  // bit l: lane l

constexpr int kSquarings = 16;  // 65537 = 2^16 + 1

// Computes n2: (k n + 1) / W, where k n = -1 modulo W. It is Montgomery's reduction of 1, a limb at a time.
void reduce_one(const RsaModulus& modulus, std::uint64_t (&n2)[kMaxRsaLimbs]) noexcept {
  for (std::uint64_t& limb : n2) limb = 0;
  n2[0] = 1;
  for (int step = 0; step < kBlock; ++step) {
    const std::uint64_t digit = n2[0] * modulus.k0 & kLimbMask;
    RsaUInt128 sum = n2[0] + RsaUInt128{digit} * modulus.n[0];
    for (std::size_t i = 1; i < modulus.limbs; ++i) {
      sum = (sum >> kLimbBits) + n2[i] + RsaUInt128{digit} * modulus.n[i];
      n2[i - 1] = static_cast<std::uint64_t>(sum) & kLimbMask;
    }
    n2[modulus.limbs - 1] = static_cast<std::uint64_t>(sum >> kLimbBits);
  }
}

// Numbers of a group as integers.
template <int kBlocks>
struct Numbers {
  static constexpr int kLimbs = kBlock * kBlocks;

  Vector value[kLimbs];
  Vector n[kLimbs];
  Vector c0[kLimbs];     // of a match
  Vector once[kLimbs];   // value - n
  Vector twice[kLimbs];  // value - 2 n
};

// Loads a member of each key.
template <class Job>
void load_of_keys(Vector* numbers, GroupJobs<Job> jobs, const std::uint64_t (RsaModulus::*member)[kMaxRsaLimbs],
                  std::size_t limbs) noexcept {
  const std::uint64_t* sources[kLanes];
  for (int lane = 0; lane < kLanes; ++lane) sources[lane] = jobs[lane].key->*member;
  load_limbs(numbers, sources, limbs);
}

// Loads what the keys of the lanes are. `factor`: the member that goes with them into a product or a match.
template <int kBlocks, class Job>
[[gnu::noinline]] void load_keys(Group<kBlocks>& group, Numbers<kBlocks>& numbers, GroupJobs<Job> jobs,
                                 const std::uint64_t (RsaModulus::*factor)[kMaxRsaLimbs]) noexcept {
  constexpr std::size_t kLimbs = Group<kBlocks>::kLimbs;
  load_of_keys(numbers.value, jobs, &RsaModulus::n2, kLimbs);
  to_doubles(group.n2, numbers.value, kLimbs);
  load_of_keys(numbers.value, jobs, factor, kLimbs);
  to_doubles(group.factor, numbers.value, kLimbs);
  load_of_keys(numbers.n, jobs, &RsaModulus::n, kLimbs);
  to_doubles(group.n, numbers.n, kLimbs);
  std::uint64_t k0[kLanes];
  for (int lane = 0; lane < kLanes; ++lane) k0[lane] = jobs[lane].key->k0;
  group.k0 = limb_of(load_lanes(k0));
}

// Fills x with the signatures. Returns the lanes whose signature is below n.
template <int kBlocks, class Job>
[[gnu::noinline]] LaneBits load_signatures(Group<kBlocks>& group, Numbers<kBlocks>& numbers,
                                           GroupJobs<Job> jobs) noexcept {
  constexpr std::size_t kLimbs = Group<kBlocks>::kLimbs;
  const unsigned char* signatures[kLanes];
  for (int lane = 0; lane < kLanes; ++lane) signatures[lane] = jobs[lane].signature;
  load_bytes(numbers.value, signatures, kLimbs, jobs[0].key->bytes);
  const Vector in_range = subtract(numbers.once, numbers.value, numbers.n, kLimbs);
  // RFC 8017 §5.2.2 step 1. A signature out of range is replaced by zero, which is harmless.
  for (std::size_t i = 0; i < kLimbs; ++i) numbers.value[i] = bit_and(numbers.value[i], in_range);
  to_doubles(group.x, numbers.value, kLimbs);
  return top_bits(in_range);
}

// How the signatures of a call become numbers and these an answer. `begin` leaves the signatures in x, and in y what
// the power starts from.
template <int kBlocks>
struct Powers {
  using Job = RsaJob;
  static constexpr std::size_t kLimbs = Group<kBlocks>::kLimbs;
  static constexpr auto kFactor = &RsaModulus::r2;

  static void change_keys(Numbers<kBlocks>&, GroupJobs<Job>) noexcept {}
  static void begin(Group<kBlocks>& group, Numbers<kBlocks>& numbers, GroupJobs<Job> jobs) noexcept {
    const LaneBits in_range = load_signatures(group, numbers, jobs);
    for (int lane = 0; lane < jobs.count; ++lane) jobs[lane].in_range = (in_range >> lane & 1) != 0;
    for (std::size_t i = 0; i < kLimbs; ++i) group.y[i] = group.factor[i];
    montgomery<false>(group);
  }
  // Writes y, which is below 3n, modulo n.
  [[gnu::noinline]] static void end(const Group<kBlocks>& group, Numbers<kBlocks>& numbers,
                                    GroupJobs<Job> jobs) noexcept {
    to_integers(numbers.value, group.y, kLimbs);
    reduce(numbers.value, numbers.n, numbers.once, numbers.twice, kLimbs);
    unsigned char* blocks[kLanes] = {};
    for (int lane = 0; lane < jobs.count; ++lane) {
      if (jobs[lane].in_range) blocks[lane] = jobs[lane].block;
    }
    store_bytes(numbers.value, blocks, kLimbs, jobs[0].key->bytes);
  }
};

// ---- A comparison in Montgomery form: is a power what a PKCS#1 block stands for?
//
// ifma/rsa.cc explains it. Cost, L limbs, k limbs of the difference: 2 k L exact products. That is 1.4 % of a power of
// 2048 bits for SHA-256.

// 96 bytes are three pieces and more than half of a fourth (rsa_limbs.h).
constexpr std::size_t kDifferenceLimbs = 4 * kPieceLimbs;

constexpr LaneBits kAllLanes = (1u << kLanes) - 1;
LaneBits zeros(Vector a) noexcept { return mask_bits(equal_lanes(a, zero())); }

// t = (t + digit c1 + m n) / 2^52, for the m that makes it a whole number. Limbs of t are integers that are not
// carried: each gathers four halves below 2^52 in a step.
void match_step(Vector* t, Double digit, const Double* c1, const Double* n, Double k0, std::size_t limbs) noexcept {
  // The bits of the doubles of two products (vector.h).
  const Vector lows = broadcast(2 * kBits52), highs = broadcast(2 * kBits104);
  Vector low = t[0], high = zero();
  add_product(low, high, digit, c1[0]);
  const Double m = low_product(limb_of(sub(low, broadcast(kBits52))), k0);
  add_product(low, high, m, n[0]);
  Vector carry = shift_right(sub(low, lows), kLimbBits);
  for (std::size_t i = 1; i < limbs; ++i) {
    low = add(add(t[i], carry), sub(high, highs));
    carry = high = zero();
    add_product(low, high, digit, c1[i]);
    add_product(low, high, m, n[i]);
    t[i - 1] = sub(low, lows);
  }
  t[limbs - 1] = sub(high, highs);
}

// Carries the limbs of t, all not negative.
void carry_limbs(Vector* t, std::size_t limbs) noexcept {
  Vector carry = zero();
  for (std::size_t i = 0; i < limbs; ++i) {
    const Vector limb = add(t[i], carry);
    carry = shift_right(limb, kLimbBits);
    t[i] = bit_and(limb, broadcast(kLimbMask));
  }
}

// Returns the lanes in which t, below 3n and not 0, is n or 2n. Overwrites t.
LaneBits multiples(Vector* t, const Vector* n, std::size_t limbs) noexcept {
  subtract(t, t, n, limbs);
  Vector not_zero = zero(), not_n = zero();
  for (std::size_t i = 0; i < limbs; ++i) {
    not_zero = bit_or(not_zero, t[i]);
    not_n = bit_or(not_n, bit_xor(t[i], n[i]));
  }
  return zeros(not_zero) | zeros(not_n);
}

template <int kBlocks>
struct Matches {
  using Job = RsaMatch;
  static constexpr std::size_t kLimbs = Group<kBlocks>::kLimbs;
  static constexpr auto kFactor = &RsaModulus::c1;

  static void change_keys(Numbers<kBlocks>& numbers, GroupJobs<Job> jobs) noexcept {
    load_of_keys(numbers.c0, jobs, &RsaModulus::c0, kLimbs);
  }
  static void begin(Group<kBlocks>& group, Numbers<kBlocks>& numbers, GroupJobs<Job> jobs) noexcept {
    const LaneBits in_range = load_signatures(group, numbers, jobs);
    for (int lane = 0; lane < jobs.count; ++lane) jobs[lane].valid = (in_range >> lane & 1) != 0;
    for (std::size_t i = 0; i < kLimbs; ++i) group.y[i] = group.x[i];
  }
  [[gnu::noinline]] static void end(const Group<kBlocks>& group, Numbers<kBlocks>& numbers,
                                    GroupJobs<Job> jobs) noexcept {
    Vector d[kDifferenceLimbs];
    const unsigned char* differences[kLanes];
    for (int lane = 0; lane < kLanes; ++lane) differences[lane] = jobs[lane].difference;
    load_bytes(d, differences, kDifferenceLimbs, kRsaDifferenceBytes);
    std::size_t used = kDifferenceLimbs;
    while (used > 1 && zeros(d[used - 1]) == kAllLanes) --used;

    Vector* t = numbers.value;
    to_integers(t, group.y, kLimbs);
    for (std::size_t i = 0; i < kLimbs; ++i) t[i] = add(t[i], numbers.c0[i]);
    for (std::size_t i = 0; i < used; ++i) match_step(t, limb_of(d[i]), group.factor, group.n, group.k0, kLimbs);
    carry_limbs(t, kLimbs);
    const LaneBits matching = multiples(t, numbers.n, kLimbs);
    for (int lane = 0; lane < jobs.count; ++lane) jobs[lane].valid = jobs[lane].valid && (matching >> lane & 1) != 0;
  }
};

// Writes down the keys of the lanes, and returns false if they were the same before.
template <class Job>
bool are_new(const RsaModulus* (&keys)[kLanes], GroupJobs<Job> jobs) noexcept {
  bool changed = false;
  for (int lane = 0; lane < kLanes; ++lane) {
    changed = changed || keys[lane] != jobs[lane].key;
    keys[lane] = jobs[lane].key;
  }
  return changed;
}

template <template <int> class Kind, int kBlocks, class Job>
void run_groups(Job* jobs, std::size_t count) noexcept {
  Group<kBlocks> group;
  Numbers<kBlocks> numbers;
  const RsaModulus* keys[kLanes] = {};
  for (std::size_t done = 0; done < count; done += kLanes) {
    const std::size_t left = count - done;
    const GroupJobs<Job> here{jobs + done, left < kLanes ? static_cast<int>(left) : kLanes};
    if (are_new(keys, here)) {
      load_keys(group, numbers, here, Kind<kBlocks>::kFactor);
      Kind<kBlocks>::change_keys(numbers, here);
    }
    Kind<kBlocks>::begin(group, numbers, here);
    for (int i = 0; i < kSquarings; ++i) montgomery<true>(group);
    montgomery<false>(group);
    Kind<kBlocks>::end(group, numbers, here);
  }
}

template <template <int> class Kind, class Job>
void run(Job* jobs, std::size_t count) noexcept {
  if (count == 0) return;
  const RoundTowardZero rounding;
  switch (jobs[0].key->limbs) {
    case 40:
      return run_groups<Kind, 10>(jobs, count);
    case 60:
      return run_groups<Kind, 15>(jobs, count);
    default:
      return run_groups<Kind, 20>(jobs, count);
  }
}

bool rsa_prepare(const unsigned char* n, const unsigned char* r2, std::size_t bytes, RsaModulus* modulus) noexcept {
  if (!prepare_modulus(n, r2, bytes, modulus)) return false;
  reduce_one(*modulus, modulus->n2);
  return true;
}

// Uses 27 KB of stack for four lanes, 54 KB for eight. As many jobs as there are lanes take as long as one. Neighbours
// with one key save a little.
void rsa_power(RsaJob* jobs, std::size_t count) noexcept { run<Powers>(jobs, count); }

void rsa_prepare_match(RsaModulus* modulus) noexcept { prepare_match(modulus); }

void rsa_match(RsaMatch* jobs, std::size_t count) noexcept { run<Matches>(jobs, count); }

constexpr RsaKernel kRsaInLanes = {rsa_prepare, rsa_power, rsa_prepare_match, rsa_match};

}  // namespace
}  // namespace assay::kernel::fma
