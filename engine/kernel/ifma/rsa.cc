// RSA with e = 65537, eight signatures a group, two groups at a time (kernel.h, RsaKernel).
//
// s^65537 = (s*R)^(2^16) * s / R: one product into Montgomery form, 16 squares, and one product that multiplies and
// leaves the form at once. If only a comparison is wanted, the first product is left out, and what the block should be
// is brought to where the power is. One path for all sizes; the number of blocks is a variable of its loops.
#include "kernel/fma/kernels.h"
#include "kernel/ifma/kernels.h"
#include "kernel/ifma/rsa_limbs.h"
#include "kernel/ifma/rsa_montgomery.h"
#include "kernel/rsa_few.h"
#include "kernel/rsa_modulus.h"

namespace assay::kernel::ifma {
namespace {

constexpr int kSquarings = 16;  // 65537 = 2^16 + 1

// Loads the moduli.
template <class Job>
void load_keys(Group& group, GroupJobs<Job> jobs, std::size_t limbs) noexcept {
  const std::uint64_t* n[kLanes];
  alignas(64) std::uint64_t k0[kLanes];
  for (int lane = 0; lane < kLanes; ++lane) {
    n[lane] = jobs[lane].key->n;
    k0[lane] = jobs[lane].key->k0;
  }
  load_limbs(group.n, n, limbs);
  group.k0 = _mm512_load_si512(k0);
}

// Loads a member of each key.
template <class Job>
void load_of_keys(Vector* numbers, GroupJobs<Job> jobs, const std::uint64_t (RsaModulus::*member)[kMaxRsaLimbs],
                  std::size_t limbs) noexcept {
  const std::uint64_t* sources[kLanes];
  for (int lane = 0; lane < kLanes; ++lane) sources[lane] = jobs[lane].key->*member;
  load_limbs(numbers, sources, limbs);
}

// Fills x with the signatures. Returns the lanes whose signature is below n.
template <class Job>
LaneMask load_signatures(Group& group, GroupJobs<Job> jobs, std::size_t limbs, std::size_t bytes) noexcept {
  const unsigned char* signatures[kLanes];
  for (int lane = 0; lane < kLanes; ++lane) signatures[lane] = jobs[lane].signature;
  load_bytes(group.x, signatures, limbs, bytes);
  const LaneMask in_range = subtract(group.m, group.x, group.n, limbs);
  // RFC 8017 §5.2.2 step 1. A signature out of range is replaced by zero, which is harmless.
  for (std::size_t i = 0; i < limbs; ++i) group.x[i] = _mm512_maskz_mov_epi64(in_range, group.x[i]);
  return in_range;
}

// x is the signature s. From y = s R mod n on, y becomes s^65537; from y = s on, it becomes s^65537 R^-65536.
void raise(Group* groups, int used, int blocks) noexcept {
  for (int i = 0; i < kSquarings; ++i) montgomery<true>(groups, used, blocks);
  montgomery<false>(groups, used, blocks);
}

// How the signatures of a call become numbers and these an answer. `begin` leaves the signatures in x, and in y what
// raise() starts from.
struct Powers {
  using Job = RsaJob;

  static void begin(Group* groups, int used, int blocks, const GroupJobs<Job>* jobs) noexcept {
    const std::size_t limbs = static_cast<std::size_t>(kBlock * blocks);
    for (int g = 0; g < used; ++g) {
      load_keys(groups[g], jobs[g], limbs);
      const LaneMask in_range = load_signatures(groups[g], jobs[g], limbs, jobs[g][0].key->bytes);
      for (int lane = 0; lane < jobs[g].count; ++lane) jobs[g][lane].in_range = (in_range >> lane & 1) != 0;
      load_of_keys(groups[g].y, jobs[g], &RsaModulus::r2, limbs);
    }
    montgomery<false>(groups, used, blocks);
  }

