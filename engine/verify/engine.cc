// The order of checks, on one page: shape, header and keys (split, decode), the signatures in rounds, then the claims.
// Each stage is a loop over the batch. What a token memo knows is not done again.
#include "verify/engine.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include "codec/base64url.h"
#include "codec/json_fast.h"
#include "jose/access.h"
#include "jose/claims.h"
#include "jose/compact.h"
#include "jose/numeric_date.h"
#include "jose/policy.h"
#include "memo/header_memo.h"
#include "memo/token_memo.h"
#include "verify/backend_choice.h"

namespace assay::verify {
namespace {

static_assert(std::is_trivially_destructible_v<jose::TokenVerdict>);  // they are made anew in their places

// A token between the stages.
struct Work {
  const memo::HeaderPlan* plan = nullptr;
  std::string_view signing_input;
  std::string_view payload;    // decoded, kJsonPadding readable bytes follow
  std::string_view signature;  // decoded
  std::size_t header_size = 0;
  bool not_sampled = false;  // the signature: see signature::Job
  // `ordinary`: a header and something behind it, as far as split has looked; decode finds out the rest.
  enum class State : std::uint8_t {
    decided,
    ordinary,
    unusual,
    awaits_signature,
    awaits_claims
  } state = State::decided;
};

void reject(jose::TokenVerdict& verdict, Reason reason, std::string_view detail) noexcept {
  verdict.reasons = ReasonSet(reason);
  verdict.detail = detail;
}

// Decodes the segment that `text` begins with into the arena, with room for a reader that looks past its end, and takes
// it off. Null data: it is not strict base64url.
std::string_view decode_front(std::string_view& text, base::Arena& arena) {
  constexpr std::size_t kSlack = std::max(codec::kBase64Slack, codec::kJsonPadding);
  const std::size_t room = codec::base64url_decoded_size(text.size()) + kSlack;
  char* to = arena.allocate(room);
  const std::size_t length = codec::base64url_decode_segment(text, to);
  if (length == codec::kNotStrict) {
    arena.shrink_last(room, 0);
    return {};
  }
  const std::size_t size = codec::base64url_decoded_size(length);
  arena.shrink_last(room, size + kSlack);
  text.remove_prefix(length);
  return {to, size};
}

// The same for a text that is one segment.
std::string_view decode(std::string_view segment, base::Arena& arena) {
  const std::string_view bytes = decode_front(segment, arena);
  return segment.empty() ? bytes : std::string_view();
}

std::string_view copy_padded(std::string_view text, base::Arena& arena) {
  char* to = arena.allocate(text.size() + codec::kJsonPadding);
  std::copy(text.begin(), text.end(), to);
  return {to, text.size()};
}

}  // namespace

struct Session::Impl {
  Impl(std::unique_ptr<signature::BackendSession> session, std::unique_ptr<memo::TokenMemo> memory)
      : tokens(std::move(memory)), backend(std::move(session)) {
    backend->measure(&clock);
  }

  base::Arena arena{256 << 10};
  base::StageClock clock;
  memo::HeaderMemo memo;
  std::unique_ptr<memo::TokenMemo> tokens;  // null: none
  codec::FastObjectReader reader;
  std::unique_ptr<signature::BackendSession> backend;
  std::shared_ptr<const keys::Snapshot> snapshot;
  std::vector<Work> work;
  std::vector<signature::Job> jobs;
  std::vector<std::uint32_t> job_tokens;
};

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::~Session() = default;
base::StageClock& Session::clock() noexcept { return impl_->clock; }

struct Engine::Impl {
  Policy policy;
  std::shared_ptr<const signature::Backend> backend;
  std::unique_ptr<keys::KeyStore> keys;
  std::shared_ptr<memo::MemoShare> memos;  // null: none
  memo::TokenMemo::Options memo_options;
  std::function<void(std::string_view)> on_note;
  std::mutex pool_mutex;
  std::vector<std::unique_ptr<Session>> pool;

