// The RSA kernel against OpenSSL's BN_mod_exp: structured moduli and signatures, every lane and every fill; powers, and
// the comparison of powers with blocks.
#include <gtest/gtest.h>
#include <openssl/bn.h>

#include <cstring>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <tuple>
#include <vector>

#include "kernel/choice.h"
#include "kernel/ifma/kernels.h"
#include "kernel/kernel.h"
#include "support/float_settings.h"
#include "support/random.h"

namespace assay::kernel {
namespace {

using test::StructuredRandom;

struct Free {
  void operator()(BIGNUM* number) const { BN_free(number); }
  void operator()(BN_CTX* context) const { BN_CTX_free(context); }
};
using Number = std::unique_ptr<BIGNUM, Free>;

const unsigned char* octets(const std::string& bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }

Number number(const std::string& bytes) {
  return Number(BN_bin2bn(octets(bytes), static_cast<int>(bytes.size()), nullptr));
}

std::string to_bytes(const Number& value, std::size_t size) {
  std::string bytes(size, '\0');
  EXPECT_EQ(BN_bn2binpad(value.get(), reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)),
            static_cast<int>(size));
  return bytes;
}

// value + difference, if it is a number of `size` bytes.
std::optional<std::string> shifted(const std::string& value, int difference) {
  const Number sum = number(value);
  EXPECT_EQ(difference < 0 ? BN_sub_word(sum.get(), static_cast<BN_ULONG>(-difference))
                           : BN_add_word(sum.get(), static_cast<BN_ULONG>(difference)),
            1);
  if (static_cast<std::size_t>(BN_num_bytes(sum.get())) > value.size()) return std::nullopt;
  return to_bytes(sum, value.size());
}

constexpr std::uint32_t kLimbBits = 52;
constexpr char kUntouched = '\x5A';

class Modulus {
 public:
  Modulus(const RsaKernel& kernel, std::string n) : bytes_(std::move(n)), n_(number(bytes_)) {
    const int limbs = bytes_.size() == 256 ? 40 : bytes_.size() == 384 ? 60 : 80;
    const Number r2(BN_new());
    EXPECT_EQ(BN_set_bit(r2.get(), 2 * static_cast<int>(kLimbBits) * limbs), 1);
    EXPECT_EQ(BN_mod(r2.get(), r2.get(), n_.get(), context_.get()), 1);
    EXPECT_TRUE(kernel.prepare(octets(bytes_), octets(to_bytes(r2, bytes_.size())), bytes_.size(), &prepared_));
    EXPECT_FALSE(prepared_.has_match);
    kernel.prepare_match(&prepared_);
    EXPECT_TRUE(prepared_.has_match);
  }

  const std::string& bytes() const { return bytes_; }
  const RsaModulus& prepared() const { return prepared_; }

  // signature^65537 mod n, or nothing for a signature that is not below n.
  std::optional<std::string> power(const std::string& signature) const {
    const Number s = number(signature);
    if (BN_cmp(s.get(), n_.get()) >= 0) return std::nullopt;
    const Number e(BN_new()), result(BN_new());
    EXPECT_EQ(BN_set_word(e.get(), 65537), 1);
    EXPECT_EQ(BN_mod_exp(result.get(), s.get(), e.get(), n_.get(), context_.get()), 1);
    return to_bytes(result, bytes_.size());
  }

