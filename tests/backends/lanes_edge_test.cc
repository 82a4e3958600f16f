// Signatures built to hit the edges of the kernels: numbers at the ends of their ranges, sums that meet or cancel, keys
// whose multiples are the generator's, points of small order, encodings that are almost right.
//
// Each through every instruction set, alone and beside plain neighbours in every lane; whatever the crafted signature
// is, the neighbours' verdicts stay what they are. The first half calls the kernels, since a backend hashes and so lets
// nobody choose a digest; the second calls the backends, against OpenSSL.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "backends/backends.h"
#include "kernel/choice.h"
#include "kernel/kernel.h"
#include "support/curve_kernel.h"
#include "support/random.h"
#include "support/signing.h"

namespace assay::backends {
namespace {

using kernel::Outcome;
using test::Big;
using test::EcCurve;
using test::EcKey;
using test::EdKey;
using test::EdwardsPoint;
using test::structured_below;
using test::StructuredRandom;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string with_bit_flipped(std::string text, std::size_t bit) {
  text[bit / 8] = static_cast<char>(static_cast<unsigned char>(text[bit / 8]) ^ 1u << bit % 8);
  return text;
}

constexpr int kWindow = 5;
// Signatures of a full group of lanes.
constexpr std::size_t kGroup = 8;

// ---- The kernels, by digest

// What a kernel is asked, and what it has to answer.
struct DigestCase {
  std::string public_key;
  std::string digest;
  std::string signature;
  bool valid = false;  // by OpenSSL, or by arithmetic on Big numbers
  std::string what;
};

std::string describe(Outcome outcome) {
  return outcome == Outcome::valid ? "valid" : outcome == Outcome::invalid ? "invalid" : "exceptional";
}

// Runs each of `crafted` through the kernel alone and in every lane among `plain` ones. A crafted signature may be
// exceptional, for OpenSSL to decide; a plain one may not, whatever stands beside it. `exceptional`: how many were.
void expect_outcomes(const kernel::CurveKernel& kernel, int generator_window, const std::vector<DigestCase>& plain,
                     const std::vector<DigestCase>& crafted, std::size_t* exceptional = nullptr) {
  test::CurveTables tables(kernel, kWindow, generator_window);
  std::map<std::string, const std::uint64_t*> known;
  const auto job_of = [&](const DigestCase& one) {
    const auto [table, fresh] = known.try_emplace(one.public_key);
    if (fresh) table->second = tables.add_key(bytes_of(one.public_key));
    return kernel::CurveJob{bytes_of(one.signature), bytes_of(one.digest), table->second};
  };
  std::vector<kernel::CurveJob> plain_jobs;
  for (const DigestCase& one : plain) plain_jobs.push_back(job_of(one));
  ASSERT_GE(plain.size(), kGroup);

  const auto expect = [&](const DigestCase& one, Outcome outcome, bool may_be_exceptional, std::size_t place) {
    if (may_be_exceptional && outcome == Outcome::exceptional) return;
    EXPECT_EQ(describe(outcome), one.valid ? "valid" : "invalid") << one.what << ", lane " << place;
  };
  std::vector<kernel::CurveJob> all_jobs;
  std::vector<const DigestCase*> all;
  std::vector<Outcome> outcomes(kGroup);
  for (const DigestCase& one : crafted) {
    const kernel::CurveJob job = job_of(one);
    ASSERT_NE(job.key_table, nullptr) << one.what;
    tables.verify({&job, 1}, outcomes.data());
    expect(one, outcomes[0], true, 0);
    if (exceptional != nullptr && outcomes[0] == Outcome::exceptional) ++*exceptional;
    // Beside one neighbour it is added up by itself (curve/lone_sum.h), in a full group together with them.
    for (const std::size_t count : {std::size_t{2}, kGroup}) {
      for (std::size_t lane = 0; lane < count; ++lane) {
        std::vector<kernel::CurveJob> group(plain_jobs.begin(),
                                            plain_jobs.begin() + static_cast<std::ptrdiff_t>(count));
        group[lane] = job;
        tables.verify(group, outcomes.data());
        for (std::size_t i = 0; i < count; ++i) {
          expect(i == lane ? one : plain[i], outcomes[i], i == lane, i);
          if (i != lane && testing::Test::HasFailure()) ADD_FAILURE() << "beside " << one.what << " in lane " << lane;
        }
        if (testing::Test::HasFailure()) return;
      }
    }
    // And for the long call below: one crafted, then plain ones.
    all.push_back(&one);
    all_jobs.push_back(job);
    for (std::size_t i = 0; i < 3; ++i) {
      all.push_back(&plain[(all.size() + i) % plain.size()]);
      all_jobs.push_back(plain_jobs[static_cast<std::size_t>(all.back() - plain.data())]);
    }
  }
  outcomes.assign(all.size(), Outcome::exceptional);
  tables.verify(all_jobs, outcomes.data());
  for (std::size_t i = 0; i < all.size(); ++i) expect(*all[i], outcomes[i], i % 4 == 0, i);
}

struct CurveUnderTest {
  const char* label;
  Curve curve;
  const kernel::CurveKernel kernel::Kernels::*kernel;
};
void PrintTo(const CurveUnderTest& which, std::ostream* out) { *out << which.label; }

constexpr CurveUnderTest kCurves[] = {{"P256", Curve::P256, &kernel::Kernels::p256},
                                      {"P384", Curve::P384, &kernel::Kernels::p384},
                                      {"P521", Curve::P521, &kernel::Kernels::p521}};

class EcdsaKernel : public testing::TestWithParam<std::tuple<CurveUnderTest, BackendUnderTest>> {
 protected:
  EcdsaKernel()
      : curve_(EcCurve::of(std::get<0>(GetParam()).curve)),
        digest_size_(static_cast<std::size_t>(digest_bytes(curve_.hash))),
        random_(StructuredRandom::announced("EcdsaKernel")) {}
  void SetUp() override {
    ASSAY_SKIP_WITHOUT(std::get<1>(GetParam()));
    kernel_ = &(kernel::kernels_for(std::get<1>(GetParam()).isa)->*std::get<0>(GetParam()).kernel);
    const EcKey key{&curve_, uniform()};
    for (int i = 0; i < 16; ++i) {
      const std::string digest = test::hashed(curve_.hash, "plain " + std::to_string(i));
      const std::string signature = key.sign(Big::from_bytes(digest), uniform());
      add(plain_, key.point(), digest, i % 3 == 2 ? with_bit_flipped(signature, 8 * curve_.bytes - 1) : signature,
          "a plain neighbour");
    }
  }

