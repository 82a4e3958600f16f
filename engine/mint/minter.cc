#include "mint/minter.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <optional>
#include <thread>

#include "base/thread_annotations.h"
#include "codec/base64url.h"
#include "mint/openssl_signer.h"

namespace assay::mint {
namespace {

constexpr std::uint64_t kChunk = 128;  // tokens; bounded so that a chunk of oversized tokens stays small
constexpr std::string_view kNoJti = "00000000000000000000000000000000";

struct Chunk {
  std::string lines;
  std::map<Reason, std::uint64_t> faults;
};

// What all tokens share, made once.
struct Plan {
  Plan(const KeyPair& key, const MintOptions& chosen) : options(chosen) {
    draft.at = issued_at(options.request);
    draft.expires_in = options.request.expires_in_seconds;
    draft.header = standard_header(options.request, key.algorithm());
    draft.claims = standard_claims(options.request, draft.at);
    if (options.distinct) draft.claims.set_string("jti", kNoJti);
    add_additional_claims(options.request, draft.claims);
    const std::string* jti = draft.claims.find("jti");
    own_jti = options.distinct && jti && *jti == "\"" + std::string(kNoJti) + "\"";
    header = codec::base64url_encode(draft.header.to_json()) + ".";
    payload = draft.claims.to_json();
    if (own_jti) jti_at = payload.find("\"jti\":\"" + std::string(kNoJti)) + 7;
  }

  const MintOptions& options;
  Draft draft;
  std::string header;   // encoded, with its dot
  std::string payload;  // with kNoJti at jti_at
  bool own_jti = false;
  std::size_t jti_at = 0;
};

void write_hex(std::uint64_t value, char* to) {
  for (int i = 15; i >= 0; --i, value >>= 4) to[i] = "0123456789abcdef"[value & 15];
}

void append_encoded(std::string& to, std::string_view bytes) {
  const std::size_t start = to.size();
  to.resize(start + codec::base64url_encoded_size(bytes.size()));
  codec::base64url_encode(bytes, to.data() + start);
}

// One thread's share of the work. Not thread safe.
class Worker {
 public:
  Worker(const Plan& plan, const KeyPair& key) : plan_(plan), signer_(key.signing_key()), payload_(plan.payload) {}

  void fill(std::uint64_t first, std::uint64_t last, Chunk& chunk) {
    for (std::uint64_t i = first; i < last; ++i) {
      append_token(i, chunk);
      chunk.lines += '\n';
    }
  }

 private:
  void append_token(std::uint64_t index, Chunk& chunk) {
    Random random(plan_.options.seed, index);
    const std::optional<Reason> fault = draw_fault(random.next_double());
    char jti[32];
    write_hex(random.next(), jti);
    write_hex(random.next(), jti + 16);
    if (fault) {
      ++chunk.faults[*fault];
      Draft draft = plan_.draft;
      if (plan_.own_jti) draft.claims.set_string("jti", std::string_view(jti, sizeof jti));
      append_faulty_token(*fault, std::move(draft), random, signer_, chunk.lines);
      return;
    }
    if (plan_.own_jti) std::copy(jti, jti + sizeof jti, payload_.begin() + static_cast<std::ptrdiff_t>(plan_.jti_at));
    const std::size_t start = chunk.lines.size();
    chunk.lines += plan_.header;
    append_encoded(chunk.lines, payload_);
    signer_.sign(std::string_view(chunk.lines).substr(start), signature_);
    chunk.lines += '.';
    append_encoded(chunk.lines, signature_);
  }

  std::optional<Reason> draw_fault(double at) const {
    for (const Fault& fault : plan_.options.faults) {
      if (at < fault.share) return fault.reason;
      at -= fault.share;
    }
    return std::nullopt;
  }

  const Plan& plan_;
  Signer signer_;
  std::string payload_;
  std::string signature_;
};

// The chunks in flight: workers take the next number, the caller takes the chunks in order.
class Line {
 public:
  Line(std::uint64_t chunks, std::size_t slots) : chunks_(chunks), slots_(slots) {}

