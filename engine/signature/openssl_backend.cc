// Each session keeps the verification contexts that it has made for a key and an algorithm. Making one takes a lock
// that all threads share, and as much time as an HMAC or two. The table of contexts is direct-mapped and bounded, so
// that fifty thousand keys in rotation cost time and not memory.
#include "signature/openssl_backend.h"

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <cstring>
#include <new>
#include <utility>
#include <vector>

#include "base/session_counters.h"
#include "digest/digest.h"
#include "digest/emsa_pss.h"
#include "digest/openssl_memory.h"
#include "keys/openssl_key.h"
#include "signature/lengths.h"

namespace assay::signature {
namespace {

// The most contexts that a session holds; each takes about 1 KB.
constexpr std::size_t kContextSlots = 4096;

const EVP_MD* evp_md(Hash hash) noexcept {
  switch (hash) {
    case Hash::SHA256:
      return EVP_sha256();
    case Hash::SHA384:
      return EVP_sha384();
    case Hash::SHA512:
      return EVP_sha512();
    case Hash::none:
      return nullptr;
  }
  return nullptr;
}

struct ContextFree {
  void operator()(EVP_PKEY_CTX* context) const noexcept { EVP_PKEY_CTX_free(context); }
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using PkeyContext = std::unique_ptr<EVP_PKEY_CTX, ContextFree>;

// Bytes of the DER of r and s: three tags and lengths, and a sign byte for each.
constexpr std::size_t kMostDer = 2 * kMostEcdsaHalf + 12;

// r and s (RFC 7518 §3.4: each exactly `half` bytes, big-endian) as the DER that EVP_PKEY_verify takes: SEQUENCE of two
// INTEGERs, of the least length. Returns the bytes written, at most 2*half + 9.
std::size_t der_signature(std::string_view raw, unsigned char* der) noexcept {
  const std::size_t half = raw.size() / 2;
  unsigned char body[kMostDer];
  std::size_t size = 0;
  for (int part = 0; part < 2; ++part) {
    const auto* number = reinterpret_cast<const unsigned char*>(raw.data()) + static_cast<std::size_t>(part) * half;
    std::size_t skip = 0;
    while (skip + 1 < half && number[skip] == 0) ++skip;
    const bool sign_byte = (number[skip] & 0x80) != 0;
    const std::size_t length = half - skip;
    body[size++] = 0x02;
    body[size++] = static_cast<unsigned char>(length + (sign_byte ? 1 : 0));
    if (sign_byte) body[size++] = 0;
    std::memcpy(body + size, number + skip, length);
    size += length;
  }
  std::size_t at = 0;
  der[at++] = 0x30;
  if (size > 127) der[at++] = 0x81;
  der[at++] = static_cast<unsigned char>(size);
  std::memcpy(der + at, body, size);
  return at + size;
}

struct OpensslCounts {
  base::Counter verified;

  void add_to(BackendStatistics& sum) const noexcept { sum.by_openssl += verified.get(); }
};
using OpensslCounters = base::SessionCounters<OpensslCounts, BackendStatistics>;

class OpensslSession final : public BackendSession {
 public:
  explicit OpensslSession(std::shared_ptr<OpensslCounters> counters)
      : counters_(std::move(counters)), counts_(*counters_) {}

  void verify(std::span<Job> jobs, std::uint64_t ring_generation) override {
    if (ring_generation != generation_) {
      slots_.clear();
      generation_ = ring_generation;
    }
    for (Job& job : jobs) job.valid = verify_one(job);
    counts_->verified.add(jobs.size());
  }

 private:
  struct Slot {
    std::uint32_t key_index = 0;
    Algorithm algorithm = Algorithm::RS256;
    PkeyContext context;
  };

  // OpenSSL says "invalid" also when it cannot get memory. Such an answer is asked for a second time, with new
  // contexts, since the allocator may find memory by then.
  bool verify_one(const Job& job) {
    for (const bool last : {false, true}) {
      digest::expect_openssl_memory();
      if (answer(job)) return true;
      if (!digest::openssl_was_refused_memory()) return false;
      slots_.clear();
      md_context_.reset();
      if (last) break;
    }
    throw std::bad_alloc();
  }

  bool answer(const Job& job) {
    const keys::PreparedKey& key = *job.key;
    const AlgorithmInfo& algorithm = info(job.algorithm);
    // OpenSSL's PSS does not check the length, and DER has its own.
    const std::size_t bytes = signature_bytes(key, algorithm), size = job.signature.size();
    if (size != bytes && !(size < bytes && takes_shorter(key, algorithm))) return false;
    switch (algorithm.scheme) {
      case Scheme::hmac:
        return key.openssl->hmac != nullptr &&
               key.openssl->hmac->matches(algorithm.hash, job.signing_input, job.signature);
      case Scheme::rsa_pkcs1:
        return verify_digest(job, algorithm, reinterpret_cast<const unsigned char*>(job.signature.data()), size);
      case Scheme::rsa_pss:
        return verify_pss(job, algorithm, bytes);
      case Scheme::ecdsa: {
        if (key.jwk.curve != algorithm.curve) return false;
        unsigned char der[kMostDer];
        return verify_digest(job, algorithm, der, der_signature(job.signature, der));
      }
      case Scheme::eddsa:
        return verify_eddsa(job);
    }
    return false;
  }

