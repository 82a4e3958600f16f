#include "keys/key_store.h"

#include <algorithm>
#include <chrono>
#include <exception>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace assay::keys {
namespace {

constexpr const char* kOldKeysStay = "; the old keys stay in use";
// A fetch takes longer by far. A condition variable does not survive a fork, and no signal handler can notify one.
constexpr auto kLookAgain = std::chrono::milliseconds(2);
// How long past its age a set may be before a batch waits for the next one: as long as its age, within these limits.
constexpr double kLeastLateSeconds = 1;
constexpr double kMostLateSeconds = 60;
// A year. The clock cannot count to infinity, nor to what is no number.
constexpr double kMostFetchSeconds = 31'536'000;

bool is_url(const KeySource& source) noexcept { return source.kind == KeySource::Kind::jwks_url; }

bool asked_to_stop(const std::atomic<int>* stop) noexcept {
  return stop != nullptr && stop->load(std::memory_order_relaxed) != 0;
}

// An error about a source of an issuer, with the issuer's place in the trust file.
Error issuer_error(const KeySource& source, const Error& error, const trust::Issuers* issuers) {
  if (!source.issuer || issuers == nullptr) return error;
  return {issuers->at(static_cast<trust::IssuerIndex>(*source.issuer)).where + ": " + error.message, "trust"};
}

Result<void> check_seconds(const FetchOptions& fetch) {
  const std::pair<const char*, double> all[] = {{"fetch.timeout_seconds", fetch.timeout_seconds},
                                                {"fetch.max_age_seconds", fetch.max_age_seconds},
                                                {"fetch.refetch_interval_seconds", fetch.refetch_interval_seconds}};
  for (const auto& [field, seconds] : all) {
    if (!(seconds >= 0 && seconds <= kMostFetchSeconds))
      return Error{"give seconds, from 0 to 31536000, a year", field};
  }
  return {};
}

bool has_no_key(const Snapshot& snapshot) noexcept { return snapshot.has_key_sources && snapshot.ring->keys().empty(); }

}  // namespace

KeyStore::KeyStore(std::vector<KeySource> sources, const Policy& policy, FetchOptions fetch,
                   std::function<void(std::string_view)> on_note, std::shared_ptr<const trust::Issuers> issuers,
                   VerifySignature verify)
    : sources_(std::move(sources)),
      policy_(policy),
      fetch_(std::move(fetch)),
      issuers_(std::move(issuers)),
      verify_(std::move(verify)),
      notes_(std::move(on_note)),
      stamps_(sources_.size()),
      failed_(sources_.size()),
      bucket_(fetch_.refetch_interval_seconds, Clock::now()) {
  for (std::size_t i = 0; i < sources_.size(); ++i)
    if (is_url(sources_[i])) urls_.push_back(i);
}

KeyStore::~KeyStore() { stop_.store(true); }

Result<std::unique_ptr<KeyStore>> KeyStore::open(std::vector<KeySource> sources, const Policy& policy,
                                                 FetchOptions fetch, std::function<void(std::string_view)> on_note,
                                                 std::shared_ptr<const trust::Issuers> issuers,
                                                 VerifySignature verify) {
  if (Result<void> checked = check_seconds(fetch); !checked) return checked.error();
  for (const std::string& path : policy.revoked) sources.push_back({KeySource::Kind::revoked_file, path, ""});
  if (Result<void> checked = check_sources(sources, policy); !checked) return checked.error();
  for (const KeySource& source : sources)
    if (Result<void> checked = check_source(source, fetch); !checked) return checked.error();
  std::unique_ptr<KeyStore> store(new KeyStore(std::move(sources), policy, std::move(fetch), std::move(on_note),
                                               std::move(issuers), std::move(verify)));
  if (Result<std::size_t> read = store->read_all(store->stop_); !read) return read.error();
  return store;
}

std::shared_ptr<const Snapshot> KeyStore::snapshot() {
  refetch_when_stale();
  const base::MutexLock lock(mutex_);
  return current_;
}

Result<void> KeyStore::reload(const std::atomic<bool>& stop) {
  const Result<std::size_t> keys = read_all(stop);
  if (!keys) return keys.error();
  notes_.tell("keys read again: " + std::to_string(*keys) + (*keys == 1 ? " key" : " keys"));
  return {};
}

