// CHECK, INDEX and FETCH: what a user reads of his mailbox. Each is one transaction's work.
#pragma once

#include "bridge/mail/segment.hpp"
#include "bridge/session/request.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

/// The folder and, with +RECURSIVE, all below it. 404 for no such folder, as for another's.
[[nodiscard]] Result<std::vector<Folder>> meant_folders(Transaction& transaction,
                                                        const CheckMailbox& request);
/// 404 likewise.
[[nodiscard]] Result<MailboxStatus> check_mailbox(Transaction& transaction, const CheckMailbox& request);
[[nodiscard]] Result<IndexPage> index_mailbox(Transaction& transaction, const IndexMailbox& request);

/// "read", "flagged", "important": those that are set.
[[nodiscard]] std::vector<std::string> flags_of(const Reference& reference);

struct FoundMessage {
    Segments segments;
    std::string type;  ///< of the part, with FetchForm::part
    FolderId folder = 0;
    bool was_read = false;
};

/// 404 for no such folder, message or part.
[[nodiscard]] Result<FoundMessage> find_message(Transaction& transaction, const FetchMessage& request);

}  // namespace immp::bridge
