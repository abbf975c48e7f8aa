// immp settings [NAME[=VALUE]]: what the server does for the account (SET GLOBAL).
#include <ostream>
#include <utility>

#include "armor/json_line.hpp"
#include "bridge/client/account_session.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/password_source.hpp"
#include "bridge/client/question.hpp"
#include "bridge/wire/reply.hpp"
#include "bridge/wire/token.hpp"

namespace immp::bridge::client {

namespace {

/// `NAME=value`, the whole quoted where it has blanks; no name where the line is none.
struct Setting {
    std::string name;
    std::string value;
};

Setting read_setting(const Reply& reply) {
    const auto commands = split_line(reply.text);
    if (!commands || commands->size() != 1 || commands->front().empty()) return {};
    const std::string text = commands->front().front().value().value_or("");
    const auto at = text.find('=');
    if (at == std::string::npos) return {};
    return {text.substr(0, at), text.substr(at + 1)};
}

void show(const Context& context, const Setting& setting) {
    if (setting.name.empty()) return;
    if (context.format == Format::json)
        context.out << armor::JsonWriter().text("name", setting.name).text("value", setting.value).line()
                    << '\n';
    else
        context.out << one_line(setting.name) << "=" << one_line(setting.value) << '\n';
}

/// What only the password changes (docs/protocol.md, 7): this device's secret does not.
bool takes_password(const std::string& typed) {
    return to_upper(typed) == "XMPP=ON";
}

/// A session that may make this change.
Outcome<Conversation> enter_to_change(Context& context, const Arguments& arguments) {
    if (!takes_password(arguments.text("setting"))) return enter(context);
    const auto account = chosen_account(context);
    if (!account) return std::unexpected(account.error());
    if (account->way == Way::xmpp) return enter(context);
    auto password = read_password(arguments.optional_text("--password-file"), context.in, account->account);
    if (!password) return std::unexpected(password.error());
    auto entered = enter_with_password(*account, std::move(*password), context.patience);
    if (!entered) return std::unexpected(entered.error());
    return std::move(entered->conversation);
}

}  // namespace

Done run_settings(Context& context, const Arguments& arguments) {
    const std::string typed = arguments.text("setting");
    if (arguments.has("--password-file") && !takes_password(typed))
        return failed(ExitStatus::usage, "--password-file is for XMPP=ON alone; leave it out");
    if (typed.find('=') != std::string::npos) {
        auto conversation = enter_to_change(context, arguments);
        if (!conversation) return std::unexpected(conversation.error());
        const auto answer = ask(*conversation, "SET GLOBAL " + as_token(typed), 230);
        if (!answer) return std::unexpected(answer.error());
        show(context, read_setting(answer->back()));
        return ExitStatus::ok;
    }
    const auto answer = ask(context, typed.empty() ? "SET GLOBAL" : "SET GLOBAL " + as_token(typed), 231);
    if (!answer) return std::unexpected(answer.error());
    for (const Reply& reply : *answer)
        if (reply.more) show(context, read_setting(reply));
    return ExitStatus::ok;
}

}  // namespace immp::bridge::client