Result<std::size_t> KeyStore::read_all(const std::atomic<bool>& stop) {
  const std::uint64_t stamp = next_stamp();
  std::vector<Reading> readings;
  for (std::size_t i = 0; i < sources_.size(); ++i) {
    Result<Content> content = read_source(sources_[i], fetch_, stop);
    if (!content) return issuer_error(sources_[i], content.error(), issuers_.get());
    readings.push_back({i, *std::move(content)});
  }
  return put_in_place(std::move(readings), stamp, stop);
}

Result<std::size_t> KeyStore::put_in_place(std::vector<Reading> readings, std::uint64_t stamp,
                                           const std::atomic<bool>& stop) {
  std::vector<std::string> notes;
  std::size_t keys = 0;
  {
    const base::MutexLock lock(build_mutex_);
    std::shared_ptr<const Snapshot> before;
    {
      const base::MutexLock lock_current(mutex_);
      before = current_;
    }
    std::vector<Reading> newest;
    for (Reading& reading : readings) {
      if (stamp >= stamps_[reading.source]) newest.push_back(std::move(reading));
    }
    readings = std::move(newest);
    bool changed = false;
    std::vector<Content> contents = last_good_;
    contents.resize(sources_.size());
    for (Reading& reading : readings) {
      Content& content = contents[reading.source];
      // Without URLs nothing is kept to compare with.
      changed = changed || last_good_.empty() || content.text != reading.content.text;
      content = std::move(reading.content);
    }
    if (changed) {
      Result<BuiltSnapshot> built = build_snapshot(sources_, contents, policy_, stop, issuers_, verify_);
      if (!built) return built.error();
      if (before != nullptr && has_no_key(*built->snapshot) && !has_no_key(*before)) {
        return Error{name_of(sources_[readings.front().source]) + ": no usable key is in it; check what it publishes",
                     "keys"};
      }
      if (before == nullptr && !built->unknown_keys.empty()) return Error{built->unknown_keys.front(), "trust"};
      notes = std::move(built->notes);
      notes.insert(notes.end(), built->unknown_keys.begin(), built->unknown_keys.end());
      before = built->snapshot;
      for (const Reading& reading : readings) failed_[reading.source] = false;
      install(std::move(built->snapshot), std::move(contents));
    } else if (!readings.empty()) {
      for (const Reading& reading : readings) failed_[reading.source] = false;
      last_good_ = std::move(contents);
      set_stale_time();
    }
    for (const Reading& reading : readings) stamps_[reading.source] = stamp;
    keys = before->ring->keys().size();
  }
  notes_.tell_once(notes);
  return keys;
}

void KeyStore::install(std::shared_ptr<const Snapshot> next, std::vector<Content> contents) {
  // The contents are kept for refetches, which read only the URLs and need the contents of the other sources.
  if (!urls_.empty()) last_good_ = std::move(contents);
  {
    const base::MutexLock lock(mutex_);
    current_ = std::move(next);
  }
  set_stale_time();
}

void KeyStore::set_stale_time() {
  Clock::time_point earliest = Clock::time_point::max(), earliest_sound = earliest;
  for (std::size_t i = 0; i < last_good_.size(); ++i) {
    earliest = std::min(earliest, last_good_[i].fresh_until);
    if (!failed_[i]) earliest_sound = std::min(earliest_sound, last_good_[i].fresh_until);
  }
  stale_at_.store(earliest, std::memory_order_relaxed);
  sound_stale_at_.store(earliest_sound, std::memory_order_relaxed);
}

bool KeyStore::wait_for_newer(const Snapshot* seen, Clock::time_point deadline, const std::atomic<int>* stop) {
  // A refetch that already runs may have sent its request before the key was published. Then this waits for one more.
  for (bool joined = true; joined;) {
    std::uint64_t ended = 0;
    {
      const base::MutexLock lock(mutex_);
      if (current_.get() != seen) return true;
      // Before the bucket is asked: a batch that does not wait must not spend what it holds.
      if (Clock::now() >= deadline || asked_to_stop(stop)) return false;
      joined = refetching_;
      if (!joined && (urls_.empty() || !bucket_.take(Clock::now()))) return false;
      if (!start_refetch()) return false;
      ended = refetches_ended_;
    }
    for (bool over = false; !over;) {
      if (Clock::now() >= deadline || asked_to_stop(stop)) return false;
      std::this_thread::sleep_for(kLookAgain);
      const base::MutexLock lock(mutex_);
      if (current_.get() != seen) return true;
      over = refetches_ended_ != ended;
    }
  }
  return false;
}

