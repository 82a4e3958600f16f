// Texts that stand for the bytes of a secret: base64 and hex, as people and key stores write them.
//
// Lenient on purpose: such files come from editors, shells and consoles. Free functions, thread safe. They copy the
// secret to their result and nowhere else.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "assay/key_set.h"

namespace assay::jwk {

// Decodes base64 (RFC 4648 §4 and §5: either alphabet, with or without padding) or hex (either case) and skips white
// space. Nothing if the text is neither empty nor whole in that encoding, and nothing for SecretEncoding::raw.
std::optional<std::string> decode_secret(std::string_view text, SecretEncoding encoding);

}  // namespace assay::jwk