 private:
  std::string bytes_;
  Number n_;
  std::unique_ptr<BN_CTX, Free> context_{BN_CTX_new()};
  RsaModulus prepared_{};
};

// One signature under one modulus, with the answer.
struct Case {
  const Modulus* modulus;
  std::string signature;
  std::optional<std::string> power;
};

Case make_case(const Modulus& modulus, std::string signature) {
  std::optional<std::string> power = modulus.power(signature);
  return {&modulus, std::move(signature), std::move(power)};
}

// Runs the cases as one call and compares each, together with the bytes before and after its block.
void expect_powers(const RsaKernel& kernel, const std::vector<const Case*>& cases, const std::string& what) {
  constexpr std::size_t kMargin = 64;
  std::vector<std::string> blocks;
  std::vector<RsaJob> jobs;
  for (const Case* c : cases) blocks.emplace_back(c->signature.size() + 2 * kMargin, kUntouched);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    // Each job starts from the opposite of the right answer.
    jobs.push_back({&cases[i]->modulus->prepared(), octets(cases[i]->signature),
                    reinterpret_cast<unsigned char*>(blocks[i].data()) + kMargin, !cases[i]->power.has_value()});
  }
  kernel.power(jobs.data(), jobs.size());
  const std::string margin(kMargin, kUntouched);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case& c = *cases[i];
    EXPECT_EQ(jobs[i].in_range, c.power.has_value()) << what << ", job " << i << " of " << cases.size();
    const std::string expected = c.power.value_or(std::string(c.signature.size(), kUntouched));
    EXPECT_TRUE(blocks[i] == margin + expected + margin) << what << ", job " << i << " of " << cases.size();
  }
}

// E of RsaMatch: the block 00 01 FF .. FF.
std::string all_ones(std::size_t size) { return std::string("\0\1", 2) + std::string(size - 2, '\xFF'); }

std::string block_below(std::size_t size, const std::string& difference) {
  const Number top = number(all_ones(size)), less = number(difference), block(BN_new());
  EXPECT_EQ(BN_sub(block.get(), top.get(), less.get()), 1);
  return to_bytes(block, size);
}

// A modulus that the test can sign with: a product of many primes p of 64 bits. Powers modulo each repeat after p - 1.
class SigningModulus {
 public:
  SigningModulus(const RsaKernel& kernel, std::size_t bytes, StructuredRandom& random) : order_(BN_new()) {
    const Number n(BN_new()), e(BN_new());
    EXPECT_EQ(BN_one(n.get()) + BN_one(order_.get()) + BN_set_word(e.get(), kExponent), 3);
    while (static_cast<std::size_t>(BN_num_bits(n.get())) < 8 * bytes) {
      const BN_ULONG p = ~random.below(std::uint64_t{1} << 48) | 1;  // so large that the product has all its bits
      const Number prime(BN_new());
      EXPECT_EQ(BN_set_word(prime.get(), p), 1);
      if ((p - 1) % kExponent == 0 || BN_check_prime(prime.get(), context_.get(), nullptr) != 1) continue;
      if (BN_mod_word(n.get(), p) == 0) continue;
      EXPECT_EQ(BN_mul_word(n.get(), p) + BN_mul_word(order_.get(), p - 1), 2);
    }
    EXPECT_NE(BN_mod_inverse(secret_.get(), e.get(), order_.get(), context_.get()), nullptr);
    public_.emplace(kernel, to_bytes(n, bytes));
  }

  const Modulus& modulus() const { return *public_; }
  std::string sign(const std::string& block) const {
    const Number base = number(block), n = number(public_->bytes()), signature(BN_new());
    EXPECT_EQ(BN_mod_exp(signature.get(), base.get(), secret_.get(), n.get(), context_.get()), 1);
    return to_bytes(signature, block.size());
  }

 private:
  static constexpr BN_ULONG kExponent = 65537;

  std::unique_ptr<BN_CTX, Free> context_{BN_CTX_new()};
  Number order_, secret_{BN_new()};
  std::optional<Modulus> public_;
};

// A signature, the difference that its power should have, and whether it has.
struct MatchCase {
  const Modulus* modulus;
  std::string signature, difference;
  bool valid;
};

MatchCase make_match(const Modulus& modulus, std::string signature, std::string difference) {
  const bool valid = modulus.power(signature) == block_below(signature.size(), difference);
  return {&modulus, std::move(signature), std::move(difference), valid};
}

