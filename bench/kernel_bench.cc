// Verification from digest (EdDSA: from message) to verdict, by OpenSSL, by the kernels, and by whole backends. The
// kernels' tables are built before the clock starts.
//
//   kernel/verify/ALGORITHM/openssl/1/1       EVP_PKEY_verify in a prepared context; EdDSA: EVP_DigestVerify, reused
//   kernel/verify/ALGORITHM/ISA/BATCH/KEYS    a call with BATCH signatures by KEYS keys in turn
//   backend/verify/ALGORITHM/BACKEND/512/KEYS from message to verdict through the whole backend, which decides itself
//                                             which keys get tables. BACKEND is an ISA of the lanes, or openssl
//
// One item is one signature. Messages have 600 bytes. The windows of the tables have 13 bits for keys and 16 for the
// generator; ASSAY_BENCH_WINDOWS=8,12 sets others. Every answer is checked before it is timed: all signatures as they
// are, and all with one bit flipped.
#include <benchmark/benchmark.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "kernel/choice.h"
#include "kernel/kernel.h"
#include "keys/openssl_key.h"
#include "lanes/hash_lanes.h"
#include "lanes/key_table.h"
#include "lanes/rsa_lanes.h"
#include "signature/backend.h"
#include "support/curve_kernel.h"
#include "support/signing.h"
#include "verify/backend_choice.h"

