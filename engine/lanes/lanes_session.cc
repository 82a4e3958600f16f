#include "lanes/lanes_session.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "digest/constant_time.h"
#include "digest/hmac.h"
#include "keys/openssl_key.h"
#include "signature/lengths.h"

namespace assay::lanes {
namespace {

// A session reports the uses of a key when it has counted so many. It does so when it has screened the batch.
constexpr std::uint32_t kReportUses = 16;
// The first uses are reported as soon as they earn a table (table_policy.cc).
constexpr std::uint32_t kReportFirstRsa = 2, kReportFirstCurve = 8;
// Signatures that OpenSSL verifies before the session looks whether a table has become ready.
constexpr std::size_t kOpensslTurn = 8;

}  // namespace

LanesSession::LanesSession(std::shared_ptr<LanesShared> shared)
    : shared_(std::move(shared)),
      openssl_(shared_->openssl->new_session()),
      pin_(shared_->tables.epochs()),
      counts_(shared_->counters),
      hashes_(shared_->kernels, shared_->always),
      rsa_(hashes_) {}

void LanesSession::verify(std::span<signature::Job> jobs, std::uint64_t ring_generation) {
  if (ring_generation != generation_) {
    keys_.clear();
    headers_.clear();
    generation_ = ring_generation;
  }
  if (shared_->faulty()) {  // a kernel that was wrong once is not trusted again
    openssl_->verify(jobs, generation_);
    counts_->by_openssl.add(jobs.size());
    return;
  }
  screen(jobs);
  report_uses(jobs);
  while (!waiting_.empty()) {
    const std::uint64_t version = shared_->tables.epochs().now();
    sort_waiting(jobs);
    if (!scheduler_.items().empty()) run_lanes(jobs);
    pin_.leave();
    // OpenSSL verifies those without a table until one becomes ready; then the others are sorted again.
    waiting_.swap(without_table_);
    std::size_t done = 0;
    do {
      const std::size_t count = std::min(kOpensslTurn, waiting_.size() - done);
      verify_by_openssl(jobs, std::span(waiting_).subspan(done, count));
      done += count;
    } while (done < waiting_.size() && shared_->tables.epochs().now() == version);
    waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(done));
  }
  verify_by_openssl(jobs, for_openssl_);
  if (shared_->cross_check > 0) cross_check(jobs);
}

void LanesSession::hash(std::span<const signature::HashedText> texts) {
  if (shared_->faulty()) return BackendSession::hash(texts);
  for (const signature::HashedText& hashed : texts) hashes_.add(Hash::SHA256, {}, hashed.text, hashed.sha256->data());
  hashes_.run();
}

// Rejects signatures of a wrong length, sends those that no kernel takes to OpenSSL, and counts the keys' uses.
void LanesSession::screen(std::span<signature::Job> jobs) {
  to_report_.clear();
  waiting_.clear();
  for_openssl_.clear();
  decided_.clear();
  job_kernels_.resize(jobs.size());
  for (std::uint32_t i = 0; i < jobs.size(); ++i) {
    signature::Job& job = jobs[i];
    const AlgorithmInfo& algorithm = info(job.algorithm);
    LaneKernel kernel = algorithm.scheme == Scheme::hmac ? kernel_of(algorithm.hash) : use_key(job, i, jobs.size());
    if (!shared_->kernels.has(kernel)) kernel = LaneKernel::none;
    if (algorithm.scheme == Scheme::hmac && job.key->openssl->hmac == nullptr) kernel = LaneKernel::none;
    job_kernels_[i] = kernel;
    switch (route_of(job, kernel)) {
      case Route::invalid:
        job.valid = false;
        decided_.push_back({i, kernel});
        counts_->by_lanes.add(1);
        break;
      case Route::openssl:
        for_openssl_.push_back(i);
        break;
      case Route::lanes:
        // Sorting does not pay for a single token.
        (is_curve(kernel) || jobs.size() >= shared_->least[group_of(kernel)] ? waiting_ : for_openssl_).push_back(i);
        break;
    }
  }
}

