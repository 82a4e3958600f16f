#include "verify/order.h"

#include <algorithm>
#include <new>
#include <type_traits>
#include <utility>

#include "jose/access.h"
#include "jose/claims.h"
#include "jose/compact.h"
#include "jose/policy.h"
#include "verify/static_check.h"

namespace assay::verify {
namespace {

// check_batch constructs verdicts over old ones.
static_assert(std::is_trivially_destructible_v<jose::TokenVerdict>);

void reject(jose::TokenVerdict& verdict, Reason reason, std::string_view detail) noexcept {
  verdict.reasons = ReasonSet(reason);
  verdict.detail = detail;
}

// Copies alg and kid from the header into the verdict, even if the header has a fault.
void report_header(const memo::HeaderPlan& plan, jose::TokenVerdict& verdict) noexcept {
  verdict.has_alg = plan.header.alg.has_value();
  verdict.has_kid = plan.header.kid.has_value();
  if (verdict.has_alg) verdict.alg = *plan.header.alg;
  if (verdict.has_kid) verdict.kid = *plan.header.kid;
}

// Checks the size and looks up the header.
void find_header(std::string_view token, Work& work, jose::TokenVerdict& verdict, Workspace& workspace) {
  work.next = Work::Next::nothing;
  if (token.empty()) return reject(verdict, Reason::missing_token, "");
  if (token.size() > workspace.policy.max_token_bytes) {
    return reject(verdict, Reason::token_too_large, "longer than the limit for tokens");
  }
  const std::string_view header = jose::first_segment(token);
  work.header_size = header.size();
  // The first segment is a header only if another segment follows.
  const bool has_header = header.size() < token.size();
  work.plan = has_header ? &workspace.header_memo.look_up(header, workspace.policy) : nullptr;
  work.next = Work::Next::segments;
}

// Whether a signature was there before it was cut off or masked: header and payload are whole, and the header names a
// signing algorithm. "none" is no such algorithm.
bool is_redacted(const jose::Compact& compact, const memo::HeaderPlan& plan) noexcept {
  return plan.decodable && plan.header.fault != Reason::malformed_header && plan.header.algorithm &&
         !compact.payload.empty() && compact.payload_bytes.data() != nullptr;
}

// RFC 7515 §6: "none" or an unknown algorithm, and an empty signature. The header's fault decides such a token.
bool is_unsecured(const jose::Compact& compact, const memo::HeaderPlan& plan) noexcept {
  return plan.decodable && !plan.header.algorithm && compact.shape == jose::Shape::empty_signature;
}

// Checks everything that depends only on the header.
void check_header(Work& work, jose::TokenVerdict& verdict, Workspace& workspace) {
  workspace.wants_refetch = workspace.wants_refetch || work.plan->wants_refetch;
  if (work.plan->fault) return reject(verdict, *work.plan->fault, work.plan->detail);
  work.next = Work::Next::signature;
}

// Takes the token apart and checks its shape, the lengths of its segments and their encoding, then its header.
void check_segments(std::string_view token, Work& work, jose::TokenVerdict& verdict, Workspace& workspace) {
  work.next = Work::Next::nothing;
  const bool payload_is_encoded = work.plan == nullptr || work.plan->header.payload_is_encoded;
  const jose::Compact compact = jose::take_apart(token, work.header_size, payload_is_encoded, workspace.arena);
  if (compact.shape == jose::Shape::encrypted) return reject(verdict, Reason::encrypted_token, "five segments: JWE");
  if (compact.shape == jose::Shape::malformed) return reject(verdict, Reason::malformed_token, "not three segments");
  if (is_fastmcp(workspace.policy.profile) &&
      (compact.payload.size() > jose::kFastmcpMaxPayload || compact.signature.size() > jose::kFastmcpMaxSignature)) {
    return reject(verdict, Reason::token_too_large, "longer than joserfc's limit for a segment");
  }

  const memo::HeaderPlan& plan = *work.plan;  // a token of these shapes has one
  if (plan.decodable) report_header(plan, verdict);
  if (compact.shape != jose::Shape::signed_token && !is_unsecured(compact, plan)) {
    if (is_redacted(compact, plan)) return reject(verdict, Reason::signature_redacted, "");
    return reject(verdict, Reason::malformed_token, "not three segments of base64url");
  }
  if (!plan.decodable) return reject(verdict, Reason::malformed_token, "the header is not strict base64url");
  if (compact.payload_bytes.data() == nullptr)
    return reject(verdict, Reason::malformed_token, "the payload is not strict base64url");
  if (compact.signature_bytes.data() == nullptr)
    return reject(verdict, Reason::malformed_token, "the signature is not strict base64url");
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
    workspace.jobs.push_back({.key = work.plan->candidates[round],
                              .algorithm = *work.plan->header.algorithm,
                              .signing_input = work.signing_input,
                              .signature = work.signature,
                              .header_id = work.plan->id,
                              .header_bytes = work.header_size + 1});
  }
}

// Reads the answers of the jobs. Leaves in `job_tokens` those tokens that have another key to try.
void take_answers(std::size_t round, std::span<jose::TokenVerdict> verdicts, Workspace& workspace) {
  std::size_t left = 0;
  for (std::size_t j = 0; j < workspace.jobs.size(); ++j) {
    const std::uint32_t i = workspace.job_tokens[j];
    Work& work = workspace.work[i];
    if (workspace.jobs[j].valid) {
      verdicts[i].signature = SignatureState::valid;
      work.not_sampled = workspace.jobs[j].not_sampled;
      work.next = Work::Next::claims;
    } else if (round + 1 < work.plan->candidates.size()) {
      workspace.job_tokens[left++] = i;
    } else {
      verdicts[i].signature = SignatureState::invalid;
      reject(verdicts[i], Reason::signature_invalid, round == 0 ? "" : "none of the keys that fit matches");
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

// Reads the claims and applies the policy. Returns the claims of an accepted token, else null. A token whose signature
// was not verified is granted nothing.
const jose::Claims* check_claims(const Work& work, Instant at, jose::TokenVerdict& verdict, Workspace& workspace) {
  jose::ClaimsFault fault;
  const jose::Claims* claims =
      jose::read_claims(work.payload, workspace.policy.profile, workspace.reader, workspace.arena, fault);
  if (claims == nullptr) {
    reject(verdict, Reason::malformed_claims, fault.message);
    return nullptr;
  }
  verdict.client_id = jose::client_id_of(*claims, workspace.arena);
  verdict.has_client_id = true;
  if (claims->iss.type == jose::ClaimType::string) verdict.issuer = claims->iss.text;
  verdict.scopes = jose::scopes_of(*claims, workspace.policy.profile, workspace.arena);
  const jose::Judgement judgement =
      jose::apply_policy(workspace.policy, work.plan->header, *claims, verdict.scopes, at, workspace.arena);
  verdict.reasons = judgement.reasons;
  verdict.detail = judgement.detail;
  if (!verdict.reasons.empty() || verdict.signature != SignatureState::valid) return nullptr;
  verdict.has_subject = claims->sub.type == jose::ClaimType::string;
  if (verdict.has_subject) verdict.subject = claims->sub.text;
  verdict.expires_at = jose::expires_at_of(*claims, workspace.policy.profile, workspace.arena);
  verdict.claims = claims->json;
  return claims;
}

// The first two stages: takes every token apart, and checks all that does not need a signature. `known` is null when
// tokens are not remembered.
void split_and_decode(std::span<const jose::TokenInput> inputs, std::span<jose::TokenVerdict> verdicts,
                      memo::TokenMemo* known, Workspace& workspace) {
  std::vector<Work>& work = workspace.work;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    new (&verdicts[i]) jose::TokenVerdict();  // in its place: an assignment would write it twice
    work[i].next = Work::Next::nothing;
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
      verdicts[i].signature = SignatureState::valid;
    }
  }
  workspace.clock.lap(Stage::decode);
}

// Begins the batch with the keys of now. Returns the memo, or null when tokens are not remembered.
memo::TokenMemo* begin(std::span<const jose::TokenInput> inputs, Workspace& workspace) {
  if (workspace.key_store != nullptr) workspace.snapshot = workspace.key_store->snapshot();
  workspace.arena.reset();
  workspace.header_memo.begin_batch(workspace.snapshot);
  workspace.wants_refetch = false;
  // The memo leaves a batch out when tokens hardly repeat.
  memo::TokenMemo* const known = workspace.token_memo.get();
  return known != nullptr && known->begin_batch(workspace.snapshot, inputs) ? known : nullptr;
}

}  // namespace

Workspace::Workspace(const Policy& policy_of, keys::KeyStore& keys,
                     std::unique_ptr<signature::BackendSession> backend_session,
                     std::unique_ptr<memo::TokenMemo> tokens)
    : policy(policy_of), key_store(&keys), token_memo(std::move(tokens)), backend(std::move(backend_session)) {
  backend->measure(&clock);
}

Workspace::Workspace(const Policy& policy_of, std::shared_ptr<const keys::Snapshot> no_keys)
    : policy(policy_of), key_store(nullptr), snapshot(std::move(no_keys)) {}

void check_batch(std::span<const jose::TokenInput> inputs, std::span<jose::TokenVerdict> verdicts,
                 Workspace& workspace) {
  workspace.clock.start();
  std::vector<Work>& work = workspace.work;
  work.resize(std::max(work.size(), inputs.size()));
  memo::TokenMemo* known = begin(inputs, workspace);
  split_and_decode(inputs, verdicts, known, workspace);
  if (workspace.wants_refetch) {
    const auto deadline = keys::after(keys::Clock::now(), workspace.key_store->fetch_options().timeout_seconds);
    while (workspace.wants_refetch &&
           workspace.key_store->wait_for_newer(workspace.snapshot.get(), deadline, workspace.stop)) {
      known = begin(inputs, workspace);
      split_and_decode(inputs, verdicts, known, workspace);
    }
  }
  check_signatures(verdicts, workspace);
  workspace.clock.lap(Stage::signature);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (work[i].next != Work::Next::claims) continue;
    const jose::Claims* accepted = check_claims(work[i], inputs[i].at, verdicts[i], workspace);
    // Two kinds of token are not remembered, because recall() would skip work that is due each time they come: a token
    // whose kid no key has asks for a refetch, and one that the cross-check did not sample may be sampled next time.
    if (known == nullptr || !known->should_remember(i) || work[i].plan->wants_refetch || work[i].not_sampled) continue;
    const auto interval = accepted == nullptr ? jose::Interval() : jose::accepted_interval(workspace.policy, *accepted);
    known->remember(i, inputs[i].token, verdicts[i], interval);
  }
  workspace.clock.lap(Stage::claims);
}

}  // namespace assay::verify
