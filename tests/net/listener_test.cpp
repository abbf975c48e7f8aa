// What the listener lets in, refuses and says; sessions themselves are tested in tests/session.
#include "bridge/net/listener.hpp"

#include <gmock/gmock.h>

#include "tests/net/listener_fixture.hpp"

namespace immp::bridge {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using ListenerTest = test::ListenerFixture;
using test::TestClient;

constexpr const char* kGreeting[] = {
    "100- IMMP/1.0 Server at a.example",
    "100  Please upgrade the connection to one of the following:",
    "102 TLS3 TLS2",
    "101 p=IMMP v=1.0 d=a.example",
};

void read_greeting(TestClient& client) {
    for (const char* expected : kGreeting)
        EXPECT_EQ(client.line(), expected);
}

// -- TLS

TEST_F(ListenerTest, BeginsNoSessionBeforeItServes) {
    bind();
    TestClient client(upgrade_port_);
    EXPECT_EQ(on_io([this] { return listener_->sessions(); }), 0u);
    on_io([this] { listener_->serve(); });
    read_greeting(client);
}

TEST_F(ListenerTest, UpgradesToExactlyTheVersionAsked) {
    open();
    for (const auto& [asked, version] : {std::pair("TLS3", "TLSv1.3"), std::pair("TLS2", "TLSv1.2")}) {
        TestClient client(upgrade_port_);
        read_greeting(client);
        client.send(std::string("UPGRADE ") + asked + "\n");
        EXPECT_EQ(client.line().value_or("").substr(0, 4), "204 ");
        EXPECT_EQ(client.start_tls(), "");
        EXPECT_EQ(client.tls_version(), version);
        EXPECT_EQ(client.line().value_or("").substr(0, 8), "101 p=IM");
        client.send("NOOP\n");
        EXPECT_EQ(client.line().value_or("").substr(0, 4), "200 ");
    }
}

TEST_F(ListenerTest, RefusesAnotherVersionThanAskedFor) {
    open();
    TestClient client(upgrade_port_);
    read_greeting(client);
    client.send("UPGRADE TLS3\n");
    EXPECT_EQ(client.line().value_or("").substr(0, 4), "204 ");
    EXPECT_EQ(client.start_tls({.highest = TLS1_2_VERSION}), "tlsv1 alert protocol version");
}

TEST_F(ListenerTest, ClosesOnOctetsBehindUpgrade) {
    open();
    TestClient client(upgrade_port_);
    read_greeting(client);
    client.send("UPGRADE TLS3\nNOOP\n");
    std::string last;
    while (const auto line = client.line()) {
        EXPECT_NE(line->substr(0, 3), "200");
        last = *line;
    }
    EXPECT_TRUE(client.ended());
}

TEST_F(ListenerTest, ClosesOnOctetsBehindUpgradeThatItHasNotReadYet) {
    open();
    TestClient client(upgrade_port_);
    read_greeting(client);
    // A connection reads 16 KiB at a time: UPGRADE ends the first piece, what follows is still in the kernel.
    constexpr std::string_view kUpgrade = "UPGRADE TLS3\n";
    // A handshake that does not wait for the 204 would succeed if it were taken for one.
    const std::string padding(16 * 1024 - kUpgrade.size(), '\n');
    client.send(padding + std::string(kUpgrade) + test::client_hello());
    EXPECT_EQ(client.line().value_or("").substr(0, 4), "204 ");
    EXPECT_EQ(client.octets(1), "");
    EXPECT_TRUE(client.ended());
}

TEST_F(ListenerTest, TakesTls12And13FromTheFirstOctet) {
    open();
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        TestClient client(tls_port_);
        EXPECT_EQ(client.start_tls({.lowest = version, .highest = version}), "");
        EXPECT_EQ(client.line(), "100 IMMP/1.0 Server at a.example");
        EXPECT_THAT(client.line().value_or(""), HasSubstr("caps="));
    }
}

TEST_F(ListenerTest, RefusesOlderVersions) {
    open();
    for (const int version : {TLS1_VERSION, TLS1_1_VERSION}) {
        TestClient client(tls_port_);
        EXPECT_EQ(client.start_tls({.lowest = version, .highest = version, .ciphers = "ALL:@SECLEVEL=0"}),
                  "tlsv1 alert protocol version");
    }
}

TEST_F(ListenerTest, TakesOnlyItsOwnAlpn) {
    open();
    TestClient right(tls_port_);
    EXPECT_EQ(right.start_tls({.alpn = "immp/1"}), "");
    EXPECT_EQ(right.line(), "100 IMMP/1.0 Server at a.example");
    TestClient wrong(tls_port_);
    EXPECT_EQ(wrong.start_tls({.alpn = "http/1.1"}), "tlsv1 alert no application protocol");
}

// -- limits

TEST_F(ListenerTest, TellsWhenAnAddressHasItsShare) {
    config_.admission.sessions_per_address = 1;
    open();
    TestClient first(upgrade_port_);
    read_greeting(first);
    TestClient second(upgrade_port_);
    EXPECT_EQ(second.line(), "429 Too many sessions from your address e=4.3.2 retry=60");
    EXPECT_TRUE(second.ended());
    TestClient third(tls_port_);
    EXPECT_NE(third.start_tls(), "");
    first.send("QUIT\n");
    EXPECT_EQ(first.line().value_or("").substr(0, 4), "205 ");
    EXPECT_TRUE(first.ended());
}

