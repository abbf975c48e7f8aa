// Which way mail for a domain goes, as the operator's table says (docs/operations.md, routes); who may speak
// for whom by it, and what is passed on between others.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

namespace immp::bridge {

enum class Way {
    xmpp,  ///< its component, found by discovery
    tcp,   ///< its own server
    via,   ///< another domain's server, a gateway
};

struct Route {
    Way way = Way::xmpp;
    std::string host;  ///< with Way::tcp
    std::uint16_t port = 0;
    std::string gateway;  ///< with Way::via; its own route is xmpp or tcp
};

class Routes {
  public:
    Routes() = default;
    /// `table`: by domain; "*" is for all that are not in it. `served`: domains whose bundles we pass on.
    Routes(std::map<std::string, Route, std::less<>> table, std::set<std::string, std::less<>> served)
        : table_(std::move(table)), served_(std::move(served)) {}

    [[nodiscard]] Route of(const std::string& domain) const {
        if (const auto row = table_.find(domain); row != table_.end()) return row->second;
        const auto rest = table_.find("*");
        if (rest == table_.end() || rest->second.gateway == domain) return {};
        return rest->second;
    }
    /// Whose server is asked and sent to for that domain: the gateway's, or its own.
    [[nodiscard]] std::string next_hop(const std::string& domain) const {
        const Route route = of(domain);
        return route.way == Way::via ? route.gateway : domain;
    }
    /// Whether what `peer`, proved to be that domain, brings may be of `origin`.
    [[nodiscard]] bool speaks_for(const std::string& peer, const std::string& origin) const {
        return peer == origin || next_hop(origin) == peer;
    }
    /// Whether what `peer` brings for `destination`, which is not ours, is passed on: one of both is a domain
    /// that we are the gateway of.
    [[nodiscard]] bool passes_on(const std::string& peer, const std::string& destination) const {
        return served_.contains(peer) || served_.contains(destination);
    }
    /// Whether anything is passed on at all.
    [[nodiscard]] bool is_gateway() const { return !served_.empty(); }
    [[nodiscard]] bool is_served(const std::string& domain) const { return served_.contains(domain); }
    [[nodiscard]] const std::map<std::string, Route, std::less<>>& table() const { return table_; }

  private:
    std::map<std::string, Route, std::less<>> table_;
    std::set<std::string, std::less<>> served_;
};

}  // namespace immp::bridge