LaneKernel LanesSession::use_key(const signature::Job& job, std::uint32_t number, std::size_t jobs) {
  const std::uint32_t index = job.key->index;
  if (index >= keys_.size()) keys_.resize(index + std::size_t{1});
  KeyUse& use = keys_[index];
  if (!use.known) {
    use.known = true;
    use.kernel = kernel_of(*job.key);
    // The key may have a table already: from before a reload, or from another session.
    if (use.kernel != LaneKernel::none) use.cached = shared_->tables.find_known(*job.key, use.kernel);
  }
  if (use.kernel == LaneKernel::none) return use.kernel;
  // A single RSA token goes to OpenSSL anyway, so it does not count towards a table.
  if (is_rsa(use.kernel) && jobs < shared_->least[group_of(use.kernel)]) return use.kernel;
  const std::uint32_t report = shared_->always         ? 1
                               : use.cached != nullptr ? kReportUses
                               : is_rsa(use.kernel)    ? kReportFirstRsa
                                                       : kReportFirstCurve;
  if (++use.pending == report) to_report_.push_back(number);
  return use.kernel;
}

void LanesSession::report_uses(std::span<const signature::Job> jobs) {
  for (const std::uint32_t number : to_report_) {
    const keys::PreparedKey& key = *jobs[number].key;
    KeyUse& use = keys_[key.index];
    if (!shared_->kernels.has(use.kernel)) continue;
    if (use.cached == nullptr) use.cached = shared_->tables.find(key, use.kernel);
    shared_->tables.add_uses(use.cached, use.pending);
    use.pending = 0;
  }
}

// Sorts the jobs that wait into groups, and puts those whose key or generator has no table aside. Pins the tables.
void LanesSession::sort_waiting(std::span<const signature::Job> jobs) {
  scheduler_.clear();
  without_table_.clear();
  pin_.enter();
  for (const std::uint32_t number : waiting_) {
    const LaneKernel kernel = job_kernels_[number];
    const KeyTable* table = nullptr;
    int window = 0;
    if (is_rsa(kernel) || is_curve(kernel)) {
      const CachedKey* cached = keys_[jobs[number].key->index].cached.get();
      table = cached == nullptr ? nullptr : cached->table();
      if (table == nullptr || (is_curve(kernel) && shared_->tables.generator(kernel).entries == nullptr)) {
        without_table_.push_back(number);
        continue;
      }
      window = table->window;
    }
    scheduler_.add(number, group_of(kernel, window), table);
  }
  scheduler_.sort(shared_->least, for_openssl_);
}

void LanesSession::run_lanes(std::span<signature::Job> jobs) {
  slots_.resize(std::max(slots_.size(), scheduler_.items().size()));
  if (clock_ != nullptr) clock_->lap(Stage::signature);
  hash_inputs(jobs);
  if (clock_ != nullptr) clock_->lap(Stage::hash);
  for (const LaneKernel hash : {LaneKernel::sha256, LaneKernel::sha512}) verify_hmac(jobs, hash);
  for (const LaneKernel size : {LaneKernel::rsa2048, LaneKernel::rsa3072, LaneKernel::rsa4096}) verify_rsa(jobs, size);
  for (const LaneKernel curve : {LaneKernel::p256, LaneKernel::p384, LaneKernel::p521, LaneKernel::ed25519}) {
    for (int window = kMinWindow; window <= kMaxWindow; ++window) verify_curve(jobs, curve, window);
  }
}

// Computes the first hash of every signature, whatever its kind: together they fill the lanes best.
void LanesSession::hash_inputs(std::span<const signature::Job> jobs) {
  const std::span<const LaneItem> items = scheduler_.items();
  headers_.begin_round();
  for (std::size_t i = 0; i < items.size(); ++i) {
    const signature::Job& job = jobs[items[i].job];
    const AlgorithmInfo& algorithm = info(job.algorithm);
    DigestSlot& slot = slots_[i];
    if (const digest::HashState* head = headers_.find(job)) {
      hashes_.add_rest(algorithm.hash, *head, job.signing_input.substr(HeaderStates::head_bytes(job)), slot.digest());
    } else if (algorithm.scheme == Scheme::hmac) {
      hashes_.add_keyed(algorithm.hash, job.key->openssl->hmac->states(algorithm.hash).inner, job.signing_input,
                        slot.digest());
    } else if (algorithm.scheme == Scheme::eddsa) {
      // RFC 8032 §5.1.7: SHA-512(R || A || M), with the key's bytes as they were published.
      std::memcpy(slot.head(), job.signature.data(), signature::kEd25519Half);
      std::memcpy(slot.head() + signature::kEd25519Half, job.key->jwk.x.data(), signature::kEd25519Half);
      hashes_.add(Hash::SHA512, {reinterpret_cast<const char*>(slot.head()), 2 * signature::kEd25519Half},
                  job.signing_input, slot.digest());
    } else {
      hashes_.add(algorithm.hash, {}, job.signing_input, slot.digest());
    }
  }
  hashes_.run();
}

