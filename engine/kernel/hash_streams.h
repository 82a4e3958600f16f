// Hashing with the SHA instructions of a CPU, in several messages at once, because a single one would wait for its own
// results. Everything but the instructions: the states of the streams and which of them are busy.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernel/hash_padding.h"
#include "kernel/kernel.h"

namespace assay::kernel {
namespace {

// The instructions of one CPU. run<N> takes in `blocks` blocks in each of N streams. A state is eight words in the
// order of FIPS 180-4, a to h.
template <class Rounds>
concept StreamRounds = (std::same_as<typename Rounds::Word, std::uint32_t> ||
                        std::same_as<typename Rounds::Word, std::uint64_t>)&&Rounds::kMostStreams
                           >= 1 &&
                       requires(typename Rounds::Word* const* states, const unsigned char* const* at,
                                std::size_t blocks) {
  Rounds::template run<Rounds::kMostStreams>(states, at, blocks);
};

// A HashCore (hash_lanes.h) whose lanes are the streams.
template <StreamRounds Rounds>
struct StreamCore {
  using Word = typename Rounds::Word;
  static constexpr std::size_t kLanes = Rounds::kMostStreams;
  static constexpr std::size_t kBlock = 16 * sizeof(Word);
  static constexpr bool kSkipsIdle = true;

  struct State {
    alignas(16) Word word[kLanes][8];
  };

  static void load_one(State& state, std::size_t lane, const void* from) noexcept {
    std::memcpy(state.word[lane], from, sizeof state.word[lane]);
  }
  static void save_one(State& state, std::size_t lane, void* to) noexcept {
    std::memcpy(to, state.word[lane], sizeof state.word[lane]);
  }
  static void store_one(State& state, std::size_t lane, unsigned char* digest) noexcept {
    for (std::size_t i = 0; i < 8; ++i) {
      const Word word = big_endian(state.word[lane][i]);
      std::memcpy(digest + sizeof word * i, &word, sizeof word);
    }
  }
  static void load_all(State& state, const void* const* states) noexcept {
    for (std::size_t lane = 0; lane < kLanes; ++lane) load_one(state, lane, states[lane]);
  }
  static void store_all(State& state, unsigned char* const* digests) noexcept {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (digests[lane] != nullptr) store_one(state, lane, digests[lane]);
    }
  }

  static void stage(unsigned char* to, const HashJob& job, std::size_t from, std::uint64_t bytes) noexcept {
    stage_block<kBlock>(to, job, from, bytes);
  }

  static void compress(State& state, const unsigned char* const* at, std::size_t blocks) noexcept {
    Word* states[kLanes];
    const unsigned char* inputs[kLanes];
    std::size_t busy = 0;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      if (at[lane] == nullptr) continue;
      states[busy] = state.word[lane];
      inputs[busy++] = at[lane];
    }
    run<kLanes>(busy, states, inputs, blocks);
  }

 private:
  static std::uint32_t big_endian(std::uint32_t word) noexcept { return __builtin_bswap32(word); }
  static std::uint64_t big_endian(std::uint64_t word) noexcept { return __builtin_bswap64(word); }

  template <std::size_t kMost>
  static void run(std::size_t busy, Word* const* states, const unsigned char* const* at, std::size_t blocks) noexcept {
    if constexpr (kMost > 1) {
      if (busy < kMost) return run<kMost - 1>(busy, states, at, blocks);
    }
    Rounds::template run<kMost>(states, at, blocks);
  }
};

}  // namespace
}  // namespace assay::kernel
