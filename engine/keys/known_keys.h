// What is known of keys over time, put to the keys themselves: what their key sets say, and over it what the trust file
// says.
//
// Pure functions, thread safe.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "assay/keys_view.h"
#include "keys/key_ring.h"
#include "keys/prepared_key.h"
#include "keys/source.h"
#include "trust/issuers.h"

namespace assay::keys {

// Gives each key its window. Equal keys of one issuer and kid have one window; if their key sets differ, the stricter
// word counts. The trust file's word counts over that of a set. `issuers` may be null. Returns a line for each key of
// the trust file that no key of its issuer is, nor one of `skipped`: the place in the file, what is wrong and the mend.
std::vector<std::string> give_windows(std::span<PreparedKey> keys, std::span<const SkippedKid> skipped,
                                      const trust::Issuers* issuers);

// Whether an entry of the trust file is about this key of its issuer. `thumbprint` is that of the key.
bool is_about(const KnownKey& known, const Jwk& jwk, const std::string& thumbprint);

// When the dated snapshots among `sources` had the key, by source and series. `sources` are those of its Snapshot.
std::vector<KeyAppearance> appearances_of(const PreparedKey& key, std::span<const SourceReport> sources);

// What is weak about a key that is used, for a person: "published with its private part". Strict refuses worse.
std::vector<std::string> weaknesses_of(const PreparedKey& key);

// The thumbprint of RFC 7638 with SHA-256, in base64url.
std::string thumbprint_of(const Jwk& jwk);

}  // namespace assay::keys