  // The next chunk to fill, once there is room for it; nothing when all are taken or the work is stopped.
  std::optional<std::uint64_t> next() {
    base::UniqueLock lock(mutex_);
    while (!stopped_ && taken_ != chunks_ && taken_ >= given_ + slots_.size()) lock.wait(changed_);
    if (stopped_ || taken_ == chunks_) return std::nullopt;
    return taken_++;
  }
  void put(std::uint64_t number, Chunk chunk) {
    const base::MutexLock lock(mutex_);
    slots_[number % slots_.size()] = std::move(chunk);
    changed_.notify_all();
  }
  // The chunk after the last one given. Rethrows what a worker threw.
  Chunk take() {
    base::UniqueLock lock(mutex_);
    std::optional<Chunk>& slot = slots_[given_ % slots_.size()];
    while (!slot && !error_) lock.wait(changed_);
    if (error_) std::rethrow_exception(error_);
    Chunk chunk = std::move(*slot);
    slot.reset();
    ++given_;
    changed_.notify_all();
    return chunk;
  }
  void fail(std::exception_ptr error) {
    const base::MutexLock lock(mutex_);
    error_ = error;
    stopped_ = true;
    changed_.notify_all();
  }
  void stop() {
    const base::MutexLock lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }

 private:
  base::Mutex mutex_;
  std::condition_variable_any changed_;
  const std::uint64_t chunks_;
  std::vector<std::optional<Chunk>> slots_ GUARDED_BY(mutex_);
  std::uint64_t taken_ GUARDED_BY(mutex_) = 0;
  std::uint64_t given_ GUARDED_BY(mutex_) = 0;
  bool stopped_ GUARDED_BY(mutex_) = false;
  std::exception_ptr error_ GUARDED_BY(mutex_);
};

// Stops and joins the workers when the caller leaves, in whatever way.
struct Crew {
  explicit Crew(Line& l) : line(l) {}
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  ~Crew() {
    line.stop();
    for (std::thread& thread : threads) thread.join();
  }
  Line& line;
  std::vector<std::thread> threads;
};

}  // namespace

Result<MintResult> mint(const KeyPair& key, MintOptions options, const MintSink& sink) {
  if (Result<void> ok = check_faults(options.faults); !ok) return ok.error();
  if (options.threads < 0) return Error{"must not be negative; give 0 for all cores", "threads"};
  const Plan plan(key, options);
  const std::uint64_t chunks = options.count / kChunk + (options.count % kChunk != 0);
  const std::uint64_t cores = std::max(1u, std::thread::hardware_concurrency());
  const std::uint64_t wanted = options.threads ? static_cast<std::uint64_t>(options.threads) : cores;
  const std::size_t threads = static_cast<std::size_t>(std::clamp<std::uint64_t>(chunks, 1, wanted));

  MintResult result;
  const auto deliver = [&](std::uint64_t number, const Chunk& chunk) {
    result.tokens += std::min(kChunk, options.count - number * kChunk);
    for (const auto& [reason, count] : chunk.faults) result.faults[reason] += count;
    result.stopped = !sink(chunk.lines);
  };
  Line line(chunks, threads * 4);
  Crew crew(line);
  for (std::size_t i = 0; i < threads; ++i) {
    crew.threads.emplace_back([&] {
      try {
        Worker worker(plan, key);
        while (const std::optional<std::uint64_t> number = line.next()) {
          Chunk chunk;
          worker.fill(*number * kChunk, std::min(options.count, (*number + 1) * kChunk), chunk);
          line.put(*number, std::move(chunk));
        }
      } catch (...) {
        line.fail(std::current_exception());
      }
    });
  }
  for (std::uint64_t number = 0; number < chunks && !result.stopped; ++number) deliver(number, line.take());
  return result;
}

}  // namespace assay::mint
