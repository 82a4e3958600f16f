#include "keys/key_store.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <fstream>
#include <limits>
#include <mutex>
#include <optional>
#include <set>
#include <thread>
#include <utility>

#include "jose/jwk.h"
#include "keys/jwks_client.h"

namespace assay::keys {
namespace {

using Clock = std::chrono::steady_clock;
using Kind = KeySource::Kind;

constexpr std::size_t kMaxFileBytes = std::size_t{256} << 20;
constexpr const char* kOldKeysStay = "; the old keys stay in use";
constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

bool is_key_set(Kind kind) noexcept {
  return kind == Kind::jwks_text || kind == Kind::jwks_file || kind == Kind::jwks_url;
}
bool is_public_key(Kind kind) noexcept { return kind == Kind::public_key_text || kind == Kind::public_key_file; }
bool is_secret(Kind kind) noexcept { return kind == Kind::secret_text || kind == Kind::secret_file; }
bool is_static_table(Kind kind) noexcept {
  return kind == Kind::static_tokens_text || kind == Kind::static_tokens_file;
}
bool is_file(Kind kind) noexcept {
  return kind == Kind::jwks_file || kind == Kind::public_key_file || kind == Kind::secret_file ||
         kind == Kind::static_tokens_file;
}

std::string name_of(const KeySource& source) {
  if (!source.name.empty()) return source.name;
  if (is_file(source.kind) || source.kind == Kind::jwks_url) return source.value;
  return is_key_set(source.kind)      ? "the key set"
         : is_public_key(source.kind) ? "the public key"
         : is_secret(source.kind)     ? "the secret"
                                      : "the static tokens";
}

Result<std::string> read_file(const std::string& path, const std::string& name) {
  std::ifstream file(path, std::ios::binary);
  std::string text;
  char block[1 << 16];
  while (file && text.size() <= kMaxFileBytes) {
    file.read(block, sizeof block);
    text.append(block, static_cast<std::size_t>(file.gcount()));
  }
  if (!file.eof()) {
    if (text.size() > kMaxFileBytes) return Error{name + ": larger than 256 MiB; is this the right file?"};
    return Error{name + ": cannot be read; check the path and its permissions"};
  }
  return text;
}

// UTF-8 (RFC 3629) without control characters other than tab and line ends.
bool is_text(std::string_view bytes) noexcept {
  const auto at = [bytes](std::size_t i) { return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u; };
  const auto continues = [&](std::size_t i) { return (at(i) & 0xc0u) == 0x80u; };
  for (std::size_t i = 0; i < bytes.size();) {
    const unsigned first = at(i), second = at(i + 1);
    if (first < 0x80) {
      if (first < 0x20 && first != '\t' && first != '\r' && first != '\n') return false;
      i += 1;
    } else if (first >= 0xc2 && first <= 0xdf) {
      if (!continues(i + 1)) return false;
      i += 2;
    } else if (first >= 0xe0 && first <= 0xef) {
      const bool overlong = first == 0xe0 && second < 0xa0;
      const bool surrogate = first == 0xed && second >= 0xa0;
      if (overlong || surrogate || !continues(i + 1) || !continues(i + 2)) return false;
      i += 3;
    } else if (first >= 0xf0 && first <= 0xf4) {
      const bool overlong = first == 0xf0 && second < 0x90;
      const bool beyond = first == 0xf4 && second >= 0x90;
      if (overlong || beyond || !continues(i + 1) || !continues(i + 2) || !continues(i + 3)) return false;
      i += 4;
    } else {
      return false;
    }
  }
  return true;
}

// An editor ends a text file with a newline that is no part of the secret.
void drop_final_newline(std::string& secret) {
  if (!secret.ends_with('\n') || !is_text(secret)) return;
  secret.pop_back();
  if (secret.ends_with('\r')) secret.pop_back();
}

AlgorithmSet set_of(const std::vector<Algorithm>& algorithms) noexcept {
  AlgorithmSet set;
  for (Algorithm algorithm : algorithms) set.insert(algorithm);
  return set;
}

bool any_hmac(AlgorithmSet set) noexcept { return !(set & jose::algorithms_of(KeyType::oct, Curve::none)).empty(); }

std::string names_of(const std::vector<Algorithm>& algorithms) {
  std::string names;
  for (Algorithm algorithm : algorithms) {
    if (!names.empty()) names += ", ";
    names += to_string(algorithm);
  }
  return names;
}

std::string kind_of_key(const Jwk& jwk) {
  if (jwk.type == KeyType::RSA) return "an RSA key";
  return (jwk.type == KeyType::EC ? "an EC key on " : "a key on ") + std::string(to_string(jwk.curve));
}

std::int64_t ticks(Clock::time_point time) noexcept {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}
std::int64_t ticks_after(std::int64_t now, double seconds) noexcept {
  // A year is as good as never, and is far from overflow.
  return now + static_cast<std::int64_t>(std::min(std::max(seconds, 0.0), 31'536'000.0) * 1e9);
}

// The last good content of a source.
struct Content {
  std::string text;
  std::int64_t fresh_until = kNever;
};

}  // namespace

struct KeyStore::Impl {
  Impl(std::vector<KeySource> sources_in, const Policy& policy_in, FetchOptions fetch_in,
       std::function<void(std::string_view)> on_note_in)
      : sources(std::move(sources_in)),
        policy(policy_in),
        fetch(std::move(fetch_in)),
        on_note(std::move(on_note_in)),
        allowed(set_of(policy.algorithms)) {
    for (const KeySource& source : sources) has_urls = has_urls || source.kind == Kind::jwks_url;
  }

