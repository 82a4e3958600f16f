#include "keys/public_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace assay::keys {
namespace {

TEST(PublicAddress, IsToldFromPrivateAndSpecialOnes) {
  for (const char* address : {"8.8.8.8", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"})
    EXPECT_TRUE(is_public_address(address)) << address;
  for (const char* address : {"127.0.0.1",
                              "10.1.2.3",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.168.1.1",
                              "169.254.169.254",
                              "100.64.0.1",
                              "0.0.0.0",
                              "224.0.0.1",
                              "255.255.255.255",
                              "::1",
                              "::",
                              "fe80::1",
                              "fc00::1",
                              "ff02::1",
                              "::ffff:127.0.0.1",
                              "64:ff9b::7f00:1",
                              "2002:7f00:1::",
                              "2001::1",
                              "2001:db8::1",
                              "fec0::1",
                              "",
                              "x"})
    EXPECT_FALSE(is_public_address(address)) << address;
}

TEST(PublicAddress, IsReadFromASocketsAddress) {
  const auto v4 = [](const char* text) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    EXPECT_EQ(inet_pton(AF_INET, text, &address.sin_addr), 1);
    return is_public_address(reinterpret_cast<const sockaddr&>(address));
  };
  const auto v6 = [](const char* text) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    EXPECT_EQ(inet_pton(AF_INET6, text, &address.sin6_addr), 1);
    return is_public_address(reinterpret_cast<const sockaddr&>(address));
  };
  EXPECT_TRUE(v4("8.8.8.8"));
  EXPECT_FALSE(v4("127.0.0.1"));
  EXPECT_FALSE(v4("169.254.169.254"));
  EXPECT_TRUE(v6("2606:4700::1111"));
  EXPECT_FALSE(v6("::1"));
  EXPECT_FALSE(v6("::ffff:10.0.0.1"));
  sockaddr local{};
  local.sa_family = AF_UNIX;
  EXPECT_FALSE(is_public_address(local));
}

}  // namespace
}  // namespace assay::keys
