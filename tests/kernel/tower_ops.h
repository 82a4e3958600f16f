// Lanes, fields and scalars of an instruction set as plain function pointers over arrays of integers, so that a test
// which is compiled for every CPU can drive code that is compiled for one.
//
// Integers are arrays [lane][words], least word first, all lanes side by side; a mask has bit i for lane i.
#pragma once

#include <cstddef>
#include <cstdint>

namespace assay::test {

// One step of a program over registers: register `to` becomes what the operation makes of registers a, b, c.
enum class FieldOp : std::uint8_t {
  mul,             // a b
  sqr,             // a^2
  mul_difference,  // (a - b) c
  difference_mul,  // c (a - b)
  mul_sub,         // (a - b) b - c
  sqr_sub2,        // a^2 - b - c
  sub,             // a - b
  sub2,            // a - b - c
  add,             // a + b
  negate_if,       // -a in the lanes of `mask`, else a
  select,          // a - b in the lanes of `mask`, else c
  one_if_equal,    // 1 in the lanes where a - b is zero, else c
  store_and_load,  // a
  constant,        // lane 0 of a, in all lanes
  one,             // 1
  invert,          // 1 / a; no lane of a is zero
};
constexpr int kFieldOps = 16;
constexpr FieldOp kLastOpForAllValues = FieldOp::one;

struct FieldStep {
  FieldOp op;
  std::uint8_t to, a, b, c, mask;
};

constexpr int kRegisters = 6;

struct FieldOps {
  const char* name;
  int words;
  // registers: [register][lane][words], below p before and after. Nothing is normalised between the steps.
  void (*run)(const FieldStep* steps, std::size_t count, std::uint64_t* registers);
};

struct ScalarOps {
  const char* name;
  int words;
  // a b: a in plain form and any number of as many bits as n, b in Montgomery form and below n.
  void (*product)(const std::uint64_t* a, const std::uint64_t* b, std::uint64_t* out);
  // a / b: both below n, no lane of b zero.
  void (*quotient)(const std::uint64_t* a, const std::uint64_t* b, std::uint64_t* out);
  // low + 2^256 high; null where the instruction set does not have it for this order.
  void (*reduce_wide)(const std::uint64_t* low, const std::uint64_t* high, std::uint64_t* out);
  void (*recode)(const std::uint64_t* u, int window, int windows, const std::uint64_t* const* tables,
                 const std::uint64_t** addresses, std::size_t step, std::uint8_t* negative);
};

// Integers of a number of words, no modulus.
struct WordsOps {
  int words;
  void (*load_big_endian)(const unsigned char* const* sources, std::size_t bytes, std::uint64_t* out);
  void (*load_little_endian)(const unsigned char* const* sources, std::size_t bytes, std::uint64_t* out);
  void (*broadcast)(const std::uint64_t* constant, std::uint64_t* out);
  void (*select)(unsigned mask, const std::uint64_t* a, const std::uint64_t* b, std::uint64_t* out);
  void (*add)(const std::uint64_t* a, const std::uint64_t* constant, std::uint64_t* out);
  void (*with_top_bit)(const std::uint64_t* a, unsigned mask, std::uint64_t* out);
  void (*without_top_bit)(const std::uint64_t* a, std::uint64_t* out);
  unsigned (*less)(const std::uint64_t* a, const std::uint64_t* bound);
  unsigned (*equal)(const std::uint64_t* a, const std::uint64_t* b);
  unsigned (*is_zero)(const std::uint64_t* a);
  unsigned (*top_bit)(const std::uint64_t* a);
  unsigned (*low_bit)(const std::uint64_t* a);
  void (*load_entries)(const std::uint64_t* const* addresses, std::uint64_t* x, std::uint64_t* y);
  void (*store_entries)(const std::uint64_t* x, const std::uint64_t* y, std::uint64_t* const* addresses, int count);
};

constexpr int kPrimes = 4;  // P-256, P-384, P-521, Ed25519
constexpr int kWordSizes = 3;

struct TowerOps {
  const char* isa;
  int lanes;
  FieldOps fields[kPrimes];
  ScalarOps scalars[kPrimes];
  WordsOps words[kWordSizes];
};

extern const TowerOps kPortableTower;
extern const TowerOps kFmaTower;      // call only where the CPU has it
extern const TowerOps kAvx512fTower;  // the same
extern const TowerOps kIfmaTower;     // the same

}  // namespace assay::test
