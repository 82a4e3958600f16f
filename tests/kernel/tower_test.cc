// Lanes, fields and scalars of every instruction set against OpenSSL's numbers and against each other.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "kernel/big_number.h"
#include "kernel/choice.h"
#include "kernel/curve/tower.h"
#include "kernel/kernel.h"
#include "kernel/tower_ops.h"
#include "support/random.h"

namespace assay::test {
namespace {

using Words = std::vector<std::uint64_t>;

const TowerOps* const kTowers[] = {
    &kPortableTower,
#ifdef ASSAY_TEST_X86
    &kFmaTower,
    &kAvx512fTower,
    &kIfmaTower,
#endif
};

// True and a skipped test where this CPU has no such lanes.
#define ASSAY_SKIP_UNLESS_RUNS(tower)                  \
  if (kernel::kernels_for((tower).isa) == nullptr) {   \
    GTEST_SKIP() << "this CPU has no " << (tower).isa; \
  }

unsigned all_lanes(const TowerOps& tower) { return (1u << tower.lanes) - 1; }

// One number a lane, side by side.
Words side_by_side(const std::vector<Big>& numbers, int words) {
  Words result;
  for (const Big& number : numbers) {
    const Words w = number.words(words);
    result.insert(result.end(), w.begin(), w.end());
  }
  return result;
}

std::vector<Big> lanes_of(const Words& integers, int words) {
  std::vector<Big> result;
  for (std::size_t at = 0; at < integers.size(); at += static_cast<std::size_t>(words)) {
    result.push_back(Big::from_words(integers.data() + at, words));
  }
  return result;
}

template <class Make>
std::vector<Big> for_lanes(const TowerOps& tower, const Make& make) {
  std::vector<Big> result;
  for (int l = 0; l < tower.lanes; ++l) result.push_back(make());
  return result;
}

// ---- Fields

using Registers = std::vector<std::vector<Big>>;  // [register][lane]

Big apply(const FieldStep& step, const Registers& registers, std::size_t lane, const Modulo& p) {
  const Big &a = registers[step.a][lane], &b = registers[step.b][lane], &c = registers[step.c][lane];
  const bool in_mask = (step.mask >> lane & 1) != 0;
  switch (step.op) {
    case FieldOp::mul:
      return p.mul(a, b);
    case FieldOp::sqr:
      return p.mul(a, a);
    case FieldOp::mul_difference:
    case FieldOp::difference_mul:
      return p.mul(p.reduce(a - b), c);
    case FieldOp::mul_sub:
      return p.reduce(p.mul(p.reduce(a - b), b) - c);
    case FieldOp::sqr_sub2:
      return p.reduce(p.mul(a, a) - b - c);
    case FieldOp::sub:
      return p.reduce(a - b);
    case FieldOp::sub2:
      return p.reduce(a - b - c);
    case FieldOp::add:
      return p.reduce(a + b);
    case FieldOp::negate_if:
      return in_mask ? p.reduce(Big() - a) : a;
    case FieldOp::select:
      return in_mask ? p.reduce(a - b) : c;
    case FieldOp::one_if_equal:
      return a == b ? Big(1) : c;
    case FieldOp::store_and_load:
      return a;
    case FieldOp::constant:
      return registers[step.a][0];
    case FieldOp::one:
      return Big(1);
    case FieldOp::invert:
      return p.inverse(a);
  }
  throw std::string("no such operation");
}

void run_oracle(const std::vector<FieldStep>& steps, Registers& registers, const Modulo& p) {
  for (const FieldStep& step : steps) {
    std::vector<Big> result;
    for (std::size_t l = 0; l < registers[0].size(); ++l) result.push_back(apply(step, registers, l, p));
    registers[step.to] = result;
  }
}

Registers run_tower(const FieldOps& field, const std::vector<FieldStep>& steps, const Registers& registers) {
  Words integers;
  for (const auto& lanes : registers) {
    const Words w = side_by_side(lanes, field.words);
    integers.insert(integers.end(), w.begin(), w.end());
  }
  field.run(steps.data(), steps.size(), integers.data());
  const std::vector<Big> flat = lanes_of(integers, field.words);
  Registers result;
  const std::size_t lanes = registers[0].size();
  for (std::size_t r = 0; r < registers.size(); ++r) {
    const auto first = flat.begin() + static_cast<std::ptrdiff_t>(r * lanes);
    result.emplace_back(first, first + static_cast<std::ptrdiff_t>(lanes));
  }
  return result;
}

std::string describe(const std::vector<FieldStep>& steps, const Registers& before) {
  std::string text = "steps (operation: to a b c mask):";
  for (const FieldStep& s : steps) {
    text += "\n  " + std::to_string(static_cast<int>(s.op)) + ": " + std::to_string(s.to) + ' ' + std::to_string(s.a) +
            ' ' + std::to_string(s.b) + ' ' + std::to_string(s.c) + ' ' + std::to_string(s.mask);
  }
  for (std::size_t r = 0; r < before.size(); ++r) {
    for (std::size_t l = 0; l < before[r].size(); ++l) {
      text += "\n  register " + std::to_string(r) + " lane " + std::to_string(l) + ": " + before[r][l].hex();
    }
  }
  return text;
}

// One comparison, and one report if it fails.
::testing::AssertionResult agree(const Registers& got, const Registers& wanted) {
  for (std::size_t r = 0; r < wanted.size(); ++r) {
    for (std::size_t l = 0; l < wanted[r].size(); ++l) {
      if (!(got[r][l] == wanted[r][l])) {
        return ::testing::AssertionFailure()
               << "register " << r << " lane " << l << ": " << got[r][l].hex() << " instead of " << wanted[r][l].hex();
      }
    }
  }
  return ::testing::AssertionSuccess();
}

Registers random_registers(const TowerOps& tower, const Modulo& p, StructuredRandom& random, bool nonzero = false) {
  Registers registers;
  for (int r = 0; r < kRegisters; ++r) {
    registers.push_back(for_lanes(tower, [&] { return nonzero ? p.nonzero(random) : p.element(random); }));
  }
  return registers;
}

FieldStep random_step(FieldOp op, StructuredRandom& random) {
  const auto any = [&] { return static_cast<std::uint8_t>(random.below(kRegisters)); };
  return {op, any(), any(), any(), any(), static_cast<std::uint8_t>(random.next())};
}

std::vector<FieldStep> random_program(StructuredRandom& random) {
  std::vector<FieldStep> steps;
  const std::size_t size = 1 + random.below(48);
  // Half of the programs leave products out: sums and differences then meet values that no product has tidied up.
  const bool products = random.one_in(2);
  while (steps.size() < size) {
    const auto op = static_cast<FieldOp>(random.below(static_cast<std::uint64_t>(kLastOpForAllValues) + 1));
    const bool tidy = op != FieldOp::sub && op != FieldOp::sub2 && op != FieldOp::add && op != FieldOp::negate_if;
    if (tidy && !products && !random.one_in(8)) continue;
    steps.push_back(random_step(op, random));
  }
  return steps;
}

struct FieldCase {
  const TowerOps* tower;
  int curve;
};
template <class Predicate>
std::vector<FieldCase> cases_where(const Predicate& wanted) {
  std::vector<FieldCase> cases;
  for (const TowerOps* tower : kTowers) {
    for (int curve = 0; curve < kPrimes; ++curve) {
      if (wanted(FieldCase{tower, curve})) cases.push_back({tower, curve});
    }
  }
  return cases;
}
std::vector<FieldCase> all_cases() {
  return cases_where([](const FieldCase&) { return true; });
}
std::string case_name(const ::testing::TestParamInfo<FieldCase>& info) {
  std::string name = info.param.tower->fields[info.param.curve].name;
  name.erase(std::remove(name.begin(), name.end(), '-'), name.end());
  return std::string(info.param.tower->isa) + '_' + name;
}
std::string title(const FieldCase& c) { return std::string(c.tower->isa) + ' ' + c.tower->fields[c.curve].name; }

class Field : public ::testing::TestWithParam<FieldCase> {
 protected:
  void SetUp() override { ASSAY_SKIP_UNLESS_RUNS(*GetParam().tower); }
};
INSTANTIATE_TEST_SUITE_P(EveryIsa, Field, ::testing::ValuesIn(all_cases()), case_name);

TEST_P(Field, AgreesWithOpensslInEachOperation) {
  const TowerOps& tower = *GetParam().tower;
  const FieldOps& field = tower.fields[GetParam().curve];
  const Modulo p = curve_prime(GetParam().curve);
  StructuredRandom random = StructuredRandom::announced(title(GetParam()));
  for (int op = 0; op < kFieldOps; ++op) {
    for (int i = 0; i < 150; ++i) {
      const std::vector<FieldStep> steps = {random_step(static_cast<FieldOp>(op), random)};
      const Registers before = random_registers(tower, p, random, static_cast<FieldOp>(op) > kLastOpForAllValues);
      Registers wanted = before;
      run_oracle(steps, wanted, p);
      ASSERT_TRUE(agree(run_tower(field, steps, before), wanted)) << describe(steps, before);
    }
  }
}

TEST_P(Field, AgreesWithOpensslInLongRunsOfOperations) {
  const TowerOps& tower = *GetParam().tower;
  const FieldOps& field = tower.fields[GetParam().curve];
  const Modulo p = curve_prime(GetParam().curve);
  StructuredRandom random = StructuredRandom::announced(title(GetParam()));
  for (int i = 0; i < 400; ++i) {
    const std::vector<FieldStep> steps = random_program(random);
    const Registers before = random_registers(tower, p, random);
    Registers wanted = before;
    run_oracle(steps, wanted, p);
    ASSERT_TRUE(agree(run_tower(field, steps, before), wanted)) << describe(steps, before);
  }
}

TEST_P(Field, FindsZeroOnWhicheverRoadItIsReached) {
  const TowerOps& tower = *GetParam().tower;
  const FieldOps& field = tower.fields[GetParam().curve];
  const Modulo p = curve_prime(GetParam().curve);
  StructuredRandom random = StructuredRandom::announced(title(GetParam()));
  const std::vector<std::vector<FieldStep>> roads = {
      {{FieldOp::one_if_equal, 5, 0, 0, 2, 0}},  // a - a
      {{FieldOp::add, 3, 0, 1, 0, 0}, {FieldOp::sub, 3, 3, 1, 0, 0}, {FieldOp::one_if_equal, 5, 3, 0, 2, 0}},
      {{FieldOp::one_if_equal, 5, 0, 3, 2, 0},
       {FieldOp::sub, 3, 0, 1, 0, 0},
       {FieldOp::add, 3, 3, 1, 0, 0},
       {FieldOp::one_if_equal, 5, 0, 3, 2, 0}},
      {{FieldOp::negate_if, 3, 0, 0, 0, 0xff},
       {FieldOp::negate_if, 3, 3, 0, 0, 0xff},
       {FieldOp::one_if_equal, 5, 3, 0, 2, 0}},
      {{FieldOp::sub, 3, 0, 0, 0, 0}, {FieldOp::sub2, 4, 0, 0, 3, 0}, {FieldOp::one_if_equal, 5, 3, 4, 2, 0}},
      {{FieldOp::mul, 3, 0, 1, 0, 0}, {FieldOp::mul, 4, 1, 0, 0, 0}, {FieldOp::one_if_equal, 5, 3, 4, 2, 0}},
      {{FieldOp::sub, 3, 0, 0, 0, 0},
       {FieldOp::mul, 3, 3, 1, 0, 0},
       {FieldOp::sub, 4, 0, 0, 0, 0},
       {FieldOp::one_if_equal, 5, 4, 3, 2, 0}},
  };
  for (int i = 0; i < 100; ++i) {
    for (const auto& steps : roads) {
      const Registers before = random_registers(tower, p, random);
      const Registers after = run_tower(field, steps, before);
      for (std::size_t l = 0; l < after[5].size(); ++l)
        ASSERT_EQ(after[5][l].hex(), Big(1).hex()) << describe(steps, before);
    }
  }
}

TEST_P(Field, InvertsEveryLaneOfUntidyValues) {
  const TowerOps& tower = *GetParam().tower;
  const FieldOps& field = tower.fields[GetParam().curve];
  const Modulo p = curve_prime(GetParam().curve);
  StructuredRandom random = StructuredRandom::announced(title(GetParam()));
  const std::vector<FieldStep> steps = {{FieldOp::add, 2, 0, 1, 0, 0},  // a = (a + b) - b, as the field leaves it
                                        {FieldOp::sub, 2, 2, 1, 0, 0},
                                        {FieldOp::invert, 3, 2, 0, 0, 0},
                                        {FieldOp::mul, 4, 3, 0, 0, 0}};
  for (int i = 0; i < 200; ++i) {
    const Registers before = random_registers(tower, p, random, true);
    const Registers after = run_tower(field, steps, before);
    for (std::size_t l = 0; l < after[4].size(); ++l)
      ASSERT_EQ(after[4][l].hex(), Big(1).hex()) << describe(steps, before);
  }
}

class FieldInLanes : public Field {};
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(FieldInLanes);  // a build whose only instruction set is the portable one
INSTANTIATE_TEST_SUITE_P(EveryIsa, FieldInLanes, ::testing::ValuesIn(cases_where([](const FieldCase& c) {
                           return c.tower != &kPortableTower;
                         })),
                         case_name);

TEST_P(FieldInLanes, AgreesWithThePortableField) {
  const TowerOps& tower = *GetParam().tower;
  const FieldOps& field = tower.fields[GetParam().curve];
  const FieldOps& portable = kPortableTower.fields[GetParam().curve];
  const Modulo p = curve_prime(GetParam().curve);
  StructuredRandom random = StructuredRandom::announced(title(GetParam()));
  for (int i = 0; i < 1500; ++i) {
    std::vector<FieldStep> steps = random_program(random);
    // The portable field has one lane: no step may look at another.
    for (FieldStep& step : steps) {
      if (step.op == FieldOp::constant) step.op = FieldOp::store_and_load;
    }
    const Registers before = random_registers(tower, p, random);
    const Registers got = run_tower(field, steps, before);
    for (std::size_t l = 0; l < static_cast<std::size_t>(tower.lanes); ++l) {
      Registers lane_before, lane_got;
      for (std::size_t r = 0; r < kRegisters; ++r) {
        lane_before.push_back({before[r][l]});
        lane_got.push_back({got[r][l]});
      }
      std::vector<FieldStep> lane_steps = steps;
      for (FieldStep& step : lane_steps) step.mask = static_cast<std::uint8_t>(step.mask >> l & 1);
      ASSERT_TRUE(agree(lane_got, run_tower(portable, lane_steps, lane_before)))
          << "lane " << l << ", " << describe(lane_steps, lane_before);
    }
  }
}

// ---- Scalars

class Scalar : public Field {};
INSTANTIATE_TEST_SUITE_P(EveryIsa, Scalar, ::testing::ValuesIn(all_cases()), case_name);

TEST_P(Scalar, MultipliesAndDividesAsOpenssl) {
  const TowerOps& tower = *GetParam().tower;
  const ScalarOps& scalar = tower.scalars[GetParam().curve];
  const Modulo n = curve_order(GetParam().curve);
  StructuredRandom random = StructuredRandom::announced(title(GetParam()));
  Words out(static_cast<std::size_t>(tower.lanes * scalar.words));
  for (int i = 0; i < 1000; ++i) {
    const auto any = for_lanes(tower, [&] { return n.any(random, n.modulus().bits()); });
    const auto a = for_lanes(tower, [&] { return n.element(random); });
    const auto b = for_lanes(tower, [&] { return n.nonzero(random); });
    const Words b_words = side_by_side(b, scalar.words);
    scalar.product(side_by_side(any, scalar.words).data(), b_words.data(), out.data());
    const auto products = lanes_of(out, scalar.words);
    scalar.quotient(side_by_side(a, scalar.words).data(), b_words.data(), out.data());
    const auto quotients = lanes_of(out, scalar.words);
    for (std::size_t l = 0; l < a.size(); ++l) {
      ASSERT_EQ(products[l].hex(), n.mul(any[l], b[l]).hex())
          << "lane " << l << ": " << any[l].hex() << " * " << b[l].hex();
      ASSERT_EQ(quotients[l].hex(), n.mul(a[l], n.inverse(b[l])).hex())
          << "lane " << l << ": " << a[l].hex() << " / " << b[l].hex();
    }
  }
}

class WideScalar : public Field {};
INSTANTIATE_TEST_SUITE_P(EveryIsa, WideScalar, ::testing::ValuesIn(cases_where([](const FieldCase& c) {
                           return c.tower->scalars[c.curve].reduce_wide != nullptr;
                         })),
                         case_name);

TEST_P(WideScalar, ReducesTwiceTheWordsAsOpenssl) {
  const TowerOps& tower = *GetParam().tower;
  const ScalarOps& scalar = tower.scalars[GetParam().curve];
  const Modulo n = curve_order(GetParam().curve);
  StructuredRandom random = StructuredRandom::announced(title(GetParam()));
  Words out(static_cast<std::size_t>(tower.lanes * scalar.words));
  for (int i = 0; i < 2000; ++i) {
    const auto low = for_lanes(tower, [&] { return n.any(random, 256); });
    const auto high = for_lanes(tower, [&] { return n.any(random, 256); });
    scalar.reduce_wide(side_by_side(low, scalar.words).data(), side_by_side(high, scalar.words).data(), out.data());
    const auto got = lanes_of(out, scalar.words);
    for (std::size_t l = 0; l < low.size(); ++l) {
      ASSERT_EQ(got[l].hex(), n.reduce(low[l] + (high[l] << 256)).hex())
          << "lane " << l << ": " << high[l].hex() << " : " << low[l].hex();
    }
  }
}

// The digits must add up to u itself, or to u - n where u is even: in whole numbers, not only modulo n.
TEST_P(Scalar, RecodesIntoOddDigitsThatAddUp) {
  const TowerOps& tower = *GetParam().tower;
  const ScalarOps& scalar = tower.scalars[GetParam().curve];
  const Modulo n = curve_order(GetParam().curve);
  StructuredRandom random = StructuredRandom::announced(title(GetParam()));
  const auto lanes = static_cast<std::size_t>(tower.lanes);
  const std::size_t entry_bytes = 8 * kernel::entry_words(scalar.words);
  // Addresses are only looked at, so the tables need not exist.
  constexpr std::uintptr_t kFirstTable = std::uintptr_t{1} << 40, kApart = std::uintptr_t{1} << 34;
  std::vector<const std::uint64_t*> tables;
  for (std::size_t l = 0; l < lanes; ++l) {
    tables.push_back(reinterpret_cast<const std::uint64_t*>(kFirstTable + l * kApart));
  }
  for (int window = 4; window <= 16; ++window) {
    const int fewest = (n.modulus().bits() + window - 1) / window;
    for (int i = 0; i < 60; ++i) {
      const int windows = fewest + static_cast<int>(i % 8 == 7);
      const std::size_t step = 1 + random.below(3);
      // Ed25519 asks for 0, too: all digits of -n.
      const auto u = for_lanes(tower, [&] { return n.element(random); });
      std::vector<const std::uint64_t*> addresses(static_cast<std::size_t>(windows) * step * lanes);
      std::vector<std::uint8_t> negative(static_cast<std::size_t>(windows) * step, 0xa5);
      scalar.recode(side_by_side(u, scalar.words).data(), window, windows, tables.data(), addresses.data(), step,
                    negative.data());
      for (std::size_t l = 0; l < lanes; ++l) {
        Big sum;
        for (int d = windows - 1; d >= 0; --d) {
          const std::size_t at = static_cast<std::size_t>(d) * step;
          const std::uintptr_t offset =
              reinterpret_cast<std::uintptr_t>(addresses[at * lanes + l]) - (kFirstTable + l * kApart);
          ASSERT_EQ(offset % entry_bytes, 0u);
          const std::uint64_t half = std::uint64_t{1} << (window - 1);
          const std::uint64_t index = offset / entry_bytes - static_cast<std::uint64_t>(d) * half;
          ASSERT_LT(index, half) << "lane " << l << " window " << window << " digit " << d << " of " << u[l].hex();
          const Big digit(2 * index + 1);
          const bool is_negative = (negative[at] >> l & 1) != 0;
          sum = is_negative ? (sum << window) - digit : (sum << window) + digit;
        }
        const bool even = (u[l].words(scalar.words)[0] & 1) == 0;
        ASSERT_EQ(sum.hex(), (even ? u[l] - n.modulus() : u[l]).hex())
            << "lane " << l << " window " << window << " of " << u[l].hex();
      }
      // What lies between the steps belongs to other groups.
      for (std::size_t at = 0; at < negative.size(); ++at) {
        if (at % step == 0) continue;
        ASSERT_EQ(negative[at], 0xa5);
        for (std::size_t l = 0; l < lanes; ++l) ASSERT_EQ(addresses[at * lanes + l], nullptr);
      }
    }
  }
}

// ---- Integers in lanes

class Lanes : public ::testing::TestWithParam<FieldCase> {  // `curve` is an index into TowerOps::words
 protected:
  void SetUp() override { ASSAY_SKIP_UNLESS_RUNS(tower()); }
  static const TowerOps& tower() { return *GetParam().tower; }
  static const WordsOps& ops() { return tower().words[GetParam().curve]; }
  static int words() { return ops().words; }
  static std::size_t lanes() { return static_cast<std::size_t>(tower().lanes); }
  static Words room() { return Words(static_cast<std::size_t>(tower().lanes * words())); }
};
std::vector<FieldCase> all_words() {
  std::vector<FieldCase> cases;
  for (const TowerOps* tower : kTowers) {
    for (int size = 0; size < kWordSizes; ++size) cases.push_back({tower, size});
  }
  return cases;
}
std::string words_name(const ::testing::TestParamInfo<FieldCase>& info) {
  return std::string(info.param.tower->isa) + '_' + std::to_string(info.param.tower->words[info.param.curve].words) +
         "words";
}
INSTANTIATE_TEST_SUITE_P(EveryIsa, Lanes, ::testing::ValuesIn(all_words()), words_name);

TEST_P(Lanes, LoadBytesOfEveryLength) {
  StructuredRandom random = StructuredRandom::announced("Lanes");
  for (std::size_t bytes = 0; bytes <= 8 * static_cast<std::size_t>(words()); ++bytes) {
    for (int i = 0; i < 8; ++i) {
      // Each source ends where its memory ends: a load past it is for the sanitizer to find.
      std::vector<std::unique_ptr<unsigned char[]>> memory;
      std::vector<const unsigned char*> sources;
      std::vector<std::string> texts;
      for (std::size_t l = 0; l < lanes(); ++l) {
        texts.push_back(random.bytes(bytes));
        memory.push_back(std::make_unique<unsigned char[]>(bytes));
        std::copy(texts[l].begin(), texts[l].end(), memory[l].get());
        sources.push_back(memory[l].get());
      }
      Words big = room(), little = room();
      ops().load_big_endian(sources.data(), bytes, big.data());
      ops().load_little_endian(sources.data(), bytes, little.data());
      for (std::size_t l = 0; l < lanes(); ++l) {
        ASSERT_EQ(lanes_of(big, words())[l].hex(), Big::from_bytes(texts[l]).hex());
        const std::string reversed(texts[l].rbegin(), texts[l].rend());
        ASSERT_EQ(lanes_of(little, words())[l].hex(), Big::from_bytes(reversed).hex());
      }
    }
  }
}

TEST_P(Lanes, CompareSelectAndAddAsWholeNumbers) {
  StructuredRandom random = StructuredRandom::announced("Lanes");
  const int bits = 64 * words();
  const Modulo all(Big::power_of_two(bits));
  for (int i = 0; i < 1000; ++i) {
    const Big constant = all.any(random, bits);
    const auto a = for_lanes(tower(), [&] {
      switch (random.below(4)) {
        case 0:
          return all.reduce(constant + Big(1) - Big(random.below(3)));
        case 1:  // equal in all words but one
          return all.reduce(constant + Big::power_of_two(static_cast<int>(random.below(static_cast<unsigned>(bits)))));
        default:
          return all.any(random, bits);
      }
    });
    const auto b = for_lanes(tower(), [&] { return all.any(random, bits); });
    std::vector<Big> half = a;  // a in some lanes, else b
    const auto mask = static_cast<unsigned>(random.next()) & all_lanes(tower());
    const Words a_words = side_by_side(a, words()), b_words = side_by_side(b, words()),
                constant_words = constant.words(words());
    unsigned less = 0, zero = 0, equal = 0, top = 0, low = 0;
    std::vector<Big> sums, topped, untopped;
    const Big top_bit = Big::power_of_two(bits - 1);
    for (std::size_t l = 0; l < lanes(); ++l) {
      const unsigned lane = 1u << l;
      if (BN_cmp(a[l].get(), constant.get()) < 0) less |= lane;
      if (a[l].is_zero()) zero |= lane;
      if ((mask & lane) == 0) half[l] = b[l];
      if (a[l] == half[l]) equal |= lane;
      const bool has_top = BN_is_bit_set(a[l].get(), bits - 1) != 0;
      if (has_top) top |= lane;
      if (BN_is_odd(a[l].get())) low |= lane;
      sums.push_back(all.reduce(a[l] + constant));
      untopped.push_back(has_top ? a[l] - top_bit : a[l]);
      topped.push_back((mask & lane) != 0 ? untopped[l] + top_bit : a[l]);
    }
    const auto expect_lanes = [&](const Words& got, const std::vector<Big>& wanted, const char* what) {
      EXPECT_EQ(got, side_by_side(wanted, words())) << what;
    };
    Words out = room();
    EXPECT_EQ(ops().less(a_words.data(), constant_words.data()), less);
    EXPECT_EQ(ops().is_zero(a_words.data()), zero);
    ops().select(mask, a_words.data(), b_words.data(), out.data());
    expect_lanes(out, half, "select");
    EXPECT_EQ(ops().equal(a_words.data(), out.data()), equal);
    EXPECT_EQ(ops().top_bit(a_words.data()), top);
    EXPECT_EQ(ops().low_bit(a_words.data()), low);
    ops().add(a_words.data(), constant_words.data(), out.data());
    expect_lanes(out, sums, "add");
    ops().with_top_bit(a_words.data(), mask, out.data());
    expect_lanes(out, topped, "with_top_bit");
    ops().without_top_bit(a_words.data(), out.data());
    expect_lanes(out, untopped, "without_top_bit");
    ops().broadcast(constant_words.data(), out.data());
    expect_lanes(out, for_lanes(tower(), [&] { return constant; }), "broadcast");
    ASSERT_FALSE(HasFailure());
  }
  const Words zeros = room();
  EXPECT_EQ(ops().is_zero(zeros.data()), all_lanes(tower()));
}

TEST_P(Lanes, EntriesComeBackAsStoredAndOnlyThoseAskedForAreWritten) {
  StructuredRandom random = StructuredRandom::announced("Lanes");
  const std::size_t entry = kernel::entry_words(words());
  const auto size = static_cast<std::size_t>(words());
  constexpr std::uint64_t kUntouched = 0xfeedfacecafebeefu;
  const Modulo all(Big::power_of_two(64 * words()));
  struct alignas(64) Line {
    std::uint64_t words[8];
  };
  for (int count = 1; count <= tower().lanes; ++count) {
    const auto x = for_lanes(tower(), [&] { return all.any(random, 64 * words()); });
    const auto y = for_lanes(tower(), [&] { return all.any(random, 64 * words()); });
    // Entries lie side by side from an aligned start, as in a table, in an order other than that of the lanes.
    std::vector<Line> memory((lanes() * entry + 7) / 8, Line{{kUntouched, kUntouched, kUntouched, kUntouched,
                                                              kUntouched, kUntouched, kUntouched, kUntouched}});
    std::uint64_t* const table = memory[0].words;
    std::vector<std::uint64_t*> to;
    std::vector<const std::uint64_t*> from;
    for (std::size_t l = 0; l < lanes(); ++l) {
      to.push_back(table + (lanes() - 1 - l) * entry);
      from.push_back(to[l]);
    }
    ops().store_entries(side_by_side(x, words()).data(), side_by_side(y, words()).data(), to.data(), count);
    for (std::size_t l = 0; l < lanes(); ++l) {
      if (l < static_cast<std::size_t>(count)) {
        EXPECT_EQ(Words(from[l], from[l] + size), x[l].words(words()));
        EXPECT_EQ(Words(from[l] + size, from[l] + 2 * size), y[l].words(words()));
      } else {
        EXPECT_EQ(Words(from[l], from[l] + entry), Words(entry, kUntouched)) << "lane " << l << " of " << count;
      }
    }
    Words x_back = room(), y_back = room();
    ops().load_entries(from.data(), x_back.data(), y_back.data());
    for (std::size_t l = 0; l < static_cast<std::size_t>(count); ++l) {
      EXPECT_EQ(lanes_of(x_back, words())[l].hex(), x[l].hex());
      EXPECT_EQ(lanes_of(y_back, words())[l].hex(), y[l].hex());
    }
  }
}

}  // namespace
}  // namespace assay::test
