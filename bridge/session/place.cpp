#include "bridge/session/place.hpp"

namespace immp::bridge {
namespace {

Result<Place> own(const SessionCore& core, Result<Place> place) {
    if (place && place->owner == core.account) place->owner.clear();
    return place;
}

}  // namespace

Result<Place> selected_place(const SessionCore& core, std::string_view text) {
    return own(core, parse_folder_place(text));
}

Result<Place> folder_place(const SessionCore& core, std::string_view text) {
    auto place = selected_place(core, text);
    if (place && !place->rest.empty()) return std::unexpected(refusal(400, "A folder is meant, without ::"));
    return place;
}

Result<Place> mailbox_place(const SessionCore& core, std::string_view text) {
    return own(core, parse_mailbox_place(text));
}

Result<Place> message_place(const SessionCore& core, std::string_view text) {
    return own(core, parse_message_place(text));
}

}  // namespace immp::bridge
