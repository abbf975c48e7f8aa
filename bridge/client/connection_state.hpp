// What connection_*.cpp share: a descriptor, a deadline for each wait, and TLS once it is there.
#pragma once

#include <chrono>
#include <memory>

#include <openssl/ssl.h>
#include <unistd.h>

#include "bridge/client/connection.hpp"
#include "bridge/client/patience.hpp"

namespace immp::bridge::client {

enum class Wanted { readable, writable };

/// True once the descriptor is ready, false when the patience is over.
[[nodiscard]] bool await(int descriptor, Wanted wanted, const Patience& patience);

struct Connection::State {
    struct FreeSsl {
        void operator()(SSL* session) const { SSL_free(session); }
    };

    State(int socket, Endpoint at, Patience bound)
        : descriptor(socket), endpoint(std::move(at)), patience(bound) {}
    ~State() {
        if (ssl) SSL_shutdown(ssl.get());  // one close_notify, if it fits the socket; no answer is awaited
        ssl.reset();
        ::close(descriptor);
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    [[nodiscard]] Failure lost(const std::string& why) const {
        return {ExitStatus::temporary,
                "the connection to " + endpoint.text() + " was lost (" + why + "); try again", 0};
    }
    [[nodiscard]] Failure silent() const {
        return {ExitStatus::temporary,
                endpoint.text() + " has not answered for " +
                    std::to_string(std::chrono::duration_cast<std::chrono::seconds>(patience.each).count()) +
                    " s; try again, or wait longer with --timeout",
                0};
    }

    int descriptor;
    Endpoint endpoint;
    Patience patience;
    std::unique_ptr<SSL, FreeSsl> ssl;
};

}  // namespace immp::bridge::client
