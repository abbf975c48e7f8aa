// immp passwd: a new password for the account. This device, and others with a secret of their own, stay.
#include <ostream>
#include <utility>

#include "armor/base64.hpp"
#include "armor/json_line.hpp"
#include "bridge/client/account_session.hpp"
#include "bridge/client/commands.hpp"
#include "bridge/client/password_source.hpp"

namespace immp::bridge::client {

namespace {

Outcome<void> renew(Conversation& conversation, const armor::StretchedPassword& h) {
    const armor::ScramKeys keys = armor::scram_keys(h);
    const std::string command = "AUTH RENEW " + armor::encode_base64(keys.stored_key.view()) + " " +
                                armor::encode_base64(keys.server_key.view());
    if (auto sent = conversation.send(command); !sent) return sent;
    if (auto changed = conversation.expect(200); !changed) return std::unexpected(changed.error());
    return {};
}

}  // namespace

Done run_passwd(Context& context, const Arguments& arguments) {
    const auto password_file = arguments.optional_text("--password-file");
    const auto new_password_file = arguments.optional_text("--new-password-file");
    if (password_file == "-" && new_password_file == "-")
        return failed(ExitStatus::usage,
                      "standard input holds one password; put the other into a file and name it");
    const auto account = chosen_account(context);
    if (!account) return std::unexpected(account.error());
    if (account->way == Way::xmpp)
        return failed(ExitStatus::usage, account->account +
                                             " logs in with its XMPP password; change that with an XMPP "
                                             "client, then: immp login --xmpp " +
                                             account->account +
                                             "; a password of its own is made by the server's administrator: "
                                             "immpd account passwd " +
                                             account->account);
    auto password = read_password(password_file, context.in, account->account);
    if (!password) return std::unexpected(password.error());
    const auto wanted = read_new_password(new_password_file, context.in, account->account);
    if (!wanted) return std::unexpected(wanted.error());

    auto entered = enter_with_password(*account, std::move(*password), context.patience);
    if (!entered) return std::unexpected(entered.error());
    const auto h = stretch_secret(*wanted, entered->derivation);
    if (!h) return std::unexpected(h.error());
    if (auto renewed = renew(entered->conversation, *h); !renewed) return std::unexpected(renewed.error());
    if (context.format == Format::json)
        context.out << armor::JsonWriter().text("account", account->account).line() << '\n';
    else
        context.out << "The password of " << account->account << " is changed. Devices that are logged in "
                    << "stay so; end one with immp logout there.\n";
    return ExitStatus::ok;
}

}  // namespace immp::bridge::client
