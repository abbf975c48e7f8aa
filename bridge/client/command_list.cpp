// immp ls [FOLDER]
#include <algorithm>
#include <ostream>

#include "armor/json_line.hpp"
#include "bridge/client/commands.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/mailbox.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::size_t kFromCharacters = 28;
constexpr std::size_t kSubjectCharacters = 40;

bool is_unread(const ListedMessage& message) {
    return std::ranges::find(message.flags, "read") == message.flags.end();
}

std::string json_line(const ListedMessage& message) {
    armor::JsonWriter json;
    json.text("_id", message.id).text("from", message.from).json("to", armor::json_texts(message.to));
    json.text("subject", message.subject).text("date", message.date).number("length", message.length);
    return json.json("flags", armor::json_texts(message.flags)).text("mailbox", message.mailbox).line();
}

std::string text_line(const ListedMessage& message) {
    return one_line(message.id) + " " + (is_unread(message) ? "*" : " ") + " " + column(message.date, 20) +
           "  " + column(message.from, kFromCharacters) + "  " + column(message.subject, kSubjectCharacters) +
           "  " + size_text(message.length);
}

}  // namespace

Done run_list(Context& context, const Arguments& arguments) {
    const auto folder = parse_folder(arguments.text("folder"));
    if (!folder) return std::unexpected(folder.error());
    auto conversation = enter(context);
    if (!conversation) return std::unexpected(conversation.error());
    const auto listing =
        list_messages(*conversation, *folder, arguments.number("--limit"), arguments.text("--after"));
    if (!listing) return std::unexpected(listing.error());
    const bool json = context.format == Format::json;
    for (const ListedMessage& message : listing->messages)
        context.out << (json ? json_line(message) : text_line(message)) << '\n';
    if (json && !listing->next.empty())
        context.out << armor::JsonWriter().text("next", listing->next).line() << '\n';
    if (!json && listing->messages.empty()) context.notes << "No messages.\n";
    if (!json && !listing->next.empty())
        context.notes << "More: immp ls " << arguments.text("folder") << " --after "
                      << one_line(listing->next) << '\n';
    return ExitStatus::ok;
}

}  // namespace immp::bridge::client
