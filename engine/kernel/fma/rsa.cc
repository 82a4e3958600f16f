// RSA with e = 65537, four signatures a group (kernel.h, RsaKernel).
//
// s^65537 = (s*R)^(2^16) * s / R: one product into Montgomery form, 16 squares, and one product that multiplies and
// leaves the form at once.
#include "kernel/fma/rsa.h"

#include "kernel/fma/rsa_limbs.h"
#include "kernel/fma/rsa_montgomery.h"
#include "kernel/rsa_modulus.h"

namespace assay::kernel::fma {
namespace {

__extension__ typedef unsigned __int128 UInt128;

constexpr int kSquarings = 16;  // 65537 = 2^16 + 1

// Computes n2: (k n + 1) / W, where k n = -1 modulo W. It is Montgomery's reduction of 1, a limb at a time.
void reduce_one(const RsaModulus& modulus, std::uint64_t (&n2)[kMaxRsaLimbs]) noexcept {
  for (std::uint64_t& limb : n2) limb = 0;
  n2[0] = 1;
  for (int step = 0; step < kBlock; ++step) {
    const std::uint64_t digit = n2[0] * modulus.k0 & kLimbMask;
    UInt128 sum = n2[0] + UInt128{digit} * modulus.n[0];
    for (std::size_t i = 1; i < modulus.limbs; ++i) {
      sum = (sum >> kLimbBits) + n2[i] + UInt128{digit} * modulus.n[i];
      n2[i - 1] = static_cast<std::uint64_t>(sum) & kLimbMask;
    }
    n2[modulus.limbs - 1] = static_cast<std::uint64_t>(sum >> kLimbBits);
  }
}

// Up to four jobs in the lanes of a group. Unused lanes repeat the first job and write nothing.
struct GroupJobs {
  RsaJob* jobs;
  int count;

  RsaJob& operator[](int lane) const noexcept { return jobs[lane < count ? lane : 0]; }
};

// Numbers of a group as integers.
template <int kBlocks>
struct Numbers {
  static constexpr int kLimbs = kBlock * kBlocks;

  Vector value[kLimbs];
  Vector n[kLimbs];
  Vector once[kLimbs];   // value - n
  Vector twice[kLimbs];  // value - 2 n
};

// Loads what the keys of the lanes are.
template <int kBlocks>
[[gnu::noinline]] void load_keys(Group<kBlocks>& group, Numbers<kBlocks>& numbers, GroupJobs jobs) noexcept {
  constexpr std::size_t kLimbs = Group<kBlocks>::kLimbs;
  const std::uint64_t *n[kLanes], *n2[kLanes], *r2[kLanes];
  alignas(32) std::uint64_t k0[kLanes];
  for (int lane = 0; lane < kLanes; ++lane) {
    const RsaModulus& key = *jobs[lane].key;
    n[lane] = key.n;
    n2[lane] = key.n2;
    r2[lane] = key.r2;
    k0[lane] = key.k0;
  }
  load_limbs(numbers.value, n2, kLimbs);
  to_doubles(group.n2, numbers.value, kLimbs);
  load_limbs(numbers.value, r2, kLimbs);
  to_doubles(group.r2, numbers.value, kLimbs);
  load_limbs(numbers.n, n, kLimbs);
  to_doubles(group.n, numbers.n, kLimbs);
  group.k0 = limb_of(_mm256_load_si256(reinterpret_cast<const __m256i*>(k0)));
}

// Fills x with the signatures and y with R^2 mod n, and checks that each signature is below n.
template <int kBlocks>
[[gnu::noinline]] void load_signatures(Group<kBlocks>& group, Numbers<kBlocks>& numbers, GroupJobs jobs) noexcept {
  constexpr std::size_t kLimbs = Group<kBlocks>::kLimbs;
  const unsigned char* signatures[kLanes];
  for (int lane = 0; lane < kLanes; ++lane) signatures[lane] = jobs[lane].signature;
  load_bytes(numbers.value, signatures, kLimbs, jobs[0].key->bytes);
  const Vector in_range = subtract(numbers.once, numbers.value, numbers.n, kLimbs);
  // RFC 8017 §5.2.2 step 1. A signature out of range is replaced by zero, which is harmless.
  for (std::size_t i = 0; i < kLimbs; ++i) numbers.value[i] = bit_and(numbers.value[i], in_range);
  to_doubles(group.x, numbers.value, kLimbs);
  for (std::size_t i = 0; i < kLimbs; ++i) group.y[i] = group.r2[i];
  const LaneMask lanes = sign_bits(in_range);
  for (int lane = 0; lane < jobs.count; ++lane) jobs[lane].in_range = (lanes >> lane & 1) != 0;
}

// Writes y, which is below 3n, modulo n.
template <int kBlocks>
[[gnu::noinline]] void store_group(const Group<kBlocks>& group, Numbers<kBlocks>& numbers, GroupJobs jobs) noexcept {
  constexpr std::size_t kLimbs = Group<kBlocks>::kLimbs;
  to_integers(numbers.value, group.y, kLimbs);
  reduce(numbers.value, numbers.n, numbers.once, numbers.twice, kLimbs);
  unsigned char* blocks[kLanes] = {};
  for (int lane = 0; lane < jobs.count; ++lane) {
    if (jobs[lane].in_range) blocks[lane] = jobs[lane].block;
  }
  store_bytes(numbers.value, blocks, kLimbs, jobs[0].key->bytes);
}

// Writes down the keys of the lanes, and returns false if they were the same before.
bool change_keys(const RsaModulus* (&keys)[kLanes], GroupJobs jobs) noexcept {
  bool changed = false;
  for (int lane = 0; lane < kLanes; ++lane) {
    changed = changed || keys[lane] != jobs[lane].key;
    keys[lane] = jobs[lane].key;
  }
  return changed;
}

template <int kBlocks>
void power_groups(RsaJob* jobs, std::size_t count) noexcept {
  Group<kBlocks> group;
  Numbers<kBlocks> numbers;
  const RsaModulus* keys[kLanes] = {};
  for (std::size_t done = 0; done < count; done += kLanes) {
    const std::size_t left = count - done;
    const GroupJobs here{jobs + done, left < kLanes ? static_cast<int>(left) : kLanes};
    if (change_keys(keys, here)) load_keys(group, numbers, here);
    load_signatures(group, numbers, here);
    montgomery<false>(group);
    for (int i = 0; i < kSquarings; ++i) montgomery<true>(group);
    montgomery<false>(group);
    store_group(group, numbers, here);
  }
}

}  // namespace

bool rsa_prepare(const unsigned char* n, const unsigned char* r2, std::size_t bytes, RsaModulus* modulus) noexcept {
  if (!prepare_modulus(n, r2, bytes, modulus)) return false;
  reduce_one(*modulus, modulus->n2);
  return true;
}

void rsa_power(RsaJob* jobs, std::size_t count) noexcept {
  if (count == 0) return;
  const RoundTowardZero rounding;
  switch (jobs[0].key->limbs) {
    case 40:
      return power_groups<10>(jobs, count);
    case 60:
      return power_groups<15>(jobs, count);
    default:
      return power_groups<20>(jobs, count);
  }
}

}  // namespace assay::kernel::fma