  // Writes y, which is below 2n, modulo n.
  static void end(Group& group, GroupJobs<Job> jobs, std::size_t limbs) noexcept {
    const LaneMask reduced = subtract(group.m, group.y, group.n, limbs);
    for (std::size_t i = 0; i < limbs; ++i) group.y[i] = _mm512_mask_mov_epi64(group.m[i], reduced, group.y[i]);
    unsigned char* blocks[kLanes] = {};
    for (int lane = 0; lane < jobs.count; ++lane) {
      if (jobs[lane].in_range) blocks[lane] = jobs[lane].block;
    }
    store_bytes(group.y, blocks, limbs, jobs[0].key->bytes);
  }
};

// ---- A comparison in Montgomery form: is a power what a PKCS#1 block stands for?
//
// A power that starts from y = s, and not from s R, ends as v = s^65537 R^-65536, R = 2^(52 limbs): a product less. The
// block is E - d with a short d (kernel.h, RsaMatch). With the constants c0 = -E R^-65536 and c1 = R^-65536 modulo n of
// a key, the two are equal if and only if t = v + c0 + d c1 is a multiple of n. Steps of Montgomery's reduction, one
// for each limb of d, bring t down to the size of n, and multiples of n stay multiples of n. NOTES.md, section 7, has
// the bounds. Cost, L limbs, k limbs of d: 4 k L IFMA. That is 1.4 % of a power of 2048 bits for SHA-256.

// 96 bytes are two pieces (rsa_limbs.h).
constexpr std::size_t kDifferenceLimbs = 2 * kPieceLimbs;

constexpr LaneMask kAllLanes = 0xff;

// t = (t + digit c1 + m n) / 2^52, for the m that makes it a whole number. Limbs of c1, n and the digit are below 2^52.
// Those of t are not carried: each gathers four halves below 2^52 in a step.
void match_step(Vector* t, Vector digit, const Vector* c1, const Vector* n, Vector k0, std::size_t limbs) noexcept {
  const Vector low = add_low(t[0], digit, c1[0]);
  const Vector m = add_low(zero(), low, k0);
  Vector high = _mm512_srli_epi64(add_low(low, m, n[0]), kLimbBits);
  for (std::size_t i = 1; i < limbs; ++i) {
    high = add_high(add_high(high, digit, c1[i - 1]), m, n[i - 1]);
    t[i - 1] = add_low(add_low(add(t[i], high), digit, c1[i]), m, n[i]);
    high = zero();
  }
  t[limbs - 1] = add_high(add_high(zero(), digit, c1[limbs - 1]), m, n[limbs - 1]);
}

// Carries the limbs of t, all not negative.
void carry_limbs(Vector* t, std::size_t limbs) noexcept {
  Vector carry = zero();
  for (std::size_t i = 0; i < limbs; ++i) {
    const Vector limb = add(t[i], carry);
    carry = _mm512_srli_epi64(limb, kLimbBits);
    t[i] = _mm512_and_si512(limb, broadcast(kLimbMask));
  }
}

// Returns the lanes in which t, below 3n and not 0, is n or 2n. Overwrites t.
LaneMask multiples(Vector* t, const Vector* n, std::size_t limbs) noexcept {
  subtract(t, t, n, limbs);
  LaneMask are_zero = kAllLanes, are_n = kAllLanes;
  for (std::size_t i = 0; i < limbs; ++i) {
    are_zero = _mm512_mask_cmpeq_epi64_mask(are_zero, t[i], zero());
    are_n = _mm512_mask_cmpeq_epi64_mask(are_n, t[i], n[i]);
  }
  return static_cast<LaneMask>(are_zero | are_n);
}

// Returns the lanes in which v = (E - d) R^-65536 modulo n, for v < 2n. `t` holds v, and is overwritten.
LaneMask matches(Vector* t, const Vector (&d)[kDifferenceLimbs], const Vector* c0, const Vector* c1, const Vector* n,
                 Vector k0, std::size_t limbs) noexcept {
  std::size_t used = kDifferenceLimbs;
  while (used > 1 && _mm512_cmpeq_epi64_mask(d[used - 1], zero()) == kAllLanes) --used;
  for (std::size_t i = 0; i < limbs; ++i) t[i] = add(t[i], c0[i]);
  for (std::size_t i = 0; i < used; ++i) match_step(t, d[i], c1, n, k0, limbs);
  carry_limbs(t, limbs);
  return multiples(t, n, limbs);
}

struct Matches {
  using Job = RsaMatch;

