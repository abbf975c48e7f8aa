// What a user changes in his mailbox: folders, and messages in them. Each is one write transaction's work.
#pragma once

#include <functional>

#include "bridge/session/request.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

struct FilingContext {
    Time now;
    std::function<std::string()> uuid;
    std::uint64_t mailbox_bytes = 0;  ///< NodeLimits::mailbox_bytes
};

[[nodiscard]] Result<FolderPath> create_folder(Transaction& transaction, const CreateFolder& request);
[[nodiscard]] Result<FolderPath> rename_folder(Transaction& transaction, const RenameFolder& request);
[[nodiscard]] Result<Removed> drop_folder(Transaction& transaction, const DropFolder& request);
/// A read transaction's.
[[nodiscard]] Result<MailboxStatus> list_folders(Transaction& transaction, const ListFolders& request);

[[nodiscard]] Result<FolderPath> place_message(Transaction& transaction, const PlaceMessage& request,
                                               const FilingContext& context);
[[nodiscard]] Result<MessageFlags> flag_message(Transaction& transaction, const FlagMessage& request);
/// Into TRASH, unless it lies there already or in another folder too: then only this reference ends.
[[nodiscard]] Result<Removed> remove_message(Transaction& transaction, const RemoveMessage& request,
                                             Time now);

}  // namespace immp::bridge
