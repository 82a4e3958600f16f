#include "verify/order.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>

#include "codec/base64url.h"
#include "codec/json.h"
#include "jose/access.h"
#include "jose/claims.h"
#include "jose/compact.h"
#include "jose/policy.h"
#include "verify/static_check.h"

namespace assay::verify {
namespace {

static_assert(std::is_trivially_destructible_v<jose::TokenVerdict>);  // they are made anew in their places

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

void tell_header(const memo::HeaderPlan& plan, jose::TokenVerdict& verdict) noexcept {
  verdict.has_alg = plan.header.alg.has_value();
  verdict.has_kid = plan.header.kid.has_value();
  if (verdict.has_alg) verdict.alg = *plan.header.alg;
  if (verdict.has_kid) verdict.kid = *plan.header.kid;
}

// What the header alone decides about a token whose segments are sound.
void end_with_plan(Work& work, jose::TokenVerdict& verdict, Workspace& workspace) {
  work.next = Work::Next::nothing;
  if (work.plan->wants_refetch) workspace.key_store->request_refetch();
  if (work.plan->fault) return reject(verdict, *work.plan->fault, work.plan->detail);
  work.next = Work::Next::signature;
}

// Size and header. What has no header that a sound token has is for take_apart.
void split(std::string_view token, Work& work, jose::TokenVerdict& verdict, Workspace& workspace) {
  work.next = Work::Next::nothing;
  if (token.empty()) return reject(verdict, Reason::missing_token, "");
  if (token.size() > workspace.policy.max_token_bytes)
    return reject(verdict, Reason::token_too_large, "longer than --max-token-bytes");
  work.next = Work::Next::take_apart;
  const void* dot = std::memchr(token.data(), '.', token.size());
  if (dot == nullptr) return;
  work.header_size = static_cast<std::size_t>(static_cast<const char*>(dot) - token.data());
  work.plan = &workspace.header_memo.look_up(token.substr(0, work.header_size), workspace.policy);
  if (work.plan->decodable && work.plan->header.payload_is_encoded) work.next = Work::Next::decode;
}

// Payload and signature, decoded as they are found: each ends where base64url does, the one at a dot, the other at the
// token's end. A token of any other shape, or whose signature may be a mask, is for take_apart.
void decode_ordinary(std::string_view token, Work& work, jose::TokenVerdict& verdict, Workspace& workspace) {
  std::string_view rest = token.substr(work.header_size + 1);
  const std::string_view payload = decode_front(rest, workspace.arena);
  bool ordinary = payload.data() != nullptr && rest.size() > 1 && rest.front() == '.';
  if (ordinary) {
    rest.remove_prefix(1);
    const std::string_view segment = rest;
    work.signing_input = token.substr(0, token.size() - segment.size() - 1);
    work.payload = payload;
    work.signature = decode_front(rest, workspace.arena);
    const bool too_large = workspace.policy.profile == Profile::fastmcp &&
                           (work.signing_input.size() - work.header_size - 1 > jose::kFastmcpMaxPayload ||
                            segment.size() > jose::kFastmcpMaxSignature);
    ordinary = work.signature.data() != nullptr && rest.empty() && !too_large && !jose::may_be_mask(segment);
  }
  work.next = Work::Next::take_apart;
  if (!ordinary) return;
  tell_header(*work.plan, verdict);
  end_with_plan(work, verdict, workspace);
}

// The same for every token that is not too long, step by step, each in its order.
void take_apart(std::string_view token, Work& work, jose::TokenVerdict& verdict, Workspace& workspace) {
  work.next = Work::Next::nothing;
  const jose::Compact compact = jose::split_compact(token);
  const jose::Shape shape = jose::classify(compact);
  if (shape == jose::Shape::encrypted) return reject(verdict, Reason::encrypted_token, "five segments: JWE");
  if (shape == jose::Shape::malformed) return reject(verdict, Reason::malformed_token, "not three segments");

  const bool fastmcp = workspace.policy.profile == Profile::fastmcp;
  if (fastmcp &&
      (compact.payload.size() > jose::kFastmcpMaxPayload || compact.signature.size() > jose::kFastmcpMaxSignature)) {
    return reject(verdict, Reason::token_too_large, "longer than joserfc's limit for a segment");
  }

  const memo::HeaderPlan& plan = workspace.header_memo.look_up(compact.header, workspace.policy);
  work.plan = &plan;
  if (plan.decodable) tell_header(plan, verdict);

  const bool raw_payload = plan.decodable && !plan.header.payload_is_encoded;  // RFC 7797
  work.payload = raw_payload ? copy_padded(compact.payload, workspace.arena) : decode(compact.payload, workspace.arena);

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
  work.signature = decode(compact.signature, workspace.arena);
  if (work.signature.data() == nullptr)
    return reject(verdict, Reason::malformed_token, "the signature is not strict base64url");
  work.signing_input = compact.signing_input;
  end_with_plan(work, verdict, workspace);
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
    workspace.jobs.clear();
    for (const std::uint32_t i : workspace.job_tokens) {
      const Work& work = workspace.work[i];
      workspace.jobs.push_back({.key = work.plan->candidates[round],
                                .algorithm = *work.plan->header.algorithm,
                                .signing_input = work.signing_input,
                                .signature = work.signature,
                                .head = work.plan->head_bytes == 0 ? nullptr : &work.plan->head,
                                .head_bytes = work.plan->head_bytes});
    }
    workspace.backend->verify(workspace.jobs, workspace.snapshot->ring->generation());
    std::size_t left = 0;
    for (std::size_t j = 0; j < workspace.jobs.size(); ++j) {
      const std::uint32_t i = workspace.job_tokens[j];
      if (workspace.jobs[j].valid) {
        verdicts[i].signature = SignatureState::valid;
        workspace.work[i].not_sampled = workspace.jobs[j].not_sampled;
        workspace.work[i].next = Work::Next::claims;
      } else if (round + 1 < workspace.work[i].plan->candidates.size()) {
        workspace.job_tokens[left++] = i;
      } else {
        verdicts[i].signature = SignatureState::invalid;
        reject(verdicts[i], Reason::signature_invalid, round == 0 ? "" : "none of the keys that fit matches");
      }
    }
    workspace.job_tokens.resize(left);
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
                 Workspace& workspace) noexcept {
  workspace.clock.start();
  if (workspace.key_store != nullptr) workspace.snapshot = workspace.key_store->snapshot();
  workspace.arena.reset();
  workspace.header_memo.begin_batch(workspace.snapshot);
  // The memo declines a batch when tokens hardly repeat.
  memo::TokenMemo* known = workspace.token_memo.get();
  if (known != nullptr && !known->begin_batch(workspace.snapshot, inputs)) known = nullptr;
  std::vector<Work>& work = workspace.work;
  work.resize(std::max(work.size(), inputs.size()));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    new (&verdicts[i]) jose::TokenVerdict();  // in its place: an assignment would write it twice
    work[i].next = Work::Next::nothing;
    if (check_static_table(workspace.policy, *workspace.snapshot, inputs[i], verdicts[i], workspace.arena)) continue;
    if (known != nullptr && known->recall(i, inputs[i].at, verdicts[i], workspace.arena)) continue;
    split(inputs[i].token, work[i], verdicts[i], workspace);
  }
  workspace.clock.lap(Stage::split);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (work[i].next == Work::Next::decode) decode_ordinary(inputs[i].token, work[i], verdicts[i], workspace);
    if (work[i].next == Work::Next::take_apart) take_apart(inputs[i].token, work[i], verdicts[i], workspace);
    if (work[i].next == Work::Next::signature && known != nullptr && known->knows(i)) {
      work[i].next = Work::Next::claims;
      work[i].not_sampled = false;
      verdicts[i].signature = SignatureState::valid;
    }
  }
  workspace.clock.lap(Stage::decode);
  check_signatures(verdicts, workspace);
  workspace.clock.lap(Stage::signature);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (work[i].next != Work::Next::claims) continue;
    const jose::Claims* accepted = check_claims(work[i], inputs[i].at, verdicts[i], workspace);
    // A token whose kid no key has asks for a refetch each time, so it is taken apart each time. One that a cross-check
    // has yet to look at is verified each time, or it would be looked at no more.
    if (known == nullptr || !known->wants(i) || work[i].plan->wants_refetch || work[i].not_sampled) continue;
    const auto interval = accepted == nullptr ? jose::Interval() : jose::accepted_interval(workspace.policy, *accepted);
    known->remember(i, inputs[i].token, verdicts[i], interval);
  }
  workspace.clock.lap(Stage::claims);
}

}  // namespace assay::verify
