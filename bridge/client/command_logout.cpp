// immp logout, immp accounts.
#include <ostream>

#include "armor/json_line.hpp"
#include "bridge/client/account_session.hpp"
#include "bridge/client/commands.hpp"
#include "bridge/client/display.hpp"
#include "bridge/wire/reply.hpp"

namespace immp::bridge::client {

namespace {

Outcome<void> revoke_at_server(Context& context, const StoredAccount& account) {
    auto conversation = enter(context.credentials, account, context.patience);
    if (!conversation) return std::unexpected(conversation.error());
    if (auto sent = conversation->send("DEVICE REVOKE " + as_quoted(account.device)); !sent) return sent;
    if (auto gone = conversation->expect(244); !gone) return std::unexpected(gone.error());
    return {};
}

/// The server knows the secret no more: what logout is to bring about.
bool is_revoked(const Failure& failure) {
    return failure.code == 402 || failure.code == 404;
}

}  // namespace

Outcome<StoredAccount> chosen_account(const Context& context) {
    if (context.account.empty()) return context.credentials.find("");
    const auto account = parse_account(context.account);
    if (!account) return std::unexpected(account.error());
    return context.credentials.find(*account);
}

Outcome<Conversation> enter(Context& context) {
    const auto account = chosen_account(context);
    if (!account) return std::unexpected(account.error());
    return enter(context.credentials, *account, context.patience);
}

Done run_logout(Context& context, const Arguments& arguments) {
    const auto account = chosen_account(context);
    if (!account) return std::unexpected(account.error());
    // Through XMPP the server has nothing to forget.
    const auto revoked = account->way == Way::xmpp ? Outcome<void>() : revoke_at_server(context, *account);
    if (!revoked && !is_revoked(revoked.error())) {
        if (!arguments.has("--force"))
            return std::unexpected(Failure{revoked.error().status,
                                           revoked.error().text + "; or forget it here with --force",
                                           revoked.error().code});
        context.notes << "immp: the server was not told; revoke \"" << one_line(account->device)
                      << "\" there later\n";
    }
    if (auto removed = context.credentials.remove(account->account); !removed)
        return std::unexpected(removed.error());
    if (context.format == Format::json)
        context.out << armor::JsonWriter().text("account", account->account).line() << '\n';
    else
        context.out << "Logged out " << account->account << ".\n";
    return ExitStatus::ok;
}

Done run_accounts(Context& context, const Arguments&) {
    const auto accounts = context.credentials.list();
    if (!accounts) return std::unexpected(accounts.error());
    for (const StoredAccount& account : *accounts) {
        if (context.format == Format::json) {
            armor::JsonWriter json;
            json.text("account", account.account)
                .text("device", account.device)
                .text("server", account.server);
            context.out << json.line() << '\n';
        } else {
            context.out << account.account << "  \"" << one_line(account.device) << "\"  "
                        << (account.server.empty() ? "server by DNS" : account.server)
                        << (account.way == Way::xmpp ? "  through XMPP" : "") << '\n';
        }
    }
    if (accounts->empty() && context.format == Format::text)
        context.notes << "Nobody is logged in here; first: immp login ADDRESS\n";
    return ExitStatus::ok;
}

}  // namespace immp::bridge::client
