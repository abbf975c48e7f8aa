// immp ls, immp search
#include <ostream>

#include "armor/json_line.hpp"
#include "bridge/client/commands.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/listing.hpp"
#include "bridge/client/mailbox.hpp"

namespace immp::bridge::client {

namespace {

/// What `path` selects, a page; `again` is the command that shows the next one.
Done list(Context& context, const Arguments& arguments, const std::string& path, const std::string& again) {
    auto conversation = enter(context);
    if (!conversation) return std::unexpected(conversation.error());
    const auto listing =
        list_messages(*conversation, path, arguments.number("--limit"), arguments.text("--after"));
    if (!listing) return std::unexpected(listing.error());
    const bool json = context.format == Format::json;
    for (const ListedMessage& message : listing->messages)
        context.out << listed(message, context.format) << '\n';
    if (json && !listing->next.empty())
        context.out << armor::JsonWriter().text("next", listing->next).line() << '\n';
    if (!json && listing->messages.empty()) context.notes << "No messages.\n";
    if (!json && !listing->next.empty())
        context.notes << "More: " << again << " --after " << one_line(listing->next) << '\n';
    return ExitStatus::ok;
}

}  // namespace

Done run_list(Context& context, const Arguments& arguments) {
    const auto folder = parse_folder(arguments.text("folder"));
    if (!folder) return std::unexpected(folder.error());
    return list(context, arguments, *folder, "immp ls " + arguments.text("folder"));
}

Done run_search(Context& context, const Arguments& arguments) {
    const auto folder = parse_folder(arguments.text("--folder"));
    if (!folder) return std::unexpected(folder.error());
    std::string words;
    for (const std::string& word : arguments.values("words"))
        words += (words.empty() ? "" : " ") + word;
    return list(context, arguments, *folder + "::text=" + words,
                "immp search " + one_line(words) + " --folder " + arguments.text("--folder"));
}

}  // namespace immp::bridge::client