  ~Impl() {
    {
      const std::lock_guard lock(worker_mutex);
      stop.store(true);
    }
    wake.notify_all();
    if (worker.joinable()) worker.join();
  }

  // --- what the sources say ------------------------------------------------------------------------------------

  Result<void> check_sources() const {
    if (sources.empty()) return Error{"no keys: give at least one source of keys"};
    for (const KeySource& source : sources) {
      if (source.kind == Kind::jwks_url)
        if (Result<void> checked = check_jwks_url(source.value, fetch); !checked) return checked;
      if (policy.profile != Profile::fastmcp || !any_hmac(allowed)) continue;
      if (is_key_set(source.kind) || is_public_key(source.kind))
        return Error{name_of(source) + ": " + names_of(policy.algorithms) +
                     " needs a shared secret, not public keys; give --secret-file, or another --algorithm"};
    }
    return {};
  }

  Result<Content> load(const KeySource& source) const {
    Content content;
    const std::string name = name_of(source);
    if (source.kind == Kind::jwks_url) {
      Result<FetchedSet> fetched = fetch_jwks(source.value, fetch, stop);
      if (!fetched) return fetched.error();
      content.text = std::move(fetched->body);
      content.fresh_until = ticks_after(ticks(Clock::now()), fetched->max_age_seconds);
    } else if (is_file(source.kind)) {
      Result<std::string> text = read_file(source.value, name);
      if (!text) return text.error();
      content.text = *std::move(text);
      if (source.kind == Kind::secret_file) drop_final_newline(content.text);
    } else {
      content.text = source.value;
    }
    return content;
  }

  Result<std::vector<Content>> load_all() const {
    std::vector<Content> contents;
    for (const KeySource& source : sources) {
      Result<Content> content = load(source);
      if (!content) return content.error();
      contents.push_back(*std::move(content));
    }
    return contents;
  }

  // --- the snapshot made of it ---------------------------------------------------------------------------------

  struct Build {
    std::vector<PreparedKey> keys;
    std::vector<std::string> skipped_kids;
    std::vector<std::string> notes;
    std::shared_ptr<const StaticTable> static_tokens;
    bool poisoned = false;
    bool has_key_sources = false;
  };

