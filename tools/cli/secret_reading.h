// Other readings of a secret file, tried when a token does not verify with the one that was meant.
//
// Secrets travel as base64, hex, quoted or as NAME=value, and people give the file as it came (or give the bytes where
// the signer used their text). All readings are tried on the token at hand; nothing of the secret is ever shown.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "assay/key_set.h"

namespace assay::cli {

// Names the readings that are tried, for a person who sees that none fits.
inline constexpr const char* kSecretReadings =
    "base64, hex, NAME=value, without quotation marks, line breaks or byte order mark, with a newline, and encoded";

// Returns which other reading of the file makes the signature of `token` valid, with the command that mends the file:
// "the file is base64 of the secret: base64 -d b64.txt > secret.bin". Nothing if none does, if the token has no HS
// algorithm, or if the source is no secret file. Thread safe.
std::optional<std::string> other_reading(std::string_view token, const KeySource& source);

}  // namespace assay::cli