  Big uniform() {
    std::string bytes(curve_.bytes + 8, '\0');
    for (char& c : bytes) c = static_cast<char>(random_.next());
    return Big::from_bytes(bytes) % (curve_.n - 1) + 1;
  }
  // Adds a case with OpenSSL's verdict.
  void add(std::vector<DigestCase>& cases, const std::string& point, const std::string& digest,
           const std::string& signature, const std::string& what) {
    if (keys_.size() == 0 || point != last_point_) last_key_ = keys_.add(test::ec_jwk(curve_, point));
    last_point_ = point;
    cases.push_back({point, digest, signature, test::openssl_accepts_digest(*last_key_, digest, signature), what});
  }
  void add_crafted(const std::string& point, const std::string& digest, const Big& r, const Big& s,
                   const std::string& what) {
    add(crafted_, point, digest, r.bytes(curve_.bytes) + s.bytes(curve_.bytes), what);
  }
  // With tables of equal windows, whose entries are each other's where Q is a multiple of G, and of different ones.
  // Returns how many of the crafted ones the kernel left to OpenSSL in the first.
  std::size_t expect_all() {
    std::size_t exceptional = 0;
    expect_outcomes(*kernel_, kWindow, plain_, crafted_, &exceptional);
    expect_outcomes(*kernel_, kWindow + 1, plain_, crafted_);
    return exceptional;
  }
  int count_valid() const {
    return static_cast<int>(std::count_if(crafted_.begin(), crafted_.end(), [](const auto& one) { return one.valid; }));
  }

