#include "bridge/net/admission.hpp"

#include <gtest/gtest.h>

#include "bridge/wire/reply.hpp"

namespace immp::bridge {
namespace {

TEST(Admission, RefusesTheAddressThatHasItsShare) {
    Admission admission({.sessions = 10, .sessions_per_address = 2});
    const auto first = admission.admit("192.0.2.1");
    auto second = admission.admit("192.0.2.1");
    EXPECT_EQ(second.admitted, Admitted::yes);
    EXPECT_EQ(admission.admit("192.0.2.1").admitted, Admitted::address_full);
    EXPECT_EQ(admission.admit("192.0.2.2").admitted, Admitted::yes);
    second.seat.reset();
    EXPECT_EQ(admission.admit("192.0.2.1").admitted, Admitted::yes);
}

TEST(Admission, RefusesEverybodyWhenFull) {
    Admission admission({.sessions = 2, .sessions_per_address = 2});
    const auto first = admission.admit("192.0.2.1");
    const auto second = admission.admit("192.0.2.2");
    EXPECT_EQ(admission.admit("192.0.2.3").admitted, Admitted::server_full);
    EXPECT_EQ(admission.open_sessions(), 2u);
}

TEST(Admission, SeatsOutliveIt) {
    Seat seat;
    {
        Admission admission({.sessions = 1, .sessions_per_address = 1});
        seat = admission.admit("192.0.2.1").seat;
        EXPECT_EQ(admission.open_sessions(), 1u);
    }
    seat.reset();
}

TEST(Admission, CountsAnIPv6NetworkAsOnePlace) {
    const auto place = [](const char* text) { return admission_place(asio::ip::make_address(text)); };
    EXPECT_EQ(place("2001:db8:1:2::1"), place("2001:db8:1:2:ffff::9"));
    EXPECT_NE(place("2001:db8:1:2::1"), place("2001:db8:1:3::1"));
    EXPECT_EQ(place("::ffff:192.0.2.7"), "192.0.2.7");
    EXPECT_NE(place("192.0.2.7"), place("192.0.2.8"));
}

TEST(Admission, RefusalsSayWhenToComeBack) {
    EXPECT_EQ(refusal_line("", refusal(Admitted::server_full)), "705 Too many sessions e=4.4.5 retry=60\n");
    EXPECT_EQ(refusal_line("", refusal(Admitted::address_full)),
              "429 Too many sessions from your address e=4.3.2 retry=60\n");
}

}  // namespace
}  // namespace immp::bridge
