// Messages in their folders: MOVE, COPY, FLAG, REMOVE.
#include "bridge/session/handlers.hpp"
#include "bridge/session/place.hpp"

namespace immp::bridge {
namespace {

void place_message(SessionCore& core, const SlotPtr& slot, const Command& command, Placing how) {
    const auto from = message_place(core, command.arguments.text(0));
    if (!from) return core.refuse(*slot, from.error());
    const auto to = folder_place(core, command.arguments.text(1));
    if (!to) return core.refuse(*slot, to.error());
    core.ask<FolderPath>(
        slot, PlaceMessage{how, core.account, from->folder, from->rest, to->folder, from->owner, to->owner},
        [how](SessionCore& c, const SlotPtr& s, const FolderPath& there) {
            c.reply(*s, 243, as_token(there.path) + (how == Placing::move ? " Moved" : " Copied"));
        });
}

// Nothing where neither form stands there; the table refuses both at once.
std::optional<bool> switched(const Arguments& given, std::string_view on, std::string_view off) {
    if (given.has(on)) return true;
    if (given.has(off)) return false;
    return std::nullopt;
}

}  // namespace

std::string flag_list(const std::vector<std::string>& flags) {
    std::string list;
    for (const std::string& flag : flags)
        list += (list.empty() ? "" : ",") + flag;
    return list.empty() ? "-" : list;
}

void reply_removed(SessionCore& core, const SlotPtr& slot, const Removed& removed) {
    core.reply(*slot, 244, removed.to.empty() ? "Removed" : "Removed to=" + as_token(removed.to));
}

void mbox_move(SessionCore& core, const SlotPtr& slot, const Command& command) {
    place_message(core, slot, command, Placing::move);
}

void mbox_copy(SessionCore& core, const SlotPtr& slot, const Command& command) {
    place_message(core, slot, command, Placing::copy);
}

void mbox_flag(SessionCore& core, const SlotPtr& slot, const Command& command) {
    const auto place = message_place(core, command.arguments.text(0));
    if (!place) return core.refuse(*slot, place.error());
    FlagMessage flag{core.account,
                     place->folder,
                     place->rest,
                     switched(command.arguments, "+READ", "-READ"),
                     switched(command.arguments, "+FLAGGED", "-FLAGGED"),
                     place->owner};
    if (!flag.read && !flag.flagged)
        return core.refuse(*slot, refusal(400, "Say +READ, -READ, +FLAGGED or -FLAGGED"));
    core.ask<MessageFlags>(slot, std::move(flag),
                           [](SessionCore& c, const SlotPtr& s, const MessageFlags& set) {
                               c.reply(*s, 242, "Flags set flags=" + flag_list(set.flags));
                           });
}

void mbox_remove(SessionCore& core, const SlotPtr& slot, const Command& command) {
    const auto place = message_place(core, command.arguments.text(0));
    if (!place) return core.refuse(*slot, place.error());
    core.ask<Removed>(slot, RemoveMessage{core.account, place->folder, place->rest, place->owner},
                      reply_removed);
}

}  // namespace immp::bridge