  bool find_known(std::span<const jose::TokenInput> inputs, Session::Impl& session) const;
  bool decide_statically(const jose::TokenInput& input, const keys::Snapshot& snapshot, jose::TokenVerdict& verdict,
                         base::Arena& arena) const;
  void split(std::string_view token, Work& work, jose::TokenVerdict& verdict, Session::Impl& session) const;
  void decode_ordinary(std::string_view token, Work& work, jose::TokenVerdict& verdict, Session::Impl& session) const;
  void take_apart(std::string_view token, Work& work, jose::TokenVerdict& verdict, Session::Impl& session) const;
  void end_with_plan(Work& work, jose::TokenVerdict& verdict) const;
  void judge_signatures(std::span<jose::TokenVerdict> verdicts, Session::Impl& session) const;
  const jose::Claims* judge_claims(const Work& work, Instant at, jose::TokenVerdict& verdict,
                                   Session::Impl& session) const;
};

// Looks for the batch's tokens among those of earlier ones. False: the memo does not serve this batch.
bool Engine::Impl::find_known(std::span<const jose::TokenInput> inputs, Session::Impl& session) const {
  return session.tokens != nullptr && session.tokens->begin_batch(session.snapshot, inputs);
}

// StaticTokenVerifier's rules: the table, then the expiry, then the scopes. True when the token is decided.
bool Engine::Impl::decide_statically(const jose::TokenInput& input, const keys::Snapshot& snapshot,
                                     jose::TokenVerdict& verdict, base::Arena& arena) const {
  if (snapshot.static_tokens == nullptr) return false;
  const keys::StaticEntry* entry = snapshot.static_tokens->find(input.token);
  if (entry == nullptr) {
    if (snapshot.has_key_sources) return false;
    reject(verdict, Reason::unknown_token, "not in the static table");
    return true;
  }
  verdict.client_id = entry->client_id;
  verdict.has_client_id = true;
  verdict.has_subject = entry->subject.has_value();
  if (entry->subject) verdict.subject = *entry->subject;
  verdict.expires_at = entry->expires_at;
  const std::span<std::string_view> scopes = arena.array<std::string_view>(entry->scopes.size());
  std::copy(entry->scopes.begin(), entry->scopes.end(), scopes.begin());
  verdict.scopes = scopes;
  if (entry->expiry) {
    const bool strict = policy.profile == Profile::strict;
    const auto order = jose::compare(*entry->expiry, strict ? policy.leeway_seconds : 0, input.at);
    // FastMCP: expires_at < time.time(); strict, as for exp: on or after.
    if (order < 0 || (strict && order == 0)) verdict.reasons.insert(Reason::token_expired);
  }
  const bool granted = std::all_of(
      policy.required_scopes.begin(), policy.required_scopes.end(),
      [&](const std::string& scope) { return std::find(scopes.begin(), scopes.end(), scope) != scopes.end(); });
  if (!granted) verdict.reasons.insert(Reason::scope_missing);
  if (verdict.reasons.empty()) {
    verdict.claims = entry->claims;
  } else {
    verdict.detail = verdict.reasons.contains(Reason::token_expired) ? "the entry's expires_at has passed"
                                                                     : "the entry lacks a required scope";
  }
  return true;
}

void tell_header(const memo::HeaderPlan& plan, jose::TokenVerdict& verdict) noexcept {
  verdict.has_alg = plan.header.alg.has_value();
  verdict.has_kid = plan.header.kid.has_value();
  if (verdict.has_alg) verdict.alg = *plan.header.alg;
  if (verdict.has_kid) verdict.kid = *plan.header.kid;
}

// Size and header. What has no header that a sound token has is for take_apart.
void Engine::Impl::split(std::string_view token, Work& work, jose::TokenVerdict& verdict,
                         Session::Impl& session) const {
  work.state = Work::State::decided;
  if (token.empty()) return reject(verdict, Reason::missing_token, "");
  if (token.size() > policy.max_token_bytes)
    return reject(verdict, Reason::token_too_large, "longer than the limit for tokens");
  work.state = Work::State::unusual;
  const void* dot = std::memchr(token.data(), '.', token.size());
  if (dot == nullptr) return;
  work.header_size = static_cast<std::size_t>(static_cast<const char*>(dot) - token.data());
  work.plan = &session.memo.look_up(token.substr(0, work.header_size), policy);
  if (work.plan->decodable && work.plan->header.payload_is_encoded) work.state = Work::State::ordinary;
}

// Payload and signature, decoded as they are found: each ends where base64url does, the one at a dot, the other at the
// token's end. A token of any other shape, or whose signature may be a mask, is for take_apart.
void Engine::Impl::decode_ordinary(std::string_view token, Work& work, jose::TokenVerdict& verdict,
                                   Session::Impl& session) const {
  std::string_view rest = token.substr(work.header_size + 1);
  const std::string_view payload = decode_front(rest, session.arena);
  bool ordinary = payload.data() != nullptr && rest.size() > 1 && rest.front() == '.';
  if (ordinary) {
    rest.remove_prefix(1);
    const std::string_view segment = rest;
    work.signing_input = token.substr(0, token.size() - segment.size() - 1);
    work.payload = payload;
    work.signature = decode_front(rest, session.arena);
    const bool too_large = policy.profile == Profile::fastmcp &&
                           (work.signing_input.size() - work.header_size - 1 > jose::kFastmcpMaxPayload ||
                            segment.size() > jose::kFastmcpMaxSignature);
    ordinary = work.signature.data() != nullptr && rest.empty() && !too_large && !jose::may_be_mask(segment);
  }
  if (!ordinary) return take_apart(token, work, verdict, session);
  tell_header(*work.plan, verdict);
  end_with_plan(work, verdict);
}

// The same for every token that is not too long, step by step, each in its order.
void Engine::Impl::take_apart(std::string_view token, Work& work, jose::TokenVerdict& verdict,
                              Session::Impl& session) const {
  work.state = Work::State::decided;
  const jose::Compact compact = jose::split_compact(token);
  const jose::Shape shape = jose::classify(compact);
  if (shape == jose::Shape::encrypted) return reject(verdict, Reason::encrypted_token, "five segments: JWE");
  if (shape == jose::Shape::malformed) return reject(verdict, Reason::malformed_token, "not three segments");

  const bool fastmcp = policy.profile == Profile::fastmcp;
  if (fastmcp &&
      (compact.payload.size() > jose::kFastmcpMaxPayload || compact.signature.size() > jose::kFastmcpMaxSignature)) {
    return reject(verdict, Reason::token_too_large, "longer than joserfc's limit for a segment");
  }

  const memo::HeaderPlan& plan = session.memo.look_up(compact.header, policy);
  work.plan = &plan;
  if (plan.decodable) tell_header(plan, verdict);

  const bool raw_payload = plan.decodable && !plan.header.payload_is_encoded;  // RFC 7797
  work.payload = raw_payload ? copy_padded(compact.payload, session.arena) : decode(compact.payload, session.arena);

  if (shape != jose::Shape::signed_token) {
    // A signature that was cut off or masked shows only beside a header that names a signing algorithm: "none" has
    // none.
    const bool whole = plan.decodable && plan.header.fault != Reason::malformed_header && plan.header.algorithm &&
                       !compact.payload.empty() && work.payload.data() != nullptr;
    if (whole) return reject(verdict, Reason::signature_redacted, "");
    const bool unsecured = plan.decodable && !plan.header.algorithm && compact.dots == 2 && compact.signature.empty();
    if (!unsecured) return reject(verdict, Reason::malformed_token, "not three segments of base64url");
  }
  if (!plan.decodable) return reject(verdict, Reason::malformed_token, "the header is not strict base64url");
  if (work.payload.data() == nullptr)
    return reject(verdict, Reason::malformed_token, "the payload is not strict base64url");
  work.signature = decode(compact.signature, session.arena);
  if (work.signature.data() == nullptr)
    return reject(verdict, Reason::malformed_token, "the signature is not strict base64url");
  work.signing_input = compact.signing_input;
  end_with_plan(work, verdict);
}

// What the header alone decides about a token whose segments are sound.
void Engine::Impl::end_with_plan(Work& work, jose::TokenVerdict& verdict) const {
  work.state = Work::State::decided;
  if (work.plan->wants_refetch) keys->request_refetch();
  if (work.plan->fault) return reject(verdict, *work.plan->fault, work.plan->detail);
  work.state = Work::State::awaits_signature;
}

// Every token with its first key, those that fail with their next, and so on: each round is one call of the backend.
void Engine::Impl::judge_signatures(std::span<jose::TokenVerdict> verdicts, Session::Impl& session) const {
  session.job_tokens.clear();
  for (std::uint32_t i = 0; i < verdicts.size(); ++i) {
    if (session.work[i].state == Work::State::awaits_signature) session.job_tokens.push_back(i);
  }
  for (std::size_t round = 0; !session.job_tokens.empty(); ++round) {
    session.jobs.clear();
    for (const std::uint32_t i : session.job_tokens) {
      const Work& work = session.work[i];
      session.jobs.push_back({.key = work.plan->candidates[round],
                              .algorithm = *work.plan->header.algorithm,
                              .signing_input = work.signing_input,
                              .signature = work.signature,
                              .head = work.plan->head_bytes == 0 ? nullptr : &work.plan->head,
                              .head_bytes = work.plan->head_bytes});
    }
    session.backend->verify(session.jobs, session.snapshot->ring->generation());
    std::size_t left = 0;
    for (std::size_t j = 0; j < session.jobs.size(); ++j) {
      const std::uint32_t i = session.job_tokens[j];
      if (session.jobs[j].valid) {
        verdicts[i].signature = SignatureState::valid;
        session.work[i].not_sampled = session.jobs[j].not_sampled;
        session.work[i].state = Work::State::awaits_claims;
      } else if (round + 1 < session.work[i].plan->candidates.size()) {
        session.job_tokens[left++] = i;
      } else {
        verdicts[i].signature = SignatureState::invalid;
        reject(verdicts[i], Reason::signature_invalid, round == 0 ? "" : "none of the keys that fit matches");
      }
    }
    session.job_tokens.resize(left);
  }
}

// Returns the claims of an accepted token.
const jose::Claims* Engine::Impl::judge_claims(const Work& work, Instant at, jose::TokenVerdict& verdict,
                                               Session::Impl& session) const {
  jose::ClaimsFault fault;
  const jose::Claims* claims = jose::read_claims(work.payload, policy.profile, session.reader, session.arena, fault);
  if (claims == nullptr) {
    reject(verdict, Reason::malformed_claims, fault.message);
    return nullptr;
  }
  verdict.client_id = jose::client_id_of(*claims, session.arena);
  verdict.has_client_id = true;
  if (claims->iss.type == jose::ClaimType::string) verdict.issuer = claims->iss.text;
  verdict.scopes = jose::scopes_of(*claims, policy.profile, session.arena);
  const jose::Judgement judgement =
      jose::apply_policy(policy, work.plan->header, *claims, verdict.scopes, at, session.arena);
  verdict.reasons = judgement.reasons;
  verdict.detail = judgement.detail;
  if (!verdict.reasons.empty()) return nullptr;
  verdict.has_subject = claims->sub.type == jose::ClaimType::string;
  if (verdict.has_subject) verdict.subject = claims->sub.text;
  verdict.expires_at = jose::expires_at_of(*claims, policy.profile, session.arena);
  verdict.claims = claims->json;
  return claims;
}

void Engine::verify(std::span<const jose::TokenInput> inputs, std::span<jose::TokenVerdict> verdicts,
                    Session& session) noexcept {
  Session::Impl& state = *session.impl_;
  state.clock.start();
  state.snapshot = impl_->keys->snapshot();
  state.arena.reset();
  state.memo.begin_batch(state.snapshot);
  memo::TokenMemo* const tokens = impl_->find_known(inputs, state) ? state.tokens.get() : nullptr;
  state.work.resize(std::max(state.work.size(), inputs.size()));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    new (&verdicts[i]) jose::TokenVerdict();  // in its place: an assignment would write it twice
    state.work[i].state = Work::State::decided;
    if (impl_->decide_statically(inputs[i], *state.snapshot, verdicts[i], state.arena)) continue;
    if (tokens != nullptr && tokens->recall(i, inputs[i].at, verdicts[i], state.arena)) continue;
    impl_->split(inputs[i].token, state.work[i], verdicts[i], state);
  }
  state.clock.lap(Stage::split);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Work& work = state.work[i];
    if (work.state == Work::State::ordinary) impl_->decode_ordinary(inputs[i].token, work, verdicts[i], state);
    if (work.state == Work::State::unusual) impl_->take_apart(inputs[i].token, work, verdicts[i], state);
    if (work.state == Work::State::awaits_signature && tokens != nullptr && tokens->knows(i)) {
      work.state = Work::State::awaits_claims;
      work.not_sampled = false;
      verdicts[i].signature = SignatureState::valid;
    }
  }
  state.clock.lap(Stage::decode);
  impl_->judge_signatures(verdicts, state);
  state.clock.lap(Stage::signature);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Work& work = state.work[i];
    if (work.state != Work::State::awaits_claims) continue;
    const jose::Claims* accepted = impl_->judge_claims(work, inputs[i].at, verdicts[i], state);
    // A token whose kid no key has asks for a refetch each time, so it is taken apart each time. One that a cross-check
    // has yet to look at is verified each time, or it would be looked at no more.
    if (tokens == nullptr || !tokens->wants(i) || work.plan->wants_refetch || work.not_sampled) continue;
    const auto interval = accepted == nullptr ? jose::Interval() : jose::accepted_interval(impl_->policy, *accepted);
    tokens->remember(i, inputs[i].token, verdicts[i], interval);
  }
  state.clock.lap(Stage::claims);
}

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::create(JwtVerifierOptions options) {
  signature::BackendOptions wanted;
  wanted.name = options.backend;
  wanted.table_memory = options.table_memory;
  wanted.cross_check = options.cross_check;
  wanted.on_note = options.on_note;
  Result<std::shared_ptr<const signature::Backend>> backend = make_backend(wanted);
  if (!backend) return backend.error();
  return create(std::move(options), std::move(*backend));
}

