// immpd: the command line of the daemon and of its administration.
#include <algorithm>
#include <iostream>

#include <CLI/CLI.hpp>

#include "armor/random.hpp"
#include "component/commands.hpp"
#include "component/manual.hpp"

namespace {

using namespace immp;
using namespace immp::component;

/// Adds a command that needs the configuration.
CLI::App* add(CLI::App& parent, Given& given, int& status, std::string name, std::string what,
              Command command) {
    CLI::App* const app = parent.add_subcommand(std::move(name), std::move(what));
    app->add_option("-c,--config", given.config, "the configuration file")->capture_default_str();
    app->callback([&given, &status, command] { status = command(given); });
    return app;
}

void add_password_options(CLI::App& command, Given& given) {
    command.add_option("--password-file", given.password_file,
                       "take the password from the first line of FILE, or -");
    command.add_flag("--allow-sha1", given.allow_sha1,
                     "let it log in as the draft of 2013 does: what the store keeps is then as good as the "
                     "password");
    command.add_flag("--json", given.json);
}

void add_account_commands(CLI::App& app, Given& given, int& status) {
    CLI::App* const account = app.add_subcommand("account", "accounts of the domain")->require_subcommand(1);
    CLI::App* const adding =
        add(*account, given, status, "add", "make one and print its password once", account_add);
    adding->add_option("address", given.account, "like alice@example.org")->required();
    add_password_options(*adding, given);
    CLI::App* const changing =
        add(*account, given, status, "passwd", "give one another password, or its first, and print it once",
            account_passwd);
    changing->add_option("address", given.account)->required();
    add_password_options(*changing, given);
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
    app.set_version_flag("--version", "immpd " IMMP_VERSION);
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
    app.add_subcommand("manual", "print the manual page, for man(1)")->callback([&app] {
        std::cout << manual_page(app);
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
        return kUsage;
    }
    return status;
}
