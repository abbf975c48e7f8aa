// immpd: the command line of the daemon and of its administration.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <iostream>

#include <CLI/CLI.hpp>

#include "armor/json_line.hpp"
#include "armor/random.hpp"
#include "armor/time_text.hpp"
#include "bridge/net/tls_identity.hpp"
#include "bridge/wire/prep.hpp"
#include "bridge/wire/token.hpp"
#include "component/administration.hpp"
#include "component/control.hpp"
#include "component/daemon.hpp"
#include "component/log_sink.hpp"
#include "component/service_user.hpp"
#include "component/status.hpp"

namespace {

using namespace immp;
using namespace immp::component;

constexpr const char* kDefaultConfig = "/etc/immp/immpd.toml";
/// A ping waits for a handshake, several answers and an echo, each with its own deadline below.
constexpr std::chrono::seconds kPingPatience{120};
/// A status waits for one commit.
constexpr std::chrono::seconds kStatusPatience{10};
constexpr int kUnreached = 69;
constexpr int kStoreFailed = 74;

/// Exit status (sysexits.h), by what went wrong; also in docs/operations.md.
int exit_status(const Error& error) {
    switch (error.code) {
        case 400:
        case 404:
        case 409:
        case 415: return 65;  // what was given
        case 704:
        case 720:
        case 408: return kUnreached;  // somebody who should answer did not
        case 702: return kStoreFailed;
        case 711: return 78;  // certificate: configuration
        default: return 70;
    }
}

int complain(const Error& error) {
    std::cerr << "immpd: " << with_detail(error) << "\n";
    return exit_status(error);
}

int step_status(const Step& failed) {
    return failed.name == kStoreStep ? kStoreFailed : kUnreached;
}

/// What the command line filled in.
struct Given {
    std::string config = kDefaultConfig;
    std::string account;
    std::string password_file;
    std::string domain;
    std::string quota;
    std::string owner;
    std::string pattern;
    std::string action = "reject";
    std::string reason;
    std::uint64_t expires = 0;
    bool json = false;
    bool allow_sha1 = false;
};

Result<Config> read_configuration(const Given& given) {
    auto config = load_config(given.config, process_environment());
    if (!config) config.error().code = 711;  // exit status 78: configuration
    return config;
}

/// Root reads it a second time as the daemon's user, so that what that user cannot read is found here.
Result<Config> configuration(const Given& given) {
    auto config = read_configuration(given);
    if (!config) return config;
    auto is_other = become_store_owner(config->store.directory);
    if (!is_other) return std::unexpected(std::move(is_other.error()));
    return *is_other ? read_configuration(given) : std::move(config);
}

int run(const Given& given) {
    auto config = configuration(given);
    if (!config) return complain(config.error());
    auto log = open_log(config->log.level, config->log.file);
    if (!log) return complain(log.error());
    const bool has_log_file = !config->log.file.empty();
    auto ran = run_daemon(std::move(*config), *log);
    if (ran) return 0;
    (*log)(bridge::LogLevel::error, ran.error().text);
    return !has_log_file ? exit_status(ran.error()) : complain(ran.error());
}

int check(const Given& given) {
    auto config = configuration(given);
    if (!config) return complain(config.error());
    auto ascii = bridge::ascii_domain(config->domain);
    if (!ascii) return complain(ascii.error());
    const Config::Listener& listener = config->listener;
    auto tls = bridge::load_tls_context(
        {listener.certificate, listener.key, listener.certificate_told, listener.key_told}, *ascii);
    if (!tls) return complain(tls.error());
    std::cout << given.config << ": serves " << config->domain << " as component " << config->component.jid
              << "\n";
    return 0;
}

/// Opens the store, hands it to `act`, and says what failed.
template <class Act>
int administer(const Given& given, Act act) {
    auto config = configuration(given);
    if (!config) return complain(config.error());
    auto administration = Administration::open(*config);
    if (!administration) return complain(administration.error());
    Result<void> done = act(*administration);
    return done ? 0 : complain(done.error());
}

Result<std::optional<armor::SecretText>> read_password(const std::string& file) {
    if (file.empty()) return std::nullopt;
    std::string line;
    std::ifstream stream;
    if (file != "-") stream.open(file);
    if (!std::getline(file == "-" ? std::cin : stream, line) || line.empty()) {
        return fail(400, "cannot read a password from " + file + "; it must stand on the first line");
    }
    return armor::SecretText(std::move(line));
}

int account_add(const Given& given) {
    auto password =
        read_password(given.password_file);  // a file of the administrator's, not of the daemon's user
    if (!password) return complain(password.error());
    return administer(given, [&](Administration& administration) -> Result<void> {
        const bool is_generated = !password->has_value();
        const auto draft = given.allow_sha1 ? bridge::DraftLogin::allowed : bridge::DraftLogin::refused;
        auto secret = administration.add_account(given.account, std::move(*password), draft);
        if (!secret) return std::unexpected(std::move(secret.error()));
        if (given.json) {
            armor::JsonWriter json;
            json.text("account", given.account);
            if (is_generated) json.text("secret", secret->view());
            std::cout << json.line() << "\n";
        } else if (is_generated) {
            std::cerr << "The password of " << given.account << ", shown only now:\n";
            std::cout << secret->view() << "\n";
        }
        return {};
    });
}

int account_list(const Given& given) {
    return administer(given, [](Administration& administration) -> Result<void> {
        auto accounts = administration.accounts();
        if (!accounts) return std::unexpected(std::move(accounts.error()));
        for (const std::string& account : *accounts)
            std::cout << account << "\n";
        return {};
    });
}

constexpr std::uint64_t kMaxQuotaBytes = 1ull << 60;

int account_quota(const Given& given) {
    return administer(given, [&](Administration& administration) -> Result<void> {
        if (given.quota == "default") return administration.set_quota(given.account, std::nullopt);
        std::uint64_t bytes = 0;
        const char* const end = given.quota.data() + given.quota.size();
        const auto [stop, error] = std::from_chars(given.quota.data(), end, bytes);
        if (error != std::errc{} || stop != end || bytes > kMaxQuotaBytes)
            return fail(400, given.quota + " is no quota; give octets (at most 2^60), or default");
        return administration.set_quota(given.account, bytes);
    });
}

/// Tells the daemon, if one runs, that accounts or mailboxes are gone: its watches of them end. Its commands
/// look into the store each time and need no word.
void tell_daemon(const Given& given) {
    auto config = configuration(given);
    if (!config) return;
    (void)ask_daemon(config->store.directory, kLookAgain, kStatusPatience, [](const std::string&) {});
}

int account_remove(const Given& given) {
    const int status = administer(
        given, [&](Administration& administration) { return administration.remove_account(given.account); });
    if (status == 0) tell_daemon(given);
    return status;
}

int mailbox_add(const Given& given) {
    return administer(given, [&](Administration& administration) {
        return administration.add_mailbox(given.account, given.owner);
    });
}

int mailbox_owner(const Given& given) {
    return administer(given, [&](Administration& administration) {
        return administration.add_owner(given.account, given.owner);
    });
}

int mailbox_remove(const Given& given) {
    const int status = administer(
        given, [&](Administration& administration) { return administration.remove_mailbox(given.account); });
    if (status == 0) tell_daemon(given);
    return status;
}

int mailbox_list(const Given& given) {
    return administer(given, [](Administration& administration) -> Result<void> {
        auto mailboxes = administration.mailboxes();
        if (!mailboxes) return std::unexpected(std::move(mailboxes.error()));
        for (const MailboxLine& mailbox : *mailboxes) {
            std::cout << mailbox.address << "\n";
            for (const bridge::Share& share : mailbox.members)
                std::cout << "  " << share.member << " " << bridge::rights_text(share.rights) << "\n";
        }
        return {};
    });
}

int block_add(const Given& given) {
    return administer(given, [&](Administration& administration) -> Result<void> {
        const auto action = bridge::action_of(bridge::to_upper(given.action));
        if (!action) return fail(400, given.action + " is none of reject, junk, drop");
        std::optional<std::chrono::seconds> lasting;
        if (given.expires != 0) lasting = std::chrono::seconds(given.expires);
        return administration.add_block(given.pattern, *action, given.reason, lasting);
    });
}

int block_drop(const Given& given) {
    return administer(
        given, [&](Administration& administration) { return administration.drop_block(given.pattern); });
}

int block_list(const Given& given) {
    return administer(given, [](Administration& administration) -> Result<void> {
        auto blocks = administration.blocks();
        if (!blocks) return std::unexpected(std::move(blocks.error()));
        for (const bridge::Block& block : *blocks) {
            std::cout << block.pattern << " " << bridge::action_name(block.action) << " since "
                      << armor::time_text(block.made);
            if (block.expires) std::cout << " until " << armor::time_text(*block.expires);
            if (!block.reason.empty()) std::cout << " (" << block.reason << ")";
            std::cout << "\n";
        }
        return {};
    });
}

int keys(const Given& given) {
    return administer(given, [](Administration& administration) -> Result<void> {
        auto lines = administration.keys();
        if (!lines) return std::unexpected(std::move(lines.error()));
        for (const OwnKeyLine& key : *lines) {
            std::cout << (key.in_use ? "* " : "  ") << key.serial << " " << key.fingerprint << " "
                      << armor::time_text(key.made) << "\n";
        }
        return {};
    });
}

int keys_rotate(const Given& given) {
    return administer(given, [](Administration& administration) { return administration.rotate_keys(); });
}

int pins(const Given& given) {
    return administer(given, [](Administration& administration) -> Result<void> {
        auto all = administration.pins();
        if (!all) return std::unexpected(std::move(all.error()));
        for (const bridge::Pin& pin : *all) {
            std::cout << pin.domain << " " << (pin.state == bridge::PinState::changed ? "CHANGED" : "trusted")
                      << (pin.confirmed ? " confirmed " : " ") << pin_fingerprint(pin) << "\n";
        }
        return {};
    });
}

int pins_accept(const Given& given) {
    return administer(
        given, [&](Administration& administration) { return administration.accept_pin(given.domain); });
}

/// Asks the running daemon, shows the steps it answers with, and returns the status of the first that failed.
int show_steps(const Given& given, const std::string& question, std::chrono::seconds patience) {
    auto config = configuration(given);
    if (!config) return complain(config.error());
    std::optional<int> status;
    auto asked = ask_daemon(config->store.directory, question, patience, [&](std::string line) {
        if (given.json) std::cout << line << "\n";
        auto step = parse_step_line(line);
        if (!step) return;
        const bool is_ok = step->outcome == Step::Outcome::ok;
        if (status.value_or(0) == 0) status = is_ok ? 0 : step_status(*step);
        if (given.json) return;
        std::cout << (is_ok ? "ok      " : "FAILED  ") << step->name << ": " << step->detail << "\n";
        if (!is_ok) std::cout << "        " << step->remedy << "\n";
    });
    return asked ? status.value_or(kUnreached) : complain(asked.error());
}

int ping(const Given& given) {
    return show_steps(given, "ping " + given.domain, kPingPatience);
}

int daemon_status(const Given& given) {
    return show_steps(given, "status", kStatusPatience);
}

using Command = int (*)(const Given&);

/// Adds a command that needs the configuration.
CLI::App* add(CLI::App& parent, Given& given, int& status, std::string name, std::string what,
              Command command) {
    CLI::App* const app = parent.add_subcommand(std::move(name), std::move(what));
    app->add_option("-c,--config", given.config, "the configuration file")->capture_default_str();
    app->callback([&given, &status, command] { status = command(given); });
    return app;
}

void add_account_commands(CLI::App& app, Given& given, int& status) {
    CLI::App* const account = app.add_subcommand("account", "accounts of the domain")->require_subcommand(1);
    CLI::App* const adding =
        add(*account, given, status, "add", "make one and print its password once", account_add);
    adding->add_option("address", given.account, "like alice@example.org")->required();
    adding->add_option("--password-file", given.password_file,
                       "take the password from the first line of FILE, or -");
    adding->add_flag("--allow-sha1", given.allow_sha1,
                     "let it log in as the draft of 2013 does: what the store keeps is then as good as the "
                     "password");
    adding->add_flag("--json", given.json);
    add(*account, given, status, "list", "list them", account_list);
    CLI::App* const limiting =
        add(*account, given, status, "quota", "how many octets its mailbox may hold", account_quota);
    limiting->add_option("address", given.account)->required();
    limiting->add_option("octets", given.quota, "a number, or default")->required();
    CLI::App* const removing =
        add(*account, given, status, "remove", "remove one with its mail", account_remove);
    removing->add_option("address", given.account)->required();
}

void add_mailbox_commands(CLI::App& app, Given& given, int& status) {
    CLI::App* const mailbox =
        app.add_subcommand("mailbox", "mailboxes that several accounts share")->require_subcommand(1);
    CLI::App* const adding = add(*mailbox, given, status, "add", "make one", mailbox_add);
    adding->add_option("address", given.account, "like helpdesk@example.org")->required();
    adding->add_option("--owner", given.owner, "the account that gives others their rights")->required();
    CLI::App* const owning =
        add(*mailbox, given, status, "owner", "give an account all rights to it", mailbox_owner);
    owning->add_option("address", given.account)->required();
    owning->add_option("account", given.owner)->required();
    add(*mailbox, given, status, "list", "list them, each with who may do what", mailbox_list);
    CLI::App* const removing =
        add(*mailbox, given, status, "remove", "remove one with its mail", mailbox_remove);
    removing->add_option("address", given.account)->required();
}

void add_block_commands(CLI::App& app, Given& given, int& status) {
    constexpr const char* kPattern = "an address, a domain, or either with * for any part";
    CLI::App* const block =
        app.add_subcommand("block", "senders whose mail nobody here gets")->require_subcommand(1);
    CLI::App* const adding = add(*block, given, status, "add", "block a sender, at once", block_add);
    adding->add_option("pattern", given.pattern, kPattern)->required();
    adding->add_option("--action", given.action, "reject, junk or drop")->capture_default_str();
    adding->add_option("--reason", given.reason, "for the list");
    adding->add_option("--expires", given.expires, "seconds that it holds; without it, for ever")
        ->check(CLI::Range(1, 316'224'000));
    add(*block, given, status, "list", "list them", block_list);
    CLI::App* const dropping = add(*block, given, status, "drop", "let a sender in again", block_drop);
    dropping->add_option("pattern", given.pattern, kPattern)->required();
}

void add_key_commands(CLI::App& app, Given& given, int& status) {
    CLI::App* const own = app.add_subcommand("keys", "our keys: serial, fingerprint, time; * is in use");
    own->add_option("-c,--config", given.config, "the configuration file")->capture_default_str();
    own->callback([own, &given, &status] {
        if (own->get_subcommands().empty()) status = keys(given);
    });
    add(*own, given, status, "rotate", "replace the signing key by the one already committed to",
        keys_rotate);
    CLI::App* const peers = app.add_subcommand("pins", "keys of other domains that we trust");
    peers->add_option("-c,--config", given.config, "the configuration file")->capture_default_str();
    peers->callback([peers, &given, &status] {
        if (peers->get_subcommands().empty()) status = pins(given);
    });
    CLI::App* const accepting = add(*peers, given, status, "accept",
                                    "trust a changed key, after comparing fingerprints", pins_accept);
    accepting->add_option("domain", given.domain)->required();
}

}  // namespace

