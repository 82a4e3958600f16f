#include "kernel/portable/sha2_arm.h"

#if defined(__aarch64__)
#include <arm_neon.h>

#include <cstdint>

#include "kernel/hash_constants.h"
#include "kernel/hash_lanes.h"
#include "kernel/hash_streams.h"

namespace assay::kernel::portable {
namespace {

// Two streams hide most of the latency of the instructions. Other numbers were not tried: no such CPU was at hand.
struct Sha256Rounds4 {
  using Word = std::uint32_t;
  static constexpr std::size_t kMostStreams = 2;
  static constexpr std::size_t kBlock = 64;

  template <int kStreams>
  __attribute__((noinline)) static void run(std::uint32_t* const* state, const unsigned char* const* at,
                                            std::size_t blocks) noexcept {
    uint32x4_t abcd[kStreams], efgh[kStreams];
#pragma GCC unroll 2
    for (int i = 0; i < kStreams; ++i) {
      abcd[i] = vld1q_u32(state[i]);
      efgh[i] = vld1q_u32(state[i] + 4);
    }
    for (std::size_t offset = 0; offset < blocks * kBlock; offset += kBlock) {
      uint32x4_t w[kStreams][4], abcd_before[kStreams], efgh_before[kStreams];
#pragma GCC unroll 2
      for (int i = 0; i < kStreams; ++i) {
        abcd_before[i] = abcd[i];
        efgh_before[i] = efgh[i];
#pragma GCC unroll 4
        for (int q = 0; q < 4; ++q) w[i][q] = big_endian(at[i] + offset + 16 * q);
      }
      // Four rounds at a time; w[r & 3] is W(4*r) to W(4*r + 3), and then what follows in 16 rounds.
#pragma GCC unroll 16
      for (int r = 0; r < 16; ++r) {
        const uint32x4_t k = vld1q_u32(kSha256Rounds.k + 4 * r);
#pragma GCC unroll 2
        for (int i = 0; i < kStreams; ++i) {
          const uint32x4_t now = w[i][r & 3];
          const uint32x4_t next = w[i][(r + 1) & 3], after = w[i][(r + 2) & 3], last = w[i][(r + 3) & 3];
          const uint32x4_t sum = vaddq_u32(now, k), abcd_now = abcd[i];
          abcd[i] = vsha256hq_u32(abcd_now, efgh[i], sum);
          efgh[i] = vsha256h2q_u32(efgh[i], abcd_now, sum);
          if (r < 12) w[i][r & 3] = vsha256su1q_u32(vsha256su0q_u32(now, next), after, last);
        }
      }
#pragma GCC unroll 2
      for (int i = 0; i < kStreams; ++i) {
        abcd[i] = vaddq_u32(abcd[i], abcd_before[i]);
        efgh[i] = vaddq_u32(efgh[i], efgh_before[i]);
      }
    }
#pragma GCC unroll 2
    for (int i = 0; i < kStreams; ++i) {
      vst1q_u32(state[i], abcd[i]);
      vst1q_u32(state[i] + 4, efgh[i]);
    }
  }

 private:
  static uint32x4_t big_endian(const unsigned char* from) noexcept {
    return vreinterpretq_u32_u8(vrev32q_u8(vld1q_u8(from)));
  }
};

}  // namespace

void sha256_arm(const HashJob* jobs, std::size_t count) noexcept { hash_jobs<StreamCore<Sha256Rounds4>>(jobs, count); }

}  // namespace assay::kernel::portable
#endif
