#include "verify/order.h"

#include <algorithm>
#include <new>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "jose/access.h"
#include "jose/claims.h"
#include "jose/compact.h"
#include "jose/policy.h"
#include "jose/shape_fault.h"
#include "signature/lengths.h"
#include "verify/signature_detail.h"
#include "verify/static_check.h"

namespace assay::verify {
namespace {

// check_batch constructs verdicts over old ones.
static_assert(std::is_trivially_destructible_v<jose::TokenVerdict>);

// Without a detail the reason's own sentence stands in its place.
void reject(jose::TokenVerdict& verdict, Reason reason, std::string_view detail) noexcept {
  verdict.reasons = ReasonSet(reason);
  verdict.detail = detail.empty() ? explain(reason) : detail;
}

// Copies alg and kid from the header into the verdict, even if the header has a fault. Neither shows a token.
void report_header(const memo::HeaderPlan& plan, jose::TokenVerdict& verdict) noexcept {
  verdict.has_alg = plan.header.alg.has_value();
  verdict.has_kid = plan.header.kid.has_value();
  if (verdict.has_alg) verdict.alg = plan.shown_alg;
  if (verdict.has_kid) verdict.kid = plan.shown_kid;
}

// Checks the size and looks up the header.
void find_header(std::string_view token, Work& work, jose::TokenVerdict& verdict, Workspace& workspace) {
  work.next = Work::Next::nothing;
  if (token.empty()) return reject(verdict, Reason::missing_token, "the token is empty");
  if (token.size() > workspace.policy.max_token_bytes) {
    return reject(verdict, Reason::token_too_large,
                  workspace.arena.copy(std::to_string(token.size()) + " bytes; the limit is " +
                                       std::to_string(workspace.policy.max_token_bytes)));
  }
  work.next = Work::Next::segments;
  // Nearly every token has the header of the one before.
  work.plan = workspace.header_memo.latest(token, work.header_size);
  if (work.plan != nullptr) return;
  const std::string_view header = jose::first_segment(token);
  work.header_size = header.size();
  // The first segment is a header only if another segment follows.
  const bool has_header = header.size() < token.size();
  work.plan = has_header ? &workspace.header_memo.look_up(header, workspace.policy) : nullptr;
}

// RFC 7515 §6: "none" or an unknown algorithm, and an empty signature. The header's fault decides such a token.
bool is_unsecured(const jose::Compact& compact, const memo::HeaderPlan& plan) noexcept {
  return plan.decodable && !plan.header.algorithm && compact.shape == jose::Shape::empty_signature;
}

// Reads the claims, once for each token. Null, with `fault`, if they are malformed.
const jose::Claims* claims_of(Work& work, Workspace& workspace, jose::ClaimsFault& fault) {
  if (work.claims != nullptr) return work.claims;
  return work.claims = jose::read_claims(work.payload, workspace.policy.profile, workspace.reader, workspace.arena,
                                         fault, workspace.further_claims);
}

trust::IssuerIndex issuer_of(const jose::Claims& claims, const trust::Issuers& issuers) noexcept {
  return claims.iss.type == jose::ClaimType::string ? issuers.find(claims.iss.text) : trust::kNoIssuer;
}

// The issuer that the token names. It is not verified yet, and only decides which keys are tried.
trust::IssuerIndex unverified_issuer(Work& work, Workspace& workspace) {
  jose::ClaimsFault fault;
  const jose::Claims* claims = claims_of(work, workspace, fault);
  return claims == nullptr ? trust::kNoIssuer : issuer_of(*claims, *workspace.snapshot->issuers);
}

// Checks everything that depends only on the header, and on the issuer if that decides between keys.
void check_header(Work& work, jose::TokenVerdict& verdict, Workspace& workspace) {
  work.keys = &work.plan->keys;
  if (work.plan->asks_issuer)
    work.keys = &workspace.header_memo.keys_for(*work.plan, unverified_issuer(work, workspace));
  if (work.keys->fault && work.keys->candidates.empty()) {
    workspace.wants_refetch = workspace.wants_refetch || work.keys->wants_refetch;
    verdict.key_was_skipped = work.keys->key_was_skipped;
    return reject(verdict, *work.keys->fault, work.keys->detail);
  }
  work.next = Work::Next::signature;
}

// Bytes that a signature by the header's algorithm has at least; 0: not known.
std::size_t least_signature(const memo::HeaderPlan& plan, const Workspace& workspace) noexcept {
  return plan.header.algorithm ? workspace.least_signatures[static_cast<std::size_t>(*plan.header.algorithm)] : 0;
}

// Returns true for three segments of base64url, if the signature was not cut off.
bool has_sound_shape(const jose::Compact& compact, const memo::HeaderPlan& plan, std::size_t least) noexcept {
  return plan.decodable && compact.payload_bytes.data() != nullptr && compact.signature_bytes.data() != nullptr &&
         (compact.shape == jose::Shape::signed_token || is_unsecured(compact, plan)) &&
         (compact.signature_bytes.size() >= least || !jose::is_cut_signature(compact, least));
}

void reject_shape(std::string_view token, const jose::Compact& compact, const Work& work, jose::TokenVerdict& verdict,
                  Workspace& workspace) {
  const bool has_header = work.plan != nullptr && work.plan->decodable;
  const jose::FailedToken failed{.token = token,
                                 .compact = compact,
                                 .header = has_header ? &work.plan->header : nullptr,
                                 .policy = workspace.policy,
                                 .least_signature = has_header ? least_signature(*work.plan, workspace) : 0};
  const jose::ShapeFault fault = jose::explain_shape(failed, workspace.reader, workspace.arena);
  reject(verdict, fault.reason, fault.detail);
}

// joserfc's limits of a segment. It measures only tokens of three segments. checked_policy has put joserfc's limit of
// the whole token into the policy.
bool has_too_long_segment_for_fastmcp(const jose::Compact& compact) noexcept {
  const bool too_long =
      compact.payload.size() > jose::kFastmcpMaxPayload || compact.signature.size() > jose::kFastmcpMaxSignature;
  return too_long && compact.shape != jose::Shape::malformed && compact.signature.find('.') == std::string_view::npos;
}

// Takes the token apart and checks its shape, the lengths of its segments and their encoding, then its header.
void check_segments(std::string_view token, Work& work, jose::TokenVerdict& verdict, Workspace& workspace) {
  work.next = Work::Next::nothing;
  const Policy& policy = workspace.policy;
  const bool payload_is_encoded = work.plan == nullptr || work.plan->header.payload_is_encoded;
  jose::Compact compact = jose::take_apart(token, work.header_size, payload_is_encoded, workspace.arena);
  if (policy.accept_padding) jose::decode_padded(compact, workspace.arena);
  if (is_fastmcp(policy.profile) && has_too_long_segment_for_fastmcp(compact)) {
    return reject(verdict, Reason::token_too_large, "a segment is longer than joserfc's limit");
  }
  if (work.plan != nullptr && work.plan->decodable) report_header(*work.plan, verdict);
  if (work.plan == nullptr || !has_sound_shape(compact, *work.plan, least_signature(*work.plan, workspace))) {
    return reject_shape(token, compact, work, verdict, workspace);
  }
  work.payload = compact.payload_bytes;
  work.signature = compact.signature_bytes;
  work.signing_input = compact.signing_input();
  check_header(work, verdict, workspace);
}

// One job for each token of `job_tokens`, with its next key.
void make_jobs(std::size_t round, Workspace& workspace) {
  workspace.jobs.clear();
  for (const std::uint32_t i : workspace.job_tokens) {
    const Work& work = workspace.work[i];
    workspace.jobs.push_back({.key = work.keys->candidates[round],
                              .algorithm = *work.plan->header.algorithm,
                              .signing_input = work.signing_input,
                              .signature = work.signature,
                              .header_id = work.plan->id,
                              .header_bytes = work.header_size + 1});
  }
}

// Rejects a token that no key verified. If none of the keys belongs to the token's own issuer, the reason is why that
// issuer has none.
void reject_signature(Work& work, jose::TokenVerdict& verdict, Workspace& workspace) {
  const memo::KeyPlan* keys = work.keys;
  // The kid decided without a look at iss. The issuer that the token names may have no such key.
  if (workspace.snapshot->ring->has_issuers() && !work.plan->asks_issuer)
    keys = &workspace.header_memo.keys_for(*work.plan, unverified_issuer(work, workspace));
  workspace.wants_refetch = workspace.wants_refetch || keys->wants_refetch || work.keys->wants_refetch;
  if (keys->fault) return reject(verdict, *keys->fault, keys->detail);
  verdict.signature = SignatureState::invalid;
  reject(verdict, Reason::signature_invalid,
         explain_signature(*work.plan, *work.keys, work.signature, workspace.arena));
}

// Reads the answers of the jobs. Leaves in `job_tokens` those tokens that have another key to try.
void take_answers(std::size_t round, std::span<jose::TokenVerdict> verdicts, Workspace& workspace) {
  std::size_t left = 0;
  for (std::size_t j = 0; j < workspace.jobs.size(); ++j) {
    const std::uint32_t i = workspace.job_tokens[j];
    Work& work = workspace.work[i];
    if (workspace.jobs[j].valid) {
      verdicts[i].signature = SignatureState::valid;
      work.key = workspace.jobs[j].key;
      work.not_sampled = workspace.jobs[j].not_sampled;
      work.next = Work::Next::claims;
    } else if (round + 1 < work.keys->candidates.size()) {
      workspace.job_tokens[left++] = i;
    } else {
      reject_signature(work, verdicts[i], workspace);
    }
  }
  workspace.job_tokens.resize(left);
}

// Verifies every token with its first key, those that fail with their next key, and so on. Each round is one call of
// the backend. Without keys this check is left out.
void check_signatures(std::span<jose::TokenVerdict> verdicts, Workspace& workspace) {
  if (workspace.backend == nullptr) {
    for (std::size_t i = 0; i < verdicts.size(); ++i) {
      if (workspace.work[i].next == Work::Next::signature) workspace.work[i].next = Work::Next::claims;
    }
    return;
  }
  workspace.job_tokens.clear();
  for (std::uint32_t i = 0; i < verdicts.size(); ++i) {
    if (workspace.work[i].next == Work::Next::signature) workspace.job_tokens.push_back(i);
  }
  for (std::size_t round = 0; !workspace.job_tokens.empty(); ++round) {
    make_jobs(round, workspace);
    workspace.backend->verify(workspace.jobs, workspace.snapshot->ring->generation());
    take_answers(round, verdicts, workspace);
  }
}

// Copies the claims that verdicts show even for rejected tokens.
void report_claims(const jose::Claims& claims, jose::TokenVerdict& verdict, base::Arena& arena) {
  verdict.client_id = jose::client_id_of(claims, arena);
  verdict.has_client_id = true;
  const auto copy = [](const jose::Claim& claim, bool& present, std::string_view& text) {
    present = claim.type == jose::ClaimType::string;
    if (present) text = claim.text;
  };
  copy(claims.iss, verdict.has_issuer, verdict.issuer);
  copy(claims.sub, verdict.has_subject, verdict.subject);
  copy(claims.jti, verdict.has_jti, verdict.jti);
}

// Looks the token up in the lists of revoked tokens. Returns the time from which it is revoked, or nothing if no list
// has it.
std::optional<Instant> check_revocation(const jose::TokenInput& input, jose::TokenVerdict& verdict,
                                        Workspace& workspace) {
  std::optional<std::string_view> jti, iss;
  if (verdict.has_jti) jti = verdict.jti;
  if (verdict.has_issuer) iss = verdict.issuer;
  trust::TokenHash hash(input.token);
  std::optional<Instant> from;
  for (const auto& list : workspace.snapshot->revoked) {
    const std::optional<Instant> here = list->revoked_from(jti, iss, hash);
    if (here && (!from || *here < *from)) from = here;
  }
  if (!from || input.at < *from) return from;
  if (verdict.reasons.empty()) {
    const bool always = *from == trust::RevocationList::kAlways;
    verdict.detail = always ? "the token is on the list of revoked tokens"
                            : workspace.arena.copy("revoked from " + to_rfc3339(*from) + " on");
  }
  verdict.reasons.insert(Reason::token_revoked);
  return from;
}

// What was found of a token that is accepted.
struct Accepted {
  const jose::Claims* claims = nullptr;      // null: the token is not accepted
  const Policy* policy = nullptr;            // that was applied
  const trust::KeyWindow* window = nullptr;  // of the key; null: it counts at all times
  std::optional<Instant> revoked_from;       // a later moment

