// A listener on loopback ports from the kernel, its I/O thread, a throw-away certificate.
#pragma once

#include <atomic>
#include <future>
#include <thread>
#include <type_traits>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <gtest/gtest.h>

#include "armor/clock.hpp"
#include "armor/random.hpp"
#include "bridge/net/listener.hpp"
#include "tests/net/scripted_host.hpp"
#include "tests/net/test_client.hpp"
#include "tests/support/certificates.hpp"
#include "tests/support/temporary_folder.hpp"

namespace immp::test {

class ListenerFixture : public testing::Test {
  protected:
    ListenerFixture() {
        EXPECT_TRUE(armor::initialise());
        install(authority_.issue("a.example"));
        config_.addresses = {{"127.0.0.1", 0, bridge::ListenerKind::upgrade},
                             {"127.0.0.1", 0, bridge::ListenerKind::immediate}};
        config_.tls = {folder_.path("cert.pem"), folder_.path("key.pem")};
        config_.certificate_name = "a.example";
        config_.session.domain = "a.example";
        config_.session.now = armor::clock_now;
        config_.session.uuid = [] { return armor::random_uuid(); };
    }

    ~ListenerFixture() override {
        if (!thread_.joinable()) return;
        on_io([this] { listener_.reset(); });
        work_.reset();
        thread_.join();
    }

    void install(const Pem& pem) {
        folder_.write("cert.pem", pem.certificate);
        folder_.write("key.pem", pem.key);
    }

    /// Opens the listener as config_ says and lets it run.
    void open() {
        bind();
        on_io([this] { listener_->serve(); });
    }

    /// The same, but for its serving.
    void bind() {
        listener_ = std::make_unique<bridge::Listener>(
            io_, config_,
            [script = script_](const bridge::SessionOrigin&) {
                return std::make_unique<ScriptedHost>(script);
            },
            [this](bridge::LogLevel, std::string_view line) { log_.add(std::string(line)); });
        const auto opened = listener_->open();
        ASSERT_TRUE(opened) << opened.error().text;
        upgrade_port_ = listener_->bound().at(0).port;
        if (listener_->bound().size() > 1) tls_port_ = listener_->bound().at(1).port;
        thread_ = std::thread([this] { io_.run(); });
    }

    /// Runs on the I/O thread and returns what it returned.
    template <class Function>
    std::invoke_result_t<Function> on_io(Function function) {
        std::packaged_task<std::invoke_result_t<Function>()> task(std::move(function));
        auto result = task.get_future();
        asio::post(io_, [&task] { task(); });
        return result.get();
    }

    /// A session over TLS with its greeting read.
    TestClient greeted() {
        TestClient client(tls_port_);
        EXPECT_EQ(client.start_tls(), "");
        EXPECT_EQ(client.line(), "100 IMMP/1.0 Server at a.example");
        EXPECT_EQ(client.line().value_or("").substr(0, 4), "101 ");
        return client;
    }

    TemporaryFolder folder_;
    Authority authority_;
    bridge::ListenerConfig config_;
    std::shared_ptr<HostScript> script_ = std::make_shared<HostScript>();
    EventLog log_;
    asio::io_context io_{1};
    asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io_);
    std::unique_ptr<bridge::Listener> listener_;
    std::thread thread_;
    std::uint16_t upgrade_port_ = 0;
    std::uint16_t tls_port_ = 0;
};

}  // namespace immp::test
