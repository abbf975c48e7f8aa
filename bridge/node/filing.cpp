#include "bridge/node/filing.hpp"

#include "bridge/node/keeping.hpp"
#include "bridge/node/place.hpp"
#include "bridge/node/reading.hpp"
#include "bridge/wire/codes.hpp"

namespace immp::bridge {
namespace {

constexpr const char* kTrash = "/TRASH";

bool is_below(const Folder& folder, const Folder& top) {
    return folder.path == top.path || folder.path.starts_with(top.path + "/");
}

/// Into another folder of the same mailbox.
Result<void> move_reference(Transaction& transaction, FolderId from, const std::string& uuid, FolderId to,
                            Time now) {
    // The new reference first: a message without one would be gone.
    if (auto copied = transaction.references().copy(from, uuid, to, now); !copied) return copied;
    if (from == to) return {};
    return transaction.references().remove(from, uuid);
}

/// Into another mailbox, with the flags that the account saw. 441 where its owner has no room for it.
Result<void> copy_across(Transaction& transaction, const Site& from, const std::string& uuid, const Site& to,
                         const FilingContext& context) {
    const auto reference = transaction.mailboxes().find(from.view(), uuid);
    if (!reference) return std::unexpected(reference.error());
    if (!*reference) return fail(404, "No such message");
    const auto lies_there = transaction.references().lies_in(to.folder.id, (*reference)->message);
    if (!lies_there) return std::unexpected(lies_there.error());
    if (*lies_there) return {};
    const auto held = transaction.quotas().holds(to.reach.owner, (*reference)->message);
    if (!held) return std::unexpected(held.error());
    const auto room =
        *held ? Result<bool>(true)
              : has_room(transaction, to.reach.owner, (*reference)->length, context.mailbox_bytes);
    if (!room) return std::unexpected(room.error());
    if (!*room) return std::unexpected(refusal(441));
    const auto filed = transaction.mailboxes().file((*reference)->message, to.folder.id, Mark::unread,
                                                    context.uuid(), context.now);
    if (!filed) return std::unexpected(filed.error());
    return transaction.references().set_flags(to.view(), *filed, {(*reference)->read, (*reference)->flagged});
}

/// A folder is made, renamed and dropped by who may write in the one above it.
Result<std::string> changeable(const Reach& reach, const std::string& path) {
    auto inside = reach.inside(path);
    if (!inside) return inside;
    if (auto seen = reach.allow(*inside, Right::read); !seen) return std::unexpected(std::move(seen.error()));
    if (!reach.at(parent_of(*inside)).has(Right::write))
        return fail(403, "You have no right to that in the folder above");
    return inside;
}

}  // namespace

Result<FolderPath> create_folder(Transaction& transaction, const CreateFolder& request) {
    auto reach = reach_of(transaction, request.account, request.owner);
    if (!reach) return std::unexpected(std::move(reach.error()));
    const auto path = changeable(*reach, request.path);
    if (!path) return std::unexpected(path.error());
    auto made = transaction.mailboxes().create_folder(reach->owner, *path);
    if (!made) return std::unexpected(std::move(made.error()));
    auto site = site_of(transaction, *reach, request.path, Right::read);
    if (!site) return std::unexpected(std::move(site.error()));
    return FolderPath{site->path()};
}

Result<FolderPath> rename_folder(Transaction& transaction, const RenameFolder& request) {
    auto reach = reach_of(transaction, request.account, request.owner);
    if (!reach) return std::unexpected(std::move(reach.error()));
    const auto from = changeable(*reach, request.path);
    if (!from) return std::unexpected(from.error());
    const auto to = changeable(*reach, request.to);
    if (!to) return std::unexpected(to.error());
    auto path = transaction.folders().rename(reach->owner, *from, *to);
    if (!path) return std::unexpected(std::move(path.error()));
    return FolderPath{reach->shown + *path};
}

Result<Removed> drop_folder(Transaction& transaction, const DropFolder& request) {
    auto reach = reach_of(transaction, request.account, request.owner);
    if (!reach) return std::unexpected(std::move(reach.error()));
    const auto inside = changeable(*reach, request.path);
    if (!inside) return std::unexpected(inside.error());
    auto path = transaction.folders().drop(reach->owner, *inside);
    if (!path) return std::unexpected(std::move(path.error()));
    return Removed{path->empty() ? std::string() : reach->shown + *path};
}

Result<MailboxStatus> list_folders(Transaction& transaction, const ListFolders& request) {
    const auto reach = reach_of(transaction, request.account, request.owner);
    if (!reach) return std::unexpected(reach.error());
    auto folders = transaction.mailboxes().folders(reach->owner);
    if (!folders) return std::unexpected(std::move(folders.error()));
    if (!request.path.empty() || !reach->seat.empty()) {
        const auto top = site_of(transaction, *reach, request.path, Right::read);
        if (!top) return std::unexpected(top.error());
        std::erase_if(*folders, [&](const Folder& folder) { return !is_below(folder, top->folder); });
    }
    std::erase_if(*folders, [&](const Folder& folder) { return !reach->at(folder.path).has(Right::read); });
    return status_of(transaction, *reach, std::move(*folders), {});
}

Result<FolderPath> place_message(Transaction& transaction, const PlaceMessage& request,
                                 const FilingContext& context) {
    const bool moves = request.how == Placing::move;
    const auto from = site_of(transaction, request.account, request.owner, request.path,
                              moves ? Right::write : Right::read);
    if (!from) return std::unexpected(from.error());
    const auto to = site_of(transaction, request.account, request.to_owner, request.to, Right::write);
    if (!to) return std::unexpected(to.error());
    if (from->reach.owner == to->reach.owner) {
        auto placed =
            moves ? move_reference(transaction, from->folder.id, request.uuid, to->folder.id, context.now)
                  : transaction.references().copy(from->folder.id, request.uuid, to->folder.id, context.now);
        if (!placed) return std::unexpected(std::move(placed.error()));
        return FolderPath{to->path()};
    }
    auto placed = copy_across(transaction, *from, request.uuid, *to, context);
    if (placed && moves) placed = transaction.references().remove(from->folder.id, request.uuid);
    if (!placed) return std::unexpected(std::move(placed.error()));
    return FolderPath{to->path()};
}

Result<MessageFlags> flag_message(Transaction& transaction, const FlagMessage& request) {
    // What one has read is one's own; the flag is everybody's.
    const Right needed = request.flagged ? Right::write : Right::read;
    const auto site = site_of(transaction, request.account, request.owner, request.path, needed);
    if (!site) return std::unexpected(site.error());
    auto set =
        transaction.references().set_flags(site->view(), request.uuid, {request.read, request.flagged});
    if (!set) return std::unexpected(std::move(set.error()));
    const auto reference = transaction.mailboxes().find(site->view(), request.uuid);
    if (!reference) return std::unexpected(reference.error());
    if (!*reference) return fail(404, "No such message");
    return MessageFlags{flags_of(**reference)};
}

Result<Removed> remove_message(Transaction& transaction, const RemoveMessage& request, Time now) {
    const auto site = site_of(transaction, request.account, request.owner, request.path, Right::write);
    if (!site) return std::unexpected(site.error());
    const auto elsewhere = transaction.references().lies_elsewhere(site->folder.id, request.uuid);
    if (!elsewhere) return std::unexpected(elsewhere.error());
    if (*elsewhere || is_in_trash(site->folder.path)) {
        auto removed = transaction.references().remove(site->folder.id, request.uuid);
        if (!removed) return std::unexpected(std::move(removed.error()));
        return Removed{};
    }
    const auto trash = transaction.mailboxes().folder(site->reach.owner, kTrash);
    if (!trash) return std::unexpected(trash.error());
    if (!*trash) return fail(702, "Storage failed", "a mailbox without TRASH");
    auto moved = move_reference(transaction, site->folder.id, request.uuid, (*trash)->id, now);
    if (!moved) return std::unexpected(std::move(moved.error()));
    return Removed{site->reach.shown + (*trash)->path};
}

}  // namespace immp::bridge
