#include "bridge/node/filing.hpp"

#include "bridge/node/place.hpp"
#include "bridge/node/reading.hpp"

namespace immp::bridge {
namespace {

constexpr const char* kTrash = "/TRASH";

bool is_below(const Folder& folder, const Folder& top) {
    return folder.path == top.path || folder.path.starts_with(top.path + "/");
}

Result<void> move_reference(Transaction& transaction, FolderId from, const std::string& uuid, FolderId to,
                            Time now) {
    // The new reference first: a message without one would be gone.
    if (auto copied = transaction.references().copy(from, uuid, to, now); !copied) return copied;
    if (from == to) return {};
    return transaction.references().remove(from, uuid);
}

}  // namespace

Result<FolderPath> create_folder(Transaction& transaction, const CreateFolder& request) {
    auto account = account_of(transaction, request.account);
    if (!account) return std::unexpected(std::move(account.error()));
    auto made = transaction.mailboxes().create_folder(*account, request.path);
    if (!made) return std::unexpected(std::move(made.error()));
    auto folder = folder_of(transaction, *account, request.path);
    if (!folder) return std::unexpected(std::move(folder.error()));
    return FolderPath{std::move(folder->path)};
}

Result<FolderPath> rename_folder(Transaction& transaction, const RenameFolder& request) {
    auto account = account_of(transaction, request.account);
    if (!account) return std::unexpected(std::move(account.error()));
    auto path = transaction.folders().rename(*account, request.path, request.to);
    if (!path) return std::unexpected(std::move(path.error()));
    return FolderPath{std::move(*path)};
}

Result<Removed> drop_folder(Transaction& transaction, const DropFolder& request) {
    auto account = account_of(transaction, request.account);
    if (!account) return std::unexpected(std::move(account.error()));
    auto path = transaction.folders().drop(*account, request.path);
    if (!path) return std::unexpected(std::move(path.error()));
    return Removed{std::move(*path)};
}

Result<MailboxStatus> list_folders(Transaction& transaction, const ListFolders& request) {
    auto account = account_of(transaction, request.account);
    if (!account) return std::unexpected(std::move(account.error()));
    auto folders = transaction.mailboxes().folders(*account);
    if (!folders) return std::unexpected(std::move(folders.error()));
    if (!request.path.empty()) {
        const auto top = folder_of(transaction, *account, request.path);
        if (!top) return std::unexpected(top.error());
        std::erase_if(*folders, [&](const Folder& folder) { return !is_below(folder, *top); });
    }
    MailboxStatus status;
    for (Folder& folder : *folders)
        status.push_back({std::move(folder.path), folder.unread, folder.total});
    return status;
}

Result<FolderPath> place_message(Transaction& transaction, const PlaceMessage& request, Time now) {
    const auto from = folder_of(transaction, request.account, request.path);
    if (!from) return std::unexpected(from.error());
    auto to = folder_of(transaction, request.account, request.to);
    if (!to) return std::unexpected(std::move(to.error()));
    auto placed = request.how == Placing::move
                      ? move_reference(transaction, from->id, request.uuid, to->id, now)
                      : transaction.references().copy(from->id, request.uuid, to->id, now);
    if (!placed) return std::unexpected(std::move(placed.error()));
    return FolderPath{std::move(to->path)};
}

Result<MessageFlags> flag_message(Transaction& transaction, const FlagMessage& request) {
    const auto folder = folder_of(transaction, request.account, request.path);
    if (!folder) return std::unexpected(folder.error());
    auto set = transaction.references().set_flags(folder->id, request.uuid, {request.read, request.flagged});
    if (!set) return std::unexpected(std::move(set.error()));
    const auto reference = transaction.mailboxes().find(folder->id, request.uuid);
    if (!reference) return std::unexpected(reference.error());
    if (!*reference) return fail(404, "No such message");
    return MessageFlags{flags_of(**reference)};
}

Result<Removed> remove_message(Transaction& transaction, const RemoveMessage& request, Time now) {
    const auto folder = folder_of(transaction, request.account, request.path);
    if (!folder) return std::unexpected(folder.error());
    const auto elsewhere = transaction.references().lies_elsewhere(folder->id, request.uuid);
    if (!elsewhere) return std::unexpected(elsewhere.error());
    if (*elsewhere || is_in_trash(folder->path)) {
        auto removed = transaction.references().remove(folder->id, request.uuid);
        if (!removed) return std::unexpected(std::move(removed.error()));
        return Removed{};
    }
    auto trash = folder_of(transaction, request.account, kTrash);
    if (!trash) return std::unexpected(std::move(trash.error()));
    auto moved = move_reference(transaction, folder->id, request.uuid, trash->id, now);
    if (!moved) return std::unexpected(std::move(moved.error()));
    return Removed{std::move(trash->path)};
}

}  // namespace immp::bridge
