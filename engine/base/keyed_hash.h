// Hash tables whose keys come from outside: tokens, headers, kids, key sets.
//
// std::hash is the same in every process, so a sender can find thousands of texts that share a bucket and make each
// look-up walk through all of them. The hash here depends on a key that the process draws at random, so nobody outside
// can foresee it. Every table of engine/ is a KeyedMap or KeyedSet; tools/check_layers.py refuses the standard header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace assay::base {

// SipHash-1-3 (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012) of a text under a key of 128 bits.
std::uint64_t siphash13(std::uint64_t key0, std::uint64_t key1, std::string_view text) noexcept;

// The hash under the key of this process. Thread safe. About 1 ns a byte for short texts, less for long ones.
struct KeyedHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept;
};

// `Key` is std::string, or std::string_view of text that outlives the table. Both are found by std::string_view.
template <class Key, class Value>
using KeyedMap = std::unordered_map<Key, Value, KeyedHash, std::equal_to<>>;
template <class Key>
using KeyedSet = std::unordered_set<Key, KeyedHash, std::equal_to<>>;

}  // namespace assay::base