Result<std::unique_ptr<Engine>> Engine::create(JwtVerifierOptions options,
                                               std::shared_ptr<const signature::Backend> backend,
                                               memo::TokenMemo::Options memo) {
  auto impl = std::make_unique<Impl>();
  Result<Policy> policy = jose::checked_policy(std::move(options.policy));
  if (!policy) return policy.error();
  impl->policy = std::move(*policy);
  impl->backend = std::move(backend);
  impl->on_note = options.on_note;
  impl->memo_options = memo;
  if (options.memo_memory != 0) impl->memos = std::make_shared<memo::MemoShare>(options.memo_memory);
  Result<std::unique_ptr<keys::KeyStore>> keys =
      keys::KeyStore::open(std::move(options.keys), impl->policy, std::move(options.fetch), std::move(options.on_note));
  if (!keys) return keys.error();
  impl->keys = std::move(*keys);
  return std::unique_ptr<Engine>(new Engine(std::move(impl)));
}

std::unique_ptr<Session> Engine::acquire() {
  {
    const std::lock_guard lock(impl_->pool_mutex);
    if (!impl_->pool.empty()) {
      std::unique_ptr<Session> session = std::move(impl_->pool.back());
      impl_->pool.pop_back();
      return session;
    }
  }
  std::unique_ptr<memo::TokenMemo> tokens;
  if (impl_->memos != nullptr) tokens = std::make_unique<memo::TokenMemo>(impl_->memos, impl_->memo_options);
  return std::unique_ptr<Session>(
      new Session(std::make_unique<Session::Impl>(impl_->backend->new_session(), std::move(tokens))));
}

void Engine::release(std::unique_ptr<Session> session) {
  const std::lock_guard lock(impl_->pool_mutex);
  impl_->pool.push_back(std::move(session));
}

Result<void> Engine::reload() {
  Result<void> reloaded = impl_->keys->reload();
  if (!reloaded && impl_->on_note) impl_->on_note("reload failed, the old keys stay: " + reloaded.error().message);
  return reloaded;
}
const Policy& Engine::policy() const noexcept { return impl_->policy; }
const signature::Backend& Engine::backend() const noexcept { return *impl_->backend; }
std::shared_ptr<const keys::Snapshot> Engine::snapshot() const { return impl_->keys->snapshot(); }
memo::MemoStatistics Engine::memo_statistics() const {
  return impl_->memos == nullptr ? memo::MemoStatistics{} : impl_->memos->statistics();
}

}  // namespace assay::verify
