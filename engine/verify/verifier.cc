// The library's face over the engine: owned verdicts, one or many at a time.
#include "assay/verifier.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <new>
#include <utility>
#include <vector>

#include "verify/engine.h"

namespace assay {
namespace verify {

Verdict to_verdict(const jose::TokenVerdict& from, const jose::TokenInput& input) {
  Verdict verdict;
  verdict.reasons = from.reasons;
  verdict.signature = from.signature;
  if (from.has_alg) verdict.alg = std::string(from.alg);
  if (from.has_kid) verdict.kid = std::string(from.kid);
  verdict.client_id = from.client_id;
  if (from.has_issuer) verdict.issuer = std::string(from.issuer);
  if (from.has_subject) verdict.subject = std::string(from.subject);
  if (from.has_jti) verdict.jti = std::string(from.jti);
  verdict.judged_at = input.at;
  verdict.detail = from.detail;
  if (!from.reasons.empty()) return verdict;
  AccessToken& granted = verdict.token.emplace();
  granted.token = input.token;
  granted.client_id = from.client_id;
  granted.scopes.assign(from.scopes.begin(), from.scopes.end());
  granted.expires_at_text = from.expires_at;
  if (!from.expires_at.empty()) {
    std::int64_t seconds = 0;
    const char* end = from.expires_at.data() + from.expires_at.size();
    const auto [stopped, error] = std::from_chars(from.expires_at.data(), end, seconds);
    if (error == std::errc::result_out_of_range) {
      using Limits = std::numeric_limits<std::int64_t>;
      seconds = from.expires_at.front() == '-' ? Limits::min() : Limits::max();
    }
    granted.expires_at = seconds;
  }
  granted.subject = verdict.subject;
  granted.claims = from.claims;
  return verdict;
}

}  // namespace verify

JwtVerifier::JwtVerifier(std::unique_ptr<verify::Engine> engine) noexcept : engine_(std::move(engine)) {}
JwtVerifier::JwtVerifier(JwtVerifier&&) noexcept = default;
JwtVerifier& JwtVerifier::operator=(JwtVerifier&&) noexcept = default;
JwtVerifier::~JwtVerifier() = default;

Result<JwtVerifier> JwtVerifier::create(JwtVerifierOptions options) {
  auto engine = verify::Engine::create(std::move(options));
  if (!engine) return engine.error();
  return JwtVerifier(std::move(*engine));
}

std::optional<AccessToken> JwtVerifier::load_access_token(std::string_view token) const {
  return verify(token, Instant::now()).token;
}

std::optional<AccessToken> JwtVerifier::verify_token(std::string_view token) const { return load_access_token(token); }

Verdict JwtVerifier::verify(std::string_view token) const { return verify(token, Instant::now()); }

Verdict JwtVerifier::verify(std::string_view token, Instant at) const {
  Verdict verdict;
  verify_batch({&token, 1}, {&verdict, 1}, at);
  return verdict;
}

void JwtVerifier::verify_batch(std::span<const std::string_view> tokens, std::span<Verdict> verdicts,
                               Instant at) const {
  verify_at(tokens, verdicts, {&at, 1});
}

void JwtVerifier::verify_batch(std::span<const std::string_view> tokens, std::span<Verdict> verdicts,
                               std::span<const Instant> at) const {
  verify_at(tokens, verdicts, at);
}

void JwtVerifier::verify_at(std::span<const std::string_view> tokens, std::span<Verdict> verdicts,
                            std::span<const Instant> at) const {
  // In pieces, so that the session's memory does not grow with the caller's span.
  constexpr std::size_t kPiece = 512;
  std::unique_ptr<verify::Session> session = engine_->acquire();
  std::vector<jose::TokenInput> inputs(std::min(kPiece, tokens.size()));
  std::vector<jose::TokenVerdict> judged(inputs.size());
  for (std::size_t begin = 0; begin < tokens.size(); begin += kPiece) {
    const std::size_t count = std::min(kPiece, tokens.size() - begin);
    for (std::size_t i = 0; i < count; ++i) inputs[i] = {tokens[begin + i], at.size() == 1 ? at[0] : at[begin + i]};
    if (!engine_->verify({inputs.data(), count}, {judged.data(), count}, *session)) throw std::bad_alloc();
    for (std::size_t i = 0; i < count; ++i) verdicts[begin + i] = verify::to_verdict(judged[i], inputs[i]);
  }
  engine_->release(std::move(session));
}

Result<void> JwtVerifier::reload() { return engine_->reload(); }
std::string_view JwtVerifier::backend() const noexcept { return engine_->backend().name(); }
std::string JwtVerifier::fault() const { return engine_->backend().fault(); }

}  // namespace assay
