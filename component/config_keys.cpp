#include "component/config_keys.hpp"

#include <algorithm>
#include <array>
#include <fstream>

#include <arpa/inet.h>

#include "bridge/client/connection.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::component {
namespace {

Result<void> take_domain(Config& config, KeyValue value) {
    auto domain = bridge::parse_domain(value.text);
    if (!domain) return fail(400, "is no domain; write it like \"example.org\", without a final dot or xn--");
    config.domain = std::move(*domain);
    return {};
}

/// IPv4 or IPv6, numeric: a name may stand for several addresses, or for none when the machine starts.
bool is_address(const std::string& text) {
    std::array<unsigned char, sizeof(in6_addr)> octets;
    return ::inet_pton(AF_INET, text.c_str(), octets.data()) == 1 ||
           ::inet_pton(AF_INET6, text.substr(0, text.find('%')).c_str(), octets.data()) == 1;
}

template <auto Member>
Result<void> take_addresses(Config& config, KeyValue value) {
    for (const std::string& address : value.list) {
        if (is_address(address)) continue;
        return fail(400,
                    "\"" + address + "\" is no numeric IPv4 or IPv6 address, like \"127.0.0.1\" or \"::\"");
    }
    config.listener.*Member = std::move(value.list);
    return {};
}

Result<void> take_certificate(Config& config, KeyValue value) {
    config.listener.certificate = std::move(value.text);
    config.listener.certificate_told = std::move(value.told);
    return {};
}

Result<void> take_key(Config& config, KeyValue value) {
    config.listener.key = std::move(value.text);
    config.listener.key_told = std::move(value.told);
    return {};
}

Result<void> take_host(Config& config, KeyValue value) {
    const bool is_name = is_address(value.text) || bridge::parse_domain(value.text);
    if (!is_name) return fail(400, "is no address and no host name; write it like \"127.0.0.1\"");
    config.component.address = std::move(value.text);
    return {};
}

/// A component is a domain: no local part, no resource.
Result<void> take_jid(Config& config, KeyValue value) {
    if (value.text.empty()) return {};
    auto jid = bridge::parse_domain(value.text);
    if (!jid) return fail(400, "is no name of a component; write it like \"immp.example.org\"");
    config.component.jid = std::move(*jid);
    return {};
}

Result<void> take_directory(Config& config, KeyValue value) {
    if (value.text.empty()) return fail(400, "names no folder; write it like \"/var/lib/immp\"");
    config.store.directory = value.text;
    return {};
}

Result<void> take_secret(Config& config, KeyValue value) {
    if (!value.text.empty()) config.component.secret = armor::SecretText(std::move(value.text));
    return {};
}

Result<void> take_secret_file(Config& config, KeyValue value) {
    if (value.text.empty()) return {};
    if (!config.component.secret.empty())
        return fail(400, "stands beside component.secret; keep one of the two");
    std::ifstream file(value.text);
    std::string line;
    if (!file || !std::getline(file, line) || line.empty()) {
        return fail(400, "cannot read a secret from " + value.text +
                             "; it must hold it on its first line and be readable by this user");
    }
    config.component.secret = armor::SecretText(std::move(line));
    return {};
}

Result<void> take_peers(Config& config, KeyValue value) {
    for (const std::string& entry : value.list) {
        const std::size_t equals = entry.find('=');
        auto domain = bridge::parse_domain(entry.substr(0, equals));
        auto jid = bridge::parse_domain(equals == entry.npos ? "" : entry.substr(equals + 1));
        if (!domain || !jid) {
            return fail(400, "\"" + entry + "\" is not DOMAIN=JID, like \"b.example=mail.b.example\"");
        }
        config.component.peers[*domain] = *jid;
    }
    return {};
}

Result<void> take_accounts(Config& config, KeyValue value) {
    const bool is_open = value.text == "open";
    if (!is_open && value.text != "closed") return fail(400, "is none of open, closed");
    config.accounts = is_open ? bridge::NewAccounts::made : bridge::NewAccounts::refused;
    return {};
}

std::optional<bridge::Route> parse_route(const std::string& text) {
    if (text == "xmpp") return bridge::Route{};
    if (text.starts_with("via:")) {
        auto gateway = bridge::parse_domain(text.substr(4));
        if (gateway) return bridge::Route{bridge::Way::via, {}, 0, *std::move(gateway)};
    }
    if (text.starts_with("tcp:")) {
        auto server = bridge::client::parse_endpoint(text.substr(4));
        if (server) return bridge::Route{bridge::Way::tcp, std::move(server->host), server->port, {}};
    }
    return std::nullopt;
}

Result<void> take_routes(Config& config, KeyValue value) {
    for (const std::string& entry : value.list) {
        const std::size_t equals = entry.find('=');
        const std::string name = entry.substr(0, equals);
        auto domain = name == "*" ? Result<std::string>(name) : bridge::parse_domain(name);
        auto route = parse_route(equals == entry.npos ? "" : entry.substr(equals + 1));
        if (!domain || !route)
            return fail(
                400, "\"" + entry +
                         "\" is no route; write \"DOMAIN\" = \"xmpp\", \"tcp:HOST:PORT\" or \"via:DOMAIN\"");
        if (*domain == config.domain)
            return fail(400, "has our own domain, " + name + ", which is served here");
        if (*domain == "*" && route->way == bridge::Way::tcp)
            return fail(400, "has a server for \"*\"; give it \"via:DOMAIN\", and DOMAIN its tcp route");
        config.routes[*domain] = *std::move(route);
    }
    return {};
}

Result<void> take_served(Config& config, KeyValue value) {
    for (const std::string& entry : value.list) {
        auto domain = bridge::parse_domain(entry);
        if (!domain) return fail(400, "\"" + entry + "\" is no domain");
        config.gateway.domains.insert(*std::move(domain));
    }
    return {};
}

Result<void> take_level(Config& config, KeyValue value) {
    using enum bridge::LogLevel;
    static constexpr std::array<std::pair<std::string_view, bridge::LogLevel>, 4> kLevels = {
        {{"debug", debug}, {"info", info}, {"warn", warning}, {"error", error}}};
    const auto found =
        std::ranges::find(kLevels, value.text, &std::pair<std::string_view, bridge::LogLevel>::first);
    if (found == kLevels.end()) return fail(400, "is none of debug, info, warn, error");
    config.log.level = found->second;
    return {};
}

/// A taker that only stores: one for each kind of member.
template <auto Section, auto Member>
Result<void> store_text(Config& config, KeyValue value) {
    config.*Section.*Member = std::move(value.text);
    return {};
}
template <auto Section, auto Member>
Result<void> store_number(Config& config, KeyValue value) {
    auto& member = config.*Section.*Member;
    member = static_cast<std::remove_reference_t<decltype(member)>>(value.number);
    return {};
}

using Listener = Config::Listener;
using Component = Config::Component;
constexpr auto kListener = &Config::listener;
constexpr auto kComponent = &Config::component;
constexpr auto kLimits = &Config::limits;
constexpr auto kRules = &Config::rules;

// clang-format off
constexpr std::array kKeys = {
    KeySpec{"", "domain", KeyType::text, "",
            "the XMPP server's domain, whose mailboxes are served here", take_domain},

    KeySpec{"", "accounts", KeyType::text, R"("closed")",
            "open: a user of the XMPP server gets an account at the first `immp login --xmpp`; closed: the administrator makes each",
            take_accounts},
    KeySpec{"", "routes", KeyType::table, "{}",
            "ways to other domains, as \"DOMAIN\" = \"xmpp\", \"tcp:HOST:PORT\" or \"via:DOMAIN\"; \"*\" is all that are not named",
            take_routes},

    KeySpec{"listener", "address", KeyType::list, R"(["0.0.0.0", "::"])",
            "addresses for clients that begin plain and upgrade to TLS; [] for none",
            take_addresses<&Listener::addresses>},
    KeySpec{"listener", "port", KeyType::number, "1025",
            "its port; open it in the firewall", store_number<kListener, &Listener::port>, 0, 65535},
    KeySpec{"listener", "tls_address", KeyType::list, "[]",
            "addresses for clients that begin with TLS at once; [] for none",
            take_addresses<&Listener::tls_addresses>},
    KeySpec{"listener", "tls_port", KeyType::number, "1026",
            "its port", store_number<kListener, &Listener::tls_port>, 0, 65535},
    KeySpec{"listener", "certificate", KeyType::path, "",
            "PEM file with the certificate for the domain and its chain; read again when it changes and on SIGHUP",
            take_certificate},
    KeySpec{"listener", "key", KeyType::path, "",
            "PEM file with its private key", take_key},
    KeySpec{"listener", "sessions", KeyType::number, "20000",
            "sessions open at once; one more is refused with 705", store_number<kListener, &Listener::sessions>, 1, 1'000'000},
    KeySpec{"listener", "sessions_per_address", KeyType::number, "200",
            "the same from one address (an IPv6 /64); one more is refused with 429",
            store_number<kListener, &Listener::sessions_per_address>, 1, 1'000'000},

    KeySpec{"component", "address", KeyType::text, R"("127.0.0.1")",
            "where the XMPP server listens for components", take_host},
    KeySpec{"component", "port", KeyType::number, "5347",
            "its component port", store_number<kComponent, &Component::port>, 1, 65535},
    KeySpec{"component", "jid", KeyType::text, R"("")",
            "name of the component at the XMPP server; empty: immp.<domain>", take_jid},
    KeySpec{"component", "secret", KeyType::secret, R"("")",
            "secret shared with the XMPP server for this component", take_secret},
    KeySpec{"component", "secret_file", KeyType::path, R"("")",
            "file with that secret on its first line, instead of `secret`", take_secret_file},
    KeySpec{"component", "peers", KeyType::list, "[]",
            "domains whose component has another name than immp.<domain>, as \"DOMAIN=JID\"; believed without a listing",
            take_peers},

    KeySpec{"gateway", "domains", KeyType::list, "[]",
            "domains behind us, whose bundles are passed on from and to all others", take_served},
    KeySpec{"gateway", "ca", KeyType::path, R"("")",
            "PEM file of authorities for the certificates of servers with a tcp route, beside the system's",
            [](Config& config, KeyValue value) -> Result<void> {
                config.gateway.ca = std::move(value.text);
                return {};
            }},

    KeySpec{"store", "directory", KeyType::path, R"("/var/lib/immp")",
            "folder for everything the daemon keeps; made if missing, readable by its user only",
            take_directory},

    KeySpec{"limits", "message_bytes", KeyType::number, "104857600",
            "octets of one message, all parts together; over it 413",
            store_number<kLimits, &Config::Limits::message_bytes>, 1024, 1ull << 40},
    KeySpec{"limits", "recipients", KeyType::number, "100",
            "recipients of one message; over it 413", store_number<kLimits, &Config::Limits::recipients>, 1, 1000},
    KeySpec{"limits", "parts", KeyType::number, "100",
            "parts of one message; over it 413", store_number<kLimits, &Config::Limits::parts>, 1, 1000},
    KeySpec{"limits", "pipelines", KeyType::number, "32",
            "pipelines of a session; one more is 429", store_number<kLimits, &Config::Limits::pipelines>, 1, 32},
    KeySpec{"limits", "index_entries", KeyType::number, "1000",
            "entries of one INDEX; what is left has `next=`",
            store_number<kLimits, &Config::Limits::index_entries>, 1, 1000},
    KeySpec{"limits", "mailbox_bytes", KeyType::number, "10737418240",
            "octets of a mailbox without a quota of its own (`immpd account quota`); 0: no limit; over it 441",
            store_number<kLimits, &Config::Limits::mailbox_bytes>, 0, 1ull << 60},
    KeySpec{"limits", "key_requests", KeyType::number, "60",
            "keys of users that one account, or one domain, may ask for in a minute; one more is 429",
            store_number<kLimits, &Config::Limits::key_requests>, 1, 1'000'000},
    KeySpec{"limits", "errors_before_login", KeyType::number, "10",
            "errors of a session that is not logged in; then 710, closed",
            store_number<kLimits, &Config::Limits::errors_before_login>, 1, 1000},
    KeySpec{"limits", "login_seconds", KeyType::number, "120",
            "time from a connection to its login; then 408, closed",
            store_number<kLimits, &Config::Limits::login_seconds>, 1, 86'400},
    KeySpec{"limits", "idle_seconds_before_login", KeyType::number, "60",
            "time without an octet before the login; then 408, closed",
            store_number<kLimits, &Config::Limits::idle_seconds_before_login>, 1, 86'400},
    KeySpec{"limits", "idle_seconds", KeyType::number, "1800",
            "time without an octet behind the login; then 408, closed",
            store_number<kLimits, &Config::Limits::idle_seconds>, 1, 86'400},
    KeySpec{"limits", "sender_recipients_per_hour", KeyType::number, "0",
            "recipients that one account may write to in an hour, evenly; then 429; 0: any number",
            store_number<kLimits, &Config::Limits::sender_recipients_per_hour>, 0, 1'000'000},
    KeySpec{"limits", "domain_recipients_per_hour", KeyType::number, "0",
            "the same for what one other domain sends; its server tries again later; 0: any number",
            store_number<kLimits, &Config::Limits::domain_recipients_per_hour>, 0, 100'000'000},

    KeySpec{"rules", "programs", KeyType::path, R"("")",
            "folder of programs that users' rules may run by name; empty: none",
            [](Config& config, KeyValue value) -> Result<void> {
                config.rules.programs = std::move(value.text);
                return {};
            }},
    KeySpec{"rules", "program_seconds", KeyType::number, "10",
            "time that one of them may take for a message; then it is killed, and its rule does not hold",
            store_number<kRules, &Config::Rules::program_seconds>, 1, 600},
    KeySpec{"rules", "programs_at_once", KeyType::number, "2",
            "programs that run at once; what comes meanwhile waits",
            store_number<kRules, &Config::Rules::programs_at_once>, 1, 64},

    KeySpec{"log", "level", KeyType::text, R"("info")", "debug, info, warn or error", take_level},
    KeySpec{"log", "file", KeyType::path, R"("")",
            "file for the log; empty: standard error (what systemd keeps)",
            [](Config& config, KeyValue value) -> Result<void> {
                config.log.file = std::move(value.text);
                return {};
            }},
};
// clang-format on

}  // namespace

std::span<const KeySpec> config_keys() {
    return kKeys;
}

std::string environment_name(const KeySpec& key) {
    std::string name = "IMMP_";
    if (!key.section.empty()) name += std::string(key.section) + "_";
    name += key.name;
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return name;
}

}  // namespace immp::component
