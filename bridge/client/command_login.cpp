// immp login ADDRESS: the password is used once, to get a secret for this device, or to keep the one it has.
#include <array>
#include <chrono>
#include <filesystem>
#include <ostream>
#include <utility>

#include <unistd.h>

#include "armor/json_line.hpp"
#include "bridge/client/account_session.hpp"
#include "bridge/client/commands.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/password_source.hpp"
#include "bridge/wire/reply.hpp"

namespace immp::bridge::client {

namespace {

std::string machine_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0) return "immp";
    return "immp on " + std::string(name.data());
}

Outcome<void> revoke(Conversation& conversation, const std::string& device) {
    if (auto sent = conversation.send("DEVICE REVOKE " + as_quoted(device)); !sent) return sent;
    if (auto gone = conversation.expect(244); !gone) return std::unexpected(gone.error());
    return {};
}

Outcome<armor::SecretText> add_device(Conversation& conversation, const std::string& name) {
    if (auto sent = conversation.send("DEVICE ADD " + as_quoted(name)); !sent)
        return std::unexpected(sent.error());
    const auto made = conversation.expect(201);
    if (!made) return std::unexpected(made.error());
    auto secret = made->field("secret");
    if (!secret || secret->empty())
        return failed(ExitStatus::protocol, "the server made no device secret; update client or server");
    return armor::SecretText(std::move(*secret));
}

/// The secret of this device's former login, which is not kept here any more.
void end_former(const Context& context, Conversation& conversation, const std::string& device) {
    if (device.empty()) return;
    const auto gone = revoke(conversation, device);
    if (gone || gone.error().code == 404) return;
    context.notes << "immp: the former login of this device still has a secret at the server ("
                  << gone.error().text << "); to end it: immp device revoke \"" << one_line(device) << "\"\n";
}

std::unexpected<Failure> taken(const std::string& name) {
    const std::string shown = "\"" + one_line(name) + "\"";
    return failed(ExitStatus::bad_input,
                  "another device is logged in as " + shown +
                      "; choose another name with --device, or end that login first where this account is "
                      "logged in: immp device revoke " +
                      shown);
}

/// Where the name is taken by this device itself, its secret stays: so no failure on the way can leave a
/// secret here that was ended there.
Outcome<armor::SecretText> secret_for(const std::string& name, const StoredAccount& before, Entered& entered,
                                      const Entrance& entrance, std::chrono::milliseconds patience) {
    auto added = add_device(entered.conversation, name);
    if (added || added.error().code != 409) return added;
    if (name != before.device) return taken(name);
    const Login own{before.account, name, before.secret.clone(), before.seen};
    const auto proved = enter({entrance.server, entered.start, entrance.ca_file}, own, patience);
    if (proved) return before.secret.clone();
    if (proved.error().code == 402) return taken(name);
    return std::unexpected(proved.error());
}

Outcome<std::string> absolute(const std::string& path) {
    if (path.empty()) return path;
    std::error_code error;
    std::string whole = std::filesystem::absolute(path, error).string();
    if (error || whole.find('\n') != std::string::npos || !std::filesystem::is_regular_file(whole, error))
        return failed(ExitStatus::no_input, "cannot read " + one_line(path) + "; --ca takes a PEM file");
    return whole;
}

/// What an earlier login of this account left, or an empty record.
StoredAccount earlier(const Context& context, const std::string& account) {
    auto found = context.credentials.find(account);
    return found ? std::move(*found) : StoredAccount{};
}

void report(const Context& context, const StoredAccount& account) {
    if (context.format == Format::json) {
        armor::JsonWriter json;
        json.text("account", account.account).text("device", account.device).text("server", account.server);
        context.out << json.line() << '\n';
    } else if (account.way == Way::xmpp) {
        context.out << "Logged in as " << account.account << " through XMPP; immp keeps the XMPP password.\n";
    } else {
        context.out << "Logged in as " << account.account << "; this device is \"" << one_line(account.device)
                    << "\".\n";
    }
}

/// The password is that of the XMPP account, and is kept: each session logs in at the XMPP server.
Done login_through_xmpp(Context& context, const Entrance& entrance, const std::string& account,
                        armor::SecretText password) {
    // It stands in a line of the credentials file.
    if (password.view().find_first_of(std::string_view("\0\r\n", 3)) != std::string_view::npos)
        return failed(ExitStatus::bad_input,
                      "an XMPP password is one line; check the file or what was typed");
    auto conversation = enter_through_xmpp(entrance, account, password, context.patience);
    if (!conversation) return std::unexpected(conversation.error());
    const StoredAccount before = earlier(context, account);
    const StoredAccount stored{account,          Way::xmpp, entrance.server,     TlsStart::ask,
                               entrance.ca_file, {},        std::move(password), {0, 0}};
    if (auto saved = context.credentials.save(stored.clone()); !saved) return std::unexpected(saved.error());
    report(context, stored);
    end_former(context, *conversation, before.device);
    return ExitStatus::ok;
}

/// The password is proved once; a secret of this device's own is kept.
Done login_at_listener(Context& context, const Entrance& entrance, const std::string& account,
                       armor::SecretText password, const std::string& device) {
    const std::string name = device.empty() ? machine_name() : device;
    const StoredAccount before = earlier(context, account);
    const Login login{account, "", std::move(password), before.seen};
    auto entered = enter(entrance, login, context.patience);
    if (!entered) return std::unexpected(entered.error());
    auto secret = secret_for(name, before, *entered, entrance, context.patience);
    if (!secret) return std::unexpected(secret.error());

    const StoredAccount stored{account,
                               Way::listener,
                               entrance.server,
                               entrance.server.empty() ? TlsStart::ask : entered->start,
                               entrance.ca_file,
                               name,
                               std::move(*secret),
                               entered->derivation.cost};
    if (auto saved = context.credentials.save(stored.clone()); !saved) return std::unexpected(saved.error());
    report(context, stored);
    if (before.device != stored.device) end_former(context, entered->conversation, before.device);
    return ExitStatus::ok;
}

}  // namespace

Done run_login(Context& context, const Arguments& arguments) {
    const bool is_xmpp = arguments.has("--xmpp");
    if (is_xmpp && (arguments.has("--tls") || arguments.has("--device")))
        return failed(ExitStatus::usage,
                      "--tls and --device are of a login at the listener; leave them out with --xmpp");
    const auto account = parse_account(arguments.text("address"));
    if (!account) return std::unexpected(account.error());
    const auto ca_file = absolute(arguments.text("--ca"));
    if (!ca_file) return std::unexpected(ca_file.error());
    // Before the password is asked for: a file that cannot be used is to be mended first.
    if (const auto usable = context.credentials.list(); !usable) return std::unexpected(usable.error());
    auto password = read_password(arguments.optional_text("--password-file"), context.in, *account);
    if (!password) return std::unexpected(password.error());

    const std::string server = arguments.text("--server");
    if (is_xmpp)
        return login_through_xmpp(context, Entrance{server, TlsStart::ask, *ca_file}, *account,
                                  std::move(*password));
    const auto start = arguments.has("--tls") ? TlsStart::first_octet : TlsStart::ask;
    return login_at_listener(context, Entrance{server, start, *ca_file}, *account, std::move(*password),
                             arguments.text("--device"));
}

}  // namespace immp::bridge::client
