#include "bridge/client/listing.hpp"

#include "armor/json_line.hpp"
#include "bridge/client/display.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::size_t kFromCharacters = 28;
constexpr std::size_t kSubjectCharacters = 40;

std::string listed_json(const ListedMessage& message) {
    armor::JsonWriter json;
    json.text("_id", message.id).text("from", message.from).json("to", armor::json_texts(message.to));
    json.text("subject", message.subject).text("date", message.date).number("length", message.length);
    return json.json("flags", armor::json_texts(message.flags)).text("mailbox", message.mailbox).line();
}

std::string listed_text(const ListedMessage& message) {
    return one_line(message.id) + " " + (message.has_flag("read") ? " " : "*") + " " +
           column(message.date, 20) + "  " + column(message.from, kFromCharacters) + "  " +
           column(message.subject, kSubjectCharacters) + "  " + size_text(message.length);
}

}  // namespace

std::string listed(const ListedMessage& message, Format format) {
    return format == Format::json ? listed_json(message) : listed_text(message);
}

}  // namespace immp::bridge::client