namespace assay::bench {
namespace {

using kernel::Kernels;

constexpr std::size_t kMessageBytes = 600;
// The distinct signatures of a set: more than a branch predictor can learn.
constexpr std::size_t kSignatures = 2048;
// The nonces that a set's signatures of curves share; computing one costs a multiplication of a point.
constexpr std::size_t kNonces = 64;
constexpr std::size_t kBackendBatch = 512;
constexpr std::size_t kBatches[] = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512};

struct Operation {
  const char* name;
  Algorithm algorithm;
  int bits;                                   // RSA
  const kernel::CurveKernel Kernels::*curve;  // null: RSA
  Curve which;
  std::vector<std::size_t> backend_keys;  // the keys that the backend is measured with
};

const std::vector<Operation>& operations() {
  static const std::vector<Operation> list = {
      {"RSA-2048", Algorithm::RS256, 2048, nullptr, Curve::none, {1, 10}},
      {"RSA-3072", Algorithm::RS384, 3072, nullptr, Curve::none, {}},
      {"RSA-4096", Algorithm::RS512, 4096, nullptr, Curve::none, {}},
      {"RSA-2048-PSS", Algorithm::PS256, 2048, nullptr, Curve::none, {}},
      {"P-256", Algorithm::ES256, 0, &Kernels::p256, Curve::P256, {1, 10, 100, 1000, 10000}},
      {"P-384", Algorithm::ES384, 0, &Kernels::p384, Curve::P384, {1, 10, 100, 1000}},
      {"P-521", Algorithm::ES512, 0, &Kernels::p521, Curve::P521, {1, 10, 100, 1000}},
      {"Ed25519", Algorithm::Ed25519, 0, &Kernels::ed25519, Curve::Ed25519, {1, 10, 100, 1000, 10000}},
  };
  return list;
}

std::string uniform(test::StructuredRandom& random, std::size_t bytes) {
  std::string text(bytes, '\0');
  for (char& c : text) c = static_cast<char>(random.next());
  return text;
}

// Keys of one kind, each with a function that signs: the message, and a number that chooses the nonce.
struct Signers {
  std::vector<const keys::PreparedKey*> keys;
  std::vector<std::function<std::string(const std::string&, std::size_t)>> sign;
};

Signers rsa_signers(const Operation& operation, std::size_t keys, test::StructuredRandom& random, test::CaseSet& set) {
  Signers signers;
  for (std::size_t i = 0; i < keys; ++i) {
    const auto key = std::make_shared<test::RsaKey>(operation.bits, 65537, i + 1);
    signers.keys.push_back(set.keys.add(key->jwk()));
    signers.sign.emplace_back([&random, key, &operation](const std::string& message, std::size_t) {
      return key->sign(operation.algorithm, message, random);
    });
  }
  return signers;
}

// Private keys and nonces are consecutive numbers, so that each public point costs one addition.
Signers edwards_signers(std::size_t keys, test::StructuredRandom& random, test::CaseSet& set) {
  const test::EdwardsPoint B = test::EdwardsPoint::base();
  const test::Big first = test::Big::from_bytes(uniform(random, 31));
  std::vector<std::string> nonce_points;
  test::EdwardsPoint A = B.times(first), R = A + B + B;
  for (std::size_t i = 0; i < kNonces; ++i, R = R + B) nonce_points.push_back(R.encode());
  Signers signers;
  for (std::size_t i = 0; i < keys; ++i, A = A + B) {
    const auto key = std::make_shared<test::EdKey>(first + i, A.encode());
    signers.keys.push_back(set.keys.add(key->jwk()));
    signers.sign.emplace_back([=](const std::string& message, std::size_t n) {
      return key->sign(message, first + 2 + n % kNonces, nonce_points[n % kNonces]);
    });
  }
  return signers;
}

Signers ec_signers(const test::EcCurve& curve, std::size_t keys, test::StructuredRandom& random, test::CaseSet& set) {
  struct Nonce {
    test::Big inverse, r;
  };
  const auto nonces = std::make_shared<std::vector<Nonce>>();
  for (std::size_t i = 0; i < kNonces; ++i) {
    const test::Big k = test::Big::from_bytes(uniform(random, curve.bytes)) % curve.n;
    nonces->push_back({k.inverse(curve.n), curve.r_of(k)});
  }
  Signers signers;
  for (std::size_t i = 0; i < keys; ++i) {
    const test::EcKey key{&curve, test::Big::from_bytes(uniform(random, curve.bytes)) % curve.n};
    signers.keys.push_back(set.keys.add(key.jwk()));
    signers.sign.emplace_back([=](const std::string& message, std::size_t n) {
      const Nonce& nonce = (*nonces)[n % kNonces];
      const test::Big e = test::Big::from_bytes(test::hashed(key.curve->hash, message));
      const test::Big s = nonce.inverse * (e + nonce.r * key.d) % key.curve->n;
      return nonce.r.bytes(key.curve->bytes) + s.bytes(key.curve->bytes);
    });
  }
  return signers;
}

// Valid signatures; signature i is by key i % keys. Made at the first call, then kept.
const test::CaseSet& signed_by(const Operation& operation, std::size_t keys) {
  static std::map<std::pair<std::string, std::size_t>, std::unique_ptr<test::CaseSet>> made;
  std::unique_ptr<test::CaseSet>& set = made[{operation.name, keys}];
  if (set != nullptr) return *set;
  set = std::make_unique<test::CaseSet>();
  test::StructuredRandom random(20261123);
  const bool rsa = operation.curve == nullptr;
  const Signers signers = rsa ? rsa_signers(operation, keys, random, *set)
                          : operation.which == Curve::Ed25519
                              ? edwards_signers(keys, random, *set)
                              : ec_signers(test::EcCurve::of(operation.which), keys, random, *set);
  // RSA signs slowly, and verifying takes the same time for every signature, so a few are repeated.
  const std::size_t count = std::max(kSignatures, 2 * keys), distinct = rsa ? 64 : count;
  for (std::size_t i = 0; i < count; ++i) {
    if (i >= distinct) {
      set->cases.push_back(set->cases[i % (distinct - distinct % keys)]);
      continue;
    }
    const std::size_t key = i % keys;
    std::string message = uniform(random, kMessageBytes);
    std::string signature = signers.sign[key](message, i / keys + i);
    set->cases.push_back({signers.keys[key], operation.algorithm, std::move(message), std::move(signature), ""});
  }
  return *set;
}

std::vector<std::string> digests_of(const test::CaseSet& set) {
  std::vector<std::string> digests;
  for (const test::SignatureCase& one : set.cases) {
    const Hash hash = info(one.algorithm).hash;
    digests.push_back(hash == Hash::none ? std::string() : test::hashed(hash, one.input));
  }
  return digests;
}

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string flipped(std::string signature) {
  signature.back() = static_cast<char>(signature.back() ^ 1);
  return signature;
}

// ---- OpenSSL at its best

struct Free {
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
};

const EVP_MD* md_of(Hash hash) {
  return hash == Hash::SHA256 ? EVP_sha256() : hash == Hash::SHA384 ? EVP_sha384() : EVP_sha512();
}

// r || s in the DER encoding that OpenSSL takes.
std::string der_of(const std::string& raw) {
  const std::size_t half = raw.size() / 2;
  const std::unique_ptr<ECDSA_SIG, Free> numbers(ECDSA_SIG_new());
  ECDSA_SIG_set0(numbers.get(), BN_dup(test::Big::from_bytes(raw.substr(0, half)).get()),
                 BN_dup(test::Big::from_bytes(raw.substr(half)).get()));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(numbers.get(), &der);
  std::string text(reinterpret_cast<char*>(der), static_cast<std::size_t>(size));
  OPENSSL_free(der);
  return text;
}

void openssl(benchmark::State& state, const Operation& operation) {
  const test::CaseSet& set = signed_by(operation, 1);
  const std::vector<std::string> digests = digests_of(set);
  EVP_PKEY* pkey = set.cases[0].key->openssl->pkey.get();
  const AlgorithmInfo& row = info(operation.algorithm);
  const std::unique_ptr<EVP_PKEY_CTX, Free> context(EVP_PKEY_CTX_new(pkey, nullptr));
  const std::unique_ptr<EVP_MD_CTX, Free> messages(EVP_MD_CTX_new());
  const bool eddsa = row.scheme == Scheme::eddsa;
  if (eddsa) {
    EVP_DigestVerifyInit(messages.get(), nullptr, nullptr, nullptr, pkey);
  } else {
    EVP_PKEY_verify_init(context.get());
    if (row.scheme == Scheme::rsa_pkcs1) EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING);
    if (row.scheme == Scheme::rsa_pss) EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_signature_md(context.get(), md_of(row.hash));
    if (row.scheme == Scheme::rsa_pss) EVP_PKEY_CTX_set_rsa_pss_saltlen(context.get(), RSA_PSS_SALTLEN_DIGEST);
  }
  std::vector<std::string> signatures, wrong;
  for (const test::SignatureCase& one : set.cases) {
    const bool ecdsa = row.scheme == Scheme::ecdsa;
    signatures.push_back(ecdsa ? der_of(one.signature) : one.signature);
    wrong.push_back(ecdsa ? der_of(flipped(one.signature)) : flipped(one.signature));
  }
  const auto verify = [&](std::size_t i, const std::string& signature) {
    const std::string& input = eddsa ? set.cases[i].input : digests[i];
    return (eddsa
                ? EVP_DigestVerify(messages.get(), bytes_of(signature), signature.size(), bytes_of(input), input.size())
                : EVP_PKEY_verify(context.get(), bytes_of(signature), signature.size(), bytes_of(input),
                                  input.size())) == 1;
  };
  for (std::size_t i = 0; i < 64; ++i) {
    if (!verify(i, signatures[i]) || verify(i, wrong[i])) return state.SkipWithError("wrong answer");
  }
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(verify(next, signatures[next]));
    next = (next + 1) % signatures.size();
  }
  state.SetItemsProcessed(state.iterations());
}

