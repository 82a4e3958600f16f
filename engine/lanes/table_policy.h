// Who gets a table, of what size, and at whose cost. Pure functions; their numbers stand at the top of table_policy.cc.
//
// Size. A key is cold until it has had some tokens; OpenSSL verifies them. Then it gets a small table, and a
// larger one at thousands of tokens. Above the smallest window, no table is larger than the key's fair share: what the
// generators leave of the budget, divided by the keys in use. An RSA modulus costs microseconds and 2 KB, so two
// tokens earn it.
//
// Room. When the budget is spent, a newcomer gets room only at the cost of tables that are larger than twice the fair
// share, or that have a quarter of its heat per byte. (A key that wants to replace a table it has needs 64 times as
// much heat.) The least recently used go first. Heat is the number of uses, halved from time to time. So ten thousand
// keys in rotation keep the tables that fit, and do not evict one another.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "kernel/kernel.h"
#include "lanes/lane_kernel.h"

namespace assay::lanes {

// ---- When: the number of uses from which a build is tried

inline constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

// A key's first table. `at_once`: with the first token.
std::uint64_t first_build(LaneKernel kernel, bool at_once) noexcept;
// Uses of an RSA key from which its modulus gets what RsaKernel::match needs. `at_once`: with the second token, so that
// tests see the key with and without.
std::uint64_t match_build(bool at_once) noexcept;
// A larger table for a key of a curve that has had `uses`. kNever: it has earned the largest.
std::uint64_t next_build(std::uint64_t uses) noexcept;
// A generator's second table, by the uses of all keys of its curve; and the one after `uses`.
std::uint64_t first_larger_generator() noexcept;
std::uint64_t next_generator_build(std::uint64_t uses) noexcept;
// The next try for a key that got no room, and for one whose table was evicted.
std::uint64_t build_after_refusal(std::uint64_t uses) noexcept;
std::uint64_t build_after_eviction(std::uint64_t uses) noexcept;
// The number of uses, of all keys together, at which heat is halved next.
std::uint64_t next_decay(std::uint64_t all_uses, std::size_t keys) noexcept;

// ---- How large: windows in bits, sizes in bytes

// `keys`: keys of curves that are in use.
std::size_t fair_share(std::size_t budget, std::size_t generator_bytes, std::size_t keys) noexcept;
// The window for a key of a curve: the largest that its uses and its fair share allow, at least kMinWindow.
int key_window(const kernel::CurveKernel& kernel, std::uint64_t uses, std::size_t share) noexcept;
// The window for a generator. `other_generators`: bytes of the other curves'. Below kMinWindow: the budget is too small
// for any.
int generator_window(const kernel::CurveKernel& kernel, std::uint64_t uses, std::size_t budget,
                     std::size_t other_generators) noexcept;

// The uses, of all keys together, after which no table grows any more, if `keys` keys of one curve come in turn and
// have the budget for themselves. 0: the budget is too small for any table.
std::uint64_t settled_uses(const kernel::CurveKernel& kernel, std::size_t budget, std::size_t keys) noexcept;

// ---- At whose cost

// A table that may have to go.
struct TableInUse {
  std::uint64_t heat = 0;
  std::uint64_t last_used = 0;  // in uses of all keys
  std::size_t bytes = 0;
  int window = 0;
};
// What asks for room.
struct Newcomer {
  double worth = 0;           // see build_worth
  std::size_t share = 0;      // the fair share
  bool fixed_window = false;  // all tables have one size, so that none takes too much
};

// The worth of building `bytes` bytes. `first`: the key has no table yet.
double build_worth(std::uint64_t heat, std::size_t bytes, bool first) noexcept;
// Whether the table may be evicted to make room for the newcomer.
bool may_evict(const TableInUse& table, const Newcomer& newcomer) noexcept;
// Indices of the tables to evict, so that `bytes` become free. Nothing: it cannot be done, and none should go.
std::optional<std::vector<std::size_t>> choose_victims(std::span<const TableInUse> tables, std::size_t bytes,
                                                       const Newcomer& newcomer);

}  // namespace assay::lanes
