// A backend judges signatures, many at a time. OpenSSL's is the definition; any other gives the same verdicts, faster.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "assay/algorithm.h"
#include "assay/result.h"
#include "verify/prepared_key.h"

namespace assay::verify {

// One signature to judge. Views into the token and the batch's arena. `key` permits `algorithm`.
struct SignatureJob {
  const PreparedKey* key = nullptr;
  Algorithm algorithm = Algorithm::RS256;
  std::string_view signing_input;  // header "." payload, or with b64=false header "." raw payload
  std::string_view signature;      // decoded bytes
  bool valid = false;              // the answer
};

// A thread's own contexts and scratch. Not thread safe.
class BackendSession {
 public:
  virtual ~BackendSession() = default;
  // Answers every job. Jobs may mix keys and algorithms; their order is the caller's. `ring_generation` tells which
  // KeyRing the keys belong to: contexts of another are dropped.
  virtual void judge(std::span<SignatureJob> jobs, std::uint64_t ring_generation) noexcept = 0;
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const noexcept = 0;
  virtual std::unique_ptr<BackendSession> new_session() const = 0;
};

// name: "auto" or "openssl"; the environment's ASSAY_BACKEND replaces "auto". The error lists the names that there are.
Result<std::shared_ptr<const Backend>> make_backend(std::string_view name);

}  // namespace assay::verify
