// A public key in PEM, DER or JSON, read as a JWK.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "assay/key_set.h"
#include "assay/policy.h"
#include "assay/result.h"

namespace assay::keys {

// Reads the one public key of `text`.
//
// strict takes SPKI, PKCS#1, an X.509 certificate or a single JWK. PEM may have lost its shape, and base64 its armour,
// as long as the key is beyond doubt. Only the first certificate of a chain counts. strict refuses private keys,
// several keys, RSA below 2048 bits and other weak keys (jwk::weakness_of). fastmcp reads what joserfc's import_key
// reads over cryptography 45 and later, OpenSSH's keys included. Encrypted keys are private, so strict refuses them,
// and fastmcp cannot read them either.
//
// The error begins with `name` and says what the text is. Oddities of a key that can be read are added to `notes`, if
// given, without the name. Thread safe.
Result<Jwk> read_public_key(std::string_view text, Profile profile, std::string_view name,
                            std::vector<std::string>* notes = nullptr);

}  // namespace assay::keys
