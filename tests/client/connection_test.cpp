// How long a connection waits for a server that is slow, or never done.
#include "bridge/client/connection.hpp"

#include <array>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/client/scripted_server.hpp"

namespace immp::bridge::client {
namespace {

using namespace std::chrono_literals;

/// Longer than the test may run.
constexpr Patience kForEver{1h};

class ConnectionTest : public testing::Test {
  protected:
    Connection dial(Patience patience) {
        return Connection::dial({"127.0.0.1", server_.port()}, patience).value();
    }

    test::ScriptedServer server_{{"S: 100 Hello", "C: *"}, test::Authority().issue("a.example")};
    std::array<char, 64> room_;
};

TEST_F(ConnectionTest, EndsByItsTimeThoughOctetsAreThere) {
    Connection connection = dial(kForEver);
    ASSERT_TRUE(connection.readable_within(1h));
    connection.end_by(Patience::Clock::now());
    const auto got = connection.read(room_);
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().status, ExitStatus::temporary);
    connection.end_by(Patience::Clock::time_point::max());
    EXPECT_EQ(connection.read(room_), 10u);
    EXPECT_TRUE(connection.write("bye\n"));
    EXPECT_EQ(server_.finish(), "");
}

TEST_F(ConnectionTest, WaitsNoMoreOnceItIsBrokenOff) {
    std::array<int, 2> ends;
    ASSERT_EQ(::pipe(ends.data()), 0);
    Connection connection = dial({1h, Patience::Clock::time_point::max(), ends[0]});
    ASSERT_EQ(connection.read(room_), 10u);
    ASSERT_EQ(::write(ends[1], "x", 1), 1);
    EXPECT_FALSE(connection.readable_within(1h));
    EXPECT_FALSE(connection.read(room_));
    EXPECT_TRUE(connection.write("bye\n"));
    EXPECT_EQ(server_.finish(), "");
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST(Patience, EndsWithTheShorterOfBoth) {
    const auto now = Patience::Clock::now();
    EXPECT_GE(kForEver.end(), now + 1h);
    EXPECT_EQ((Patience{1h, now + 1min}.end()), now + 1min);
    EXPECT_EQ((Patience{1h, now - 1min}.end()), now - 1min);
}

}  // namespace
}  // namespace immp::bridge::client