// ---- Kernels

std::pair<int, int> windows() {
  int key = 13, generator = 16;
  if (const char* given = std::getenv("ASSAY_BENCH_WINDOWS")) std::sscanf(given, "%d,%d", &key, &generator);
  return {key, generator};
}

// The signatures of a set as jobs for the kernel of one ISA. verify() verifies some of them; valid() then gives the
// answers.
class Prepared {
 public:
  virtual ~Prepared() = default;
  virtual void verify(std::size_t first, std::size_t count) = 0;
  virtual bool valid(std::size_t i) const = 0;
};

class PreparedCurve final : public Prepared {
 public:
  PreparedCurve(const Kernels& kernels, const Operation& operation, const test::CaseSet& set, bool wrong,
                test::CurveTables& tables, std::map<const keys::PreparedKey*, const std::uint64_t*>& known)
      : set_(set),
        eddsa_(operation.which == Curve::Ed25519),
        digests_(digests_of(set)),
        tables_(tables),
        kernels_(kernels, {}),
        hashes_(kernels_, false),
        outcomes_(set.cases.size()) {
    for (std::size_t i = 0; i < set.cases.size(); ++i) {
      const test::SignatureCase& one = set.cases[i];
      signatures_.push_back(wrong ? flipped(one.signature) : one.signature);
      const auto [found, fresh] = known.try_emplace(one.key);
      if (fresh) found->second = tables.add_key(bytes_of(one.key->jwk.x + one.key->jwk.y));
      if (eddsa_) {
        digests_[i].assign(64, '\0');
        prefixes_.push_back(signatures_.back().substr(0, 32) + one.key->jwk.x);
      }
    }
    for (std::size_t i = 0; i < set.cases.size(); ++i) {
      jobs_.push_back({bytes_of(signatures_[i]), bytes_of(digests_[i]), known.at(set.cases[i].key)});
    }
  }
  void verify(std::size_t first, std::size_t count) override {
    if (eddsa_) {
      for (std::size_t i = first; i < first + count; ++i) {
        hashes_.add(Hash::SHA512, prefixes_[i], set_.cases[i].input,
                    reinterpret_cast<unsigned char*>(digests_[i].data()));
      }
      hashes_.run();
    }
    tables_.verify(std::span(jobs_).subspan(first, count), outcomes_.data() + first);
  }
  bool valid(std::size_t i) const override { return outcomes_[i] == kernel::Outcome::valid; }

