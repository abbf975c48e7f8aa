#include "component/stream_driver.hpp"

#include <utility>

#include <asio/buffer.hpp>
#include <asio/connect.hpp>
#include <asio/write.hpp>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace immp::component {
namespace {

constexpr std::size_t kReadBytes = 65'536;
constexpr std::size_t kBatchBytes = 262'144;
constexpr int kUserTimeoutMs = 30'000;  // of octets that the server's kernel does not acknowledge

}  // namespace

StreamDriver::StreamDriver(asio::io_context& io, StreamOwner& owner)
    : resolver_(io), socket_(io), owner_(&owner) {}

void StreamDriver::connect(const std::string& host, std::uint16_t port) {
    auto connected = [self = shared_from_this()](const asio::error_code& error,
                                                 const asio::ip::tcp::endpoint&) {
        if (!self->owner_) return;
        if (error) return self->lose(error.message());
        self->tune();
        self->read();
        self->owner_->on_connected();
    };
    auto resolved = [self = shared_from_this(), connected](
                        const asio::error_code& error, const asio::ip::tcp::resolver::results_type& found) {
        if (!self->owner_) return;
        if (error) return self->lose(error.message());
        asio::async_connect(self->socket_, found, connected);
    };
    resolver_.async_resolve(host, std::to_string(port), resolved);
}

void StreamDriver::tune() {
    asio::error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &kUserTimeoutMs,
                 sizeof kUserTimeoutMs);
}

void StreamDriver::lose(const std::string& why) {
    auto* owner = std::exchange(owner_, nullptr);
    asio::error_code ignored;
    socket_.close(ignored);
    if (owner) owner->on_lost(why);
}

void StreamDriver::read() {
    owes_read_ = queue_.bytes() > kMaxQueuedBytes;
    if (owes_read_) return;
    const auto room = reader_.room(kReadBytes);
    if (room.empty()) return;
    socket_.async_read_some(asio::buffer(room.data(), room.size()),
                            [self = shared_from_this()](const asio::error_code& error, std::size_t count) {
                                if (!self->owner_) return;
                                if (error) return self->lose(error.message());
                                self->reader_.commit(count);
                                self->owner_->on_octets();
                                self->take_events();
                                if (self->owner_) self->read();
                            });
}

void StreamDriver::take_events() {
    while (owner_) {
        auto event = reader_.next();
        if (!event) return;
        owner_->on_event(*std::move(event));
    }
}

void StreamDriver::send(std::string text, Lane lane) {
    if (!owner_) return;
    queue_.push(std::move(text), lane);
    if (writing_.empty()) write();
}

void StreamDriver::write() {
    writing_ = queue_.batch(kBatchBytes);
    if (writing_.empty()) return;
    std::vector<asio::const_buffer> buffers;
    for (const auto& stanza : writing_)
        buffers.push_back(asio::buffer(stanza));
    asio::async_write(socket_, buffers,
                      [self = shared_from_this()](const asio::error_code& error, std::size_t count) {
                          self->writing_.clear();
                          self->queue_.written(count);
                          if (!self->owner_) return;
                          if (error) return self->lose(error.message());
                          self->write();
                          if (self->owes_read_) self->read();
                      });
}

void StreamDriver::close(std::string_view farewell) {
    if (!std::exchange(owner_, nullptr)) return;
    asio::error_code ignored;
    resolver_.cancel();
    if (!farewell.empty() && writing_.empty()) {
        socket_.non_blocking(true, ignored);
        socket_.send(asio::buffer(farewell.data(), farewell.size()), 0, ignored);
    }
    socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
    socket_.close(ignored);
}

}  // namespace immp::component
