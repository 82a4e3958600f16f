// The engine: keys, backend, policy and the order of checks. Shared by all threads; each call works in a session.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "assay/verifier.h"
#include "base/stage_clock.h"
#include "jose/token_verdict.h"
#include "keys/key_store.h"
#include "memo/memo_share.h"
#include "memo/token_memo.h"
#include "signature/backend.h"

namespace assay::verify {

// A thread's memory: header memo, token memo, backend contexts, arena, claims reader. Not thread safe; reuse it for
// speed.
class Session {
 public:
  ~Session();

  // Its laps: Engine::verify begins a new one and ends with Stage::claims.
  base::StageClock& clock() noexcept;

 private:
  friend class Engine;
  struct Impl;
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

class Engine {
 public:
  static Result<std::unique_ptr<Engine>> create(JwtVerifierOptions options);
  // The same with a backend that was made elsewhere; the options' own choice is not looked at.
  static Result<std::unique_ptr<Engine>> create(JwtVerifierOptions options,
                                                std::shared_ptr<const signature::Backend> backend,
                                                memo::TokenMemo::Options memo = {});
  ~Engine();

  // A session from the pool; give it back with release(). Both thread safe.
  std::unique_ptr<Session> acquire();
  void release(std::unique_ptr<Session> session);

  // Judges inputs[i] into verdicts[i], all with one key snapshot. Spans of equal length. The verdict of a token depends
  // on token, time, keys and policy alone, never on its neighbours.
  void verify(std::span<const jose::TokenInput> inputs, std::span<jose::TokenVerdict> verdicts,
              Session& session) noexcept;

  // Reads every key source again. A failure is returned and told through on_note; the old keys stay.
  Result<void> reload();
  const Policy& policy() const noexcept;
  const signature::Backend& backend() const noexcept;
  std::shared_ptr<const keys::Snapshot> snapshot() const;
  memo::MemoStatistics memo_statistics() const;

 private:
  struct Impl;
  explicit Engine(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// An owned copy of a verdict, for the library's face.
Verdict to_verdict(const jose::TokenVerdict& verdict, std::string_view token);

}  // namespace assay::verify
