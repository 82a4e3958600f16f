// Tables of every window, 4 to 16 bits: good and spoilt signatures, and Ed25519 keys whose order is not that of the
// base point. What a table of one window proves says nothing of another: digits, top windows and partial sums differ.
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <ostream>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "kernel/big_number.h"
#include "kernel/choice.h"
#include "kernel/kernel.h"
#include "support/float_settings.h"
#include "support/random.h"

namespace assay::kernel {
namespace {

using test::Big;
using test::Modulo;
using test::StructuredRandom;

#ifndef ASSAY_TEST_LARGEST_WINDOW
#define ASSAY_TEST_LARGEST_WINDOW 16
#endif
constexpr int kMinWindow = 4, kMaxWindow = ASSAY_TEST_LARGEST_WINDOW;

const unsigned char* octets(const std::string& bytes) { return reinterpret_cast<const unsigned char*>(bytes.data()); }
unsigned char* octets(std::string& bytes) { return reinterpret_cast<unsigned char*>(bytes.data()); }

class Memory {
 public:
  explicit Memory(std::size_t bytes) : words_(static_cast<std::uint64_t*>(::operator new(bytes, kAlignment))) {}
  std::uint64_t* words() const { return words_.get(); }

 private:
  static constexpr std::align_val_t kAlignment{64};
  struct Free {
    void operator()(std::uint64_t* words) const { ::operator delete(words, kAlignment); }
  };
  std::unique_ptr<std::uint64_t, Free> words_;
};

bool build(const CurveKernel& kernel, const std::string& key, int window, const Memory& table) {
  const Memory scratch(kernel.build_scratch_bytes(window));
  return kernel.build_table(octets(key), window, table.words(), scratch.words());
}

// No long runs of equal bits here: a key or a nonce that is small meets itself in a table of the generator, and the
// kernel leaves such sums to OpenSSL.
std::string uniform(StructuredRandom& random, std::size_t size) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.next());
  return bytes;
}

struct Signed {
  std::string signature, digest;
  bool valid;
};

std::string big_endian(const Big& number, std::size_t size) {
  std::string bytes(size, '\0');
  EXPECT_EQ(BN_bn2binpad(number.get(), octets(bytes), static_cast<int>(size)), static_cast<int>(size));
  return bytes;
}

struct CurveUnderTest {
  const char* name;
  const CurveKernel Kernels::*kernel;
  int nid;  // 0: Ed25519
  int number;
  std::size_t coordinate_bytes, digest_bytes;
};
void PrintTo(const CurveUnderTest& curve, std::ostream* out) { *out << curve.name; }

constexpr CurveUnderTest kCurves[] = {{"P256", &Kernels::p256, NID_X9_62_prime256v1, 0, 32, 32},
                                      {"P384", &Kernels::p384, NID_secp384r1, 1, 48, 48},
                                      {"P521", &Kernels::p521, NID_secp521r1, 2, 66, 64},
                                      {"Ed25519", &Kernels::ed25519, 0, 3, 32, 64}};
constexpr int kSignatures = 24;  // three groups of eight
// The same signatures repeated, for a pass of so many groups of eight that the generator's entries are added up before
// the key's are loaded (curve/ecmult.h); the last group is not full.
constexpr std::size_t kLargePass = 93;

// Signs random digests with one key: SEC 1 §4.1.3.
class EcdsaSigner {
 public:
  EcdsaSigner(const CurveUnderTest& curve, StructuredRandom& random)
      : curve_(curve),
        random_(random),
        order_(test::curve_order(curve.number)),
        group_(EC_GROUP_new_by_curve_name(curve.nid)),
        point_(EC_POINT_new(group_.get())),
        d_(number()) {}

  std::string public_key() {
    const auto [x, y] = multiple_of_base(d_);
    return big_endian(x, curve_.coordinate_bytes) + big_endian(y, curve_.coordinate_bytes);
  }
  Signed sign() {
    const std::string digest = uniform(random_, curve_.digest_bytes);
    const Big k = number(), r = order_.reduce(multiple_of_base(k).first);
    const Big s = order_.mul(Big::from_bytes(digest) + order_.mul(r, d_), order_.inverse(k));
    return {big_endian(r, curve_.coordinate_bytes) + big_endian(s, curve_.coordinate_bytes), digest, true};
  }

 private:
  struct Free {
    void operator()(EC_GROUP* group) const { EC_GROUP_free(group); }
    void operator()(EC_POINT* point) const { EC_POINT_free(point); }
  };
  Big number() { return order_.reduce(Big::from_bytes(uniform(random_, curve_.coordinate_bytes + 8))); }
  std::pair<Big, Big> multiple_of_base(const Big& k) {
    std::pair<Big, Big> xy;
    EXPECT_EQ(EC_POINT_mul(group_.get(), point_.get(), k.get(), nullptr, nullptr, nullptr), 1);
    EXPECT_EQ(EC_POINT_get_affine_coordinates(group_.get(), point_.get(), xy.first.get(), xy.second.get(), nullptr), 1);
    return xy;
  }

