// Tells addresses on the public internet from private and special ones (RFC 6890, IANA's special-purpose registries).
//
// Pure functions, thread safe. A v4 address inside a v6 one (mapped, NAT64, 6to4) is treated as the v4 address.
#pragma once

#include <string>

struct sockaddr;

namespace assay::keys {

// `address` is numeric, such as "203.0.113.5" or "2606::1"; any other text is not public.
bool is_public_address(const std::string& address);

// The same for an address that a socket connects to. `address` begins a sockaddr_in or sockaddr_in6 if its family says
// so; other families are not public.
bool is_public_address(const sockaddr& address) noexcept;

}  // namespace assay::keys
