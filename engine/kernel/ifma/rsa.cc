// RSA with e = 65537, eight signatures a group, two groups at a time (kernel.h, RsaKernel).
//
// s^65537 = (s*R)^(2^16) * s / R: one product into Montgomery form, 16 squares, and one product that multiplies and
// leaves the form at once. One path for all sizes; the number of blocks is a variable of its loops.
#include "kernel/ifma/rsa.h"

#include "kernel/ifma/rsa_limbs.h"
#include "kernel/ifma/rsa_montgomery.h"
#include "kernel/rsa_modulus.h"

namespace assay::kernel::ifma {
namespace {

constexpr int kSquarings = 16;  // 65537 = 2^16 + 1

// Up to eight jobs in the lanes of a group. Unused lanes repeat the first job and write nothing.
struct GroupJobs {
  RsaJob* jobs;
  int count;

  RsaJob& operator[](int lane) const noexcept { return jobs[lane < count ? lane : 0]; }
};

// Fills x with the signatures and y with R^2 mod n, and checks that each signature is below n.
void load_group(Group& group, GroupJobs jobs, std::size_t limbs, std::size_t bytes) noexcept {
  const unsigned char* signatures[kLanes];
  const std::uint64_t* n[kLanes];
  const std::uint64_t* r2[kLanes];
  alignas(64) std::uint64_t k0[kLanes];
  for (int lane = 0; lane < kLanes; ++lane) {
    signatures[lane] = jobs[lane].signature;
    n[lane] = jobs[lane].key->n;
    r2[lane] = jobs[lane].key->r2;
    k0[lane] = jobs[lane].key->k0;
  }
  load_bytes(group.x, signatures, limbs, bytes);
  load_limbs(group.n, n, limbs);
  load_limbs(group.y, r2, limbs);
  group.k0 = _mm512_load_si512(k0);

  const LaneMask in_range = subtract(group.m, group.x, group.n, limbs);
  // RFC 8017 §5.2.2 step 1. A signature out of range is replaced by zero, which is harmless.
  for (std::size_t i = 0; i < limbs; ++i) group.x[i] = _mm512_maskz_mov_epi64(in_range, group.x[i]);
  for (int lane = 0; lane < jobs.count; ++lane) jobs[lane].in_range = (in_range >> lane & 1) != 0;
}

// Writes y, which is below 2n, modulo n.
void store_group(Group& group, GroupJobs jobs, std::size_t limbs, std::size_t bytes) noexcept {
  const LaneMask reduced = subtract(group.m, group.y, group.n, limbs);
  for (std::size_t i = 0; i < limbs; ++i) group.y[i] = _mm512_mask_mov_epi64(group.m[i], reduced, group.y[i]);
  unsigned char* blocks[kLanes] = {};
  for (int lane = 0; lane < jobs.count; ++lane) {
    if (jobs[lane].in_range) blocks[lane] = jobs[lane].block;
  }
  store_bytes(group.y, blocks, limbs, bytes);
}

void power_groups(RsaJob* jobs, int count) noexcept {
  const std::size_t limbs = jobs[0].key->limbs;
  const std::size_t bytes = jobs[0].key->bytes;
  const int blocks = static_cast<int>(limbs) / kBlock;
  const int used = (count + kLanes - 1) / kLanes;
  const auto jobs_of = [jobs, count](int g) noexcept {
    const int left = count - g * kLanes;
    return GroupJobs{jobs + g * kLanes, left < kLanes ? left : kLanes};
  };

  alignas(64) Group groups[kMaxGroups];
  for (int g = 0; g < used; ++g) load_group(groups[g], jobs_of(g), limbs, bytes);
  montgomery<false>(groups, used, blocks);
  for (int i = 0; i < kSquarings; ++i) montgomery<true>(groups, used, blocks);
  montgomery<false>(groups, used, blocks);
  for (int g = 0; g < used; ++g) store_group(groups[g], jobs_of(g), limbs, bytes);
}

}  // namespace

bool rsa_prepare(const unsigned char* n, const unsigned char* r2, std::size_t bytes, RsaModulus* modulus) noexcept {
  return prepare_modulus(n, r2, bytes, modulus);
}

void rsa_power(RsaJob* jobs, std::size_t count) noexcept {
  constexpr std::size_t kPass = std::size_t{kLanes} * kMaxGroups;
  for (std::size_t done = 0; done < count; done += kPass) {
    power_groups(jobs + done, static_cast<int>(count - done < kPass ? count - done : kPass));
  }
}

}  // namespace assay::kernel::ifma