  Result<void> add_key_set(const KeySource& source, const std::string& text, Build& build) const {
    const std::string name = name_of(source);
    const Algorithm algorithm = policy.algorithms.empty() ? Algorithm::RS256 : policy.algorithms.front();
    Result<JwkSet> set = JwkSet::parse(text, policy.profile, name, algorithm);
    if (!set) return set.error();
    build.poisoned = build.poisoned || set->poisoned;
    for (std::string& kid : set->skipped_kids) build.skipped_kids.push_back(std::move(kid));
    for (Jwk& jwk : set->keys) {
      // Keys of a large set take their time to check, and closing the store waits for it.
      if (stop.load(std::memory_order_relaxed)) return Error{name + ": the reading of keys was ended"};
      const std::string kid = jwk.kid;
      const bool has_kid = jwk.has_kid;
      Result<PreparedKey> key = prepare_key(std::move(jwk), policy.profile, name);
      if (!key) {
        if (set->notes.size() < JwkSet::kMaxNotes) {
          set->notes.push_back(name + ": key" + (has_kid ? " with kid " + quoted(kid) : std::string(" without kid")) +
                               ": skipped: " + key.error().message);
        } else {
          ++set->more_skipped;
        }
        if (has_kid) build.skipped_kids.push_back(kid);
        continue;
      }
      build.keys.push_back(*std::move(key));
    }
    if (set->more_skipped != 0) {
      set->notes.push_back(name + ": and " + std::to_string(set->more_skipped) +
                           (set->more_skipped == 1 ? " more key was skipped" : " more keys were skipped"));
    }
    for (std::string& note : set->notes) build.notes.push_back(std::move(note));
    // A key set is for publishing, a secret is not: a verifier of HS* alone takes its secret from a file. Without
    // --algorithm, or beside others, the oct keys of a set serve.
    const AlgorithmSet hmac = jose::algorithms_of(KeyType::oct, Curve::none);
    if (policy.profile == Profile::strict && !allowed.empty() && (allowed & hmac) == allowed) {
      return Error{name + ": a key set, and --algorithm allows only " + names_of(policy.algorithms) +
                   ", which needs a shared secret; give --secret-file, or another --algorithm"};
    }
    return {};
  }

  static std::string quoted(std::string_view kid) {
    std::string text = "\"";
    for (char c : kid.substr(0, 80)) text += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    return text + "\"";
  }

  Result<void> add_single_key(const KeySource& source, const std::string& text, Build& build) const {
    const std::string name = name_of(source);
    const AlgorithmSet for_secret =
        policy.algorithms.empty() && policy.profile == Profile::strict ? AlgorithmSet::all() : allowed;
    Result<Jwk> jwk = is_secret(source.kind) ? read_secret(text, policy.profile, for_secret, name)
                                             : read_public_key(text, policy.profile, name);
    if (!jwk) return jwk.error();
    if (policy.profile == Profile::strict && !allowed.empty() && (jwk->permitted & allowed).empty()) {
      return Error{name + ": " + kind_of_key(*jwk) + " cannot verify " + names_of(policy.algorithms) +
                   (policy.algorithms.size() == 1 ? ", the only --algorithm" : "") +
                   "; give a key of that type, or another --algorithm"};
    }
    Result<PreparedKey> key = prepare_key(*std::move(jwk), policy.profile, name);
    if (!key) return Error{name + ": " + key.error().message + "; give another key"};
    key->any_kid = true;
    build.keys.push_back(*std::move(key));
    return {};
  }

  Result<std::shared_ptr<const Snapshot>> build_snapshot(const std::vector<Content>& contents,
                                                         std::vector<std::string>& notes) const {
    Build build;
    for (std::size_t i = 0; i < sources.size(); ++i) {
      const KeySource& source = sources[i];
      if (is_static_table(source.kind)) {
        Result<std::shared_ptr<const StaticTable>> table = StaticTable::parse(contents[i].text, name_of(source));
        if (!table) return table.error();
        if (build.static_tokens != nullptr)
          return Error{name_of(source) + ": a second table of static tokens; put all tokens into one"};
        build.static_tokens = *std::move(table);
        continue;
      }
      build.has_key_sources = true;
      Result<void> added = is_key_set(source.kind) ? add_key_set(source, contents[i].text, build)
                                                   : add_single_key(source, contents[i].text, build);
      if (!added) return added.error();
    }
    notes = std::move(build.notes);
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->ring = std::make_shared<const KeyRing>(std::move(build.keys), policy.profile, build.poisoned,
                                                     std::move(build.skipped_kids));
    snapshot->static_tokens = std::move(build.static_tokens);
    snapshot->has_key_sources = build.has_key_sources;
    snapshot->allowed = allowed;
    if (allowed.empty()) {
      if (policy.profile == Profile::strict) {
        snapshot->allowed = snapshot->ring->permitted();
      } else {
        snapshot->allowed.insert(Algorithm::RS256);
      }
    }
    return std::shared_ptr<const Snapshot>(std::move(snapshot));
  }

