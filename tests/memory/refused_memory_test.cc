// Refused memory never becomes a verdict: every allocation of OpenSSL and of C++ fails once, and from then on.
#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "assay/key_pair.h"
#include "assay/verifier.h"

namespace {

// Refuses memory to this thread: `after` allocations are granted, then one is refused, or all that follow.
struct Refusal {
  bool armed = false;
  long after = 0;
  bool from_then_on = false;
  bool happened = false;
};
thread_local Refusal refusal;

bool refuses() noexcept {
  if (!refusal.armed || (refusal.happened && !refusal.from_then_on)) return false;
  if (refusal.after-- > 0) return false;
  refusal.after = 0;
  refusal.happened = true;
  errno = ENOMEM;  // as malloc does
  return true;
}

void* openssl_malloc(std::size_t bytes, const char*, int) { return refuses() ? nullptr : std::malloc(bytes); }
void* openssl_realloc(void* old, std::size_t bytes, const char*, int) {
  return refuses() ? nullptr : std::realloc(old, bytes);
}
void openssl_free(void* old, const char*, int) { std::free(old); }

// Before OpenSSL's first allocation, or it takes no others.
const bool kInstalled = CRYPTO_set_mem_functions(openssl_malloc, openssl_realloc, openssl_free) == 1;

void* allocate(std::size_t bytes) {
  void* const made = refuses() ? nullptr : std::malloc(bytes);
  if (made == nullptr) throw std::bad_alloc();
  return made;
}

}  // namespace

void* operator new(std::size_t bytes) { return allocate(bytes); }
void* operator new[](std::size_t bytes) { return allocate(bytes); }
void operator delete(void* old) noexcept { std::free(old); }
void operator delete[](void* old) noexcept { std::free(old); }
void operator delete(void* old, std::size_t) noexcept { std::free(old); }
void operator delete[](void* old, std::size_t) noexcept { std::free(old); }

namespace assay {
namespace {

struct Case {
  const char* backend;
  Algorithm algorithm;
  bool from_then_on;
};
void PrintTo(const Case& which, std::ostream* out) {
  *out << which.backend << "_" << to_string(which.algorithm) << (which.from_then_on ? "_from_then_on" : "_once");
}

class RefusedMemory : public testing::TestWithParam<Case> {
 protected:
  RefusedMemory() : pair_(*KeyPair::generate(GetParam().algorithm)) {
    TokenRequest request;
    request.kid = "k1";
    token_ = pair_.create_token(request);
    set_ = pair_.jwks("k1");
  }

  JwtVerifierOptions options() {
    JwtVerifierOptions options;
    options.keys = {{KeySource::Kind::jwks_text, set_, "the set"}};
    options.backend = GetParam().backend;
    options.on_note = [this](std::string_view note) { notes_ += note; };
    return options;
  }

  // Calls `work` with the n-th allocation refused. Returns false when it makes no n-th one.
  template <class Work>
  static bool refuse(long n, Work work) {
    refusal = {true, n, GetParam().from_then_on, false};
    work();
    refusal.armed = false;
    return refusal.happened;
  }

  KeyPair pair_;
  std::string token_, set_, notes_;
};

TEST_P(RefusedMemory, NeverMakesAValidTokenInvalid) {
  ASSERT_TRUE(kInstalled);
  std::size_t refused = 0;
  for (long n = 0;; ++n) {
    std::optional<Verdict> verdict;
    Result<JwtVerifier> verifier = JwtVerifier::create(options());
    ASSERT_TRUE(verifier) << verifier.error().message;
    const bool happened = refuse(n, [&] {
      try {
        verdict = verifier->verify(token_);
      } catch (const std::bad_alloc&) {
      }
    });
    if (verdict) {
      EXPECT_TRUE(verdict->valid()) << to_string(verdict->reason()) << " when allocation " << n << " fails";
    } else {
      ++refused;
    }
    EXPECT_TRUE(verifier->verify(token_).valid()) << "after allocation " << n << " failed";
    if (!happened) break;
  }
  EXPECT_GT(refused, 10u);
}

TEST_P(RefusedMemory, NeverSkipsASoundKey) {
  ASSERT_TRUE(kInstalled);
  std::size_t refused = 0;
  for (long n = 0;; ++n) {
    std::string error;
    const bool happened = refuse(n, [&] {
      try {
        const Result<JwtVerifier> verifier = JwtVerifier::create(options());
        if (!verifier) {
          refusal.armed = false;
          error = verifier.error().message;
        }
      } catch (const std::bad_alloc&) {
        ++refused;
      }
    });
    if (!error.empty()) {
      EXPECT_NE(error.find("memory"), std::string::npos) << error << ", when allocation " << n << " fails";
      ++refused;
    }
    EXPECT_EQ(notes_, "") << "when allocation " << n << " fails";
    notes_.clear();
    if (!happened) break;
  }
  EXPECT_GT(refused, 10u);
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedMemory,
    testing::Values(Case{"openssl", Algorithm::RS256, false}, Case{"openssl", Algorithm::RS256, true},
                    Case{"openssl", Algorithm::PS256, false}, Case{"openssl", Algorithm::PS256, true},
                    Case{"openssl", Algorithm::ES256, false}, Case{"openssl", Algorithm::ES256, true},
                    Case{"openssl", Algorithm::ES384, false}, Case{"openssl", Algorithm::ES384, true},
                    Case{"openssl", Algorithm::Ed25519, false}, Case{"openssl", Algorithm::Ed25519, true},
                    Case{"openssl", Algorithm::HS256, false}, Case{"openssl", Algorithm::HS256, true},
                    Case{"lanes", Algorithm::RS256, false}, Case{"lanes", Algorithm::ES256, true},
                    Case{"lanes", Algorithm::HS256, true}),
    testing::PrintToStringParamName());

}  // namespace
}  // namespace assay