// Hashes the inner digest with the outer state. The MAC lands in the head of the slot.
void LanesSession::verify_hmac(std::span<signature::Job> jobs, LaneKernel hash) {
  const std::span<const LaneItem> items = scheduler_.items(group_of(hash));
  if (items.empty()) return;
  DigestSlot* slots = slots_of(items);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const signature::Job& job = jobs[items[i].job];
    const Hash used = info(job.algorithm).hash;
    const std::string_view inner(reinterpret_cast<const char*>(slots[i].digest()), job.signature.size());
    hashes_.add_outer(used, job.key->openssl->hmac->states(used).outer, inner, slots[i].head());
  }
  hashes_.run();
  for (std::size_t i = 0; i < items.size(); ++i) {
    signature::Job& job = jobs[items[i].job];
    job.valid = digest::equal_in_constant_time(slots[i].head(), job.signature.data(), job.signature.size());
  }
  decided(items, hash);
}

void LanesSession::verify_rsa(std::span<signature::Job> jobs, LaneKernel size) {
  const std::span<const LaneItem> items = scheduler_.items(group_of(size));
  if (items.empty()) return;
  // The kernel is not null, since a table was made with it.
  rsa_.verify(*shared_->kernels.rsa(size), jobs, items, slots_of(items));
  decided(items, size);
}

void LanesSession::verify_curve(std::span<signature::Job> jobs, LaneKernel curve, int window) {
  const std::span<const LaneItem> items = scheduler_.items(group_of(curve, window));
  if (items.empty()) return;
  const std::size_t before = for_openssl_.size();
  if (!curves_.verify(*shared_->kernels.curve(curve), shared_->tables.generator(curve), window, jobs, items,
                      slots_of(items), for_openssl_)) {
    for (const LaneItem& item : items) for_openssl_.push_back(item.job);
    return;
  }
  decided(items, curve, for_openssl_.size() - before);
}

void LanesSession::decided(std::span<const LaneItem> items, LaneKernel kernel, std::size_t exceptional) {
  counts_->by_lanes.add(items.size() - exceptional);
  counts_->exceptional.add(exceptional);
  if (shared_->cross_check <= 0) return;
  for (const LaneItem& item : items) decided_.push_back({item.job, kernel});
}

void LanesSession::verify_by_openssl(std::span<signature::Job> jobs, std::span<const std::uint32_t> numbers) {
  for (const std::uint32_t number : numbers) openssl_->verify(jobs.subspan(number, 1), generation_);
  counts_->by_openssl.add(numbers.size());
}

// Verifies every 1/share-th verdict of the lanes with OpenSSL, so that every long run of tokens is sampled. If the two
// differ, OpenSSL's verdict stands.
void LanesSession::cross_check(std::span<signature::Job> jobs) {
  for (const Decided& verdict : decided_) {
    signature::Job& job = jobs[verdict.job];
    check_credit_ += shared_->cross_check;
    job.not_sampled = check_credit_ < 1;
    if (job.not_sampled) continue;
    check_credit_ -= 1;
    const bool of_lanes = job.valid;
    openssl_->verify({&job, 1}, generation_);
    counts_->cross_checked.add(1);
    if (job.valid == of_lanes) continue;
    const Jwk& jwk = job.key->jwk;
    const auto word = [](bool valid) { return valid ? "valid" : "invalid"; };
    shared_->set_fault(std::string("cross-check: lane kernel ") + to_string(verdict.kernel) + " (" +
                       std::string(shared_->kernels.isa()) + ") finds a signature " + word(of_lanes) +
                       " that OpenSSL finds " + word(job.valid) + ": alg " + std::string(to_string(job.algorithm)) +
                       (jwk.has_kid ? ", kid \"" + jwk.kid + "\"" : ", a key without kid") +
                       "; choose the OpenSSL backend, and report this as a fault of assay");
  }
}

}  // namespace assay::lanes
