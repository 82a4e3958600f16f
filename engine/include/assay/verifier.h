// The face of the library: FastMCP's JWTVerifier, in bulk.
//
//   assay::JwtVerifierOptions options;
//   options.keys = {{assay::KeySource::Kind::jwks_file, "jwks.json", ""}};
//   auto verifier = assay::JwtVerifier::create(options);
//   if (!verifier) return complain(verifier.error().message);
//   if (auto token = verifier->load_access_token(text)) use(token->client_id);
//
// A token is taken exactly: without "Bearer ", without white space. All members may be called from any number of
// threads at once. A call that is in progress during reload() keeps the keys that it began with.
//
// A process may fork while it has a verifier and no other thread is in a call of it. The child may use it and destroy
// it; background threads that it lacks are started anew there.
//
// If memory is refused in the middle of a verification, the call throws std::bad_alloc and gives no verdict.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "assay/access_token.h"
#include "assay/key_set.h"
#include "assay/policy.h"
#include "assay/result.h"
#include "assay/trust.h"
#include "assay/verdict.h"

namespace assay {

namespace verify {
class Engine;
}

struct JwtVerifierOptions {
  std::vector<KeySource> keys;  // at least one, here or in `trust`
  Policy policy;
  // Issuers with keys and a policy of their own. `policy` holds their defaults, and `keys` serve all of them.
  TrustOptions trust;
  FetchOptions fetch;
  // What verifies signatures: "lanes" (many at once, with tables for keys in frequent use), "openssl", or "auto", which
  // is the environment's ASSAY_BACKEND if that is set, else lanes. The verdicts are the same.
  std::string backend = "auto";
  // The most bytes that the lanes use for tables of all keys together. 0: there are no tables, and the lanes verify
  // only HMAC.
  std::size_t table_memory = std::size_t{256} << 20;
  // The most bytes that all threads together use to remember valid tokens; 0, or fewer than 324 KiB: none is
  // remembered. A token with exactly the bytes of an earlier one is not verified again under the same keys, but its
  // times are checked each time. Memory is taken as tokens repeat.
  std::size_t memo_memory = std::size_t{64} << 20;
  // The share of the lanes' signatures, 0 to 1, that OpenSSL verifies too. If the two differ, OpenSSL's answer counts,
  // the lanes are no longer used, fault() says so, and verify_stream stops.
  double cross_check = 0;
  // Called with one line for each skipped key, each reload and each failed refetch, from any thread.
  std::function<void(std::string_view)> on_note;
};

class JwtVerifier {
 public:
  // Reads the keys and checks the options. The error's field is the path of the option at fault, such as
  // "policy.audiences"; its message names the file, what is wrong and the mend.
  static Result<JwtVerifier> create(JwtVerifierOptions options);

  JwtVerifier(JwtVerifier&&) noexcept;
  JwtVerifier& operator=(JwtVerifier&&) noexcept;
  ~JwtVerifier();

  // Returns the AccessToken, or nothing if the token is rejected now. Both names are FastMCP's.
  std::optional<AccessToken> load_access_token(std::string_view token) const;
  std::optional<AccessToken> verify_token(std::string_view token) const;

  // Returns the verdict with its reasons, now or at another moment. For a token whose kid no key has, this waits for a
  // refetch of the URLs (FetchOptions); the other functions do so too.
  Verdict verify(std::string_view token) const;
  Verdict verify(std::string_view token, Instant at) const;
  // Writes the verdict on tokens[i] to verdicts[i]; both spans have one length. From dozens of tokens on this is much
  // faster than one call for each.
  void verify_batch(std::span<const std::string_view> tokens, std::span<Verdict> verdicts, Instant at) const;
  // The same with a moment for each token: tokens[i] is judged at at[i]. All three spans have one length.
  void verify_batch(std::span<const std::string_view> tokens, std::span<Verdict> verdicts,
                    std::span<const Instant> at) const;

  // Reads every source again. On error the old keys stay in use.
  Result<void> reload();

  // The backend that verifies signatures: "lanes", "openssl".
  std::string_view backend() const noexcept;
  // Says that verdicts given so far may be wrong, because a cross-check found that lanes and OpenSSL differ. Empty: it
  // found no difference.
  std::string fault() const;

  // For assay's own stream layer.
  verify::Engine& engine() const noexcept { return *engine_; }

 private:
  explicit JwtVerifier(std::unique_ptr<verify::Engine> engine) noexcept;
  // `at`: one moment for all tokens, or one for each.
  void verify_at(std::span<const std::string_view> tokens, std::span<Verdict> verdicts,
                 std::span<const Instant> at) const;
  std::unique_ptr<verify::Engine> engine_;
};

}  // namespace assay