  const CurveUnderTest& curve_;
  StructuredRandom& random_;
  Modulo order_;
  std::unique_ptr<EC_GROUP, Free> group_;
  std::unique_ptr<EC_POINT, Free> point_;
  Big d_;
};

// OpenSSL's signatures with one key, and what the kernel takes for their digests.
class Ed25519Signer {
 public:
  explicit Ed25519Signer(StructuredRandom& random) : random_(random) {
    key_.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, octets(random.bytes(32)), 32));
  }
  std::string public_key() const {
    std::string bytes(32, '\0');
    std::size_t size = bytes.size();
    EXPECT_EQ(EVP_PKEY_get_raw_public_key(key_.get(), octets(bytes), &size), 1);
    return bytes;
  }
  Signed sign() {
    const std::string message = random_.bytes(32);
    std::string signature(64, '\0'), digest(64, '\0');
    std::size_t size = signature.size();
    const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
    EXPECT_EQ(EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()), 1);
    EXPECT_EQ(EVP_DigestSign(context.get(), octets(signature), &size, octets(message), message.size()), 1);
    const std::string input = signature.substr(0, 32) + public_key() + message;
    SHA512(octets(input), input.size(), octets(digest));
    return {signature, digest, true};
  }

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  StructuredRandom& random_;
  std::unique_ptr<EVP_PKEY, Free> key_;
};

template <class Signer>
std::vector<Signed> good_and_spoilt(Signer& signer, StructuredRandom& random) {
  std::vector<Signed> all;
  for (int i = 0; i < kSignatures; ++i) {
    Signed one = signer.sign();
    if (i % 3 == 2) {
      std::string& spoilt = i % 2 == 0 ? one.digest : one.signature;
      char& byte = spoilt[random.below(spoilt.size())];
      byte = static_cast<char>(byte ^ 1 << random.below(8));
      one.valid = false;
    }
    all.push_back(one);
  }
  return all;
}

class EveryWindow : public testing::TestWithParam<std::tuple<const char*, CurveUnderTest>> {
 protected:
  void SetUp() override {
    const auto& [isa, curve] = GetParam();
    const Kernels* kernels = kernels_for(isa);
    if (kernels == nullptr) GTEST_SKIP() << "this CPU or this build has no kernels for " << isa;
    kernel_ = &(kernels->*curve.kernel);
    StructuredRandom random = StructuredRandom::announced(curve.name);
    if (curve.nid == 0) {
      Ed25519Signer signer(random);
      key_ = signer.public_key();
      all_ = good_and_spoilt(signer, random);
    } else {
      EcdsaSigner signer(curve, random);
      key_ = signer.public_key();
      all_ = good_and_spoilt(signer, random);
    }
  }
  std::vector<CurveJob> jobs(const Memory& table) const {
    std::vector<CurveJob> jobs;
    for (const Signed& one : all_) jobs.push_back({octets(one.signature), octets(one.digest), table.words()});
    return jobs;
  }
  // `outcomes` are those of the signatures from number `first` on.
  void expect_right(const std::vector<Outcome>& outcomes, std::size_t first = 0) const {
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      const bool valid = all_[(first + i) % all_.size()].valid;
      EXPECT_EQ(outcomes[i], valid ? Outcome::valid : Outcome::invalid) << "signature " << first + i;
    }
  }

  const CurveKernel* kernel_ = nullptr;
  std::string key_;
  std::vector<Signed> all_;
};

TEST_P(EveryWindow, JudgesGoodAndSpoiltSignatures) {
  for (int window = kMinWindow; window <= kMaxWindow; ++window) {
    SCOPED_TRACE("window " + std::to_string(window));
    const int generator_window = kMinWindow + kMaxWindow - window;  // never two large tables at once
    const Memory table(kernel_->table_bytes(window)), generator(kernel_->table_bytes(generator_window));
    ASSERT_TRUE(build(*kernel_, key_, window, table));
    {
      const Memory scratch(kernel_->build_scratch_bytes(generator_window));
      kernel_->build_generator(generator_window, generator.words(), scratch.words());
    }
    std::vector<CurveJob> jobs = this->jobs(table);
    for (std::size_t i = 0; jobs.size() < kLargePass; ++i) jobs.push_back(jobs[i]);
    const Memory scratch(kernel_->scratch_bytes(window, generator_window));
    const auto expect_call = [&](std::size_t first, std::size_t count) {
      SCOPED_TRACE("a call with " + std::to_string(count));
      std::vector<Outcome> outcomes(count, Outcome::exceptional);
      kernel_->verify(jobs.data() + first, count, outcomes.data(), window, {generator.words(), generator_window},
                      scratch.words());
      expect_right(outcomes, first);
    };
    for (const std::size_t count : {std::size_t{kSignatures}, kLargePass}) expect_call(0, count);
    // Few signatures are added up one by one (curve/lone_sum.h). Numbers 2 and 5 are spoilt, each in its way. A call
    // takes the model of the instructions half a second, so it makes a few of them.
    constexpr bool kIsModel = kMaxWindow < 16;
    if (kIsModel && window != kMinWindow && window != kMaxWindow) continue;
    for (std::size_t count = 1; count <= 8; count = kIsModel ? 2 * count : count + 1) {
      for (const std::size_t first : {0, 2, 5}) expect_call(first, count);
    }
  }
}