  void install(std::shared_ptr<const Snapshot> next, std::vector<Content> contents) {
    std::int64_t earliest = kNever;
    for (const Content& content : contents) earliest = std::min(earliest, content.fresh_until);
    // Without URLs a reload reads every source again, so nothing needs to be kept.
    if (has_urls) last_good = std::move(contents);
    {
      const std::lock_guard lock(snapshot_mutex);
      current = std::move(next);
    }
    stale_at.store(earliest, std::memory_order_relaxed);
    version.fetch_add(1, std::memory_order_relaxed);
  }

  // --- notes ---------------------------------------------------------------------------------------------------

  // Each different note once, however often the keys are read.
  void tell_once(const std::vector<std::string>& notes) {
    for (const std::string& note : notes) {
      {
        const std::lock_guard lock(notes_mutex);
        // A server that invents kids must not fill the memory.
        if (told.size() >= kMaxTold || !told.insert(note).second) continue;
      }
      tell(note);
    }
  }
  // After a success the next failure is news again.
  void forget_failures() {
    const std::lock_guard lock(notes_mutex);
    std::erase_if(told, [](const std::string& note) { return note.ends_with(kOldKeysStay); });
  }
  void tell(const std::string& note) const {
    if (on_note) on_note(note);
  }

  // --- reading again -------------------------------------------------------------------------------------------

  // Reads every source; keeps all as it was on error.
  Result<std::size_t> read_everything() {
    Result<std::vector<Content>> contents = load_all();
    if (!contents) return contents.error();
    std::vector<std::string> notes;
    std::size_t keys = 0;
    {
      const std::lock_guard lock(build_mutex);
      Result<std::shared_ptr<const Snapshot>> built = build_snapshot(*contents, notes);
      if (!built) return built.error();
      keys = (*built)->ring->keys().size();
      ++reloads;
      install(*std::move(built), *std::move(contents));
    }
    tell_once(notes);
    return keys;
  }

  // Fetches the URLs anew; a failed one keeps its last good content, until the next interval.
  void refetch() {
    std::vector<Content> contents;
    std::uint64_t began_at = 0;
    {
      const std::lock_guard lock(build_mutex);
      contents = last_good;
      began_at = reloads;
    }
    std::vector<std::string> notes;
    bool changed = false;
    for (std::size_t i = 0; i < sources.size() && !stop.load(std::memory_order_relaxed); ++i) {
      if (sources[i].kind != Kind::jwks_url) continue;
      Result<Content> content = load(sources[i]);
      if (content) {
        // A broken set must not hide the good ones of other sources: it is tried alone.
        Build alone;
        if (Result<void> added = add_key_set(sources[i], content->text, alone); !added) content = added.error();
      }
      if (content) {
        contents[i] = *std::move(content);
        changed = true;
        forget_failures();
      } else if (!stop.load(std::memory_order_relaxed)) {
        notes.push_back(content.error().message + kOldKeysStay);
      }
    }
    if (changed && !stop.load(std::memory_order_relaxed)) {
      const std::lock_guard lock(build_mutex);
      std::vector<std::string> skipped;
      if (began_at == reloads) {  // a reload meanwhile read newer content
        Result<std::shared_ptr<const Snapshot>> built = build_snapshot(contents, skipped);
        if (built) {
          install(*std::move(built), std::move(contents));
        } else if (!stop.load(std::memory_order_relaxed)) {
          skipped = {built.error().message + kOldKeysStay};
        }
      }
      notes.insert(notes.end(), skipped.begin(), skipped.end());
    }
    tell_once(notes);
  }

