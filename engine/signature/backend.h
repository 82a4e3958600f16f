// A backend verifies signatures, many at a time. OpenSSL's is the definition; any other gives the same verdicts,
// faster.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "assay/algorithm.h"
#include "assay/result.h"
#include "assay/verifier.h"
#include "base/stage_clock.h"
#include "digest/running_sha256.h"
#include "keys/prepared_key.h"

namespace assay::signature {

// One signature to verify. Its views point into the token and the batch's arena. `key` permits `algorithm`.
struct Job {
  const keys::PreparedKey* key = nullptr;
  Algorithm algorithm = Algorithm::RS256;
  std::string_view signing_input;  // header "." payload, or with b64=false header "." raw payload
  std::string_view signature;      // decoded bytes
  bool valid = false;              // the answer
  bool not_sampled = false;        // the backend is cross-checked, and this verdict was not
  // A number that tokens with this header have in common, and no other header that this session is given under the same
  // ring generation; 0: none. A backend may keep what it worked out for the header.
  std::uint64_t header_id = 0;
  std::size_t header_bytes = 0;  // of header and dot, with which the signing input begins; only with a header_id
};

// A text to hash.
struct HashedText {
  std::string_view text;
  digest::Sha256* sha256 = nullptr;  // the answer; never null
};

// The contexts and the scratch of one thread. Not thread safe.
class BackendSession {
 public:
  virtual ~BackendSession() = default;
  // Sets `valid` of every job. Jobs may mix keys and algorithms, in any order. `ring_generation` says which KeyRing the
  // keys belong to; what was kept for another ring is dropped. Throws only std::bad_alloc, if memory is refused. Then
  // no job has an answer, and the session cannot be used again.
  virtual void verify(std::span<Job> jobs, std::uint64_t ring_generation) = 0;

  // Hashes every text. Throws only std::bad_alloc, if memory is refused.
  virtual void hash(std::span<const HashedText> texts) {
    for (const HashedText& hashed : texts) *hashed.sha256 = digest::sha256(hashed.text);
  }

  // Sets the clock that measures how long hashing takes. It outlives the session.
  void measure(base::StageClock* clock) noexcept { clock_ = clock; }

 protected:
  base::StageClock* clock_ = nullptr;
};

// Counts since the backend was made, of all sessions together.
struct BackendStatistics {
  std::uint64_t by_lanes = 0;       // signatures that the lanes decided
  std::uint64_t by_openssl = 0;     // those that OpenSSL decided: no kernel, no table, groups too small
  std::uint64_t exceptional = 0;    // those that the lanes left to OpenSSL: x of two points was equal
  std::uint64_t cross_checked = 0;  // those that OpenSSL verified a second time
  std::uint64_t tables_built = 0;
  std::uint64_t tables_evicted = 0;
  std::uint64_t table_bytes = 0;  // now
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const noexcept = 0;  // "openssl", "lanes"
  virtual std::string_view isa() const noexcept {
    return "";
  }  // "ifma", "avx512f", "fma", "portable"; empty: OpenSSL's own choice
  virtual std::unique_ptr<BackendSession> new_session() const = 0;
  virtual BackendStatistics statistics() const { return {}; }
  // Says why no verdict of this backend may be trusted any more: a cross-check found a difference. Empty: none did.
  // Thread safe, and cheap enough to ask once a batch.
  virtual std::string fault() const { return {}; }
};

struct BackendOptions {
  std::string name = "auto";  // auto, openssl, lanes; ASSAY_BACKEND replaces "auto"
  // Bytes for all tables of keys and generators.
  std::size_t table_memory = JwtVerifierOptions{}.table_memory;
  double cross_check = 0;                         // share of signatures, 0 to 1, that OpenSSL verifies as well
  std::function<void(std::string_view)> on_note;  // called when a self-test fails
  // For tests and benchmarks.
  std::string isa;              // "ifma", "avx512f", "fma", "portable"; empty: the best that this CPU has
  bool tables_at_once = false;  // build a key's table when it is first seen, in the caller's thread, and use the lanes
                                // for groups of every size
  int window = 0;               // of all tables, in bits; 0: as the policy of tables says
};

}  // namespace assay::signature