  const EcCurve& curve_;
  std::size_t digest_size_;
  StructuredRandom random_;
  const kernel::CurveKernel* kernel_ = nullptr;
  test::Keys keys_;
  std::string last_point_;
  const keys::PreparedKey* last_key_ = nullptr;
  std::vector<DigestCase> plain_, crafted_;
};

TEST_P(EcdsaKernel, ChecksTheRangesOfRAndS) {
  const EcKey key{&curve_, uniform()};
  const Big& n = curve_.n;
  const Big top = Big::power_of_two(static_cast<int>(8 * curve_.bytes)) - 1;
  const std::string digest = test::hashed(curve_.hash, "ranges");
  const Big e = Big::from_bytes(digest);
  const Big k = uniform(), r = curve_.r_of(k), s = k.inverse(n) * (e + r * key.d) % n;
  const std::string point = key.point();
  add_crafted(point, digest, r, s, "as signed");
  add_crafted(point, digest, r, n - s, "s from the other half");
  for (const Big& edge : {Big(0), Big(1), Big(2), n - 2, n - 1, n, n + 1, curve_.p % (top + 1), top, (n - 1) / 2,
                          (n + 1) / 2, Big::power_of_two(n.bits() - 1), curve_.p - n}) {
    add_crafted(point, digest, edge, s, "r at an edge");
    add_crafted(point, digest, r, edge, "s at an edge");
    add_crafted(point, digest, edge, edge, "r and s at an edge");
  }
  for (const Big& other : {s + n, r + n}) {
    if (!(top < other)) add_crafted(point, digest, r, other, "s with n added");
    if (!(top < other)) add_crafted(point, digest, other, s, "r with n added");
  }
  EXPECT_EQ(count_valid(), 2);
  expect_all();
}

// x of the sum in [n, p): r = x - n. And r below p - n where x = r all the same, and where only x - n would do.
TEST_P(EcdsaKernel, ComparesXModuloTheOrder) {
  const Big& n = curve_.n;
  int wrapped = 0, small = 0;
  for (std::uint64_t t = 1; wrapped < 4 || small < 4; ++t) {
    const std::string digest = test::hashed(curve_.hash, "wrap " + std::to_string(t));
    const Big e = Big::from_bytes(digest), s = uniform();
    if (const auto point = curve_.recovered(Big(t), s, e); point && small < 4) {
      ++small;
      add_crafted(*point, digest, Big(t), s, "x = r, small");
      add_crafted(*point, digest, Big(t) + n, s, "r + n in place of r");
    }
    if (const auto point = curve_.recovered(n + t, s, e); point && wrapped < 4) {
      ++wrapped;
      add_crafted(*point, digest, Big(t), s, "x = r + n");
      add_crafted(*point, digest, Big(t) + 1, s, "x = r - 1 + n");
    }
  }
  // The last x below p, and those about p - n, where r + n passes p.
  int found = 0;
  for (std::uint64_t t = 1; found < 4; ++t) {
    const std::string digest = test::hashed(curve_.hash, "last " + std::to_string(t));
    const Big e = Big::from_bytes(digest), s = uniform();
    if (const auto point = curve_.recovered(curve_.p - t, s, e)) {
      ++found;
      add_crafted(*point, digest, curve_.p - t - n, s, "the last x");
    }
    if (const auto point = curve_.recovered(curve_.p - n + t, s, e)) {
      add_crafted(*point, digest, curve_.p - n + t, s, "r + n just above p");
    }
  }
  EXPECT_GE(count_valid(), 12);
  expect_all();
}

TEST_P(EcdsaKernel, TakesEveryDigest) {
  const EcKey key{&curve_, uniform()};
  const Big& n = curve_.n;
  const Big end = Big::power_of_two(static_cast<int>(8 * digest_size_));
  for (const Big& e : {Big(0), Big(1), Big(2), n - 1, n, n + 1, end - 1, end - 2, end / 2, end / 2 - 1, n / 2, n * 2}) {
    if (!(e < end)) continue;
    const Big k = uniform();
    const std::string signature = key.sign(e, k), digest = e.bytes(digest_size_);
    add(crafted_, key.point(), digest, signature, "a digest at an edge");
    add(crafted_, key.point(), with_bit_flipped(digest, random_.below(8 * digest_size_)), signature, "another digest");
  }
  EXPECT_GE(count_valid(), 6);
  expect_all();
}

// u1*G + u2*Q where the two points are equal, opposite, or one of them is the neutral element.
TEST_P(EcdsaKernel, MeetsSumsThatDoubleOrCancel) {
  const Big& n = curve_.n;
  for (int i = 0; i < 6; ++i) {
    const std::string digest = test::hashed(curve_.hash, "sums " + std::to_string(i));
    const Big e = Big::from_bytes(digest), k = uniform(), r = curve_.r_of(k);
    // u1 = e/s and u2*d = r*d/s: equal for d = e/r, and then k*s = 2e.
    const EcKey meeting{&curve_, e * r.inverse(n) % n};
    add_crafted(meeting.point(), digest, r, e * 2 * k.inverse(n) % n, "u1*G = u2*Q, valid");
    add_crafted(meeting.point(), digest, r, uniform(), "u1*G = u2*Q");
    const EcKey opposite{&curve_, (n - e % n) * r.inverse(n) % n};
    add_crafted(opposite.point(), digest, r, uniform(), "u1*G = -u2*Q");
    // 2*u1*G = -u2*Q and so on: partial sums that meet within the tree.
    for (const Big& factor : {Big(2), Big(3), Big(32), Big(1024), n - 2, n - 32}) {
      const EcKey near{&curve_, factor * e * r.inverse(n) % n};
      add_crafted(near.point(), digest, r, (factor + 1) * e * k.inverse(n) % n, "u2*Q = a multiple of u1*G, valid");
    }
  }
  // Q = G and u1 = u2: every digit meets itself. e = r, which must fit into a digest: on P-521 it hardly ever does.
  int tries = 0;
  const EcKey generator{&curve_, 1};
  for (int i = 0; i < 4;) {
    const Big k = uniform(), r = curve_.r_of(k);
    if (static_cast<std::size_t>(r.bits()) > 8 * digest_size_) {
      if (++tries > 3) break;
      continue;
    }
    ++i;
    add_crafted(generator.point(), r.bytes(digest_size_), r, r * 2 * k.inverse(n) % n, "Q = G and u1 = u2, valid");
  }
  const EcKey key{&curve_, uniform()};
  const std::string zero(digest_size_, '\0');
  for (int i = 0; i < 4; ++i) {
    const std::string signature = key.sign(0, uniform());
    add(crafted_, key.point(), zero, signature, "u1 = 0, valid");
    add(crafted_, key.point(), zero, with_bit_flipped(signature, random_.below(16 * curve_.bytes)),
        "u1 = 0, a bit off");
  }
  EXPECT_GE(count_valid(), 46);
  EXPECT_GE(expect_all(), 6u) << "a sum that is the neutral element has no x";
}

// Keys whose table holds the generator's entries, or their negatives.
TEST_P(EcdsaKernel, TakesKeysThatAreSmallMultiplesOfTheGenerator) {
  const Big& n = curve_.n;
  const auto power = [](int exponent) { return Big::power_of_two(exponent); };
  for (const Big& d : {Big(1),
                       Big(2),
                       Big(3),
                       Big(4),
                       Big(5),
                       Big(7),
                       Big(8),
                       Big(15),
                       Big(16),
                       Big(31),
                       power(5),
                       power(10),
                       power(kWindow + 1),
                       power(64),
                       power(n.bits() - 1),
                       (n - 1) / 2,
                       (n + 1) / 2,
                       n - 1,
                       n - 2,
                       n - 3,
                       n - 16,
                       n - power(10),
                       Big(2).inverse(n),
                       Big(32).inverse(n)}) {
    const EcKey key{&curve_, d % n};
    for (int i = 0; i < 3; ++i) {
      const std::string digest = random_.bytes(digest_size_);
      const std::string signature =
          key.sign(Big::from_bytes(digest), i == 0 ? structured_below(random_, n) : uniform());
      add(crafted_, key.point(), digest, signature, "a small multiple of G");
      add(crafted_, key.point(), digest, with_bit_flipped(signature, random_.below(16 * curve_.bytes)),
          "a small multiple of G, a bit off");
    }
  }
  EXPECT_GE(count_valid(), 72);
  expect_all();
}

// Valid signatures whose u1 or u2 is a structured number: runs of 0 and 1 bits, near 0, n and powers of two. The key is
// made for them: d = (k - u1)/u2.
TEST_P(EcdsaKernel, TakesStructuredMultipliers) {
  const Big& n = curve_.n;
  int made = 0;
  while (made < 60) {
    const std::string digest = random_.bytes(digest_size_);
    const Big e = Big::from_bytes(digest), k = structured_below(random_, n), r = curve_.r_of(k);
    Big u1, u2, s;
    if ((e % n).zero()) continue;
    if (made % 2 == 0) {
      u1 = structured_below(random_, n);
      s = e * u1.inverse(n) % n;
      u2 = r * s.inverse(n) % n;
    } else {
      u2 = structured_below(random_, n);
      s = r * u2.inverse(n) % n;
      u1 = e * s.inverse(n) % n;
    }
    const EcKey key{&curve_, (k - u1) * u2.inverse(n) % n};
    if (key.d.zero()) continue;
    add_crafted(key.point(), digest, r, s, made % 2 == 0 ? "a structured u1" : "a structured u2");
    ++made;
  }
  EXPECT_EQ(count_valid(), made);
  EXPECT_LE(expect_all(), crafted_.size() / 2) << "most of these are sums like any other";
}

INSTANTIATE_TEST_SUITE_P(Every, EcdsaKernel, testing::Combine(testing::ValuesIn(kCurves), testing::ValuesIn(kLanes)),
                         [](const auto& which) {
                           return std::string(std::get<0>(which.param).label) + "_" + std::get<1>(which.param).label;
                         });

// ---- Ed25519, by the number k

class Ed25519Kernel : public testing::TestWithParam<BackendUnderTest> {
 protected:
  Ed25519Kernel() : random_(StructuredRandom::announced("Ed25519Kernel")) {}
  void SetUp() override {
    ASSAY_SKIP_WITHOUT(GetParam());
    kernel_ = &kernel::kernels_for(GetParam().isa)->ed25519;
    const Big a = uniform();
    for (int i = 0; i < 16; ++i) add(plain_, a, uniform(), uniform(), i % 3 == 2, "a plain neighbour");
  }
  Big uniform() {
    std::string bytes(40, '\0');
    for (char& c : bytes) c = static_cast<char>(random_.next());
    return Big::from_bytes(bytes) % (EdwardsPoint::L() - 1) + 1;
  }
  // The key a*B, the challenge k as a digest of 64 bytes, S, and the R that goes with them or, `wrong`, another.
  void add(std::vector<DigestCase>& cases, const Big& a, const Big& k, const Big& S, bool wrong,
           const std::string& what) {
    const EdwardsPoint B = EdwardsPoint::base();
    std::string R = (B.times(S) + -B.times(k * a % EdwardsPoint::L())).encode();
    if (wrong) R = with_bit_flipped(R, random_.below(256));
    cases.push_back(
        {B.times(a).encode(), k.little_endian(64), R + S.little_endian(32), !wrong && S < EdwardsPoint::L(), what});
  }
  StructuredRandom random_;
  const kernel::CurveKernel* kernel_ = nullptr;
  std::vector<DigestCase> plain_, crafted_;
};

TEST_P(Ed25519Kernel, TakesEverySAndEveryK) {
  const Big& L = EdwardsPoint::L();
  const Big a = uniform(), end = Big::power_of_two(512);
  for (const Big& S : {Big(0), Big(1), Big(2), L - 1, L - 2, L / 2, L / 2 + 1, Big::power_of_two(252), L, L + 1, L + L,
                       Big::power_of_two(253), Big::power_of_two(255) - 1, Big::power_of_two(256) - 1}) {
    add(crafted_, a, uniform(), S, false, "S at an edge");
    add(crafted_, a, uniform(), S, true, "S at an edge, R a bit off");
  }
  for (const Big& k : {Big(0), Big(1), Big(2), L - 1, L - 2, L, L + 1, L * 2, L * 3 + 1, L / 2, end - 1, end / 2,
                       end - end % L, end - end % L - 1, Big::power_of_two(256) - 1, Big::power_of_two(256)}) {
    add(crafted_, a, k, uniform(), false, "k at an edge");
    add(crafted_, a, k, uniform(), true, "k at an edge, R a bit off");
    add(crafted_, a, k, 0, false, "k at an edge and S = 0");
  }
  for (int i = 0; i < 40; ++i) {
    const Big k = structured_below(random_, i % 2 == 0 ? L : end);
    add(crafted_, structured_below(random_, L), k, structured_below(random_, L), i % 5 == 4, "structured numbers");
  }
  for (const int window : {kWindow, kWindow + 1}) expect_outcomes(*kernel_, window, plain_, crafted_);
}

// S*B = k*A and S*B = -k*A, and keys whose table holds the base point's entries.
TEST_P(Ed25519Kernel, MeetsSumsThatDoubleOrCancel) {
  const Big& L = EdwardsPoint::L();
  for (const Big& a :
       {Big(1), Big(2), Big(3), Big(8), Big(32), Big(1024), L - 1, L - 2, L - 32, (L - 1) / 2, uniform()}) {
    for (int i = 0; i < 2; ++i) {
      const Big k = uniform();
      add(crafted_, a, k, k * a % L, false, "S*B = k*A, so that R is the neutral element");
      add(crafted_, a, k, (L - k * a % L) % L, false, "S*B = -k*A");
      add(crafted_, a, k, uniform(), false, "a small multiple of B");
      add(crafted_, a, k, uniform(), true, "a small multiple of B, R a bit off");
    }
  }
  for (const int window : {kWindow, kWindow + 1}) expect_outcomes(*kernel_, window, plain_, crafted_);
}

TEST_P(Ed25519Kernel, RefusesKeysOutsideTheGroupOfTheBasePoint) {
  test::CurveTables tables(*kernel_, kWindow, kWindow);
  const EdwardsPoint A = EdwardsPoint::base().times(uniform());
  EXPECT_NE(tables.add_key(bytes_of(A.encode())), nullptr);
  EdwardsPoint torsion = EdwardsPoint::torsion();
  for (int i = 1; i < 8; ++i, torsion = torsion + EdwardsPoint::torsion()) {
    EXPECT_EQ(tables.add_key(bytes_of(torsion.encode())), nullptr) << "a point of small order, " << i;
    EXPECT_EQ(tables.add_key(bytes_of((A + torsion).encode())), nullptr) << "a torsion component, " << i;
  }
  EXPECT_EQ(tables.add_key(bytes_of(EdwardsPoint().encode())), nullptr) << "the neutral element";
  EXPECT_EQ(tables.add_key(bytes_of(EdwardsPoint::encode(1, true))), nullptr) << "x = 0 with the sign bit";
  for (std::uint64_t over = 0; over < 19; ++over) {
    EXPECT_EQ(tables.add_key(bytes_of(EdwardsPoint::encode(EdwardsPoint::p() + over, false))), nullptr) << over;
  }
  int off_curve = 0;
  for (std::uint64_t y = 2; off_curve < 10; ++y) {
    if (EdwardsPoint::with_y(Big(y), false)) continue;
    ++off_curve;
    EXPECT_EQ(tables.add_key(bytes_of(EdwardsPoint::encode(y, false))), nullptr) << "not on the curve, " << y;
  }
}

INSTANTIATE_TEST_SUITE_P(EachIsa, Ed25519Kernel, testing::ValuesIn(kLanes),
                         [](const auto& which) { return std::string(which.param.label); });

// ---- The backends, by message

class LanesEdge : public testing::TestWithParam<BackendUnderTest> {
 protected:
  LanesEdge() : random_(StructuredRandom::announced("LanesEdge")) {}
  void SetUp() override { ASSAY_SKIP_WITHOUT(GetParam()); }

