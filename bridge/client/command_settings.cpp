// immp settings [NAME[=VALUE]]: what the server does for the account (SET GLOBAL).
#include <ostream>

#include "armor/json_line.hpp"
#include "bridge/client/display.hpp"
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

}  // namespace

Done run_settings(Context& context, const Arguments& arguments) {
    const std::string typed = arguments.text("setting");
    if (typed.find('=') != std::string::npos) {
        const auto answer = ask(context, "SET GLOBAL " + as_token(typed), 230);
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
