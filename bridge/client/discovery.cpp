#include "bridge/client/discovery.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

#include <arpa/nameser.h>
#include <netinet/in.h>
#include <resolv.h>

#include "armor/random.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::size_t kMaxDnsAnswerBytes = 65'535;

std::vector<ServiceRecord> look_up(const std::string& name) {
    std::vector<std::uint8_t> answer(kMaxDnsAnswerBytes);
    struct __res_state resolver{};
    if (::res_ninit(&resolver) != 0) return {};
    const int length = ::res_nquery(&resolver, name.c_str(), ns_c_in, ns_t_srv, answer.data(),
                                    static_cast<int>(answer.size()));
    ::res_nclose(&resolver);
    if (length <= 0) return {};
    return parse_service_answer(ByteView(answer).first(static_cast<std::size_t>(length)));
}

bool says_no_service(const std::vector<ServiceRecord>& records) {
    return records.size() == 1 && records.front().endpoint.host.empty();
}

std::unexpected<Failure> no_service(const std::string& domain, const std::string& protocol) {
    return failed(ExitStatus::unavailable,
                  domain + " says in DNS that it has no " + protocol +
                      " service; check the address, or name the server with --server HOST:PORT");
}

std::uint32_t any_up_to(std::uint32_t highest) {
    return std::bit_cast<std::uint32_t>(armor::random_array<4>()) % (highest + 1);
}

}  // namespace

std::vector<ServiceRecord> parse_service_answer(ByteView answer) {
    constexpr int kFixedBytes = 6;
    std::vector<ServiceRecord> records;
    ns_msg message;
    if (::ns_initparse(answer.data(), static_cast<int>(answer.size()), &message) != 0) return {};
    for (int at = 0; at < ns_msg_count(message, ns_s_an); ++at) {
        ns_rr record;
        if (::ns_parserr(&message, ns_s_an, at, &record) != 0) return {};
        if (ns_rr_type(record) != ns_t_srv) continue;
        if (ns_rr_rdlen(record) <= kFixedBytes) return {};
        const unsigned char* const data = ns_rr_rdata(record);
        std::array<char, NS_MAXDNAME> host;
        if (::ns_name_uncompress(ns_msg_base(message), ns_msg_end(message), data + kFixedBytes, host.data(),
                                 host.size()) < 0)
            return {};
        const auto number = [data](int offset) {
            return static_cast<std::uint16_t>(ns_get16(data + offset));
        };
        const std::string name = std::string_view(host.data()) == "." ? "" : host.data();
        records.push_back({number(0), number(2), {name, number(4)}});
    }
    return records;
}

std::vector<Endpoint> order_endpoints(std::vector<ServiceRecord> records, Chance chance) {
    std::ranges::stable_sort(records, {},
                             [](const ServiceRecord& r) { return std::pair(r.priority, r.weight); });
    std::vector<Endpoint> ordered;
    while (!records.empty()) {
        const auto end = std::ranges::find_if(
            records, [&](const ServiceRecord& r) { return r.priority != records.front().priority; });
        std::uint32_t sum = 0;
        for (auto at = records.begin(); at != end; ++at)
            sum += at->weight;
        std::uint32_t left = chance(sum);
        auto chosen = records.begin();
        while (chosen + 1 != end && left > chosen->weight)
            left -= (chosen++)->weight;
        if (!chosen->endpoint.host.empty()) ordered.push_back(std::move(chosen->endpoint));
        records.erase(chosen);
    }
    return ordered;
}

Outcome<std::vector<Server>> find_servers(const std::string& domain) {
    constexpr std::pair<std::string_view, TlsStart> kServices[] = {{"_immps._tcp.", TlsStart::first_octet},
                                                                   {"_immp._tcp.", TlsStart::upgrade}};
    std::vector<Server> servers;
    bool refused = false;
    for (const auto& [service, start] : kServices) {
        auto records = look_up(std::string(service) + domain);
        refused |= says_no_service(records);
        for (Endpoint& endpoint : order_endpoints(std::move(records), any_up_to))
            servers.push_back({std::move(endpoint), start});
    }
    if (!servers.empty()) return servers;
    if (refused) return no_service(domain, "IMMP");
    return std::vector<Server>{{{domain, kDefaultPort}, TlsStart::upgrade}};
}

Outcome<std::vector<Endpoint>> find_xmpp_servers(const std::string& domain) {
    auto records = look_up("_xmpp-client._tcp." + domain);
    if (says_no_service(records)) return no_service(domain, "XMPP");
    auto servers = order_endpoints(std::move(records), any_up_to);
    if (servers.empty()) servers.push_back({domain, kXmppPort});
    return servers;
}

}  // namespace immp::bridge::client