void expect_matches(const RsaKernel& kernel, const std::vector<const MatchCase*>& cases, const std::string& what) {
  std::vector<RsaMatch> jobs;
  for (const MatchCase* c : cases)  // each starts from the opposite of the right answer
    jobs.push_back({&c->modulus->prepared(), octets(c->signature), octets(c->difference), !c->valid});
  kernel.match(jobs.data(), jobs.size());
  for (std::size_t i = 0; i < cases.size(); ++i)
    EXPECT_EQ(jobs[i].valid, cases[i]->valid) << what << ", job " << i << " of " << cases.size();
}

// The kernels to test: what the table of an instruction set has on this CPU, and for IFMA what it may have on others.
struct Variant {
  const char* name;
  const char* isa;
  const RsaKernel* rsa;  // null: that of the table
};

std::ostream& operator<<(std::ostream& to, const Variant& variant) { return to << variant.name; }

constexpr Variant kVariants[] = {
#if defined(__x86_64__)
    {"ifma_alone", "ifma", &ifma::kRsa},
    {"ifma_with_fma", "ifma", &ifma::kRsaWithFma},
#endif
    {"ifma", "ifma", nullptr},
    {"avx512f", "avx512f", nullptr},
    {"fma", "fma", nullptr},
};

// Parameters: the variant, and the bytes of the modulus.
class RsaKernelTest : public testing::TestWithParam<std::tuple<Variant, std::size_t>> {
 protected:
  void SetUp() override {
    const Variant& variant = std::get<0>(GetParam());
    const Kernels* kernels = kernels_for(variant.isa);
    if (kernels == nullptr) GTEST_SKIP() << "this CPU or this build has no kernels for " << variant.isa;
    kernel_ = variant.rsa != nullptr ? variant.rsa : &kernels->rsa;
    ASSERT_NE(kernel_->power, nullptr);
    ASSERT_NE(kernel_->prepare, nullptr);
    ASSERT_NE(kernel_->match, nullptr);
    ASSERT_NE(kernel_->prepare_match, nullptr);
  }

  const RsaKernel& kernel() const { return *kernel_; }
  static std::size_t modulus_bytes() { return std::get<1>(GetParam()); }

  std::string random_modulus() {
    std::string n = random_.bytes(modulus_bytes());
    n.front() = static_cast<char>(static_cast<unsigned char>(n.front()) | 0x80u);
    n.back() = static_cast<char>(static_cast<unsigned char>(n.back()) | 1u);
    return n;
  }

  // Numbers at the edges of the size, and of a limb in the middle of it, then random ones.
  std::vector<Modulus> moduli(int random_ones) {
    const std::size_t size = modulus_bytes();
    std::vector<std::string> all;
    all.emplace_back(size, '\xFF');  // 2^k - 1
    std::string sparse(size, '\0');  // 2^(k-1) + 1: k0 = 2^52 - 1
    sparse.front() = '\x80';
    sparse.back() = '\x01';
    all.push_back(sparse);
    std::string upper(size, '\0');  // ones, then zeros, then a one
    upper.replace(0, size / 2, size / 2, '\xFF');
    upper.back() = '\x01';
    all.push_back(upper);
    std::string lower(size, '\xFF');  // a one, then zeros, then ones
    lower.replace(0, size / 2, size / 2, '\0');
    lower.front() = '\x80';
    all.push_back(lower);
    std::string hole(size, '\xFF');  // a limb of zeros amid ones: 13 bytes are two limbs
    hole.replace(size - 13 * 4, 13, 13, '\0');
    all.push_back(hole);
    for (int i = 0; i < random_ones; ++i) all.push_back(random_modulus());
    std::vector<Modulus> result;
    for (std::string& n : all) result.emplace_back(kernel(), std::move(n));
    return result;
  }

