#include "keys/key_store.h"

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

namespace assay::keys {
namespace {

constexpr const char* kOldKeysStay = "; the old keys stay in use";

bool is_url(const KeySource& source) noexcept { return source.kind == KeySource::Kind::jwks_url; }

}  // namespace

KeyStore::KeyStore(std::vector<KeySource> sources, const Policy& policy, FetchOptions fetch,
                   std::function<void(std::string_view)> on_note)
    : sources_(std::move(sources)),
      policy_(policy),
      fetch_(std::move(fetch)),
      has_urls_(std::any_of(sources_.begin(), sources_.end(), is_url)),
      notes_(std::move(on_note)) {}

KeyStore::~KeyStore() {
  stop_.store(true);
  refetcher_.reset();
}

Result<std::unique_ptr<KeyStore>> KeyStore::open(std::vector<KeySource> sources, const Policy& policy,
                                                 FetchOptions fetch, std::function<void(std::string_view)> on_note) {
  for (const std::string& path : policy.revoked) sources.push_back({KeySource::Kind::revoked_file, path, ""});
  if (Result<void> checked = check_sources(sources, policy); !checked) return checked.error();
  for (const KeySource& source : sources)
    if (Result<void> checked = check_source(source, fetch); !checked) return checked.error();
  std::unique_ptr<KeyStore> store(new KeyStore(std::move(sources), policy, std::move(fetch), std::move(on_note)));
  if (Result<std::size_t> read = store->read_all(); !read) return read.error();
  if (store->has_urls_) {
    store->refetcher_ =
        std::make_unique<Refetcher>(store->fetch_.refetch_interval_seconds, [keys = store.get()] { keys->refetch(); });
  }
  return store;
}

std::shared_ptr<const Snapshot> KeyStore::snapshot() const {
  refetch_when_stale();
  const base::MutexLock lock(snapshot_mutex_);
  return current_;
}

std::uint64_t KeyStore::version() const noexcept {
  refetch_when_stale();
  return version_.load(std::memory_order_relaxed);
}

Result<void> KeyStore::reload() {
  const Result<std::size_t> keys = read_all();
  if (!keys) return keys.error();
  notes_.tell("keys read again: " + std::to_string(*keys) + (*keys == 1 ? " key" : " keys"));
  return {};
}

void KeyStore::request_refetch() noexcept {
  if (refetcher_ != nullptr) refetcher_->request();
}

void KeyStore::refetch_when_stale() const noexcept {
  if (refetcher_ != nullptr && Clock::now() >= stale_at_.load(std::memory_order_relaxed)) refetcher_->request();
}

Result<std::size_t> KeyStore::read_all() {
  std::vector<Content> contents;
  for (const KeySource& source : sources_) {
    Result<Content> content = read_source(source, fetch_, stop_);
    if (!content) return content.error();
    contents.push_back(*std::move(content));
  }
  std::vector<std::string> notes;
  std::size_t keys = 0;
  {
    const base::MutexLock lock(build_mutex_);
    Result<BuiltSnapshot> built = build_snapshot(sources_, contents, policy_, stop_);
    if (!built) return built.error();
    notes = std::move(built->notes);
    keys = built->snapshot->ring->keys().size();
    ++reads_of_all_;
    install(std::move(built->snapshot), std::move(contents));
  }
  notes_.tell_once(notes);
  return keys;
}

Result<Content> KeyStore::refetch_source(const KeySource& source) const {
  Result<Content> content = read_source(source, fetch_, stop_);
  if (!content) return content.error();
  // A broken set must not hide the good ones of other sources, so it is tried by itself.
  const Result<BuiltSnapshot> by_itself = build_snapshot({&source, 1}, {&*content, 1}, policy_, stop_);
  if (!by_itself) return by_itself.error();
  return content;
}

void KeyStore::refetch() noexcept {
  try {
    refetch_urls();
  } catch (const std::exception& error) {
    const std::string failure = std::string("keys could not be fetched: ") + error.what() + kOldKeysStay;
    notes_.tell_failures_once({&failure, 1});
  }
}

void KeyStore::refetch_urls() {
  std::vector<Content> contents;
  std::uint64_t began_at = 0;
  {
    const base::MutexLock lock(build_mutex_);
    contents = last_good_;
    began_at = reads_of_all_;
  }
  std::vector<std::string> failures, notes;
  bool changed = false;
  for (std::size_t i = 0; i < sources_.size() && !stopping(); ++i) {
    if (!is_url(sources_[i])) continue;
    Result<Content> content = refetch_source(sources_[i]);
    if (content) {
      contents[i] = *std::move(content);
      changed = true;
      notes_.forget_failures();
    } else if (!stopping()) {
      failures.push_back(content.error().message + kOldKeysStay);
    }
  }
  if (changed && !stopping()) {
    const base::MutexLock lock(build_mutex_);
    // A reload that ended meanwhile has read newer content.
    if (began_at == reads_of_all_) {
      Result<BuiltSnapshot> built = build_snapshot(sources_, contents, policy_, stop_);
      if (built) {
        notes = std::move(built->notes);
        install(std::move(built->snapshot), std::move(contents));
      } else if (!stopping()) {
        failures.push_back(built.error().message + kOldKeysStay);
      }
    }
  }
  notes_.tell_failures_once(failures);
  notes_.tell_once(notes);
}

void KeyStore::install(std::shared_ptr<const Snapshot> next, std::vector<Content> contents) {
  Clock::time_point earliest = Clock::time_point::max();
  for (const Content& content : contents) earliest = std::min(earliest, content.fresh_until);
  // Only a refetch, which reads the URLs and nothing else, needs what the other sources said.
  if (has_urls_) last_good_ = std::move(contents);
  {
    const base::MutexLock lock(snapshot_mutex_);
    current_ = std::move(next);
  }
  stale_at_.store(earliest, std::memory_order_relaxed);
  version_.fetch_add(1, std::memory_order_relaxed);
}

}  // namespace assay::keys
