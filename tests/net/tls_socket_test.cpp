#include "bridge/net/tls_socket.hpp"

#include <csignal>
#include <thread>

#include <asio/io_context.hpp>
#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "tests/net/test_client.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/temporary_folder.hpp"

namespace immp::bridge {
namespace {

using asio::ip::tcp;

/// A server's socket and its client, TLS between them.
class TlsSocketTest : public testing::Test {
  protected:
    TlsSocketTest() : acceptor_(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)) {
        std::signal(SIGPIPE, SIG_IGN);  // as who opens a listener does
        const test::Authority authority;
        const test::Pem pem = authority.issue("a.example");
        context_ =
            load_tls_context({folder_.write("c", pem.certificate), folder_.write("k", pem.key)}, "a.example")
                .value();
    }

    void connect(TlsVersions versions, const test::TlsOffer& offer) {
        client_.emplace(acceptor_.local_endpoint().port());
        socket_.emplace(acceptor_.accept());
        ASSERT_TRUE(socket_->start_tls(context_, versions));
        std::thread peer([&] { failure_ = client_->start_tls(offer); });
        status_ = until_moved([&] { return socket_->handshake(); }).status;
        peer.join();
    }

    template <class Operation>
    IoResult until_moved(Operation operation) {
        while (true) {
            const IoResult result = operation();
            if (result.status != IoStatus::want_read && result.status != IoStatus::want_write) return result;
            socket_->wait(
                result.status == IoStatus::want_read ? tcp::socket::wait_read : tcp::socket::wait_write,
                [](asio::error_code) {});
            io_.restart();
            if (io_.run_for(std::chrono::seconds(10)) == 0) return {IoStatus::failed, 0, "deadline"};
        }
    }

    test::TemporaryFolder folder_;
    asio::io_context io_;
    tcp::acceptor acceptor_;
    TlsContext context_;
    std::optional<test::TestClient> client_;
    std::optional<TlsSocket> socket_;
    std::string failure_;
    IoStatus status_ = IoStatus::failed;
};

// That the kernel then ends the connection is the kernel's to test; here nobody can drop its packets.
TEST_F(TlsSocketTest, AsksTheKernelToNoticeAClientThatVanished) {
    client_.emplace(acceptor_.local_endpoint().port());
    tcp::socket accepted = acceptor_.accept();
    const int descriptor = accepted.native_handle();
    socket_.emplace(std::move(accepted));
    const auto option = [descriptor](int level, int name) {
        int value = 0;
        socklen_t size = sizeof value;
        EXPECT_EQ(::getsockopt(descriptor, level, name, &value, &size), 0);
        return value;
    };
    EXPECT_EQ(option(SOL_SOCKET, SO_KEEPALIVE), 1);
    EXPECT_EQ(option(IPPROTO_TCP, TCP_KEEPIDLE), kProbeAfter.count());
    EXPECT_EQ(option(IPPROTO_TCP, TCP_KEEPINTVL), kProbeEvery.count());
    EXPECT_EQ(option(IPPROTO_TCP, TCP_USER_TIMEOUT), std::chrono::milliseconds(kVanishedAfter).count());
}

TEST_F(TlsSocketTest, ExportsWhatTheClientExports) {
    for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
        connect(TlsVersions::both, {.lowest = version, .highest = version});
        ASSERT_EQ(status_, IoStatus::done) << failure_;
        const TlsFacts facts = socket_->facts();
        EXPECT_EQ(facts.version, version == TLS1_2_VERSION ? TlsVersion::tls1_2 : TlsVersion::tls1_3);
        ASSERT_TRUE(facts.exporter);
        EXPECT_EQ(facts.exporter->size(), 32u);
        EXPECT_EQ(*facts.exporter, client_->exporter());
    }
}

TEST_F(TlsSocketTest, BindsNothingWithoutTheExtendedMasterSecret) {
    connect(TlsVersions::both, {.highest = TLS1_2_VERSION, .options = SSL_OP_NO_EXTENDED_MASTER_SECRET});
    ASSERT_EQ(status_, IoStatus::done) << failure_;
    EXPECT_FALSE(socket_->facts().exporter);
}

TEST_F(TlsSocketTest, HoldsToTheVersionAsked) {
    connect(TlsVersions::only_1_3, {.highest = TLS1_2_VERSION});
    EXPECT_EQ(status_, IoStatus::failed);
    EXPECT_EQ(failure_, "tlsv1 alert protocol version");
    connect(TlsVersions::only_1_2, {.lowest = TLS1_3_VERSION});
    EXPECT_EQ(status_, IoStatus::failed);
}

TEST_F(TlsSocketTest, MovesOctetsAndSeesTheEnd) {
    connect(TlsVersions::both, {});
    ASSERT_EQ(status_, IoStatus::done) << failure_;
    client_->send("hello\n");
    std::array<char, 64> room;
    const IoResult got = until_moved([&] { return socket_->read(room); });
    EXPECT_EQ(std::string_view(room.data(), got.octets), "hello\n");
    EXPECT_EQ(until_moved([&] { return socket_->write("world\n"); }).octets, 6u);
    EXPECT_EQ(client_->line(), "world");
    client_->end_output();
    EXPECT_EQ(until_moved([&] { return socket_->read(room); }).status, IoStatus::ended);
    socket_->end_output();
    EXPECT_TRUE(client_->ended());
}

/// Of a write: what is said to the one who has ended his side, and is then gone, arrives nowhere.
TEST_F(TlsSocketTest, ACutConnectionIsAFailureBehindTheEndToo) {
    connect(TlsVersions::both, {});
    ASSERT_EQ(status_, IoStatus::done) << failure_;
    client_->end_output();
    std::array<char, 64> room;
    EXPECT_EQ(until_moved([&] { return socket_->read(room); }).status, IoStatus::ended);
    client_->reset();
    EXPECT_EQ(until_moved([&] { return socket_->write("world\n"); }).status, IoStatus::failed);
    EXPECT_EQ(until_moved([&] { return socket_->write("world\n"); }).status, IoStatus::failed);
    socket_->end_output();
}

TEST_F(TlsSocketTest, ACutConnectionIsAFailure) {
    connect(TlsVersions::both, {});
    ASSERT_EQ(status_, IoStatus::done) << failure_;
    client_.reset();
    std::array<char, 64> room;
    EXPECT_EQ(until_moved([&] { return socket_->read(room); }).status, IoStatus::failed);
}

}  // namespace
}  // namespace immp::bridge
