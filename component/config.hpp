// The daemon's configuration: one TOML file, each key overridable by the environment. What keys there are,
// their types, defaults and meaning stand in one table (config_keys.cpp), from which `immpd config` and
// docs/operations.md come.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"
#include "armor/secret.hpp"
#include "bridge/log.hpp"
#include "bridge/node/services.hpp"
#include "bridge/routes.hpp"

namespace immp::component {

struct Config {
    std::string domain;
    bridge::NewAccounts accounts = bridge::NewAccounts::refused;

    struct Listener {
        std::vector<std::string> addresses;  ///< plain with UPGRADE
        std::uint16_t port = 0;
        std::vector<std::string> tls_addresses;  ///< TLS from the first octet
        std::uint16_t tls_port = 0;
        std::string certificate;
        std::string key;
        std::uint64_t sessions = 0;
        std::uint64_t sessions_per_address = 0;
        /// Where certificate and key were told: "immpd.toml:8: listener.key".
        std::string certificate_told;
        std::string key_told;
    } listener;

    /// Domain, or "*", to its route; own domain and served ones are checked when all is read.
    std::map<std::string, bridge::Route, std::less<>> routes;

    struct Gateway {
        std::set<std::string, std::less<>> domains;
        std::string ca;  ///< PEM; empty: the system's authorities alone
    } gateway;

    struct Component {
        std::string address;
        std::uint16_t port = 0;
        std::string jid;
        armor::SecretText secret;  ///< empty only where no route needs a component: then there is none
        std::map<std::string, std::string>
            peers;  ///< domain -> JID of its component, believed without a listing
    } component;

    struct Store {
        std::filesystem::path directory;
    } store;

    struct Limits {
        std::uint64_t message_bytes = 0;
        std::uint32_t recipients = 0;
        std::uint32_t parts = 0;
        std::uint32_t pipelines = 0;
        std::uint32_t index_entries = 0;
        std::uint64_t mailbox_bytes = 0;
        std::uint32_t key_requests = 0;
        std::uint32_t errors_before_login = 0;
        std::uint32_t login_seconds = 0;
        std::uint32_t idle_seconds_before_login = 0;
        std::uint32_t idle_seconds = 0;
        std::uint32_t sender_recipients_per_hour = 0;
        std::uint32_t domain_recipients_per_hour = 0;
    } limits;

    struct Rules {
        std::filesystem::path programs;  ///< empty: there are none
        std::uint32_t program_seconds = 0;
        std::uint32_t programs_at_once = 0;
    } rules;

    struct Log {
        bridge::LogLevel level = bridge::LogLevel::info;
        std::string file;  ///< empty: stderr
    } log;
};

/// The value of an environment variable, if it is set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

/// The process's own environment.
[[nodiscard]] Environment process_environment();

/// Reads file and environment. The error's text is one line: `FILE:LINE: KEY: what is wrong and how to mend
/// it`, or `IMMP_X_Y: ...`. Relative paths are meant from the folder of the file.
[[nodiscard]] Result<Config> load_config(const std::filesystem::path& file, const Environment& environment);

/// As the configuration has it.
[[nodiscard]] std::string route_text(const bridge::Route& route);

/// A configuration file with every key, its default and what it means, ready to be filled in.
[[nodiscard]] std::string config_template();

}  // namespace immp::component
