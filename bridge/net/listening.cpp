#include "bridge/net/listening.hpp"

#include <asio/ip/v6_only.hpp>

namespace immp::bridge {

namespace {

using asio::ip::tcp;

std::unexpected<Error> refuse_address(const ListenAddress& address, const asio::error_code& error) {
    const std::string at = address.text();
    if (error == asio::error::address_in_use)
        return fail(700, "cannot listen on " + at + ": the port is in use; stop the program that has it " +
                             "(ss -ltnp shows which) or choose another port");
    if (error == asio::error::access_denied)
        return fail(700, "cannot listen on " + at + ": ports below 1024 need a privilege; choose a port " +
                             "from 1024 on or grant CAP_NET_BIND_SERVICE");
    if (error == asio::error::address_family_not_supported)
        return fail(700, "cannot listen on " + at + ": this machine has no such address family; take the " +
                             "address out of the configuration");
    if (error.value() == EADDRNOTAVAIL)
        return fail(700, "cannot listen on " + at + ": the address is not of this machine; `ip address` " +
                             "lists those that are");
    return fail(700, "cannot listen on " + at + ": " + error.message());
}

}  // namespace

std::string ListenAddress::text() const {
    const bool v6 = address.find(':') != std::string::npos;
    return (v6 ? "[" + address + "]" : address) + ":" + std::to_string(port);
}

Result<tcp::acceptor> listen_on(asio::io_context& io, const ListenAddress& address) {
    asio::error_code error;
    const asio::ip::address numeric = asio::ip::make_address(address.address, error);
    if (error)
        return fail(700, "cannot listen on " + address.text() +
                             ": not a numeric IPv4 or IPv6 address; write for example 127.0.0.1 or ::");
    const tcp::endpoint endpoint(numeric, address.port);
    tcp::acceptor acceptor(io);
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error && numeric.is_v6()) acceptor.set_option(asio::ip::v6_only(true), error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
    if (error) return refuse_address(address, error);
    return acceptor;
}

}  // namespace immp::bridge
