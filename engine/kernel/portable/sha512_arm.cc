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
struct Sha512Rounds2 {
  using Word = std::uint64_t;
  static constexpr std::size_t kMostStreams = 2;
  static constexpr std::size_t kBlock = 128;

  template <int kStreams>
  __attribute__((noinline)) static void run(std::uint64_t* const* state, const unsigned char* const* at,
                                            std::size_t blocks) noexcept {
    // (a, b), (c, d), (e, f), (g, h), the first letter lowest. After two rounds each pair has become the next one, in
    // the registers of the last.
    uint64x2_t pairs[kStreams][4];
#pragma GCC unroll 2
    for (int i = 0; i < kStreams; ++i) {
#pragma GCC unroll 4
      for (int q = 0; q < 4; ++q) pairs[i][q] = vld1q_u64(state[i] + 2 * q);
    }
    for (std::size_t offset = 0; offset < blocks * kBlock; offset += kBlock) {
      uint64x2_t w[kStreams][8], before[kStreams][4];
#pragma GCC unroll 2
      for (int i = 0; i < kStreams; ++i) {
#pragma GCC unroll 4
        for (int q = 0; q < 4; ++q) before[i][q] = pairs[i][q];
#pragma GCC unroll 8
        for (int q = 0; q < 8; ++q) w[i][q] = big_endian(at[i] + offset + 16 * q);
      }
      for (const std::uint64_t* k = kSha512Rounds; k < kSha512Rounds + 80; k += 16) {
        // w[r] is W(2*r) and W(2*r + 1), and then what follows in 16 rounds. The last 16 rounds need none.
        const bool more = k < kSha512Rounds + 64;
#pragma GCC unroll 8
        for (int r = 0; r < 8; ++r) {
#pragma GCC unroll 2
          for (int i = 0; i < kStreams; ++i) two_rounds(pairs[i], r, vaddq_u64(w[i][r], vld1q_u64(k + 2 * r)));
          if (!more) continue;
#pragma GCC unroll 2
          for (int i = 0; i < kStreams; ++i) {
            const uint64x2_t ninth = vextq_u64(w[i][(r + 4) & 7], w[i][(r + 5) & 7], 1);
            w[i][r] = vsha512su1q_u64(vsha512su0q_u64(w[i][r], w[i][(r + 1) & 7]), w[i][(r + 7) & 7], ninth);
          }
        }
      }
#pragma GCC unroll 2
      for (int i = 0; i < kStreams; ++i) {
#pragma GCC unroll 4
        for (int q = 0; q < 4; ++q) pairs[i][q] = vaddq_u64(pairs[i][q], before[i][q]);
      }
    }
#pragma GCC unroll 2
    for (int i = 0; i < kStreams; ++i) {
#pragma GCC unroll 4
      for (int q = 0; q < 4; ++q) vst1q_u64(state[i] + 2 * q, pairs[i][q]);
    }
  }

 private:
  // Rounds 2*r and 2*r + 1 of the 16 that begin with each pair in its place. `sum` is the two words of the message plus
  // their constants.
  [[gnu::always_inline]] static void two_rounds(uint64x2_t (&pairs)[4], int r, uint64x2_t sum) noexcept {
    uint64x2_t &ab = pairs[(0 - r) & 3], &cd = pairs[(1 - r) & 3];
    uint64x2_t &ef = pairs[(2 - r) & 3], &gh = pairs[(3 - r) & 3];
    const uint64x2_t swapped = vextq_u64(sum, sum, 1);
    const uint64x2_t t1 = vsha512hq_u64(vaddq_u64(swapped, gh), vextq_u64(ef, gh, 1), vextq_u64(cd, ef, 1));
    gh = vsha512h2q_u64(t1, cd, ab);
    cd = vaddq_u64(cd, t1);
  }
  static uint64x2_t big_endian(const unsigned char* from) noexcept {
    return vreinterpretq_u64_u8(vrev64q_u8(vld1q_u8(from)));
  }
};

}  // namespace

void sha512_arm(const HashJob* jobs, std::size_t count) noexcept { hash_jobs<StreamCore<Sha512Rounds2>>(jobs, count); }

}  // namespace assay::kernel::portable
#endif
