#include "bridge/client/typed_content.hpp"

#include <istream>
#include <ostream>
#include <utility>

#include <unistd.h>

#include "armor/names.hpp"
#include "armor/random.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/mailbox.hpp"
#include "bridge/client/outgoing.hpp"

namespace immp::bridge::client {

namespace {

std::string too_long(std::size_t most) {
    return "that is over " + std::to_string(most) + " octets; shorten it, or send it as mail (immp send)";
}

Outcome<TypedContent> file_content(const std::string& path, std::size_t most) {
    const auto files = gather_attachments({path});
    if (!files) return std::unexpected(files.error());
    const Attachment& file = files->front();
    if (file.length > most) return failed(ExitStatus::bad_input, too_long(most));
    TypedContent content{file.type, {}};
    const auto read = each_piece(file, [&](ByteView piece) -> Outcome<void> {
        content.octets += as_text(piece);
        return {};
    });
    if (!read) return std::unexpected(read.error());
    if (file.type.starts_with("text/plain") && armor::is_utf8(content.octets)) content.type = kTextType;
    return content;
}

}  // namespace

Outcome<std::string> typed_text(Context& context, std::size_t most, const std::string& too_long) {
    if (::isatty(STDIN_FILENO) == 1 && context.format == Format::text)
        context.notes << "Type the text; Ctrl-D on a line of its own ends it.\n";
    std::string text;
    std::string piece(64 * 1024, '\0');
    while (context.in.read(piece.data(), static_cast<std::streamsize>(piece.size())),
           context.in.gcount() > 0) {
        text.append(piece, 0, static_cast<std::size_t>(context.in.gcount()));
        if (text.size() > most) return failed(ExitStatus::bad_input, too_long);
    }
    if (!armor::is_utf8(text))
        return failed(ExitStatus::bad_input,
                      "the text is not UTF-8; convert it with iconv or send it with immp send -a");
    return text;
}

Outcome<TypedContent> typed_content(Context& context, const Arguments& arguments, std::size_t most) {
    const auto& words = arguments.values("text");
    if (!words.empty() && arguments.has("--file"))
        return failed(ExitStatus::usage, "write the text or give a file, not both");
    if (arguments.has("--file")) return file_content(arguments.text("--file"), most);
    if (words.empty()) {
        auto text = typed_text(context, most, too_long(most));
        if (!text) return std::unexpected(text.error());
        return TypedContent{std::string(kTextType), *std::move(text)};
    }
    TypedContent content{std::string(kTextType), {}};
    for (const std::string& word : words)
        content.octets += (content.octets.empty() ? "" : " ") + word;
    if (content.octets.size() > most) return failed(ExitStatus::bad_input, too_long(most));
    if (!armor::is_utf8(content.octets)) return failed(ExitStatus::bad_input, "the text is not UTF-8");
    return content;
}

Outcome<std::string> new_id(const std::string& typed) {
    if (typed.empty()) return armor::random_uuid();
    auto id = parse_message_id(typed);
    if (!id)
        return failed(ExitStatus::usage,
                      "\"" + one_line(typed) + "\" is no UUID; leave --id out for a new one");
    return id;
}

}  // namespace immp::bridge::client