 private:
  const test::CaseSet& set_;
  const bool eddsa_;
  std::vector<std::string> signatures_, digests_, prefixes_;
  test::CurveTables& tables_;
  lanes::LaneKernels kernels_;
  lanes::HashLanes hashes_;
  std::vector<kernel::CurveJob> jobs_;
  std::vector<kernel::Outcome> outcomes_;
};

class PreparedRsa final : public Prepared {
 public:
  PreparedRsa(const Kernels& kernels, const test::CaseSet& set, bool wrong)
      : rsa_(kernels.rsa), kernels_(kernels, {}), hashes_(kernels_, false), lanes_(hashes_), slots_(set.cases.size()) {
    const std::vector<std::string> digests = digests_of(set);
    signatures_.reserve(set.cases.size());
    for (std::size_t i = 0; i < set.cases.size(); ++i) {
      const test::SignatureCase& one = set.cases[i];
      auto& table = tables_[one.key];
      if (table == nullptr) {
        table = lanes::make_modulus(rsa_, one.key->jwk.n, true);
        if (table == nullptr) std::abort();
      }
      signatures_.push_back(wrong ? flipped(one.signature) : one.signature);
      jobs_.push_back({one.key, one.algorithm, one.input, signatures_.back(), false});
      items_.push_back({static_cast<std::uint32_t>(i), 0, table.get()});
      digests[i].copy(reinterpret_cast<char*>(slots_[i].digest()), digests[i].size());
    }
  }
  void verify(std::size_t first, std::size_t count) override {
    lanes_.verify(rsa_, jobs_, std::span(items_).subspan(first, count), slots_.data() + first);
  }
  bool valid(std::size_t i) const override { return jobs_[i].valid; }

 private:
  const kernel::RsaKernel rsa_;
  lanes::LaneKernels kernels_;
  lanes::HashLanes hashes_;
  lanes::RsaLanes lanes_;
  std::map<const keys::PreparedKey*, std::unique_ptr<const lanes::KeyTable>> tables_;
  std::vector<std::string> signatures_;
  std::vector<signature::Job> jobs_;
  std::vector<lanes::LaneItem> items_;
  std::vector<lanes::DigestSlot> slots_;
};

// The jobs and tables of an operation, made at the first call and then kept. Null if an answer was wrong.
Prepared* prepared(const Operation& operation, const char* isa, std::size_t keys) {
  static std::map<std::string, std::unique_ptr<Prepared>> made;
  std::unique_ptr<Prepared>& kept = made[std::string(operation.name) + "/" + isa + "/" + std::to_string(keys)];
  if (kept != nullptr) return kept.get();
  const Kernels& kernels = *kernel::kernels_for(isa);
  const test::CaseSet& set = signed_by(operation, keys);
  std::unique_ptr<Prepared> good, wrong;
  if (operation.curve == nullptr) {
    good = std::make_unique<PreparedRsa>(kernels, set, false);
    wrong = std::make_unique<PreparedRsa>(kernels, set, true);
  } else {
    static std::map<std::string, std::unique_ptr<test::CurveTables>> all_tables;
    static std::map<std::string, std::map<const keys::PreparedKey*, const std::uint64_t*>> all_known;
    const std::string name = std::string(operation.name) + "/" + isa;
    auto& tables = all_tables[name];
    if (tables == nullptr) {
      const auto [key_window, generator_window] = windows();
      tables = std::make_unique<test::CurveTables>(kernels.*operation.curve, key_window, generator_window);
    }
    good = std::make_unique<PreparedCurve>(kernels, operation, set, false, *tables, all_known[name]);
    wrong = std::make_unique<PreparedCurve>(kernels, operation, set, true, *tables, all_known[name]);
  }
  good->verify(0, set.cases.size());
  wrong->verify(0, set.cases.size());
  for (std::size_t i = 0; i < set.cases.size(); ++i) {
    if (!good->valid(i) || wrong->valid(i)) return nullptr;
  }
  kept = std::move(good);
  return kept.get();
}

void lanes(benchmark::State& state, const Operation& operation, const char* isa, std::size_t batch, std::size_t keys) {
  Prepared* const work = prepared(operation, isa, keys);
  if (work == nullptr) return state.SkipWithError("wrong answer");
  std::size_t next = 0;
  for (auto _ : state) {
    work->verify(next, batch);
    benchmark::ClobberMemory();
    next = (next + batch) % kSignatures;
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch));
}

