#include "base/keyed_hash.h"

#include <bit>
#include <cstring>
#include <random>

namespace assay::base {
namespace {

struct HashKey {
  std::uint64_t k0, k1;
};

// The state of SipHash, with the letters of the paper.
struct SipState {
  std::uint64_t v0, v1, v2, v3;

  void round() noexcept {
    v0 += v1, v1 = std::rotl(v1, 13), v1 ^= v0, v0 = std::rotl(v0, 32);
    v2 += v3, v3 = std::rotl(v3, 16), v3 ^= v2;
    v0 += v3, v3 = std::rotl(v3, 21), v3 ^= v0;
    v2 += v1, v1 = std::rotl(v1, 17), v1 ^= v2, v2 = std::rotl(v2, 32);
  }
  // Takes in one word: one round (the 1 of 1-3).
  void take(std::uint64_t m) noexcept {
    v3 ^= m;
    round();
    v0 ^= m;
  }
};

std::uint64_t word_at(const char* from) noexcept {
  std::uint64_t word;
  std::memcpy(&word, from, sizeof word);  // little-endian, as the paper has it and as every CPU here is
  return word;
}

const HashKey& process_key() {
  static const HashKey key = [] {
    std::random_device random;  // the system's generator: RDRAND or getrandom
    const auto word = [&random] { return std::uint64_t{random()} << 32 | random(); };
    const std::uint64_t k0 = word();
    return HashKey{k0, word()};
  }();
  return key;
}

}  // namespace

std::uint64_t siphash13(std::uint64_t key0, std::uint64_t key1, std::string_view text) noexcept {
  SipState state{key0 ^ 0x736f6d6570736575, key1 ^ 0x646f72616e646f6d, key0 ^ 0x6c7967656e657261,
                 key1 ^ 0x7465646279746573};
  const char* at = text.data();
  const char* const end_of_words = at + text.size() / 8 * 8;
  for (; at != end_of_words; at += 8) state.take(word_at(at));
  // The rest of the text, and its length in the top byte.
  std::uint64_t last = static_cast<std::uint64_t>(text.size()) << 56;
  for (std::size_t i = 0; i < text.size() % 8; ++i) {
    last |= static_cast<std::uint64_t>(static_cast<unsigned char>(at[i])) << (8 * i);
  }
  state.take(last);
  state.v2 ^= 0xff;
  for (int i = 0; i < 3; ++i) state.round();
  return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

std::size_t KeyedHash::operator()(std::string_view text) const noexcept {
  const HashKey& key = process_key();
  return siphash13(key.k0, key.k1, text);
}

}  // namespace assay::base
