// The face of the library: FastMCP's JWTVerifier, in bulk.
//
//   auto verifier = assay::JwtVerifier::create({.keys = {assay::KeySource{assay::KeySource::Kind::jwks_file,
//   "jwks.json"}}}); if (!verifier) return complain(verifier.error().message); if (auto token =
//   verifier->load_access_token(text)) use(token->client_id);
//
// Tokens are taken exactly: no "Bearer ", no white space. All members but `reload` may be called from any number of
// threads at once; `reload` too, beside them: a call in progress keeps the keys that it began with.
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
#include "assay/verdict.h"

namespace assay {

namespace verify {
class Engine;
}

struct JwtVerifierOptions {
  std::vector<KeySource> keys;  // at least one
  Policy policy;
  FetchOptions fetch;
  // What verifies signatures: lanes (many at once, with tables for hot keys), openssl, or auto, the best of them; the
  // environment's ASSAY_BACKEND replaces auto. Verdicts are the same.
  std::string backend = "auto";
  // Bytes that lanes may spend on tables for all keys together; 0: none, and only HMAC is judged in lanes.
  std::size_t table_memory = std::size_t{256} << 20;
  // Bytes that may be spent on remembering valid tokens, for all threads together; 0: none. A token that comes again,
  // to the last byte, under the same keys is not verified a second time; its times are judged anew each time. Memory is
  // taken as tokens repeat, and below 324 KiB none are remembered.
  std::size_t memo_memory = std::size_t{64} << 20;
  // The share of the lanes' verdicts, 0 to 1, that OpenSSL gives as well. Where they differ OpenSSL's stands, lanes are
  // used no more, and fault() says so; verify_stream stops.
  double cross_check = 0;
  // Told one line for each key that was skipped, each reload, each failed refetch. May be called from any thread.
  std::function<void(std::string_view)> on_note;
};

class JwtVerifier {
 public:
  // Reads the keys and checks the options; the error names the option, file or field that is wrong, and the mend.
  static Result<JwtVerifier> create(JwtVerifierOptions options);

  JwtVerifier(JwtVerifier&&) noexcept;
  JwtVerifier& operator=(JwtVerifier&&) noexcept;
  ~JwtVerifier();

  // FastMCP's names: the AccessToken, or nothing. Judged now.
  std::optional<AccessToken> load_access_token(std::string_view token) const;
  std::optional<AccessToken> verify_token(std::string_view token) const;

  // The verdict with its reasons, judged now or at a moment of the past.
  Verdict verify(std::string_view token) const;
  Verdict verify(std::string_view token, Instant at) const;
  // verdicts[i] is of tokens[i]; both spans of one length. Much faster than one at a time once there are dozens.
  void verify_batch(std::span<const std::string_view> tokens, std::span<Verdict> verdicts, Instant at) const;

  // Reads every source again. On error the old keys stay in use.
  Result<void> reload();

  // The backend that verifies signatures: "lanes", "openssl".
  std::string_view backend() const noexcept;
  // Why verdicts given so far may be wrong: a cross-check found lanes and OpenSSL to differ. Empty: no such thing.
  std::string fault() const;

  // For assay's own stream layer.
  verify::Engine& engine() const noexcept { return *engine_; }

 private:
  explicit JwtVerifier(std::unique_ptr<verify::Engine> engine) noexcept;
  std::unique_ptr<verify::Engine> engine_;
};

}  // namespace assay
