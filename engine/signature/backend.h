// A backend judges signatures, many at a time. OpenSSL's is the definition; any other gives the same verdicts, faster.
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
#include "keys/prepared_key.h"

namespace assay::signature {

// One signature to judge. Views into the token and the batch's arena. `key` permits `algorithm`.
struct Job {
  const keys::PreparedKey* key = nullptr;
  Algorithm algorithm = Algorithm::RS256;
  std::string_view signing_input;  // header "." payload, or with b64=false header "." raw payload
  std::string_view signature;      // decoded bytes
  bool valid = false;              // the answer
  bool not_sampled = false;        // of a backend that is cross-checked: OpenSSL was not asked
  // A number that tokens with this header have in common, and no other header that this session is given under the same
  // ring generation; 0: none. A backend may keep what it worked out for the header.
  std::uint64_t header_id = 0;
  std::size_t header_bytes = 0;  // of header and dot, with which the signing input begins; only with a header_id
};

// A thread's own contexts and scratch. Not thread safe.
class BackendSession {
 public:
  virtual ~BackendSession() = default;
  // Answers every job. Jobs may mix keys and algorithms; their order is the caller's. `ring_generation` tells which
  // KeyRing the keys belong to: contexts of another are dropped.
  virtual void verify(std::span<Job> jobs, std::uint64_t ring_generation) noexcept = 0;

  // The clock that is told when hashing is done; it outlives the session.
  void measure(base::StageClock* clock) noexcept { clock_ = clock; }

 protected:
  base::StageClock* clock_ = nullptr;
};

// Counts since the backend was made, of all sessions together.
struct BackendStatistics {
  std::uint64_t by_lanes = 0;       // signatures that the lanes decided
  std::uint64_t by_openssl = 0;     // those that went to OpenSSL: no kernel, cold keys, groups too small
  std::uint64_t exceptional = 0;    // those that the lanes handed on: x of two points was equal
  std::uint64_t cross_checked = 0;  // those that OpenSSL judged a second time
  std::uint64_t tables_built = 0;
  std::uint64_t tables_evicted = 0;
  std::uint64_t table_bytes = 0;  // now
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const noexcept = 0;           // "openssl", "lanes"
  virtual std::string_view isa() const noexcept { return ""; }  // "ifma", "portable"; empty: OpenSSL's own choice
  virtual std::unique_ptr<BackendSession> new_session() const = 0;
  virtual BackendStatistics statistics() const { return {}; }
  // Why no verdict of this backend may be trusted any more: a cross-check found a difference. Empty: no such thing.
  // Thread safe; cheap enough to ask once a batch.
  virtual std::string fault() const { return {}; }
};

struct BackendOptions {
  std::string name = "auto";  // auto, openssl, lanes; ASSAY_BACKEND replaces "auto"
  // Bytes for all tables of keys and generators.
  std::size_t table_memory = JwtVerifierOptions{}.table_memory;
  double cross_check = 0;                         // share of signatures, 0 to 1, that OpenSSL judges as well
  std::function<void(std::string_view)> on_note;  // told when a self-test fails
  // For tests and benchmarks.
  std::string isa;              // "ifma", "portable"; empty: the best that this CPU has
  bool tables_at_once = false;  // build a key's table when it is first seen, in the caller's thread, and use the lanes
                                // for groups of every size
  int window = 0;               // of all tables; 0: by temperature
};

}  // namespace assay::signature
