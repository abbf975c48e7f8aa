// immp folder list|create|rename|drop, immp quota
#include <algorithm>
#include <ostream>

#include "armor/json_line.hpp"
#include "bridge/client/account_session.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/mailbox.hpp"
#include "bridge/client/question.hpp"
#include "bridge/wire/reply.hpp"
#include "bridge/wire/token.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::size_t kPathCharacters = 40;

constexpr Remedy kQuotaRemedies[] = {{404, "immp share list shows whose mailboxes you share"}};

std::string first_word(const Reply& reply) {
    const auto words = words_of(reply);
    return words.empty() ? std::string() : words.front();
}

std::uint64_t number_of(const Reply& reply, std::string_view key) {
    return parse_number(field_of(reply, key)).value_or(0);
}

void show_folder(const Context& context, const Reply& reply) {
    const std::string path = first_word(reply);
    const std::uint64_t unread = number_of(reply, "u");
    const std::uint64_t total = number_of(reply, "t");
    if (context.format == Format::json)
        context.out
            << armor::JsonWriter().text("folder", path).number("unread", unread).number("total", total).line()
            << '\n';
    else
        context.out << column(path, kPathCharacters) << "  " << unread << " unread of " << total << '\n';
}

Done say(const Context& context, const Outcome<std::vector<Reply>>& answer, std::string_view what) {
    if (!answer) return std::unexpected(answer.error());
    const std::string path = first_word(answer->back());
    const bool is_folder = path.find('/') != path.npos;  // not the word "Removed"
    const std::string to = field_of(answer->back(), "to");
    if (context.format == Format::json) {
        armor::JsonWriter json;
        json.text("done", what);
        if (is_folder) json.text("folder", path);
        if (!to.empty()) json.text("to", to);
        context.out << json.line() << '\n';
    } else {
        context.out << what << (is_folder ? " " + one_line(path) : std::string())
                    << (to.empty() ? std::string() : "; it is now in " + one_line(to)) << ".\n";
    }
    return ExitStatus::ok;
}

}  // namespace

Done run_folder_list(Context& context, const Arguments& arguments) {
    std::string command = "MBOX LIST";
    if (arguments.has("folder")) {
        const auto folder = parse_mailbox(arguments.text("folder"));
        if (!folder) return std::unexpected(folder.error());
        command += " " + as_token(*folder);
    }
    const auto answer = ask(context, command, 240, kFolderRemedies);
    if (!answer) return std::unexpected(answer.error());
    for (const Reply& reply : *answer)
        show_folder(context, reply);
    return ExitStatus::ok;
}

Done run_folder_create(Context& context, const Arguments& arguments) {
    const auto folder = parse_folder(arguments.text("folder"));
    if (!folder) return std::unexpected(folder.error());
    return say(context, ask(context, "MBOX CREATE " + as_token(*folder), 201, kFolderRemedies), "Created");
}

Done run_folder_rename(Context& context, const Arguments& arguments) {
    const auto folder = parse_folder(arguments.text("folder"));
    if (!folder) return std::unexpected(folder.error());
    const auto name = parse_folder(arguments.text("new"));
    if (!name) return std::unexpected(name.error());
    const std::string command = "MBOX RENAME " + as_token(*folder) + " " + as_token(*name);
    return say(context, ask(context, command, 243, kFolderRemedies), "Renamed to");
}

Done run_folder_drop(Context& context, const Arguments& arguments) {
    const auto folder = parse_folder(arguments.text("folder"));
    if (!folder) return std::unexpected(folder.error());
    return say(context, ask(context, "MBOX DROP " + as_token(*folder), 244, kFolderRemedies), "Removed");
}

Done run_quota(Context& context, const Arguments& arguments) {
    std::string command = "MBOX QUOTA";
    if (arguments.has("mailbox")) {
        const auto mailbox = parse_account(arguments.text("mailbox"));
        if (!mailbox) return std::unexpected(mailbox.error());
        command += " " + as_token(*mailbox);
    }
    const auto answer = ask(context, command, 241, kQuotaRemedies);
    if (!answer) return std::unexpected(answer.error());
    const Reply& reply = answer->back();
    const std::uint64_t used = number_of(reply, "used");
    const std::string limit = field_of(reply, "limit");
    if (context.format == Format::json) {
        armor::JsonWriter json;
        json.text("account", first_word(reply)).number("used", used);
        if (!limit.empty()) json.number("limit", number_of(reply, "limit"));
        context.out << json.line() << '\n';
    } else {
        context.out << first_word(reply) << " uses " << size_text(used)
                    << (limit.empty() ? std::string(", without a limit")
                                      : " of " + size_text(number_of(reply, "limit")))
                    << ".\n";
    }
    return ExitStatus::ok;
}

}  // namespace immp::bridge::client
