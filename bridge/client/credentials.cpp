#include "bridge/client/credentials.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "bridge/wire/token.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::string_view kCredentialsHeading =
    "# Device secrets and XMPP passwords of `immp`: keep this file to yourself.\n";

/// The listener's stands in no file: it was the only one once.
std::string_view way_name(Way way) {
    return way == Way::xmpp ? "xmpp" : "";
}

std::string text_of(const StoredAccount& account) {
    const auto line = [](std::string_view key, std::string_view value) {
        return value.empty() ? std::string() : std::string(key) + " " + std::string(value) + "\n";
    };
    return "\n" + line("account", account.account) + line("way", way_name(account.way)) +
           line("server", account.server) + line("tls", tls_start_name(account.start)) +
           line("ca", account.ca_file) + line("device", account.device) +
           line("secret", account.secret.view()) + line("memory", std::to_string(account.seen.memory_kib)) +
           line("passes", std::to_string(account.seen.passes));
}

/// One `key value` line; false for an unknown key or a bad value.
bool read_line(StoredAccount& account, std::string_view key, std::string_view value) {
    const auto number = [&](std::uint32_t& into) {
        const auto read = parse_number(value);
        if (read) into = static_cast<std::uint32_t>(std::min<std::uint64_t>(*read, UINT32_MAX));
        return read.has_value();
    };
    if (key == "way")
        account.way = value == way_name(Way::xmpp) ? Way::xmpp : Way::listener;
    else if (key == "server")
        account.server = value;
    else if (key == "tls")
        account.start = parse_tls_start(value);
    else if (key == "ca")
        account.ca_file = value;
    else if (key == "device")
        account.device = value;
    else if (key == "secret")
        account.secret = armor::SecretText(std::string(value));
    else if (key == "memory")
        return number(account.seen.memory_kib);
    else if (key == "passes")
        return number(account.seen.passes);
    else
        return false;
    return true;
}

}  // namespace

StoredAccount StoredAccount::clone() const {
    return {account, way, server, start, ca_file, device, secret.clone(), seen};
}

Outcome<std::filesystem::path> credentials_folder() {
    const auto variable = [](const char* name) -> std::string {
        const char* value = std::getenv(name);
        return value != nullptr ? value : "";
    };
    if (auto home = variable("IMMP_HOME"); !home.empty()) return home;
    if (const auto config = variable("XDG_CONFIG_HOME"); !config.empty())
        return std::filesystem::path(config) / "immp";
    if (const auto home = variable("HOME"); !home.empty())
        return std::filesystem::path(home) / ".config" / "immp";
    return failed(ExitStatus::configuration, "no home directory; set HOME, or IMMP_HOME to a folder");
}

Credentials::Credentials(std::filesystem::path folder)
    : file_(std::move(folder), "credentials", "log in again") {}

Outcome<std::vector<StoredAccount>> Credentials::list() const {
    std::vector<StoredAccount> accounts;
    const auto read = file_.read_fields([&](std::string_view key, std::string_view value) {
        if (key != "account") return !accounts.empty() && read_line(accounts.back(), key, value);
        accounts.emplace_back().account = value;
        return true;
    });
    if (!read) return std::unexpected(read.error());
    return accounts;
}

Outcome<StoredAccount> Credentials::find(std::string_view account) const {
    auto accounts = list();
    if (!accounts) return std::unexpected(accounts.error());
    if (accounts->empty())
        return failed(ExitStatus::configuration, "nobody is logged in here; first: immp login ADDRESS");
    if (account.empty() && accounts->size() == 1) return std::move(accounts->front());
    if (account.empty())
        return failed(ExitStatus::configuration,
                      "several accounts are logged in; choose one with --account (immp accounts lists them)");
    const auto found = std::ranges::find(*accounts, account, &StoredAccount::account);
    if (found == accounts->end())
        return failed(
            ExitStatus::configuration,
            std::string(account) + " is not logged in here; first: immp " + "login " + std::string(account));
    return std::move(*found);
}

Outcome<void> Credentials::save(StoredAccount account) {
    const auto held = file_.lock();
    if (!held) return std::unexpected(held.error());
    auto accounts = list();
    if (!accounts) return std::unexpected(accounts.error());
    const auto found = std::ranges::find(*accounts, account.account, &StoredAccount::account);
    if (found == accounts->end())
        accounts->push_back(std::move(account));
    else
        *found = std::move(account);
    return write(*accounts);
}

Outcome<void> Credentials::remove(std::string_view account) {
    const auto held = file_.lock();
    if (!held) return std::unexpected(held.error());
    auto accounts = list();
    if (!accounts) return std::unexpected(accounts.error());
    std::erase_if(*accounts, [&](const StoredAccount& stored) { return stored.account == account; });
    return write(*accounts);
}

Outcome<void> Credentials::write(const std::vector<StoredAccount>& accounts) {
    std::string text(kCredentialsHeading);
    for (const StoredAccount& account : accounts)
        text += text_of(account);
    const armor::SecretText wiped(std::move(text));
    return file_.replace(wiped.view());
}

}  // namespace immp::bridge::client