  // The moments at which exactly this verdict holds; none if the token is not accepted.
  jose::Interval interval() const noexcept {
    if (claims == nullptr) return {};
    jose::Interval interval = jose::accepted_interval(*policy, *claims);
    if (revoked_from) interval.until = std::min(interval.until, *revoked_from);
    if (window != nullptr) {
      interval.from = std::max(interval.from, window->good().from);
      interval.until = std::min(interval.until, window->good().until);
    }
    return interval;
  }
};

// Adds a reason to those of a verdict, with its detail if it is the earliest of them.
void add_reason(jose::TokenVerdict& verdict, Reason reason, const std::string& detail, base::Arena& arena) {
  const bool leads = verdict.reasons.empty() || reason < verdict.reasons.first();
  verdict.reasons.insert(reason);
  if (leads) verdict.detail = arena.copy(detail);
}

// Whose policy applies to a token, and whose key verified it.
struct Trusted {
  const Policy* policy;
  const keys::PreparedKey* key;  // null: without keys
  bool other_issuer = false;     // the key belongs to another issuer than the token names
};

// Returns the policy of the issuer that the token names, or of the key's issuer if no issuer has that name.
Trusted trusted_for(const Work& work, const jose::Claims& claims, const Workspace& workspace) noexcept {
  const trust::Issuers* issuers = workspace.snapshot->issuers.get();
  if (issuers == nullptr || work.key == nullptr) return {&workspace.policy, work.key};
  const bool own = work.key->issuer != trust::kNoIssuer && claims.iss.type == jose::ClaimType::string &&
                   claims.iss.text == issuers->at(work.key->issuer).name;
  // A comparison is cheaper than a look-up, and most tokens bear a key of the issuer that they name.
  if (own) return {&issuers->policy_of(work.key->issuer), work.key};
  const trust::IssuerIndex named = issuer_of(claims, *issuers);
  const keys::PreparedKey& key =
      workspace.snapshot->ring->as_key_of(named, *work.key, work.plan->kid(), *work.plan->header.algorithm);
  const bool bound = key.issuer != trust::kNoIssuer;
  return {&issuers->policy_of(named == trust::kNoIssuer ? key.issuer : named), &key,
          bound && named != trust::kNoIssuer && named != key.issuer};
}

std::string name_of_key(const keys::PreparedKey& key) { return key.jwk.has_kid ? "key " + key.jwk.kid : "the key"; }

// Adds what speaks against the key that verified the token: it belongs to another issuer, or did not count at the time.
void check_key(const Trusted& trusted, Instant at, jose::TokenVerdict& verdict, Workspace& workspace) {
  if (trusted.other_issuer) {
    const std::string& issuer = workspace.snapshot->issuers->at(trusted.key->issuer).name;
    add_reason(verdict, Reason::issuer_key_mismatch,
               name_of_key(*trusted.key) + " belongs to " + issuer + ", not to the issuer that the token names",
               workspace.arena);
  }
  const trust::KeyWindow* window = trusted.key->window.get();
  if (window == nullptr || window->good().contains(at)) return;
  const ReasonSet held = window->reasons(at);
  for (const Reason reason : {Reason::key_not_yet_valid, Reason::key_retired, Reason::key_compromised})
    if (held.contains(reason)) add_reason(verdict, reason, window->detail(reason), workspace.arena);
}

// Reads the claims and applies the policy. A token whose signature was not verified is granted nothing. `accepted` is
// filled only if the token is accepted.
void check_claims(Work& work, const jose::TokenInput& input, jose::TokenVerdict& verdict, Workspace& workspace,
                  Accepted& accepted) {
  const Profile profile = workspace.policy.profile;
  jose::ClaimsFault fault;
  const jose::Claims* claims = claims_of(work, workspace, fault);
  if (claims == nullptr) {
    return reject(verdict, Reason::malformed_claims, fault.message);
  }
  report_claims(*claims, verdict, workspace.arena);
  verdict.scopes = jose::scopes_of(*claims, profile, workspace.arena);
  const Trusted trusted = trusted_for(work, *claims, workspace);
  const jose::Judgement judgement =
      jose::apply_policy(*trusted.policy, work.plan->header, *claims, verdict.scopes, input.at, workspace.arena);
  verdict.reasons = judgement.reasons;
  if (!judgement.reasons.empty()) verdict.detail = judgement.detail;
  if (trusted.key != nullptr) check_key(trusted, input.at, verdict, workspace);
  if (verdict.reasons.contains(Reason::token_expired)) {
    verdict.expires_at = jose::expires_at_of(*claims, profile, workspace.arena);
  }
  std::optional<Instant> revoked_from;
  if (!workspace.snapshot->revoked.empty()) revoked_from = check_revocation(input, verdict, workspace);
  if (!verdict.reasons.empty() || verdict.signature != SignatureState::valid) return;
  if (profile == Profile::fastmcp_3_4) verdict.has_subject = false;  // its AccessToken has none
  verdict.expires_at = jose::expires_at_of(*claims, profile, workspace.arena);
  verdict.claims = claims->json;
  accepted.claims = claims;
  accepted.policy = trusted.policy;
  accepted.window = trusted.key->window.get();
  if (revoked_from) accepted.revoked_from = *revoked_from;
}

// The names of claims that the policy, or that of an issuer, looks at.
std::vector<std::string> further_claims_of(const Policy& policy, const trust::Issuers* issuers) {
  std::vector<std::string> names = jose::further_claims(policy);
  if (issuers == nullptr) return names;
  for (const trust::Issuers::Issuer& issuer : issuers->all()) {
    for (std::string& name : jose::further_claims(issuer.policy))
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

LeastSignatures least_signatures_of(Profile profile) noexcept {
  LeastSignatures least{};
  for (std::size_t i = 0; i < least.size(); ++i) {
    least[i] = static_cast<std::uint16_t>(signature::least_signature_bytes(static_cast<Algorithm>(i), profile));
  }
  return least;
}

// The first two stages: takes every token apart, and checks all that does not need a signature. `known` is null when
// tokens are not remembered.
void split_and_decode(std::span<const jose::TokenInput> inputs, std::span<jose::TokenVerdict> verdicts,
                      memo::TokenMemo* known, Workspace& workspace) {
  std::vector<Work>& work = workspace.work;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    new (&verdicts[i]) jose::TokenVerdict();  // in its place: an assignment would write it twice
    work[i].next = Work::Next::nothing;
    work[i].key = nullptr;
    work[i].claims = nullptr;
    if (check_static_table(workspace.policy, *workspace.snapshot, inputs[i], verdicts[i], workspace.arena)) continue;
    if (known != nullptr && known->recall(i, inputs[i].at, verdicts[i], workspace.arena)) continue;
    find_header(inputs[i].token, work[i], verdicts[i], workspace);
  }
  workspace.clock.lap(Stage::split);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (work[i].next == Work::Next::segments) check_segments(inputs[i].token, work[i], verdicts[i], workspace);
    if (work[i].next == Work::Next::signature && known != nullptr && known->knows_signature(i)) {
      work[i].next = Work::Next::claims;
      work[i].not_sampled = false;
      work[i].key = &workspace.snapshot->ring->keys()[known->key_of(i)];
      verdicts[i].signature = SignatureState::valid;
    }
  }
  workspace.clock.lap(Stage::decode);
}

// Prepares the workspace for the batch, with the keys of now.
void take_keys(Workspace& workspace) {
  if (workspace.key_store != nullptr) workspace.snapshot = workspace.key_store->snapshot();
  workspace.arena.reset();
  workspace.header_memo.begin_batch(workspace.snapshot);
  workspace.wants_refetch = false;
}

// The refetches that a batch waits for. All of them together have one time limit.
class Waiting {
 public:
  explicit Waiting(Workspace& workspace) noexcept : workspace_(workspace) {}

