#include "base/net/public_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <string>

namespace mooring {
namespace {

bool IsPublic(const std::string& text) {
  std::uint8_t bytes[16] = {};
  const bool v6 = text.find(':') != text.npos;
  EXPECT_EQ(inet_pton(v6 ? AF_INET6 : AF_INET, text.c_str(), bytes), 1) << text;
  return IsPublicAddress({bytes, v6 ? std::size_t{16} : std::size_t{4}});
}

// First and last addresses of IANA's special ranges, and their neighbours.
TEST(PublicAddress, IsNoneThatLeadsInside) {
  for (const char* inside : {"0.0.0.0",
                             "0.255.255.255",
                             "10.0.0.0",
                             "10.255.255.255",
                             "100.64.0.0",
                             "100.127.255.255",
                             "127.0.0.1",
                             "127.255.255.255",
                             "169.254.169.254",
                             "172.16.0.0",
                             "172.31.255.255",
                             "192.0.0.1",
                             "192.0.2.1",
                             "192.168.0.1",
                             "198.18.0.1",
                             "198.19.255.255",
                             "198.51.100.1",
                             "203.0.113.1",
                             "224.0.0.1",
                             "240.0.0.1",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "fe80::1",
                             "fc00::1",
                             "fd00::1",
                             "ff02::1",
                             "::ffff:127.0.0.1",
                             "::ffff:10.0.0.1",
                             "::127.0.0.1",
                             "64:ff9b::7f00:1",
                             "2002:7f00:1::",
                             "2001::1",
                             "2001:db8::1",
                             "4000::1"}) {
    EXPECT_FALSE(IsPublic(inside)) << inside;
  }
  for (const char* outside :
       {"1.1.1.1",         "9.255.255.255",        "11.0.0.0",        "100.63.255.255",
        "100.128.0.0",     "126.255.255.255",      "128.0.0.0",       "169.253.255.255",
        "172.15.255.255",  "172.32.0.0",           "192.0.1.0",       "192.167.0.1",
        "198.17.255.255",  "198.20.0.0",           "223.255.255.255", "::ffff:8.8.8.8",
        "2606:4700::1111", "2001:4860:4860::8888", "2a00::1",         "3fff:ffff::1"}) {
    EXPECT_TRUE(IsPublic(outside)) << outside;
  }
  EXPECT_FALSE(IsPublicAddress({}));
}

}  // namespace
}  // namespace mooring
