#include "bridge/client/handshake_deadline.hpp"

#include <utility>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace immp::bridge::client {

namespace {

thread_local HandshakeDeadline* connecting = nullptr;

void close_if_open(int socket) {
    if (socket >= 0) ::close(socket);
}

}  // namespace

HandshakeDeadline::HandshakeDeadline(std::chrono::steady_clock::time_point end)
    : end_(end), watch_([this](const std::stop_token& stop) { watch(stop); }) {
    connecting = this;
}

HandshakeDeadline::~HandshakeDeadline() {
    connecting = nullptr;
    watch_.request_stop();
    watch_.join();
    close_if_open(socket_);
}

void HandshakeDeadline::take(int socket) {
    if (connecting == nullptr) return;
    const std::lock_guard lock(connecting->mutex_);
    close_if_open(std::exchange(connecting->socket_, ::fcntl(socket, F_DUPFD_CLOEXEC, 0)));
}

void HandshakeDeadline::watch(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    over_.wait_until(lock, stop, end_, [] { return false; });
    if (!stop.stop_requested()) ::shutdown(socket_, SHUT_RDWR);
}

}  // namespace immp::bridge::client