  void add(const keys::PreparedKey* key, Algorithm algorithm, const std::string& message, const std::string& signature,
           const std::string& what) {
    set_.cases.push_back({key, algorithm, message, signature, what});
  }
  std::string message() { return random_.bytes(1 + random_.size(300)); }
  // At least so many of each, so that neither verdict is never given.
  void expect_all(int least_valid, int least_invalid) {
    const std::vector<bool> verdicts = openssl_verdicts(set_);
    const auto valid = std::count(verdicts.begin(), verdicts.end(), true);
    EXPECT_GE(valid, least_valid);
    EXPECT_GE(static_cast<std::ptrdiff_t>(verdicts.size()) - valid, least_invalid);
    expect_openssl_verdicts_everywhere(*make(GetParam(), kWindow), set_);
  }

  StructuredRandom random_;
  test::CaseSet set_;
};

TEST_P(LanesEdge, EcdsaSumsThatMeetAndNumbersAtTheirEdges) {
  for (const CurveUnderTest& which : kCurves) {
    const EcCurve& curve = EcCurve::of(which.curve);
    const Big& n = curve.n;
    const auto numbers = [&](const Big& r, const Big& s) { return r.bytes(curve.bytes) + s.bytes(curve.bytes); };
    const auto plain = [&](const keys::PreparedKey* key, const EcKey& signer) {
      const std::string text = message(), good = signer.sign_message(text, structured_below(random_, n));
      add(key, curve.algorithm, text, good, "plain");
      add(key, curve.algorithm, text, with_bit_flipped(good, random_.below(8 * good.size())), "a bit off");
    };
    for (int i = 0; i < 3; ++i) {
      const std::string text = message();
      const Big e = Big::from_bytes(test::hashed(curve.hash, text)), k = structured_below(random_, n);
      const Big r = curve.r_of(k), s = structured_below(random_, n);
      const EcKey meeting{&curve, e * r.inverse(n) % n}, opposite{&curve, (n - e % n) * r.inverse(n) % n};
      const keys::PreparedKey* key = set_.keys.add(meeting.jwk());
      add(key, curve.algorithm, text, numbers(r, e * 2 * k.inverse(n) % n), "u1*G = u2*Q, valid");
      plain(key, meeting);
      add(key, curve.algorithm, text, numbers(r, s), "u1*G = u2*Q");
      key = set_.keys.add(opposite.jwk());
      add(key, curve.algorithm, text, numbers(r, s), "u1*G = -u2*Q");
      plain(key, opposite);
      if (const auto point = curve.recovered(n + r % (curve.p - n), s, e)) {
        key = set_.keys.add(test::ec_jwk(curve, *point));
        add(key, curve.algorithm, text, numbers(r % (curve.p - n), s), "x = r + n");
      }
      for (const Big& edge : {Big(0), Big(1), n - 1, n, n + 1}) {
        add(key, curve.algorithm, text, numbers(edge, s), "r at an edge");
        add(key, curve.algorithm, text, numbers(r, edge), "s at an edge");
      }
    }
    for (const Big& d : {Big(1), Big(2), Big(32), n - 1, n - 2, (n - 1) / 2}) {
      const EcKey small{&curve, d};
      const keys::PreparedKey* key = set_.keys.add(small.jwk());
      plain(key, small);
      plain(key, small);
    }
    const EcKey signer{&curve, structured_below(random_, n)};
    const keys::PreparedKey* key = set_.keys.add(signer.jwk());
    const std::string text = message(), good = signer.sign_message(text, structured_below(random_, n));
    const Big s = Big::from_bytes(good.substr(curve.bytes));
    add(key, curve.algorithm, text, good.substr(0, curve.bytes) + (n - s).bytes(curve.bytes), "s from the other half");
    for (const std::string& wrong : {std::string(), good.substr(1), good + '\0', '\0' + good, good.substr(0, 1)}) {
      add(key, curve.algorithm, text, wrong, "a wrong length");
    }
    plain(key, signer);
  }
  expect_all(3 * 18, 3 * 40);
}

TEST_P(LanesEdge, Ed25519PointsOfSmallOrderAndScalarsAtTheirEdges) {
  const Big& L = EdwardsPoint::L();
  const EdwardsPoint B = EdwardsPoint::base(), T = EdwardsPoint::torsion();
  const Algorithm algorithm = Algorithm::Ed25519;
  const auto with_s = [](const std::string& signature, const Big& S) {
    return signature.substr(0, 32) + S.little_endian(32);
  };
  const EdKey plain(structured_below(random_, L));
  const keys::PreparedKey* plain_key = set_.keys.add(plain.jwk());
  for (int i = 0; i < 6; ++i) {
    const std::string text = message(), good = plain.sign(text, structured_below(random_, L));
    const Big S = Big::from_little_endian(good.substr(32));
    add(plain_key, algorithm, text, good, "plain");
    add(plain_key, algorithm, text, with_bit_flipped(good, random_.below(512)), "a bit off");
    add(plain_key, algorithm, text, with_s(good, S + L), "S + L");
    add(plain_key, algorithm, text, with_s(good, L - S), "-S");
    for (const Big& edge : {Big(0), L, L - 1, Big::power_of_two(256) - 1}) {
      add(plain_key, algorithm, text, with_s(good, edge), "S at an edge");
    }
    // S = 0: R = -k*A cannot be found without breaking the hash; R = O with S = k*a can.
    add(plain_key, algorithm, text, plain.sign(text, 0), "R is the neutral element, valid");
    for (int order = 1; order < 8; ++order) {
      add(plain_key, algorithm, text, plain.sign(text, 0, T.times(order).encode()), "R of small order");
    }
    const Big nonce = structured_below(random_, L);
    add(plain_key, algorithm, text, plain.sign(text, nonce, (B.times(nonce) + T).encode()),
        "R with a torsion component");
    add(plain_key, algorithm, text, plain.sign(text, 0, EdwardsPoint::encode(EdwardsPoint::p() + 1, false)),
        "R is the neutral element, not canonical");
    add(plain_key, algorithm, text, plain.sign(text, 0, EdwardsPoint::encode(1, true)), "R is -0");
    for (const std::string& wrong : {std::string(), good.substr(1), good + '\0', good.substr(0, 32)}) {
      add(plain_key, algorithm, text, wrong, "a wrong length");
    }
  }
  // Keys with a torsion component. R = nonce*B signs where k*T vanishes, which depends on the message: OpenSSL's
  // verification has no cofactor.
  const Big a = structured_below(random_, L);
  for (int order = 1; order < 8; ++order) {
    const EdKey key(a, (B.times(a) + T.times(order)).encode()), small(0, T.times(order).encode());
    const keys::PreparedKey* prepared = set_.keys.add(key.jwk(), Profile::fastmcp);
    const keys::PreparedKey* prepared_small = set_.keys.add(small.jwk(), Profile::fastmcp);
    for (int i = 0; i < 10; ++i) {
      const std::string text = "torsion " + std::to_string(i);
      add(prepared, algorithm, text, key.sign(text, structured_below(random_, L)), "a key with a torsion component");
      add(prepared_small, algorithm, text, small.sign(text, structured_below(random_, L)), "a key of small order");
      add(prepared_small, algorithm, text, small.sign(text, 0), "a key of small order, R neutral, S = 0");
    }
  }
  // Keys that are no canonical encoding of a point: whatever OpenSSL makes of them.
  for (std::uint64_t over = 0; over < 19; ++over) {
    const EdKey key(0, EdwardsPoint::encode(EdwardsPoint::p() + over, over % 2 == 1));
    const keys::PreparedKey* prepared = set_.keys.add(key.jwk(), Profile::fastmcp);
    add(prepared, algorithm, "odd key", key.sign("odd key", 7), "a key that is not canonical");
  }
  for (const auto& [y, sign] : {std::pair<Big, bool>{0, false},
                                {0, true},
                                {1, false},
                                {1, true},
                                {2, false},
                                {EdwardsPoint::p() - 1, false},
                                {EdwardsPoint::p() - 1, true}}) {
    const EdKey key(0, EdwardsPoint::encode(y, sign));
    const keys::PreparedKey* prepared = set_.keys.add(key.jwk(), Profile::fastmcp);
    for (int i = 0; i < 4; ++i) {
      const std::string text = "y " + std::to_string(i);
      add(prepared, algorithm, text, key.sign(text, 5), "a key with a special y");
    }
  }
  // Keys that are small multiples of B.
  for (const Big& small : {Big(1), Big(2), Big(32), L - 1, L - 2, (L - 1) / 2}) {
    const EdKey key(small);
    const keys::PreparedKey* prepared = set_.keys.add(key.jwk());
    for (int i = 0; i < 3; ++i) {
      const std::string text = message(), good = key.sign(text, structured_below(random_, L));
      add(prepared, algorithm, text, good, "a small multiple of B");
      add(prepared, algorithm, text, with_bit_flipped(good, random_.below(512)), "a small multiple of B, a bit off");
      add(prepared, algorithm, text, key.sign(text, 0), "a small multiple of B, R neutral");
    }
  }
  expect_all(60, 200);
}

// All kinds of encoded messages that are not the one, each signed with the private key.
TEST_P(LanesEdge, RsaNumbersAtTheirEdgesAndBlocksThatAreAlmostRight) {
  struct Shape {
    int bits;
    std::uint64_t e;
  };
  int seed = 0;
  for (const Shape& shape : {Shape{2048, 65537},
                             {2048, 65537},
                             {2048, 3},
                             {2056, 65537},
                             {3072, 65537},
                             {4096, 65537},
                             {2049, 65537},
                             {2047 + 8, 17}}) {
    const test::RsaKey rsa(shape.bits, shape.e, static_cast<std::uint64_t>(++seed));
    const keys::PreparedKey* key = set_.keys.add(rsa.jwk(), Profile::fastmcp);
    const std::string label = std::to_string(shape.bits) + " bits, e = " + std::to_string(shape.e) + ": ";
    for (const Algorithm algorithm : {Algorithm::RS256, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384}) {
      const std::string text = message();
      const std::string good = rsa.sign(algorithm, text, random_);
      const auto with = [&](const std::string& signature, const std::string& what) {
        add(key, algorithm, text, signature, label + what);
      };
      with(good, "valid");
      with(with_bit_flipped(good, random_.below(8 * good.size())), "a bit off");
      const std::size_t size = rsa.bytes();
      const Big top = Big::power_of_two(static_cast<int>(8 * size)), s = Big::from_bytes(good);
      for (const Big& edge : {Big(0), Big(1), Big(2), rsa.n() - 1, rsa.n(), rsa.n() + 1, top - 1, rsa.n() - s}) {
        if (edge < top) with(edge.bytes(size), "s at an edge");
      }
      if (s + rsa.n() < top) with((s + rsa.n()).bytes(size), "s + n");
      for (const std::string& wrong : {std::string(), good.substr(1), good + '\0', '\0' + good, good.substr(0, 255)}) {
        with(wrong, "a wrong length");
      }
      const std::size_t hash = static_cast<std::size_t>(digest_bytes(info(algorithm).hash));
      if (info(algorithm).scheme == Scheme::rsa_pss) {
        for (const std::size_t salt : {std::size_t{0}, hash - 1, hash + 1, hash}) {
          with(rsa.raw_sign(rsa.block(algorithm, text, random_.bytes(salt))), "a salt of " + std::to_string(salt));
        }
      }
      const std::string block = rsa.block(algorithm, text, random_.bytes(hash));
      for (int i = 0; i < 12; ++i) {
        const std::string wrong = with_bit_flipped(
            block, i < 4 ? 8 * block.size() - 1 - static_cast<std::size_t>(i) : random_.below(8 * block.size()));
        if (Big::from_bytes(wrong) < rsa.n()) with(rsa.raw_sign(wrong), "a block with a bit off");
      }
    }
  }
  // Keys and sizes side by side.
  for (std::size_t i = set_.cases.size(); i > 1; --i) std::swap(set_.cases[i - 1], set_.cases[random_.below(i)]);
  expect_all(8 * 4, 8 * 40);
}

TEST_P(LanesEdge, HmacTagsOfEveryLengthAndKeysAboutTheBlock) {
  for (const Algorithm algorithm : {Algorithm::HS256, Algorithm::HS384, Algorithm::HS512}) {
    const Hash hash = info(algorithm).hash;
    for (const std::size_t size : {1, 31, 32, 48, 63, 64, 65, 127, 128, 129, 300}) {
      const std::string secret = random_.bytes(size);
      Jwk jwk = test::secret_jwk(secret);
      jwk.permitted.insert(algorithm);
      const keys::PreparedKey* key = set_.keys.add(std::move(jwk), Profile::fastmcp);
      for (const std::size_t length : {0, 1, 47, 48, 55, 56, 63, 64, 65, 111, 112, 119, 120, 127, 128, 129, 600}) {
        const std::string text = random_.bytes(length), tag = test::hmac(hash, secret, text);
        add(key, algorithm, text, tag, "valid");
        add(key, algorithm, text, with_bit_flipped(tag, random_.below(8 * tag.size())), "a bit off");
      }
      const std::string text = message(), tag = test::hmac(hash, secret, text);
      for (const std::string& wrong :
           {std::string(), tag.substr(1), tag.substr(0, tag.size() - 1), tag + '\0', tag.substr(0, 16), tag + tag}) {
        add(key, algorithm, text, wrong, "a wrong length");
      }
    }
  }
  expect_all(500, 600);
}

INSTANTIATE_TEST_SUITE_P(EachIsa, LanesEdge, testing::ValuesIn(kLanes),
                         [](const auto& which) { return std::string(which.param.label); });

}  // namespace
}  // namespace assay::backends
