// immp, the IMMP client: the command line. What the commands do is in command_*.cpp.
#include <csignal>
#include <cstdio>
#include <iostream>

#include <CLI/CLI.hpp>

#include "armor/json_line.hpp"
#include "armor/random.hpp"
#include "bridge/client/commands.hpp"
#include "bridge/client/display.hpp"

namespace {

using namespace immp;
using namespace immp::bridge::client;

constexpr const char* kFooter =
    "\nExit status: 0 done, 64 usage, 65 bad input, 66 no such file, message or part, 67 recipient refused,\n"
    "69 server not reachable, 70 internal, 73 cannot create a file, 74 reading or writing broke off,\n"
    "75 try again later, 76 TLS or protocol, 77 credentials refused, 78 no such account here.\n"
    "IMMP_HOME names the folder that holds the logins (else ~/.config/immp).";

/// What the command line filled in.
struct Given {
    std::string account;
    bool json = false;
    unsigned timeout = 60;
    LoginOptions login;
    bool tls_first = false;
    std::string password_file;
    PasswdOptions passwd;
    std::string new_password_file;
    LogoutOptions logout;
    bool forget = false;
    SendOptions send;
    bool important = false;
    ListOptions list;
    ReadOptions read;
    SaveOptions save;
    bool replace = false;
};

using Run = Done (*)(Context& context, Given& given);

struct Entry {
    CLI::App* command;
    Run run;
};

Entry add_login(CLI::App& app, Given& given) {
    CLI::App* const login = app.add_subcommand("login", "Log this device in");
    login->add_option("address", given.login.address, "user@domain")->required();
    login->add_option("--server", given.login.server, "HOST:PORT instead of what DNS says");
    login->add_flag("--tls", given.tls_first, "the server speaks TLS from the first octet");
    login->add_option("--ca", given.login.ca_file, "PEM file of an authority to trust besides the system's");
    login->add_option("--password-file", given.password_file, "file with the password; - is standard input");
    login->add_option("--device", given.login.device, "name of this device at the server");
    return {login, [](Context& context, Given& g) {
                if (g.tls_first) g.login.start = TlsStart::first_octet;
                if (!g.password_file.empty()) g.login.password_file = g.password_file;
                return run_login(context, g.login);
            }};
}

Entry add_passwd(CLI::App& app, Given& given) {
    CLI::App* const passwd = app.add_subcommand("passwd", "Change the account's password");
    passwd->add_option("--password-file", given.password_file,
                       "file with the password in use; - is standard input");
    passwd->add_option("--new-password-file", given.new_password_file,
                       "file with the new one; - is standard input");
    return {passwd, [](Context& context, Given& g) {
                if (!g.password_file.empty()) g.passwd.password_file = g.password_file;
                if (!g.new_password_file.empty()) g.passwd.new_password_file = g.new_password_file;
                return run_passwd(context, g.passwd);
            }};
}

Entry add_logout(CLI::App& app, Given& given) {
    CLI::App* const logout = app.add_subcommand("logout", "Revoke this device's secret and forget it");
    logout->add_flag("--force", given.forget, "forget it here even if the server cannot be told");
    return {logout, [](Context& context, Given& g) {
                if (g.forget) g.logout.mode = LogoutOptions::Mode::forget;
                return run_logout(context, g.logout);
            }};
}

Entry add_accounts(CLI::App& app, Given&) {
    return {app.add_subcommand("accounts", "List the accounts that are logged in here"),
            [](Context& context, Given&) { return run_accounts(context); }};
}

Entry add_send(CLI::App& app, Given& given) {
    CLI::App* const send = app.add_subcommand("send", "Send a message; its text comes from standard input");
    send->add_option("to", given.send.recipients, "user@domain, several joined by commas")->required();
    send->add_option("-s,--subject", given.send.subject, "subject")->required();
    send->add_option("-a,--attach", given.send.attachments, "file to attach; may be repeated")
        ->expected(1)
        ->take_all();
    send->add_flag("--important", given.important, "mark it important");
    send->add_option("--id", given.send.id, "UUID of an earlier try, which is then not delivered twice");
    return {send, [](Context& context, Given& g) {
                if (g.important) g.send.importance = bridge::Importance::high;
                return run_send(context, g.send);
            }};
}

Entry add_list(CLI::App& app, Given& given) {
    CLI::App* const list = app.add_subcommand("ls", "List a folder, newest first; * is unread");
    list->add_option("folder", given.list.folder, "folder")->capture_default_str();
    list->add_option("--limit", given.list.limit, "messages at most")
        ->check(CLI::Range(1u, 1000u))
        ->capture_default_str();
    list->add_option("--after", given.list.after, "cursor that an earlier list ended with");
    return {list, [](Context& context, Given& g) { return run_list(context, g.list); }};
}

Entry add_read(CLI::App& app, Given& given) {
    CLI::App* const read = app.add_subcommand("read", "Show a message");
    read->add_option("id", given.read.id, "message id, as ls shows it")->required();
    read->add_option("--folder", given.read.folder, "its folder")->capture_default_str();
    return {read, [](Context& context, Given& g) { return run_read(context, g.read); }};
}

Entry add_save(CLI::App& app, Given& given) {
    CLI::App* const save = app.add_subcommand("save", "Save one part of a message");
    save->add_option("id", given.save.id, "message id, as ls shows it")->required();
    save->add_option("part", given.save.part, "name of the part, as read shows it")->required();
    save->add_option("-o,--output", given.save.output, "file; - is standard output");
    save->add_option("--folder", given.save.folder, "the message's folder")->capture_default_str();
    save->add_flag("--force", given.replace, "replace a file that is there");
    return {save, [](Context& context, Given& g) {
                if (g.replace) g.save.existing = SaveOptions::Existing::replace;
                return run_save(context, g.save);
            }};
}

int complain(const Failure& failure, const Given& given) {
    if (given.json) {
        armor::JsonWriter json;
        json.text("error", failure.text).number("status", static_cast<std::uint64_t>(failure.status));
        if (failure.code != 0) json.number("code", static_cast<std::uint64_t>(failure.code));
        std::cerr << json.line() << '\n';
    } else {
        std::cerr << "immp: " << failure.text << '\n';
    }
    return static_cast<int>(failure.status);
}

int run(const Entry& entry, Given& given) {
    const auto folder = credentials_folder();
    if (!folder) return complain(folder.error(), given);
    Context context{.credentials = Credentials(*folder),
                    .account = given.account,
                    .format = given.json ? Format::json : Format::text,
                    .patience = std::chrono::seconds(given.timeout),
                    .in = std::cin,
                    .out = std::cout,
                    .notes = std::cerr};
    const Done done = entry.run(context, given);
    if (!done) return complain(done.error(), given);
    std::cout.flush();
    if (!std::cout)
        return complain({ExitStatus::input_output, "cannot write to standard output; is the disk full?"},
                        given);
    return static_cast<int>(*done);
}

}  // namespace

