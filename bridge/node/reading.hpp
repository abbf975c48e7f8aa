// CHECK, INDEX and FETCH: what a user reads of his mailbox. Each is one transaction's work.
#pragma once

#include "bridge/mail/segment.hpp"
#include "bridge/node/place.hpp"
#include "bridge/session/request.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

/// 404 for no such folder, as for another's in which the account has no right.
[[nodiscard]] Result<MailboxStatus> check_mailbox(Transaction& transaction, const CheckMailbox& request);
[[nodiscard]] Result<IndexPage> index_mailbox(Transaction& transaction, const IndexMailbox& request);

/// Folders of one mailbox as the account sees them, with what the selector takes.
[[nodiscard]] Result<MailboxStatus> status_of(Transaction& transaction, const Reach& reach,
                                              std::vector<Folder> folders, const Selector& selector);

/// "read", "flagged", "important": those that are set.
[[nodiscard]] std::vector<std::string> flags_of(const Reference& reference);

struct FoundMessage {
    Segments segments;
    std::string type;  ///< of the part, with FetchForm::part
    FolderView view = 0;
    bool was_read = false;
};

/// 404 for no such folder, message or part.
[[nodiscard]] Result<FoundMessage> find_message(Transaction& transaction, const FetchMessage& request);

}  // namespace immp::bridge
