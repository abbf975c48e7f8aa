// immp share list|give|end
#include <ostream>

#include "armor/json_line.hpp"
#include "bridge/client/account_session.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/mailbox.hpp"
#include "bridge/client/question.hpp"
#include "bridge/mail/rights.hpp"
#include "bridge/wire/reply.hpp"

namespace immp::bridge::client {

namespace {

constexpr Remedy kShareRemedies[] = {
    {404, "check place and address; immp share list shows who may do what"},
    {413, "immp share list shows them, immp share end takes some back"},
};

void show_share(const Context& context, const Reply& reply, const char* key) {
    const auto words = words_of(reply);
    const std::string name = words.empty() ? std::string() : words.front();
    const std::string rights = field_of(reply, "rights");
    const std::string seat = field_of(reply, "seat");
    if (context.format == Format::json) {
        armor::JsonWriter json;
        json.text(key, name).text("rights", rights);
        if (!seat.empty()) json.text("seat", seat);
        context.out << json.line() << '\n';
    } else {
        context.out << whole_column(name, kNameCharacters) << "  " << one_line(rights)
                    << (seat.empty() ? std::string() : "  as " + one_line(seat)) << '\n';
    }
}

/// `MBOX SHARE <place> <address> RIGHTS <rights>` of what was typed.
Outcome<std::string> command_of(const Arguments& arguments, const std::string& rights) {
    const auto place = parse_mailbox(arguments.text("place"));
    if (!place) return std::unexpected(place.error());
    const auto member = parse_account(arguments.text("address"));
    if (!member) return std::unexpected(member.error());
    return "MBOX SHARE " + as_token(*place) + " " + as_token(*member) + " RIGHTS " + rights;
}

}  // namespace

Done run_share_list(Context& context, const Arguments& arguments) {
    const bool is_held = !arguments.has("place");
    std::string command = "MBOX SHARE";
    if (!is_held) {
        const auto place = parse_mailbox(arguments.text("place"));
        if (!place) return std::unexpected(place.error());
        command += " " + as_token(*place);
    }
    const auto answer = ask(context, command, 200, kShareRemedies);
    if (!answer) return std::unexpected(answer.error());
    for (const Reply& reply : *answer)
        if (reply.more) show_share(context, reply, is_held ? "place" : "account");
    return ExitStatus::ok;
}

Done run_share_give(Context& context, const Arguments& arguments) {
    const auto rights = parse_rights(arguments.text("rights"));
    if (!rights || rights->empty())
        return failed(ExitStatus::usage, "\"" + one_line(arguments.text("rights")) +
                                             "\" are no rights; join READ, WRITE, SEND, OWN by commas");
    const auto command = command_of(arguments, rights_text(*rights));
    if (!command) return std::unexpected(command.error());
    const auto answer = ask(context, *command, 200, kShareRemedies);
    if (!answer) return std::unexpected(answer.error());
    show_share(context, answer->back(), "account");
    return ExitStatus::ok;
}

Done run_share_end(Context& context, const Arguments& arguments) {
    const auto command = command_of(arguments, "NONE");
    if (!command) return std::unexpected(command.error());
    const auto answer = ask(context, *command, 244, kShareRemedies);
    if (!answer) return std::unexpected(answer.error());
    if (context.format == Format::json)
        context.out << armor::JsonWriter().text("done", "ended").line() << '\n';
    else
        context.out << "Ended.\n";
    return ExitStatus::ok;
}

}  // namespace immp::bridge::client