int main(int argc, char** argv) {
    // A connection that the server cut is a failed write here, not the end of the program.
    std::signal(SIGPIPE, SIG_IGN);
    Given given;
    CLI::App app("IMMP mail");
    app.name("immp");
    app.fallthrough();
    app.require_subcommand(1);
    app.footer(kFooter);
    app.add_option("--account", given.account, "user@domain; needed where several are logged in");
    app.add_flag("--json", given.json, "print JSON: one object, or one object a line");
    app.add_option("--timeout", given.timeout, "seconds to wait while the server says nothing")
        ->check(CLI::Range(1u, 86400u))
        ->capture_default_str();
    const Entry entries[] = {add_login(app, given),  add_send(app, given),    add_list(app, given),
                             add_read(app, given),   add_save(app, given),    add_logout(app, given),
                             add_passwd(app, given), add_accounts(app, given)};
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::RequiredError& error) {
        const bool no_command = app.get_subcommands().empty();
        return complain(
            {ExitStatus::usage,
             (no_command ? std::string("no such command") : one_line(error.what())) + "; see immp --help"},
            given);
    } catch (const CLI::ParseError& error) {
        return complain({ExitStatus::usage, one_line(error.what()) + "; see immp --help"}, given);
    }
    if (const auto ready = armor::initialise(); !ready)
        return complain({ExitStatus::internal, "this system gives no random numbers"}, given);
    for (const Entry& entry : entries)
        if (entry.command->parsed()) return run(entry, given);
    return static_cast<int>(ExitStatus::usage);
}
