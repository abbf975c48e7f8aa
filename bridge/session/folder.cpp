// The folders of a mailbox: CREATE, RENAME, DROP, LIST.
#include "bridge/session/handlers.hpp"
#include "bridge/session/place.hpp"

namespace immp::bridge {
namespace {

std::string folder_line(const FolderStatus& folder) {
    return as_token(folder.path) + " u=" + std::to_string(folder.unread) +
           " t=" + std::to_string(folder.total);
}

void reply_folders(SessionCore& core, Slot& slot, const MailboxStatus& folders) {
    if (folders.empty()) return core.refuse(slot, refusal(404, "No such folder"));
    for (std::size_t at = 0; at + 1 < folders.size(); ++at)
        core.reply_more(slot, 240, folder_line(folders[at]));
    core.reply(slot, 240, folder_line(folders.back()));
}

}  // namespace

void mbox_create(SessionCore& core, const SlotPtr& slot, const Command& command) {
    const auto place = folder_place(core, command.arguments.text(0));
    if (!place) return core.refuse(*slot, place.error());
    core.ask<FolderPath>(slot, CreateFolder{core.account, place->folder, place->owner},
                         [](SessionCore& c, const SlotPtr& s, const FolderPath& made) {
                             c.reply(*s, 201, as_token(made.path) + " Created");
                         });
}

void mbox_rename(SessionCore& core, const SlotPtr& slot, const Command& command) {
    const auto from = folder_place(core, command.arguments.text(0));
    if (!from) return core.refuse(*slot, from.error());
    const auto to = folder_place(core, command.arguments.text(1));
    if (!to) return core.refuse(*slot, to.error());
    if (from->owner != to->owner)
        return core.refuse(*slot, refusal(400, "A folder stays in its mailbox; move what lies in it"));
    core.ask<FolderPath>(slot, RenameFolder{core.account, from->folder, to->folder, from->owner},
                         [](SessionCore& c, const SlotPtr& s, const FolderPath& renamed) {
                             c.reply(*s, 243, as_token(renamed.path) + " Renamed");
                         });
}

void mbox_drop(SessionCore& core, const SlotPtr& slot, const Command& command) {
    const auto place = folder_place(core, command.arguments.text(0));
    if (!place) return core.refuse(*slot, place.error());
    core.ask<Removed>(slot, DropFolder{core.account, place->folder, place->owner}, reply_removed);
}

void mbox_list(SessionCore& core, const SlotPtr& slot, const Command& command) {
    ListFolders list{core.account, {}};
    if (!command.arguments.positional.empty()) {
        auto place = mailbox_place(core, command.arguments.text(0));
        if (!place) return core.refuse(*slot, place.error());
        list.path = std::move(place->folder);
        list.owner = std::move(place->owner);
    }
    core.ask<MailboxStatus>(slot, std::move(list),
                            [](SessionCore& c, const SlotPtr& s, const MailboxStatus& folders) {
                                reply_folders(c, *s, folders);
                            });
}

}  // namespace immp::bridge
