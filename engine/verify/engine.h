// The engine behind JwtVerifier: the keys, the backend, the policy, and sessions that check batches with them.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <string_view>

#include "assay/verifier.h"
#include "base/stage_clock.h"
#include "jose/token_verdict.h"
#include "keys/key_store.h"
#include "memo/memo_share.h"
#include "memo/token_memo.h"
#include "signature/backend.h"

namespace assay::verify {

struct Workspace;

// What one thread keeps from batch to batch (order.h). Not thread safe. The engine must outlive it.
class Session {
 public:
  ~Session();

  // Times the stages of a batch: Engine::verify starts a lap and ends the last one with Stage::claims.
  base::StageClock& clock() noexcept;
  // A batch that waits for a refetch stops waiting and goes on with the old keys as soon as `stop` holds a signal's
  // number. If `stop` is null, as at first, the batch waits until the refetch ends. `stop` outlives the session's use;
  // reset it before release().
  void wait_until(const std::atomic<int>* stop) noexcept;

 private:
  friend class Engine;
  explicit Session(std::unique_ptr<Workspace> workspace);
  std::unique_ptr<Workspace> workspace_;
  bool broken_ = false;  // memory was refused in the middle of a batch
};

// Thread safe; each thread works in a session of its own.
class Engine {
 public:
  static Result<std::unique_ptr<Engine>> create(JwtVerifierOptions options);
  // Uses a backend that was made elsewhere and ignores the options' own choice.
  static Result<std::unique_ptr<Engine>> create(JwtVerifierOptions options,
                                                std::shared_ptr<const signature::Backend> backend,
                                                memo::TokenMemo::Options memo = {});
  ~Engine();

  // Takes a session from the pool, or makes one. Give it back with release().
  std::unique_ptr<Session> acquire();
  void release(std::unique_ptr<Session> session) noexcept;

  // Checks inputs[i] and writes verdicts[i], all with one key snapshot. Spans of equal length. A verdict depends only
  // on the token, its time, the keys and the policy, never on the other tokens. Its views hold until the session's next
  // batch. If a token's kid is unknown and keys come from URLs, waits for a refetch of them, at most
  // FetchOptions::timeout_seconds. Returns false if memory was refused. Then there are no verdicts, and the session
  // cannot be used again.
  [[nodiscard]] bool verify(std::span<const jose::TokenInput> inputs, std::span<jose::TokenVerdict> verdicts,
                            Session& session) noexcept;

  // Hashes every text. Returns false if memory was refused; then the session cannot be used again.
  [[nodiscard]] bool hash(std::span<const signature::HashedText> texts, Session& session) noexcept;

  // Reads every key source again. On failure the old keys stay; the error is returned and also reported to on_note.
  // `stop` (null: none), set by another thread, ends it early, with an error that is not reported.
  Result<void> reload(const std::atomic<bool>* stop = nullptr);
  const Policy& policy() const noexcept;
  const signature::Backend& backend() const noexcept;
  std::shared_ptr<const keys::Snapshot> snapshot() const;
  memo::MemoStatistics memo_statistics() const;

 private:
  struct Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Copies the verdict on a token at its time, for the library's callers.
Verdict to_verdict(const jose::TokenVerdict& verdict, const jose::TokenInput& input);

}  // namespace assay::verify