  // 0, 1, both sides of n, the largest number, and random ones below and above n.
  std::vector<Case> cases(const Modulus& modulus, int random_ones) {
    const std::size_t size = modulus_bytes();
    std::vector<std::string> signatures;
    signatures.emplace_back(size, '\0');
    signatures.push_back(*shifted(signatures[0], 1));
    signatures.push_back(*shifted(signatures[0], 2));
    for (const int difference : {-2, -1, 0, 1}) {
      if (const auto s = shifted(modulus.bytes(), difference)) signatures.push_back(*s);
    }
    signatures.emplace_back(size, '\xFF');
    for (int i = 0; i < random_ones; ++i) signatures.push_back(random_.bytes(size));
    std::vector<Case> result;
    for (std::string& s : signatures) result.push_back(make_case(modulus, std::move(s)));
    return result;
  }

  // Differences of every length, from 0 on: of ones, and random.
  std::vector<std::string> differences(int random_ones) {
    std::vector<std::string> result;
    const auto add = [&](const std::string& end) {
      result.push_back(std::string(kRsaDifferenceBytes - end.size(), '\0') + end);
    };
    for (const std::size_t length : {0u, 1u, 6u, 7u, 51u, 52u, 53u, 68u, 84u, 96u}) add(std::string(length, '\xFF'));
    for (int i = 0; i < random_ones; ++i) add(random_.bytes(random_.below(kRsaDifferenceBytes + 1)));
    return result;
  }

  // For each difference a good signature and its neighbours: a bit of it flipped, and n added, which is out of range.
  std::vector<MatchCase> match_cases(const SigningModulus& key, int random_ones) {
    std::vector<MatchCase> result;
    const Modulus& modulus = key.modulus();
    for (const std::string& difference : differences(random_ones)) {
      const std::string good = key.sign(block_below(modulus_bytes(), difference));
      result.push_back(make_match(modulus, good, difference));
      EXPECT_TRUE(result.back().valid);
      std::string bad = good;
      char& byte = bad[random_.below(bad.size())];
      byte = static_cast<char>(byte ^ (1 << random_.below(8)));
      result.push_back(make_match(modulus, bad, difference));
      std::string other = difference;
      other.back() = static_cast<char>(other.back() ^ 1);
      result.push_back(make_match(modulus, good, other));
      const Number sum = number(good), n = number(modulus.bytes());
      EXPECT_EQ(BN_add(sum.get(), sum.get(), n.get()), 1);
      if (static_cast<std::size_t>(BN_num_bytes(sum.get())) == modulus_bytes())
        result.push_back(make_match(modulus, to_bytes(sum, modulus_bytes()), difference));
      EXPECT_FALSE(result.back().valid);
    }
    return result;
  }

  // A signature below n: its top byte is below that of any modulus.
  std::string good_signature() {
    std::string s = random_.bytes(modulus_bytes());
    s.front() = static_cast<char>(static_cast<unsigned char>(s.front()) & 0x7Fu);
    return s;
  }

  StructuredRandom random_ = StructuredRandom::announced("RsaKernel");

 private:
  const RsaKernel* kernel_ = nullptr;
};

TEST_P(RsaKernelTest, AgreesWithOpensslForStructuredModuliAndSignatures) {
  for (const Modulus& modulus : moduli(6)) {
    const std::vector<Case> all = cases(modulus, 8);
    std::vector<const Case*> jobs;
    for (const Case& c : all) jobs.push_back(&c);
    expect_powers(kernel(), jobs, "one modulus");
  }
}

TEST_P(RsaKernelTest, MixesModuliInAGroup) {
  const std::vector<Modulus> keys = moduli(12);
  for (int round = 0; round < 8; ++round) {
    std::vector<Case> all;
    for (int i = 0; i < 16; ++i)
      all.push_back(make_case(keys[random_.below(keys.size())], random_.bytes(modulus_bytes())));
    std::vector<const Case*> jobs;
    for (const Case& c : all) jobs.push_back(&c);
    expect_powers(kernel(), jobs, "mixed moduli");
  }
}

