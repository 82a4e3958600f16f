#include "verify/engine.h"

#include <new>
#include <utility>
#include <vector>

#include "base/fork_aware.h"
#include "base/usual_floats.h"
#include "jose/policy.h"
#include "keys/key_store.h"
#include "verify/backend_choice.h"
#include "verify/key_sources.h"
#include "verify/order.h"

namespace assay::verify {

namespace {

Error not_enough_memory() {
  return {"not enough memory to read the keys; give the program more, or use fewer keys", "keys"};
}

}  // namespace

Session::Session(std::unique_ptr<Workspace> workspace) : workspace_(std::move(workspace)) {}
Session::~Session() = default;
base::StageClock& Session::clock() noexcept { return workspace_->clock; }
void Session::wait_until(const std::atomic<int>* stop) noexcept { workspace_->stop = stop; }

struct Engine::Impl {
  Policy policy;
  std::shared_ptr<const signature::Backend> backend;
  std::unique_ptr<keys::KeyStore> keys;
  std::shared_ptr<memo::MemoShare> memo_share;  // null: tokens are not remembered
  memo::TokenMemo::Options memo_options;
  std::function<void(std::string_view)> on_note;
  base::ForkSafeMutex pool_mutex;
  std::vector<std::unique_ptr<Session>> pool GUARDED_BY(pool_mutex);
};

Engine::Engine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::create(JwtVerifierOptions options) try {
  signature::BackendOptions wanted;
  wanted.name = options.backend;
  wanted.table_memory = options.table_memory;
  wanted.cross_check = options.cross_check;
  wanted.on_note = options.on_note;
  Result<std::shared_ptr<const signature::Backend>> backend = make_backend(wanted);
  if (!backend) return backend.error();
  return create(std::move(options), std::move(*backend));
} catch (const std::bad_alloc&) {
  return not_enough_memory();
}

Result<std::unique_ptr<Engine>> Engine::create(JwtVerifierOptions options,
                                               std::shared_ptr<const signature::Backend> backend,
                                               memo::TokenMemo::Options memo) try {
  auto impl = std::make_unique<Impl>();
  Result<Policy> policy = jose::checked_policy(std::move(options.policy));
  if (!policy) return policy.error();
  impl->policy = std::move(*policy);
  impl->backend = std::move(backend);
  impl->on_note = options.on_note;
  impl->memo_options = memo;
  if (options.memo_memory != 0) impl->memo_share = std::make_shared<memo::MemoShare>(options.memo_memory);
  Result<std::shared_ptr<const trust::Issuers>> issuers = trust::Issuers::make(options.trust, impl->policy);
  if (!issuers) return issuers.error();
  Result<std::unique_ptr<keys::KeyStore>> keys =
      keys::KeyStore::open(sources_of(options), impl->policy, std::move(options.fetch), std::move(options.on_note),
                           *std::move(issuers), verify_with_openssl);
  if (!keys) return keys.error();
  impl->keys = std::move(*keys);
  return std::unique_ptr<Engine>(new Engine(std::move(impl)));
} catch (const std::bad_alloc&) {
  return not_enough_memory();
}

std::unique_ptr<Session> Engine::acquire() {
  {
    const base::MutexLock lock(impl_->pool_mutex);
    if (!impl_->pool.empty()) {
      std::unique_ptr<Session> session = std::move(impl_->pool.back());
      impl_->pool.pop_back();
      return session;
    }
  }
  std::unique_ptr<memo::TokenMemo> token_memo;
  if (impl_->memo_share != nullptr) {
    token_memo = std::make_unique<memo::TokenMemo>(impl_->memo_share, impl_->memo_options);
  }
  auto workspace =
      std::make_unique<Workspace>(impl_->policy, *impl_->keys, impl_->backend->new_session(), std::move(token_memo));
  return std::unique_ptr<Session>(new Session(std::move(workspace)));
}

void Engine::release(std::unique_ptr<Session> session) noexcept {
  if (session->broken_) return;
  const base::MutexLock lock(impl_->pool_mutex);
  try {
    impl_->pool.push_back(std::move(session));
  } catch (const std::bad_alloc&) {  // another one is made when one is needed
  }
}

bool Engine::verify(std::span<const jose::TokenInput> inputs, std::span<jose::TokenVerdict> verdicts,
                    Session& session) noexcept try {
  // Claims hold fractions of seconds, and FastMCP's rules are those of CPython's doubles.
  const base::UsualFloats usual_floats;
  check_batch(inputs, verdicts, *session.workspace_);
  return true;
} catch (const std::bad_alloc&) {
  session.broken_ = true;  // its memos may hold halves
  return false;
}

bool Engine::hash(std::span<const signature::HashedText> texts, Session& session) noexcept try {
  session.workspace_->backend->hash(texts);
  return true;
} catch (const std::bad_alloc&) {
  session.broken_ = true;  // the backend may hold some of the texts
  return false;
}

Result<void> Engine::reload(const std::atomic<bool>* stop) try {
  Result<void> reloaded = stop == nullptr ? impl_->keys->reload() : impl_->keys->reload(*stop);
  const bool ended = stop != nullptr && stop->load(std::memory_order_relaxed);
  if (!reloaded && !ended && impl_->on_note)
    impl_->on_note("reload failed, the old keys stay: " + reloaded.error().message);
  return reloaded;
} catch (const std::bad_alloc&) {
  return not_enough_memory();
}
const Policy& Engine::policy() const noexcept { return impl_->policy; }
const signature::Backend& Engine::backend() const noexcept { return *impl_->backend; }
std::shared_ptr<const keys::Snapshot> Engine::snapshot() const { return impl_->keys->snapshot(); }
memo::MemoStatistics Engine::memo_statistics() const {
  return impl_->memo_share == nullptr ? memo::MemoStatistics{} : impl_->memo_share->statistics();
}

}  // namespace assay::verify