TEST_F(ListenerTest, TellsWhenItIsFull) {
    config_.admission.sessions = 1;
    open();
    TestClient first(upgrade_port_);
    read_greeting(first);
    TestClient second(upgrade_port_);
    EXPECT_EQ(second.line(), "705 Too many sessions e=4.4.5 retry=60");
}

TEST_F(ListenerTest, ClosesWhereNoHandshakeComes) {
    config_.connection.handshake = milliseconds(50);
    open();
    TestClient silent(tls_port_);
    EXPECT_TRUE(silent.ended());
    TestClient half(upgrade_port_);
    read_greeting(half);
    half.send("UPGRADE TLS3\n");
    EXPECT_TRUE(half.ended());
}

TEST_F(ListenerTest, ClosesAnIdleSessionWith408) {
    config_.session.limits.idle_before_login = std::chrono::seconds(1);
    open();
    TestClient client(upgrade_port_);
    read_greeting(client);
    EXPECT_EQ(client.line().value_or("").substr(0, 4), "408 ");
    EXPECT_TRUE(client.ended());
}

TEST_F(ListenerTest, ClosesASessionThatNeverLogsIn) {
    config_.connection.login = milliseconds(200);
    open();
    TestClient client = greeted();
    client.send("NOOP\n");
    std::string last;  // whether the NOOP came in time or not
    while (const auto line = client.line())
        last = *line;
    EXPECT_EQ(last.substr(0, 4), "408 ");
    EXPECT_TRUE(client.ended());
}

// -- certificate

TEST_F(ListenerTest, NewConnectionsUseTheNewCertificate) {
    config_.certificate_poll = milliseconds(20);
    open();
    TestClient before = greeted();
    install(authority_.issue("a.example"));
    EXPECT_THAT(log_.wait_for("certificate loaded"), HasSubstr("cert.pem"));
    TestClient after = greeted();
    EXPECT_NE(before.certificate_serial(), after.certificate_serial());
    before.send("NOOP\n");
    EXPECT_EQ(before.line().value_or("").substr(0, 4), "200 ");
}

TEST_F(ListenerTest, ABrokenFileKeepsTheOldCertificate) {
    open();
    TestClient before = greeted();
    folder_.write("cert.pem", "broken");
    EXPECT_FALSE(on_io([this] { return listener_->reload_certificate(); }));
    EXPECT_THAT(log_.wait_for("no PEM certificate"), HasSubstr("the certificate loaded before stays in use"));
    EXPECT_EQ(before.certificate_serial(), greeted().certificate_serial());
}

// -- ending and beginning

TEST_F(ListenerTest, EndsSessionsInOrder) {
    open();
    TestClient client = greeted();
    TestClient plain(upgrade_port_);
    read_greeting(plain);
    std::promise<void> done;
    on_io([&] { listener_->shut_down(milliseconds(5000), [&] { done.set_value(); }); });
    EXPECT_EQ(client.line().value_or("").substr(0, 4), "703 ");
    EXPECT_EQ(plain.line().value_or("").substr(0, 4), "703 ");
    EXPECT_TRUE(client.ended());
    EXPECT_TRUE(plain.ended());
    client.end_output();
    plain.end_output();
    EXPECT_EQ(done.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

TEST_F(ListenerTest, EndsStubbornSessionsAfterItsPatience) {
    open();
    TestClient client = greeted();
    std::promise<void> done;
    on_io([&] { listener_->shut_down(milliseconds(50), [&] { done.set_value(); }); });
    EXPECT_EQ(done.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
    EXPECT_EQ(on_io([this] { return listener_->sessions(); }), 0u);
}

class ListenerErrorTest : public ListenerTest {
  protected:
    std::string error_of_open() {
        Listener listener(
            io_, config_, [](const SessionOrigin&) { return nullptr; }, [](LogLevel, std::string_view) {});
        const auto opened = listener.open();
        return opened ? "opened" : opened.error().text;
    }
};

TEST_F(ListenerErrorTest, NamesAPortInUse) {
    open();
    config_.addresses = {{"127.0.0.1", upgrade_port_, ListenerKind::upgrade}};
    EXPECT_THAT(error_of_open(), HasSubstr("cannot listen on 127.0.0.1:" + std::to_string(upgrade_port_) +
                                           ": the port is in use; stop the program that has it"));
}

TEST_F(ListenerErrorTest, NamesAnAddressOfAnotherMachine) {
    config_.addresses = {{"203.0.113.1", 0, ListenerKind::upgrade}};
    EXPECT_THAT(error_of_open(), HasSubstr("the address is not of this machine"));
}

TEST_F(ListenerErrorTest, NamesWhatIsNoAddress) {
    config_.addresses = {{"mail.a.example", 0, ListenerKind::upgrade}};
    EXPECT_THAT(error_of_open(), HasSubstr("not a numeric IPv4 or IPv6 address"));
}

TEST_F(ListenerErrorTest, NamesAnUnusableCertificate) {
    install(authority_.issue("b.example"));
    EXPECT_THAT(error_of_open(), HasSubstr("does not name a.example"));
}

}  // namespace
}  // namespace immp::bridge
