// The order in which a token is checked, for verify and for inspect, with keys or without. Two parts are decided
// elsewhere: the checks of the header in memo/header_memo.cc, those of the claims in jose/policy.cc.
//
// A batch of tokens goes through four stages: split, decode, signatures, claims. If a token's kid is unknown after the
// second stage, and a URL may have its key by now, the batch waits for a refetch. Then it begins anew with the newer
// keys. A token that another key may serve whatever its kid is does not wait: only if that key does not verify it, the
// batch waits after the third stage.
//
// Each stage is a loop over the batch. A token that a stage rejects is skipped by the later ones, so the earliest stage
// that fails decides. Only the claims can give several reasons.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "assay/algorithm.h"
#include "assay/policy.h"
#include "base/arena.h"
#include "base/stage_clock.h"
#include "codec/json_fast.h"
#include "jose/claims.h"
#include "jose/token_verdict.h"
#include "keys/key_store.h"
#include "memo/header_memo.h"
#include "memo/token_memo.h"
#include "signature/backend.h"

namespace assay::verify {

// A token between two stages. Views into the token and the batch's arena.
struct Work {
  // What is checked next.
  enum class Next : std::uint8_t { nothing, segments, signature, claims };

  memo::HeaderPlan* plan = nullptr;        // null: the token has no dot, so no header
  const memo::KeyPlan* keys = nullptr;     // the keys to try; null before the header was checked
  const keys::PreparedKey* key = nullptr;  // that verified the signature; null: none did yet
  // Set if iss was needed before the signature was verified. Nothing else may be taken from them until then.
  const jose::Claims* claims = nullptr;
  std::string_view signing_input;
  std::string_view payload;    // decoded; codec::kJsonPadding readable bytes follow
  std::string_view signature;  // decoded
  std::size_t header_size = 0;
  bool not_sampled = false;  // the backend is cross-checked, and this signature was not (signature::Job)
  Next next = Next::nothing;
};

// By algorithm: the bytes that its signatures have at least; 0: not known.
using LeastSignatures = std::array<std::uint16_t, kAlgorithmCount>;

// What one thread needs to check batches, kept from batch to batch so that nothing is allocated once it is warm. Not
// thread safe. Policy and key store outlive it.
struct Workspace {
  Workspace(const Policy& policy, keys::KeyStore& key_store, std::unique_ptr<signature::BackendSession> backend,
            std::unique_ptr<memo::TokenMemo> token_memo);
  // Without keys: choosing a key and verifying the signature are left out, and no token is granted anything. `no_keys`
  // has no ring; it tells which algorithms are allowed.
  Workspace(const Policy& policy, std::shared_ptr<const keys::Snapshot> no_keys);

  const Policy& policy;
  keys::KeyStore* key_store;  // null: without keys
  // What the policy, or that of an issuer, looks at beside the claims of every token.
  const std::vector<std::string> further_claims;
  const std::atomic<int>* stop = nullptr;          // not null and not 0: do not wait for a refetch any more
  std::shared_ptr<const keys::Snapshot> snapshot;  // of the current batch
  const LeastSignatures least_signatures;          // under the policy's profile

  base::Arena arena{256 << 10};
  base::StageClock clock;
  memo::HeaderMemo header_memo;
  std::unique_ptr<memo::TokenMemo> token_memo;  // null: tokens are not remembered
  codec::FastObjectReader reader;
  std::unique_ptr<signature::BackendSession> backend;  // null: without keys

  bool wants_refetch = false;  // a token of the batch has no key left to try, and a URL may have its key by now
  std::vector<Work> work;
  std::vector<signature::Job> jobs;
  std::vector<std::uint32_t> job_tokens;  // jobs[j] is of inputs[job_tokens[j]]
};

// Checks inputs[i] and writes verdicts[i], all with one key snapshot. Spans of equal length. The verdict's views hold
// until the next batch in this workspace. Without keys, empty reasons mean that no check failed, not that the token is
// accepted. Throws only std::bad_alloc, if memory is refused. Then there are no verdicts, and the workspace cannot be
// used again.
void check_batch(std::span<const jose::TokenInput> inputs, std::span<jose::TokenVerdict> verdicts,
                 Workspace& workspace);

}  // namespace assay::verify