  bool verify_digest(const Job& job, const AlgorithmInfo& algorithm, const unsigned char* signature, std::size_t size) {
    EVP_PKEY_CTX* context = context_for(*job.key, job.algorithm, algorithm);
    if (context == nullptr) return false;
    unsigned char hashed[64];
    digest::sha2(algorithm.hash, job.signing_input, hashed);
    return EVP_PKEY_verify(context, signature, size, hashed, static_cast<std::size_t>(digest_bytes(algorithm.hash))) ==
           1;
  }

  // OpenSSL computes s^e mod n, and emsa_pss_verify checks the encoding; emsa_pss.h says why.
  bool verify_pss(const Job& job, const AlgorithmInfo& algorithm, std::size_t modulus_bytes) {
    EVP_PKEY_CTX* context = context_for(*job.key, job.algorithm, algorithm);
    unsigned char block[digest::kMaxModulusBytes];
    std::size_t size = sizeof block;
    if (context == nullptr || modulus_bytes > sizeof block) return false;
    if (EVP_PKEY_verify_recover(context, block, &size, reinterpret_cast<const unsigned char*>(job.signature.data()),
                                job.signature.size()) != 1) {
      return false;  // s >= n
    }
    unsigned char hashed[64];
    digest::sha2(algorithm.hash, job.signing_input, hashed);
    return digest::emsa_pss_verify(algorithm.hash, hashed, {reinterpret_cast<const char*>(block), size},
                                   static_cast<std::size_t>(EVP_PKEY_get_bits(job.key->openssl->pkey.get())));
  }

  // OpenSSL 3.0 has no prepared form for EdDSA, so that only the context is reused and is set up anew each time.
  bool verify_eddsa(const Job& job) {
    EVP_PKEY* pkey = job.key->openssl->pkey.get();
    if (md_context_ == nullptr) md_context_.reset(EVP_MD_CTX_new());
    if (md_context_ == nullptr) throw std::bad_alloc();
    EVP_MD_CTX* context = md_context_.get();
    EVP_MD_CTX_reset(context);
    return EVP_DigestVerifyInit(context, nullptr, nullptr, nullptr, pkey) == 1 &&
           EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(job.signature.data()), job.signature.size(),
                            reinterpret_cast<const unsigned char*>(job.signing_input.data()),
                            job.signing_input.size()) == 1;
  }

  EVP_PKEY_CTX* context_for(const keys::PreparedKey& key, Algorithm name, const AlgorithmInfo& algorithm) {
    if (slots_.empty()) slots_.resize(kContextSlots);
    // Algorithms of one key lie apart by a prime, so that a key used with two of them keeps both.
    Slot& slot = slots_[(key.index + static_cast<std::uint32_t>(name) * 257u) % kContextSlots];
    if (slot.context != nullptr && slot.key_index == key.index && slot.algorithm == name) return slot.context.get();
    slot.context = make_context(key, algorithm);
    slot.key_index = key.index;
    slot.algorithm = name;
    return slot.context.get();
  }

  static PkeyContext make_context(const keys::PreparedKey& key, const AlgorithmInfo& algorithm) noexcept {
    PkeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.openssl->pkey.get(), nullptr));
    const EVP_MD* md = evp_md(algorithm.hash);
    if (context == nullptr) return nullptr;
    if (algorithm.scheme == Scheme::rsa_pss) {
      if (EVP_PKEY_verify_recover_init(context.get()) != 1) return nullptr;
      if (EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) != 1) return nullptr;
      return context;
    }
    if (EVP_PKEY_verify_init(context.get()) != 1) return nullptr;
    if (algorithm.scheme == Scheme::rsa_pkcs1) {
      if (EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1) return nullptr;
    }
    if (EVP_PKEY_CTX_set_signature_md(context.get(), md) != 1) return nullptr;
    return context;
  }

  const std::shared_ptr<OpensslCounters> counters_;  // the session may outlive its backend
  OpensslCounters::Session counts_;
  std::vector<Slot> slots_;
  std::uint64_t generation_ = 0;
  std::unique_ptr<EVP_MD_CTX, ContextFree> md_context_;  // null: not made yet
};

class OpensslBackend final : public Backend {
 public:
  std::string_view name() const noexcept override { return "openssl"; }
  std::unique_ptr<BackendSession> new_session() const override { return std::make_unique<OpensslSession>(counters_); }
  BackendStatistics statistics() const override { return counters_->sum(); }

 private:
  const std::shared_ptr<OpensslCounters> counters_ = std::make_shared<OpensslCounters>();
};

}  // namespace

std::shared_ptr<const Backend> make_openssl_backend() { return std::make_shared<OpensslBackend>(); }

}  // namespace assay::signature
