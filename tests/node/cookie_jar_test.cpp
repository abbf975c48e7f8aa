// A cookie serves once, for the receiver and the TLS session it was made for, within its time.
#include "bridge/node/cookie_jar.hpp"

#include <gtest/gtest.h>

namespace immp::bridge {
namespace {

using namespace std::chrono_literals;

constexpr Time kNow{1'800'000'000s};
const Bytes kSession(32, 0x5a);

class CookieJarTest : public testing::Test {
  protected:
    std::string issue(Time at = kNow) { return jar_.issue("b.example", kSession, at); }
    bool redeem(const std::string& cookie, const std::string& receiver = "b.example",
                const Bytes& session = kSession, Time at = kNow) {
        return jar_.redeem({cookie, receiver, session}, at);
    }
    CookieJar jar_;
};

TEST_F(CookieJarTest, ServesOnce) {
    const std::string cookie = issue();
    EXPECT_EQ(cookie.size(), 64u);
    EXPECT_NE(issue(), cookie);
    EXPECT_TRUE(redeem(cookie));
    EXPECT_FALSE(redeem(cookie));
}

TEST_F(CookieJarTest, KnowsOnlyItsOwn) {
    EXPECT_FALSE(redeem(std::string(64, '0')));
    EXPECT_FALSE(redeem(""));
}

TEST_F(CookieJarTest, AnotherReceiverOrSessionEndsIt) {
    const std::string one = issue();
    EXPECT_FALSE(redeem(one, "c.example"));
    EXPECT_FALSE(redeem(one));
    const std::string other = issue();
    EXPECT_FALSE(redeem(other, "b.example", Bytes(32, 0x5b)));
    EXPECT_FALSE(redeem(other));
    const std::string third = issue();
    EXPECT_FALSE(redeem(third, "b.example", {}));
}

TEST_F(CookieJarTest, LivesAMinute) {
    EXPECT_TRUE(redeem(issue(), "b.example", kSession, kNow + kCookieLife - 1s));
    EXPECT_FALSE(redeem(issue(), "b.example", kSession, kNow + kCookieLife));
    EXPECT_FALSE(redeem(issue(), "b.example", kSession, kNow - 1s));  // the clock was set back
}

TEST_F(CookieJarTest, KeepsSoManyAndTheOldestGoes) {
    const std::string first = issue(kNow - 10s);
    const std::string second = issue(kNow - 9s);
    for (std::size_t count = 2; count < kMaxCookies; ++count)
        (void)issue();
    const std::string last = issue();
    EXPECT_FALSE(redeem(first));
    EXPECT_TRUE(redeem(second));
    EXPECT_TRUE(redeem(last));
}

TEST_F(CookieJarTest, OldOnesMakeRoomFirst) {
    const std::string kept = issue();
    for (std::size_t count = 1; count < kMaxCookies; ++count)
        (void)issue(kNow - kCookieLife);
    (void)issue();
    EXPECT_TRUE(redeem(kept));
}

}  // namespace
}  // namespace immp::bridge
