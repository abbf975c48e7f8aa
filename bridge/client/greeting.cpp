#include "bridge/client/greeting.hpp"

#include <algorithm>
#include <utility>

namespace immp::bridge::client {

namespace {

using std::chrono::milliseconds;

/// A server that greets in plain does so at once; one that waits for TLS stays silent.
constexpr milliseconds kGreetingPatience{2'000};
constexpr int kMaxGreetingLines = 16;

/// Reads up to the 101 line; the methods of the 102 line on the way.
Outcome<std::string> read_methods(Conversation& conversation) {
    std::string methods;
    for (int line = 0; line < kMaxGreetingLines; ++line) {
        auto reply = conversation.expect_one_of({100, 101, 102});
        if (!reply) return std::unexpected(reply.error());
        if (reply->code == 101) return methods;
        if (reply->code == 102) methods = " " + reply->text + " ";
    }
    return failed(ExitStatus::protocol, "the server's greeting does not end; check server and port");
}

struct Method {
    std::string_view name;
    TlsVersion version;
};
constexpr Method kMethods[] = {{"TLS3", TlsVersion::tls1_3}, {"TLS2", TlsVersion::tls1_2}};

Outcome<Method> choose_method(const std::string& offered) {
    for (const Method& method : kMethods)
        if (offered.find(" " + std::string(method.name) + " ") != std::string::npos) return method;
    return failed(ExitStatus::protocol,
                  "the server offers neither TLS 1.3 nor TLS 1.2; its administrator must enable one");
}

Outcome<void> upgrade(Conversation& conversation, Connection& connection, TlsDemand demand) {
    const auto methods = read_methods(conversation);
    if (!methods) return std::unexpected(methods.error());
    const auto method = choose_method(*methods);
    if (!method) return std::unexpected(method.error());
    if (auto sent = conversation.send("UPGRADE " + std::string(method->name)); !sent) return sent;
    if (auto agreed = conversation.expect(204); !agreed) return std::unexpected(agreed.error());
    // Whoever stands between could put words into the server's mouth here.
    if (conversation.has_unread())
        return failed(ExitStatus::protocol,
                      "the server sent octets in plain after it agreed to TLS; somebody may be interfering, "
                      "try from another network");
    demand.version = method->version;
    return connection.start_tls(demand);
}

}  // namespace

std::string_view tls_start_name(TlsStart start) {
    switch (start) {
        case TlsStart::ask: return "ask";
        case TlsStart::upgrade: return "upgrade";
        case TlsStart::first_octet: return "first-octet";
    }
    return "ask";
}

TlsStart parse_tls_start(std::string_view name) {
    for (const TlsStart start : {TlsStart::upgrade, TlsStart::first_octet})
        if (name == tls_start_name(start)) return start;
    return TlsStart::ask;
}

Outcome<void> read_greeting(Conversation& conversation) {
    if (const auto methods = read_methods(conversation); !methods) return std::unexpected(methods.error());
    return {};
}

Outcome<Greeted> greet(const Server& server, const TlsDemand& demand, Patience patience) {
    auto dialled = Connection::dial(server.endpoint, patience, server.reach);
    if (!dialled) return std::unexpected(dialled.error());
    auto owned = std::make_unique<Connection>(std::move(*dialled));
    Connection& connection = *owned;
    TlsStart start = server.start;
    if (start == TlsStart::ask)
        start = connection.readable_within(std::min(patience.each, kGreetingPatience))
                    ? TlsStart::upgrade
                    : TlsStart::first_octet;
    Greeted greeted{Conversation(std::move(owned)), &connection, start};
    const auto encrypted = start == TlsStart::upgrade ? upgrade(greeted.conversation, connection, demand)
                                                      : connection.start_tls(demand);
    if (!encrypted) return std::unexpected(encrypted.error());
    if (const auto greeting = read_greeting(greeted.conversation); !greeting)
        return std::unexpected(greeting.error());
    return greeted;
}

}  // namespace immp::bridge::client