bool KeyStore::is_overdue() const noexcept {
  const double late = std::clamp(fetch_.max_age_seconds, kLeastLateSeconds, kMostLateSeconds);
  const Clock::time_point stale_at = sound_stale_at_.load(std::memory_order_relaxed);
  // `after` does not overflow, and a store without URLs is never stale.
  return stale_at != Clock::time_point::max() && Clock::now() >= after(stale_at, late);
}

void KeyStore::wait_if_overdue(Clock::time_point deadline, const std::atomic<int>* stop) {
  std::uint64_t ended = 0;
  try {
    const base::MutexLock lock(mutex_);
    if (!is_overdue() || !start_refetch()) return;
    ended = refetches_ended_;
  } catch (const std::exception&) {
    return;  // Memory was refused. The next batch tries again.
  }
  // Until every set that can be had is here; one whose fetch fails meanwhile no longer counts.
  while (is_overdue() && Clock::now() < deadline && !asked_to_stop(stop)) {
    std::this_thread::sleep_for(kLookAgain);
    const base::MutexLock lock(mutex_);
    if (refetches_ended_ != ended) return;
  }
}

void KeyStore::refetch_when_stale() noexcept {
  if (Clock::now() < stale_at_.load(std::memory_order_relaxed)) return;
  try {
    const base::MutexLock lock(mutex_);
    static_cast<void>(start_refetch());
  } catch (const std::exception&) {
    // Memory was refused. The keys stay stale, and the next batch tries again.
  }
}

bool KeyStore::start_refetch() {
  if (refetching_) return refetches_.resume();  // in a child of fork() the thread may be missing
  refetching_ = refetches_.add([this] { refetch(); });
  return refetching_;
}

void KeyStore::refetch() noexcept {
  try {
    refetch_urls();
  } catch (const std::exception&) {
    // Memory was refused before anything was fetched.
  }
  const base::MutexLock lock(mutex_);
  refetching_ = false;
  ++refetches_ended_;
}

void KeyStore::refetch_urls() {
  // One thread a URL, so that a server that hangs holds up no other.
  std::vector<std::thread> others;
  std::vector<std::size_t> left = {urls_.front()};
  others.reserve(urls_.size());
  for (std::size_t i = 1; i < urls_.size(); ++i) {
    try {
      others.emplace_back([this, source = urls_[i]] { refetch_source(source); });
    } catch (const std::system_error&) {
      left.push_back(urls_[i]);
    }
  }
  for (const std::size_t source : left) refetch_source(source);
  for (std::thread& other : others) other.join();
}

void KeyStore::refetch_source(std::size_t source) noexcept {
  try {
    const std::uint64_t stamp = next_stamp();
    Result<Content> content = read_source(sources_[source], fetch_, stop_);
    if (!content) return refetch_failed(source, content.error().message);
    std::vector<Reading> readings;
    readings.push_back({source, *std::move(content)});
    if (Result<std::size_t> placed = put_in_place(std::move(readings), stamp, stop_); !placed) {
      return refetch_failed(source, placed.error().message);
    }
    notes_.forget_failures_of(name_of(sources_[source]));
  } catch (const std::exception&) {
    // Memory was refused. The keys stay stale, and the next batch tries again.
  }
}

void KeyStore::refetch_failed(std::size_t source, const std::string& why) {
  if (stopping()) return;
  {
    const base::MutexLock lock(build_mutex_);
    failed_[source] = true;
    Clock::time_point& fresh_until = last_good_[source].fresh_until;
    fresh_until = std::max(fresh_until, after(Clock::now(), fetch_.refetch_interval_seconds));
    set_stale_time();
  }
  notes_.tell_failure_once(why + kOldKeysStay);
}

}  // namespace assay::keys