int main(int argc, char** argv) {
    if (auto ready = armor::initialise(); !ready) return complain(ready.error());
    CLI::App app{"immpd: mail between XMPP domains (IMMP)", "immpd"};
    app.require_subcommand(1);
    Given given;
    int status = 0;
    add(app, given, status, "run", "serve, until SIGTERM", run);
    CLI::App* const checking = app.add_subcommand("check", "check a configuration file");
    checking->add_option("config", given.config, "the file")->capture_default_str();
    checking->callback([&] { status = check(given); });
    app.add_subcommand("config", "print a configuration file with every key and its default")->callback([] {
        std::cout << config_template();
    });
    add_account_commands(app, given, status);
    add_mailbox_commands(app, given, status);
    add_block_commands(app, given, status);
    add_key_commands(app, given, status);
    add(app, given, status, "status", "whether the running daemon can keep mail and is attached",
        daemon_status)
        ->add_flag("--json", given.json, "one JSON object a step");
    CLI::App* const pinging =
        add(app, given, status, "ping", "walk the way to DOMAIN and name what fails", ping);
    pinging->add_option("domain", given.domain)->required();
    pinging->add_flag("--json", given.json, "one JSON object a step");
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& error) {
        std::string said = error.what();
        std::ranges::replace(said, '\n', ' ');
        std::cerr << "immpd: " << said << "; see immpd --help\n";
        return 64;
    }
    return status;
}