// ---- The whole backend

constexpr std::chrono::seconds kLongestWarming(120);

// A backend that has seen enough tokens to have built its tables, and a session of it.
struct Warm {
  std::shared_ptr<const signature::Backend> backend;
  std::unique_ptr<signature::BackendSession> session;
  std::vector<signature::Job> jobs;
  bool right = true;
};

Warm& warm(const Operation& operation, const std::string& name, std::size_t keys) {
  static std::map<std::string, Warm> made;
  Warm& warm = made[std::string(operation.name) + "/" + name + "/" + std::to_string(keys)];
  if (warm.backend != nullptr) return warm;
  signature::BackendOptions options;
  options.name = name == "openssl" ? "openssl" : "lanes";
  options.isa = name == "openssl" ? "" : name;
  auto backend = verify::make_backend(options);
  if (!backend) {
    std::fprintf(stderr, "kernel_bench: %s\n", backend.error().message.c_str());
    std::abort();
  }
  warm.backend = *backend;
  warm.session = warm.backend->new_session();
  const test::CaseSet& set = signed_by(operation, keys);
  for (const test::SignatureCase& one : set.cases) warm.jobs.push_back(test::job_of(one, true));
  // Verifies until every key has had a hundred tokens and no more tables are built.
  const auto begun = std::chrono::steady_clock::now();
  std::uint64_t built = 0, still = 0, tokens = 0;
  while ((still < 4 || tokens < 100 * keys) && std::chrono::steady_clock::now() - begun < kLongestWarming) {
    for (std::size_t first = 0; first + kBackendBatch <= warm.jobs.size(); first += kBackendBatch) {
      warm.session->verify(std::span(warm.jobs).subspan(first, kBackendBatch), set.keys.generation());
      tokens += kBackendBatch;
    }
    if (name == "openssl") break;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const std::uint64_t now = warm.backend->statistics().tables_built;
    still = now == built ? still + 1 : 0;
    built = now;
  }
  for (std::size_t i = 0; i < warm.jobs.size() / kBackendBatch * kBackendBatch; ++i) {
    warm.right = warm.right && warm.jobs[i].valid;
  }
  return warm;
}

void backend(benchmark::State& state, const Operation& operation, const std::string& name, std::size_t keys) {
  Warm& work = warm(operation, name, keys);
  if (!work.right) return state.SkipWithError("wrong answer");
  const std::uint64_t generation = signed_by(operation, keys).keys.generation();
  std::size_t next = 0;
  for (auto _ : state) {
    work.session->verify(std::span(work.jobs).subspan(next, kBackendBatch), generation);
    next += kBackendBatch;
    if (next + kBackendBatch > work.jobs.size()) next = 0;
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kBackendBatch));
  const signature::BackendStatistics counts = work.backend->statistics();
  const double all = static_cast<double>(counts.by_lanes + counts.by_openssl);
  state.counters["table_MiB"] = static_cast<double>(counts.table_bytes) / (1 << 20);
  state.counters["lane_share"] = all > 0 ? static_cast<double>(counts.by_lanes) / all : 0;
}

const bool registered = [] {
  for (const Operation& operation : operations()) {
    const std::string name = operation.name;
    benchmark::RegisterBenchmark(("kernel/verify/" + name + "/openssl/1/1").c_str(), openssl, operation);
    for (const char* isa : kernel::isa_names()) {
      const Kernels* kernels = kernel::kernels_for(isa);
      if (kernels == nullptr || (operation.curve == nullptr && kernels->rsa.power == nullptr)) continue;
      const auto add = [&](std::size_t batch, std::size_t keys) {
        const std::string label = "kernel/verify/" + name + "/" + isa + "/" + std::to_string(batch) + "/";
        benchmark::RegisterBenchmark((label + std::to_string(keys)).c_str(), lanes, operation, isa, batch, keys);
      };
      for (const std::size_t batch : kBatches) add(batch, 1);
      add(8, 10);
      add(256, 10);
      add(512, 10);
    }
    for (const std::size_t keys : operation.backend_keys) {
      std::vector<std::string> names = {"openssl"};
      for (const char* isa : kernel::isa_names()) {
        if (kernel::kernels_for(isa) != nullptr) names.emplace_back(isa);
      }
      for (const std::string& each : names) {
        const std::string label = "backend/verify/" + name + "/" + each + "/" + std::to_string(kBackendBatch) + "/";
        benchmark::RegisterBenchmark((label + std::to_string(keys)).c_str(), backend, operation, each, keys);
      }
    }
  }
  return true;
}();

}  // namespace
}  // namespace assay::bench