#if defined(__x86_64__)
TEST_P(EveryWindow, BuildsAndJudgesUnderEveryFloatingPointSettingOfTheCaller) {
  constexpr int kWindow = kMinWindow;
  const std::size_t bytes = kernel_->table_bytes(kWindow);
  const Memory table(bytes), generator(bytes), wanted(bytes), wanted_generator(bytes);
  const Memory build_scratch(kernel_->build_scratch_bytes(kWindow)), scratch(kernel_->scratch_bytes(kWindow, kWindow));
  ASSERT_TRUE(kernel_->build_table(octets(key_), kWindow, wanted.words(), build_scratch.words()));
  kernel_->build_generator(kWindow, wanted_generator.words(), build_scratch.words());
  const std::vector<CurveJob> jobs = this->jobs(table);
  for (const test::FloatSetting setting : test::every_float_setting()) {
    SCOPED_TRACE("MXCSR " + std::to_string(setting));
    std::memset(table.words(), 0, bytes);
    std::memset(generator.words(), 0, bytes);
    std::vector<Outcome> outcomes(jobs.size(), Outcome::exceptional);
    bool built = false;
    test::FloatSetting after_table = 0, after_generator = 0, after_verify = 0;
    {
      const test::WithFloatSetting with(setting);
      built = kernel_->build_table(octets(key_), kWindow, table.words(), build_scratch.words());
      after_table = test::float_setting();
      kernel_->build_generator(kWindow, generator.words(), build_scratch.words());
      after_generator = test::float_setting();
      kernel_->verify(jobs.data(), jobs.size(), outcomes.data(), kWindow, {generator.words(), kWindow},
                      scratch.words());
      after_verify = test::float_setting();
    }
    EXPECT_TRUE(built);
    EXPECT_EQ(std::memcmp(table.words(), wanted.words(), bytes), 0);
    EXPECT_EQ(std::memcmp(generator.words(), wanted_generator.words(), bytes), 0);
    expect_right(outcomes);
    EXPECT_EQ(after_table, setting);
    EXPECT_EQ(after_generator, setting);
    EXPECT_EQ(after_verify, setting);
  }
}
#endif

INSTANTIATE_TEST_SUITE_P(OfEachKernel, EveryWindow,
                         testing::Combine(testing::Values("portable", "fma", "avx512f", "ifma"),
                                          testing::ValuesIn(kCurves)),
                         [](const auto& which) {
                           return std::string(std::get<1>(which.param).name) + "_" + std::get<0>(which.param);
                         });

// The base point B of Ed25519, and its sums with the seven other points whose order divides 8.
constexpr const char* kBase = "5866666666666666666666666666666666666666666666666666666666666666";
struct Shifted {
  const char* key;
  int order;  // of the point added to B
};
constexpr Shifted kShifted[] = {{"9599999999999999999999999999999999999999999999999999999999999999", 2},
                                {"9bad33f580df7ecc49df5342bac8145d5bedc40f573d1b067f3c4ce449689a15", 4},
                                {"5252cc0a7f208133b620acbd4537eba2a4123bf0a8c2e4f980c3b31bb69765ea", 4},
                                {"98519eadf35b995233b51b5cd23e9cc5a28b639b5a4af0ec903cb960d81b7819", 8},
                                {"da99e28ba529cdde35a25fba9059e78ecaee239f99755b9b1aa4f65df00803e2", 8},
                                {"55ae61520ca466adcc4ae4a32dc1633a5d749c64a5b50f136fc3469f27e487e6", 8},
                                {"13661d745ad63221ca5da0456fa618713511dc60668aa464e55b09a20ff7fc1d", 8}};

std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  return bytes;
}

class Ed25519Keys : public testing::TestWithParam<const char*> {};

TEST_P(Ed25519Keys, OfAnotherOrderHaveNoTableOfAnyWindow) {
  const Kernels* kernels = kernels_for(GetParam());
  if (kernels == nullptr) GTEST_SKIP() << "this CPU or this build has no kernels for " << GetParam();
  for (int window = kMinWindow; window <= kMaxWindow; ++window) {
    SCOPED_TRACE("window " + std::to_string(window));
    const Memory table(kernels->ed25519.table_bytes(window));
    EXPECT_TRUE(build(kernels->ed25519, from_hex(kBase), window, table));
    for (const Shifted& shifted : kShifted) {
      if (window > 10 && shifted.order > 2) continue;  // large tables take time
      EXPECT_FALSE(build(kernels->ed25519, from_hex(shifted.key), window, table)) << shifted.key;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(OfEachKernel, Ed25519Keys, testing::Values("portable", "fma", "avx512f", "ifma"),
                         [](const auto& which) { return std::string(which.param); });

}  // namespace
}  // namespace assay::kernel
