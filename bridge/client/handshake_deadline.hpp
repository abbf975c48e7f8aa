// The end of libstrophe's TLS handshake, which by itself waits for a silent server for ever.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace immp::bridge::client {

/// At its time the socket is shut that the thread which made it connects by, and what waits on it fails.
/// Lives as long as the connecting; one at a time in a thread.
class HandshakeDeadline {
  public:
    explicit HandshakeDeadline(std::chrono::steady_clock::time_point end);
    ~HandshakeDeadline();
    HandshakeDeadline(const HandshakeDeadline&) = delete;
    HandshakeDeadline& operator=(const HandshakeDeadline&) = delete;

    /// The socket that this thread connects by now; libstrophe's callback names no object of ours, so this
    /// finds its own. Nothing happens where there is none.
    static void take(int socket);

  private:
    void watch(const std::stop_token& stop);

    const std::chrono::steady_clock::time_point end_;
    std::mutex mutex_;
    std::condition_variable_any over_;
    int socket_ = -1;  ///< a copy: libstrophe closes its own when it likes
    std::jthread watch_;
};

}  // namespace immp::bridge::client
