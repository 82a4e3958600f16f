// A public key in PEM or DER, read as a JWK.
#pragma once

#include <string_view>

#include "assay/key_set.h"
#include "assay/policy.h"
#include "assay/result.h"

namespace assay::keys {

// Reads the one public key of `text`: SPKI, PKCS#1 or an X.509 certificate. strict refuses private keys, several keys,
// RSA below 2048 bits and other weak ones (jose::weakness_of); fastmcp reads what joserfc's import_key reads. Encrypted
// keys are private, so strict refuses them, and fastmcp cannot read them either. The error begins with `name`. Thread
// safe.
Result<Jwk> read_public_key(std::string_view text, Profile profile, std::string_view name);

}  // namespace assay::keys