TEST_P(RsaKernelTest, GivesTheSamePowersAtEveryFillAndInEveryLane) {
  const std::vector<Modulus> keys = moduli(4);
  std::vector<Case> all;
  for (std::size_t i = 0; i < 17; ++i) all.push_back(make_case(keys[i % keys.size()], good_signature()));
  for (std::size_t fill = 0; fill <= 17; ++fill) {
    for (const std::size_t first : {std::size_t{0}, fill / 2, std::size_t{16}}) {
      std::vector<const Case*> jobs;
      for (std::size_t i = 0; i < fill; ++i) jobs.push_back(&all[(first + i) % all.size()]);
      expect_powers(kernel(), jobs, "fill");
    }
  }
  std::vector<const Case*> jobs;
  for (std::size_t i = 0; i < 45; ++i) jobs.push_back(&all[i % all.size()]);
  expect_powers(kernel(), jobs, "three passes");
  for (std::size_t lane = 0; lane < 16; ++lane) {
    // One case in this lane, another in all others.
    std::vector<const Case*> odd_one_out(16, &all[0]);
    odd_one_out[lane] = &all[1 + lane];
    expect_powers(kernel(), odd_one_out, "one lane");
  }
}

TEST_P(RsaKernelTest, ABadLaneLeavesItsNeighboursAlone) {
  const std::vector<Modulus> keys = moduli(2);
  std::vector<Case> good;
  for (std::size_t i = 0; i < 16; ++i) good.push_back(make_case(keys[i % keys.size()], good_signature()));
  std::vector<Case> bad;
  for (const Modulus& key : keys) {
    bad.push_back(make_case(key, key.bytes()));
    bad.push_back(make_case(key, std::string(modulus_bytes(), '\xFF')));
  }
  for (const std::size_t fill : {1u, 2u, 4u, 5u, 8u, 9u, 12u, 16u}) {
    for (std::size_t lane = 0; lane < fill; ++lane) {
      std::vector<const Case*> jobs;
      for (std::size_t i = 0; i < fill; ++i) jobs.push_back(&good[i]);
      jobs[lane] = &bad[(fill + lane) % bad.size()];
      ASSERT_FALSE(jobs[lane]->power.has_value());
      expect_powers(kernel(), jobs, "bad lane " + std::to_string(lane));
    }
  }
  std::vector<const Case*> jobs;
  for (std::size_t i = 0; i < 16; ++i) jobs.push_back(&bad[i % bad.size()]);
  expect_powers(kernel(), jobs, "bad lanes only");
}

TEST_P(RsaKernelTest, MatchesTheBlocksThatASignatureHasAndNoOthers) {
  const SigningModulus key(kernel(), modulus_bytes(), random_);
  const std::vector<MatchCase> all = match_cases(key, 12);
  std::vector<const MatchCase*> jobs;
  for (const MatchCase& c : all) jobs.push_back(&c);
  expect_matches(kernel(), jobs, "one modulus");
}

TEST_P(RsaKernelTest, MatchesAtEveryFillAndInEveryLaneWhateverItsNeighbours) {
  const SigningModulus keys[] = {{kernel(), modulus_bytes(), random_}, {kernel(), modulus_bytes(), random_}};
  std::vector<MatchCase> all;
  for (const SigningModulus& key : keys) {
    for (MatchCase& c : match_cases(key, 4)) all.push_back(std::move(c));
  }
  for (std::size_t fill = 0; fill <= 17; ++fill) {
    std::vector<const MatchCase*> jobs;
    for (std::size_t i = 0; i < fill; ++i) jobs.push_back(&all[random_.below(all.size())]);
    expect_matches(kernel(), jobs, "fill");
  }
  ASSERT_TRUE(all[0].valid);
  ASSERT_FALSE(all[1].valid);
  for (std::size_t lane = 0; lane < 16; ++lane) {  // a bad one among good ones in the first group, and the reverse
    const std::size_t others = lane / 8;
    std::vector<const MatchCase*> odd_one_out(16, &all[others]);
    odd_one_out[lane] = &all[1 - others];
    expect_matches(kernel(), odd_one_out, "one lane");
  }
}

