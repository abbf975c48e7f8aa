#include "fleet.hpp"

#include <utility>

#include <netinet/in.h>

namespace immp::bench {
namespace {

/// Handshakes at once: enough for two cores, few enough for the server's backlog.
constexpr std::size_t kOpening = 32;
/// The daemon's default limit is 200 sessions an address, and an address has some 28,000 ports.
constexpr std::size_t kSessionsPerAddress = 150;

/// 127.1.0.1, 127.1.0.2, ...
std::uint32_t source_of(std::size_t session) {
    return INADDR_LOOPBACK + (1U << 16) + static_cast<std::uint32_t>(session / kSessionsPerAddress);
}

}  // namespace

Fleet::Fleet(Route route, const std::string& authority, Login login)
    : route_(std::move(route)), context_(client_context(authority)), login_(std::move(login)) {}

void Fleet::open(std::size_t sessions, Depth depth) {
    const auto ready = [&] {
        while (secured_ < clients_.size() && clients_[secured_]->is_secured())
            ++secured_;
        return depth == Depth::secured ? secured_ : logged_in_;
    };
    run_until([&] {
        while (clients_.size() < sessions && clients_.size() < ready() + kOpening)
            add(depth);
        return clients_.size() >= sessions && ready() >= clients_.size();
    });
}

void Fleet::add(Depth depth) {
    Route route = route_;
    route.source = source_of(clients_.size());
    auto client = std::make_unique<Client>(loop_, context_, route);
    if (depth == Depth::logged_in) {
        client->on_reply([this](Client& one, const Reply& reply) { greet(one, reply); });
        client->say(login_.first_line());
    }
    clients_.push_back(std::move(client));
}

void Fleet::greet(Client& client, const Reply& reply) {
    switch (reply.code) {
        case 100:
        case 101:
        case 302: return;
        case 303: return client.say(login_.answer_line(reply.text));
        case 210: ++logged_in_; return;
        default: throw Failure("login: " + std::to_string(reply.code) + " " + std::string(reply.text));
    }
}

}  // namespace immp::bench