  // Waits for a refetch if the keys are overdue.
  void for_fresh_keys() {
    keys::KeyStore* const store = workspace_.key_store;
    if (store != nullptr && store->is_overdue()) store->wait_if_overdue(deadline(), workspace_.stop);
  }

  // Waits for a refetch if a token of the batch wants one. Returns true if there are newer keys. After a wait in vain
  // the batch does not wait again: other tokens of it would not find their keys either.
  bool for_newer_keys() {
    if (!workspace_.wants_refetch || in_vain_) return false;
    in_vain_ = !workspace_.key_store->wait_for_newer(workspace_.snapshot.get(), deadline(), workspace_.stop);
    return !in_vain_;
  }

 private:
  keys::Clock::time_point deadline() {
    if (deadline_ == keys::Clock::time_point::max())
      deadline_ = keys::after(keys::Clock::now(), workspace_.key_store->fetch_options().timeout_seconds);
    return deadline_;
  }

  Workspace& workspace_;
  keys::Clock::time_point deadline_ = keys::Clock::time_point::max();  // none yet
  bool in_vain_ = false;
};

// The first three stages, begun anew as long as a refetch brings newer keys for a token of the batch. Returns the memo,
// or null when tokens are not remembered.
memo::TokenMemo* check_up_to_signatures(std::span<const jose::TokenInput> inputs,
                                        std::span<jose::TokenVerdict> verdicts, Workspace& workspace) {
  Waiting waiting(workspace);
  waiting.for_fresh_keys();
  take_keys(workspace);
  // The memo skips batches if tokens hardly repeat.
  memo::TokenMemo* known = workspace.token_memo.get();
  if (known != nullptr && !known->begin_batch(workspace.snapshot, inputs)) known = nullptr;
  for (;;) {
    split_and_decode(inputs, verdicts, known, workspace);
    if (!waiting.for_newer_keys()) {
      check_signatures(verdicts, workspace);
      workspace.clock.lap(Stage::signature);
      if (!waiting.for_newer_keys()) return known;
    }
    take_keys(workspace);
    if (known != nullptr) known->begin_again(workspace.snapshot);
  }
}

}  // namespace

Workspace::Workspace(const Policy& policy_of, keys::KeyStore& keys,
                     std::unique_ptr<signature::BackendSession> backend_session,
                     std::unique_ptr<memo::TokenMemo> tokens)
    : policy(policy_of),
      key_store(&keys),
      further_claims(further_claims_of(policy_of, keys.issuers())),
      least_signatures(least_signatures_of(policy_of.profile)),
      token_memo(std::move(tokens)),
      backend(std::move(backend_session)) {
  backend->measure(&clock);
}

Workspace::Workspace(const Policy& policy_of, std::shared_ptr<const keys::Snapshot> no_keys)
    : policy(policy_of),
      key_store(nullptr),
      further_claims(jose::further_claims(policy_of)),
      snapshot(std::move(no_keys)),
      least_signatures(least_signatures_of(policy_of.profile)) {}

void check_batch(std::span<const jose::TokenInput> inputs, std::span<jose::TokenVerdict> verdicts,
                 Workspace& workspace) {
  workspace.clock.start();
  std::vector<Work>& work = workspace.work;
  work.resize(std::max(work.size(), inputs.size()));
  memo::TokenMemo* const known = check_up_to_signatures(inputs, verdicts, workspace);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (work[i].next != Work::Next::claims) continue;
    Accepted accepted;
    check_claims(work[i], inputs[i], verdicts[i], workspace, accepted);
    // A token that the cross-check did not sample is not remembered: it may be sampled the next time it comes.
    if (known == nullptr || !known->should_remember(i) || work[i].not_sampled) continue;
    known->remember(i, inputs[i].token, work[i].key->index, verdicts[i], accepted.interval());
  }
  workspace.clock.lap(Stage::claims);
}

}  // namespace assay::verify
