// The configured key sources and the snapshot made of them; reload and refetch.
//
// snapshot() may be called from any thread at any time. Reloads and refetches build a new snapshot beside the old one
// and swap a pointer; on failure the old one stays.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "assay/key_set.h"
#include "assay/policy.h"
#include "assay/result.h"
#include "keys/key_ring.h"
#include "keys/static_table.h"

namespace assay::keys {

struct Snapshot {
  std::shared_ptr<const KeyRing> ring;               // null: tokens are checked without keys (TokenInspector)
  std::shared_ptr<const StaticTable> static_tokens;  // null: none configured
  AlgorithmSet allowed;          // the policy's algorithms, or in strict without any those that the keys permit
  bool has_key_sources = false;  // false: static tokens alone
};

class KeyStore {
 public:
  // Reads every source once; URLs are fetched. `policy` is already checked.
  static Result<std::unique_ptr<KeyStore>> open(std::vector<KeySource> sources, const Policy& policy,
                                                FetchOptions fetch, std::function<void(std::string_view)> on_note);
  ~KeyStore();
  KeyStore(const KeyStore&) = delete;
  KeyStore& operator=(const KeyStore&) = delete;

  std::shared_ptr<const Snapshot> snapshot() const;
  // Changes whenever snapshot() would give another: one relaxed load, for callers that hold the last one.
  std::uint64_t version() const noexcept;

  // Reads every source again, now, on the caller's thread.
  Result<void> reload();
  // A token named a kid that no key has, or the fetched set has passed its age: start a refetch of the URLs in the
  // background, unless one runs or ran within refetch_interval_seconds. Never blocks, cheap to call for each token.
  void request_refetch() noexcept;

 private:
  struct Impl;
  explicit KeyStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace assay::keys
