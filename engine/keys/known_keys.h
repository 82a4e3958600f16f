// What is known of keys over time, put to the keys themselves: what their key sets say, and over it what the trust file
// says.
//
// Pure functions, thread safe.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "keys/key_ring.h"
#include "keys/prepared_key.h"
#include "trust/issuers.h"

namespace assay::keys {

// Gives each key its window. Equal keys of one issuer and kid have one window; if their key sets differ, the stricter
// word counts. The trust file's word counts over that of a set. `issuers` may be null. Returns a line for each key of
// the trust file that no key of its issuer is, nor one of `skipped`: the place in the file, what is wrong and the mend.
std::vector<std::string> give_windows(std::span<PreparedKey> keys, std::span<const SkippedKid> skipped,
                                      const trust::Issuers* issuers);

// The thumbprint of RFC 7638 with SHA-256, in base64url.
std::string thumbprint_of(const Jwk& jwk);

}  // namespace assay::keys