// Nobody can sign for these moduli, so no signature has the block, except by chance.
TEST_P(RsaKernelTest, MatchesNothingElseUnderStructuredModuli) {
  const std::vector<std::string> asked = differences(2);
  for (const Modulus& modulus : moduli(1)) {
    std::vector<MatchCase> all;
    for (const Case& c : cases(modulus, 2)) {
      all.push_back(make_match(modulus, c.signature, asked[random_.below(asked.size())]));
      EXPECT_FALSE(all.back().valid);
    }
    std::vector<const MatchCase*> jobs;
    for (const MatchCase& c : all) jobs.push_back(&c);
    expect_matches(kernel(), jobs, "structured moduli");
  }
}

#if defined(__x86_64__)
TEST_P(RsaKernelTest, DependsOnNoSettingOfTheCallerAndLeavesItAsItWas) {
  const std::vector<Modulus> keys = moduli(3);
  std::vector<Case> all;
  for (std::size_t i = 0; i < 9; ++i) all.push_back(make_case(keys[i % keys.size()], good_signature()));
  const SigningModulus key(kernel(), modulus_bytes(), random_);
  const std::vector<MatchCase> asked = match_cases(key, 0);
  for (const test::FloatSetting setting : test::every_float_setting()) {
    std::vector<std::string> blocks(all.size(), std::string(modulus_bytes(), kUntouched));
    std::vector<RsaJob> jobs;
    for (std::size_t i = 0; i < all.size(); ++i) {
      jobs.push_back({&all[i].modulus->prepared(), octets(all[i].signature),
                      reinterpret_cast<unsigned char*>(blocks[i].data()), false});
    }
    test::FloatSetting after = 0;
    {
      const test::WithFloatSetting with(setting);
      kernel().power(jobs.data(), jobs.size());
      after = test::float_setting();
    }
    EXPECT_EQ(after, setting);
    std::vector<RsaMatch> matches;
    for (const MatchCase& c : asked)
      matches.push_back({&c.modulus->prepared(), octets(c.signature), octets(c.difference), !c.valid});
    {
      const test::WithFloatSetting with(setting);
      kernel().match(matches.data(), matches.size());
      after = test::float_setting();
    }
    EXPECT_EQ(after, setting);
    for (std::size_t i = 0; i < asked.size(); ++i)
      EXPECT_EQ(matches[i].valid, asked[i].valid) << std::hex << setting << ", match " << i;
    for (std::size_t i = 0; i < all.size(); ++i)
      EXPECT_TRUE(blocks[i] == all[i].power) << std::hex << setting << ", job " << i;
  }
}
#endif

TEST_P(RsaKernelTest, PreparesNoOtherModuli) {
  const std::string r2(modulus_bytes(), '\0');
  RsaModulus modulus;
  std::string n = random_modulus();
  EXPECT_TRUE(kernel().prepare(octets(n), octets(r2), n.size(), &modulus));
  for (const std::size_t size : {std::size_t{64}, std::size_t{128}, modulus_bytes() - 1}) {
    EXPECT_FALSE(kernel().prepare(octets(n), octets(r2), size, &modulus)) << size;
  }
  std::string even = n;
  even.back() = static_cast<char>(static_cast<unsigned char>(even.back()) & 0xFEu);
  EXPECT_FALSE(kernel().prepare(octets(even), octets(r2), even.size(), &modulus));
  std::string small = n;
  small.front() = '\x7F';
  EXPECT_FALSE(kernel().prepare(octets(small), octets(r2), small.size(), &modulus));
}

INSTANTIATE_TEST_SUITE_P(IsaAndModulusBytes, RsaKernelTest,
                         testing::Combine(testing::ValuesIn(kVariants), testing::Values(256u, 384u, 512u)),
                         [](const auto& row) {
                           return std::string(std::get<0>(row.param).name) + "_" +
                                  std::to_string(std::get<1>(row.param));
                         });

}  // namespace
}  // namespace assay::kernel