  static void begin(Group* groups, int used, int blocks, const GroupJobs<Job>* jobs) noexcept {
    const std::size_t limbs = static_cast<std::size_t>(kBlock * blocks);
    for (int g = 0; g < used; ++g) {
      load_keys(groups[g], jobs[g], limbs);
      const LaneMask in_range = load_signatures(groups[g], jobs[g], limbs, jobs[g][0].key->bytes);
      for (int lane = 0; lane < jobs[g].count; ++lane) jobs[g][lane].valid = (in_range >> lane & 1) != 0;
      for (std::size_t i = 0; i < limbs; ++i) groups[g].y[i] = groups[g].x[i];
    }
  }

  static void end(Group& group, GroupJobs<Job> jobs, std::size_t limbs) noexcept {
    Vector d[kDifferenceLimbs];
    const unsigned char* differences[kLanes];
    for (int lane = 0; lane < kLanes; ++lane) differences[lane] = jobs[lane].difference;
    load_bytes(d, differences, kDifferenceLimbs, kRsaDifferenceBytes);
    load_of_keys(group.m, jobs, &RsaModulus::c0, limbs);
    load_of_keys(group.x, jobs, &RsaModulus::c1, limbs);
    const LaneMask matching = matches(group.y, d, group.m, group.x, group.n, group.k0, limbs);
    for (int lane = 0; lane < jobs.count; ++lane) jobs[lane].valid = jobs[lane].valid && (matching >> lane & 1) != 0;
  }
};

template <class Kind>
void run(typename Kind::Job* jobs, std::size_t count) noexcept {
  using Jobs = GroupJobs<typename Kind::Job>;
  constexpr std::size_t kPass = std::size_t{kLanes} * kMaxGroups;
  if (count == 0) return;
  const std::size_t limbs = jobs[0].key->limbs;
  const int blocks = static_cast<int>(limbs) / kBlock;
  alignas(64) Group groups[kMaxGroups];
  for (std::size_t done = 0; done < count; done += kPass) {
    Jobs here[kMaxGroups];
    int used = 0;
    for (std::size_t first = done; first < count && used < kMaxGroups; first += kLanes, ++used)
      here[used] = {jobs + first, count - first < kLanes ? static_cast<int>(count - first) : kLanes};
    Kind::begin(groups, used, blocks, here);
    raise(groups, used, blocks);
    for (int g = 0; g < used; ++g) Kind::end(groups[g], here[g], limbs);
  }
}

bool prepare(const unsigned char* n, const unsigned char* r2, std::size_t bytes, RsaModulus* modulus) noexcept {
  return prepare_modulus(n, r2, bytes, modulus);
}

// Uses 42 KB of stack. 1 to 8 jobs take the same time, and 9 to 16 jobs a little less than twice as long.
void power(RsaJob* jobs, std::size_t count) noexcept { run<Powers>(jobs, count); }

void match(RsaMatch* jobs, std::size_t count) noexcept { run<Matches>(jobs, count); }

void power_with_fma(RsaJob* jobs, std::size_t count) noexcept {
  run_in_eight_or_four(jobs, count, power, fma::kRsa.power);
}

void match_with_fma(RsaMatch* jobs, std::size_t count) noexcept {
  run_in_eight_or_four(jobs, count, match, fma::kRsa.match);
}

// fma/ reads moduli of the same form, and a member more.
bool prepare_with_fma(const unsigned char* n, const unsigned char* r2, std::size_t bytes,
                      RsaModulus* modulus) noexcept {
  return fma::kRsa.prepare(n, r2, bytes, modulus);
}

}  // namespace

const RsaKernel kRsa = {prepare, power, prepare_match, match};
const RsaKernel kRsaWithFma = {prepare_with_fma, power_with_fma, prepare_match, match_with_fma};

}  // namespace assay::kernel::ifma
