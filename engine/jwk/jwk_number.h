// The numbers and other bytes of a JWK, written in base64url (RFC 7518 §2 and §6).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "codec/json.h"

namespace assay::jwk {

// How the member `name` is read. An integer has no leading zero bytes (RFC 7518 §6.3.1.1), but for zero itself.
enum class JwkForm : std::uint8_t { octets, integer };

// Decodes a member into `to` and returns an empty string, or returns what is wrong with it: "n is padded with = (RFC
// 7515 §2); ...". `node` is null if the member is missing. For an integer with leading zero bytes the number, without
// them, stands in `to` all the same. Pure function.
std::string read_octets(std::string_view name, const codec::JsonNode* node, JwkForm form, std::string& to);

// Says that a member is hexadecimal text of `digits` digits or more; an empty string: it is not. Nearly every such text
// is base64url, too, and would be read as another number. Choose `digits` so large that no base64url text of a number
// consists of hexadecimal digits by chance. `node` may be null.
std::string hex_fault(std::string_view name, const codec::JsonNode* node, std::size_t digits);

// Returns what is wrong with a coordinate or private number of another size than `width` bytes (RFC 7518 §6.2.1.2), or
// an empty string.
std::string width_fault(std::string_view name, std::string_view bytes, std::size_t width);

}  // namespace assay::jwk
