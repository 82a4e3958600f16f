#include "keys/public_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace assay::keys {
namespace {

bool is_public_v4(std::uint32_t a) noexcept {
  struct Range {
    std::uint32_t network;
    int bits;
  };
  // RFC 6890 and the IANA registry of special-purpose addresses.
  constexpr std::array<Range, 15> special = {{{0x00000000, 8},    // this network
                                              {0x0a000000, 8},    // private
                                              {0x64400000, 10},   // shared (RFC 6598)
                                              {0x7f000000, 8},    // loopback
                                              {0xa9fe0000, 16},   // link-local
                                              {0xac100000, 12},   // private
                                              {0xc0000000, 24},   // IETF protocols
                                              {0xc0000200, 24},   // documentation
                                              {0xc0586300, 24},   // 6to4 relay
                                              {0xc0a80000, 16},   // private
                                              {0xc6120000, 15},   // benchmarks
                                              {0xc6336400, 24},   // documentation
                                              {0xcb007100, 24},   // documentation
                                              {0xe0000000, 4},    // multicast
                                              {0xf0000000, 4}}};  // reserved, broadcast
  return std::none_of(special.begin(), special.end(),
                      [a](const Range& range) { return (a ^ range.network) >> (32 - range.bits) == 0; });
}

bool is_public_v6(const in6_addr& address) noexcept {
  const unsigned char* b = address.s6_addr;
  const auto v4_at = [b](int i) {
    return static_cast<std::uint32_t>(b[i]) << 24 | static_cast<std::uint32_t>(b[i + 1]) << 16 |
           static_cast<std::uint32_t>(b[i + 2]) << 8 | b[i + 3];
  };
  if (IN6_IS_ADDR_V4MAPPED(&address)) return is_public_v4(v4_at(12));
  constexpr std::array<unsigned char, 12> nat64 = {0x00, 0x64, 0xff, 0x9b};
  if (std::memcmp(b, nat64.data(), nat64.size()) == 0) return is_public_v4(v4_at(12));
  if ((b[0] & 0xe0) != 0x20) return false;                                         // only 2000::/3 is global unicast
  if (b[0] == 0x20 && b[1] == 0x02) return is_public_v4(v4_at(2));                 // 6to4
  if (b[0] == 0x20 && b[1] == 0x01 && (b[2] & 0xfe) == 0) return false;            // 2001::/23, Teredo within
  if (b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && b[3] == 0xb8) return false;  // documentation
  return !(b[0] == 0x3f && b[1] == 0xff && (b[2] & 0xf0) == 0);                    // documentation (RFC 9637)
}

}  // namespace

bool is_public_address(const std::string& address) {
  in_addr v4{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) return is_public_v4(ntohl(v4.s_addr));
  in6_addr v6{};
  return inet_pton(AF_INET6, address.c_str(), &v6) == 1 && is_public_v6(v6);
}

bool is_public_address(const sockaddr& address) noexcept {
  if (address.sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    return is_public_v4(ntohl(v4.sin_addr.s_addr));
  }
  sockaddr_in6 v6{};
  if (address.sa_family != AF_INET6) return false;
  std::memcpy(&v6, &address, sizeof v6);
  return is_public_v6(v6.sin6_addr);
}

}  // namespace assay::keys
