// All keys of a verifier at one moment, made from what its sources said.
//
// A snapshot is immutable and shared: a batch keeps the one that it began with. Building one is a pure function of the
// contents and the policy, without input, output or threads.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "assay/algorithm.h"
#include "assay/key_set.h"
#include "assay/policy.h"
#include "assay/result.h"
#include "keys/key_ring.h"
#include "keys/source.h"
#include "keys/static_table.h"
#include "trust/issuers.h"
#include "trust/revocation_list.h"

namespace assay::keys {

struct Snapshot {
  std::shared_ptr<const KeyRing> ring;               // null: tokens are checked without keys (TokenInspector)
  std::shared_ptr<const StaticTable> static_tokens;  // null: none configured
  // The policy's algorithms; strict without any: those that the keys permit. With issuers: those of all together.
  AlgorithmSet allowed;
  bool keys_decide = false;  // some policy names no algorithm, so that a key that is not here yet may permit one more
  std::shared_ptr<const trust::Issuers> issuers;                      // null: there are none
  bool has_key_sources = false;                                       // false: static tokens only
  bool has_urls = false;                                              // a key that is not here may be fetched
  std::vector<std::shared_ptr<const trust::RevocationList>> revoked;  // a token on any of them is revoked
  std::vector<SourceReport> sources;                                  // what each source gave
};

// Verifies one signature. The rooms that can are above this one.
using VerifySignature = std::function<bool(const PreparedKey& key, Algorithm algorithm, std::string_view signing_input,
                                           std::string_view signature)>;

struct BuiltSnapshot {
  std::shared_ptr<const Snapshot> snapshot;
  // A line for each key that was skipped, or is odd; they begin with the source's name.
  std::vector<std::string> notes;
  // A line for each key of the trust file that no key of its issuer is.
  std::vector<std::string> unknown_keys;
};

// Checks what needs no reading: there is a source, and the policy's algorithms can use its kind of key. `policy` and
// that of build_snapshot come from jose::checked_policy.
Result<void> check_sources(std::span<const KeySource> sources, const Policy& policy);

// Builds the snapshot; contents[i] was read from sources[i]. An unusable key of a set becomes a note; a source without
// one usable key is the error, which begins with the source's name. The clock decides if a certificate has expired.
// `stop`, set by another thread, ends the building with an error, because the keys of a large set take seconds to
// check. `issuers` are those that KeySource::issuer counts; null: there are none. `verify` is asked for the sets that
// have to be signed.
Result<BuiltSnapshot> build_snapshot(std::span<const KeySource> sources, std::span<const Content> contents,
                                     const Policy& policy, const std::atomic<bool>& stop,
                                     std::shared_ptr<const trust::Issuers> issuers = nullptr,
                                     const VerifySignature& verify = {});

// The same for a person who looks at the keys, as far as the sources allow. readings[i] is what sources[i] said, or why
// it could not be read. A source at fault is left out, and its report says why.
BuiltSnapshot survey_sources(std::span<const KeySource> sources, std::span<const Result<Content>> readings,
                             const Policy& policy, std::shared_ptr<const trust::Issuers> issuers,
                             const VerifySignature& verify);

}  // namespace assay::keys