  void work() {
    std::unique_lock lock(worker_mutex);
    while (true) {
      wake.wait(lock, [this] { return wanted || stop.load(); });
      if (stop.load()) return;
      wanted = false;
      lock.unlock();
      try {
        refetch();
      } catch (const std::exception& error) {
        tell_once({std::string("keys could not be fetched: ") + error.what() + kOldKeysStay});
      }
      not_before.store(ticks_after(ticks(Clock::now()), fetch.refetch_interval_seconds), std::memory_order_relaxed);
      lock.lock();
      busy.store(false, std::memory_order_release);
    }
  }

  void request_refetch() noexcept {
    if (!has_urls || busy.load(std::memory_order_relaxed)) return;
    if (ticks(Clock::now()) < not_before.load(std::memory_order_relaxed)) return;
    if (busy.exchange(true, std::memory_order_acquire)) return;
    // Another refetch may have ended between the two looks.
    if (ticks(Clock::now()) < not_before.load(std::memory_order_relaxed)) {
      busy.store(false, std::memory_order_release);
      return;
    }
    {
      const std::lock_guard lock(worker_mutex);
      wanted = true;
    }
    wake.notify_one();
  }

  void refetch_when_stale() noexcept {
    if (has_urls && ticks(Clock::now()) >= stale_at.load(std::memory_order_relaxed)) request_refetch();
  }

  static constexpr std::size_t kMaxTold = 100'000;

  const std::vector<KeySource> sources;
  const Policy policy;
  const FetchOptions fetch;
  const std::function<void(std::string_view)> on_note;
  const AlgorithmSet allowed;
  bool has_urls = false;

  std::mutex snapshot_mutex;
  std::shared_ptr<const Snapshot> current;
  std::atomic<std::uint64_t> version{0};
  std::atomic<std::int64_t> stale_at{kNever};

  std::mutex build_mutex;  // last_good, reloads
  std::vector<Content> last_good;
  std::uint64_t reloads = 0;

  std::mutex notes_mutex;
  std::set<std::string> told;

  std::atomic<bool> stop{false};
  std::atomic<bool> busy{false};
  std::atomic<std::int64_t> not_before{0};
  std::mutex worker_mutex;  // wanted
  std::condition_variable wake;
  bool wanted = false;
  std::thread worker;
};

KeyStore::KeyStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
KeyStore::~KeyStore() = default;

Result<std::unique_ptr<KeyStore>> KeyStore::open(std::vector<KeySource> sources, const Policy& policy,
                                                 FetchOptions fetch, std::function<void(std::string_view)> on_note) {
  auto impl = std::make_unique<Impl>(std::move(sources), policy, std::move(fetch), std::move(on_note));
  if (Result<void> checked = impl->check_sources(); !checked) return checked.error();
  if (Result<std::size_t> read = impl->read_everything(); !read) return read.error();
  if (impl->has_urls) {
    impl->not_before.store(ticks_after(ticks(Clock::now()), impl->fetch.refetch_interval_seconds));
    impl->worker = std::thread([store = impl.get()] { store->work(); });
  }
  return std::unique_ptr<KeyStore>(new KeyStore(std::move(impl)));
}

std::shared_ptr<const Snapshot> KeyStore::snapshot() const {
  impl_->refetch_when_stale();
  const std::lock_guard lock(impl_->snapshot_mutex);
  return impl_->current;
}

std::uint64_t KeyStore::version() const noexcept {
  impl_->refetch_when_stale();
  return impl_->version.load(std::memory_order_relaxed);
}

Result<void> KeyStore::reload() {
  const Result<std::size_t> read = impl_->read_everything();
  if (!read) return read.error();
  impl_->tell("keys read again: " + std::to_string(*read) + (*read == 1 ? " key" : " keys"));
  return {};
}

void KeyStore::request_refetch() noexcept { impl_->request_refetch(); }

}  // namespace assay::keys
