// Addresses that a call-back may be made to.
#include "bridge/client/public_address.hpp"

#include <cstring>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

namespace immp::bridge::client {
namespace {

bool allowed(const char* text) {
    sockaddr_storage storage{};
    if (std::strchr(text, ':') != nullptr) {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        EXPECT_EQ(::inet_pton(AF_INET6, text, &v6.sin6_addr), 1) << text;
        std::memcpy(&storage, &v6, sizeof v6);
    } else {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        EXPECT_EQ(::inet_pton(AF_INET, text, &v4.sin_addr), 1) << text;
        std::memcpy(&storage, &v4, sizeof v4);
    }
    return is_public(reinterpret_cast<const sockaddr&>(storage));
}

TEST(PublicAddress, KnowsWhatIsReserved) {
    for (const char* text : {"0.0.0.0",
                             "10.1.2.3",
                             "100.64.0.1",
                             "100.127.255.255",
                             "127.0.0.1",
                             "169.254.169.254",
                             "172.16.0.1",
                             "172.31.255.255",
                             "192.0.0.1",
                             "192.0.2.1",
                             "192.168.1.1",
                             "198.18.0.1",
                             "198.19.255.255",
                             "198.51.100.1",
                             "203.0.113.1",
                             "224.0.0.1",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "fe80::1",
                             "fc00::1",
                             "fd12::1",
                             "ff02::1",
                             "2001:db8::1",
                             "2001::1",
                             "3fff::1"})
        EXPECT_FALSE(allowed(text)) << text;
    for (const char* text : {"1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
                             "172.15.255.255", "172.32.0.0", "192.167.255.255", "198.17.255.255",
                             "198.20.0.0", "223.255.255.255", "2606:4700::1", "2a00::1"})
        EXPECT_TRUE(allowed(text)) << text;
}

TEST(PublicAddress, SeesThroughIPv4InIPv6) {
    for (const char* text :
         {"::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::10.0.0.1", "2002:7f00:1::1", "2002:c0a8:101::"})
        EXPECT_FALSE(allowed(text)) << text;
    for (const char* text : {"::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2002:101:101::1"})
        EXPECT_TRUE(allowed(text)) << text;
}

TEST(PublicAddress, OtherFamiliesAreNone) {
    sockaddr_un local{};
    local.sun_family = AF_UNIX;
    EXPECT_FALSE(is_public(reinterpret_cast<const sockaddr&>(local)));
}

}  // namespace
}  // namespace immp::bridge::client
