// Messages and where they lie: a message is stored once, folders hold references (draft 4.1: one message,
// several folders). Also what makes a repeated submission or delivery harmless.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"
#include "armor/hash.hpp"
#include "bridge/mail/message.hpp"
#include "bridge/mail/selector.hpp"
#include "bridge/store/accounts.hpp"

namespace immp::bridge {

using FolderId = std::int64_t;
using MessageId = std::int64_t;

struct Folder {
    FolderId id = 0;
    std::string path;  ///< "/INBOX/lists": as created; default folders in capitals
    std::uint64_t unread = 0;
    std::uint64_t total = 0;
};

/// A folder as somebody sees it.
struct FolderView {
    /// As the mailbox's own account sees it, where there is no member.
    FolderView(FolderId seen, std::optional<AccountId> by = std::nullopt) : folder(seen), member(by) {}

    FolderId folder;
    std::optional<AccountId> member;  ///< who has a read state of his own here
};

/// One row of an index.
struct Reference {
    std::string uuid;  ///< `_id` in this mailbox
    MessageId message = 0;
    std::string from;
    std::vector<std::string> to;
    std::string subject;
    Time date;
    std::uint64_t length = 0;
    bool read = false;
    bool flagged = false;
    bool important = false;
};

struct ReferencePage {
    std::vector<Reference> references;  ///< newest first
    std::string next;                   ///< empty at the end
};

/// Who already got what (decisions, 7): the dedupe row of one recipient.
struct Delivered {
    armor::Digest digest{};
    int code = 0;
};

enum class Mark { read, unread };

class Mailboxes {
  public:
    virtual ~Mailboxes() = default;
    /// Caseless paths, spelt like the folder above. 409 if there, 404 if its parent is not, 413 for
    /// too many or too deep (folders.hpp), 400 for no path.
    [[nodiscard]] virtual Result<FolderId> create_folder(AccountId account, std::string_view path) = 0;
    [[nodiscard]] virtual Result<std::optional<Folder>> folder(AccountId account, std::string_view path) = 0;
    /// All folders, a parent before its children.
    [[nodiscard]] virtual Result<std::vector<Folder>> folders(AccountId account) = 0;

    /// Stores the message and its part rows; the bodies must be there. References are filed apart.
    [[nodiscard]] virtual Result<MessageId> add(const Message& message) = 0;
    [[nodiscard]] virtual Result<std::optional<Message>> message(MessageId id) = 0;
    /// Files a reference; returns its `_id`: the message's own UUID, or `spare` where this account already
    /// holds another message under that. A message that lies there already stays as it is. 404 if there is no
    /// such folder or message.
    [[nodiscard]] virtual Result<std::string> file(MessageId message, FolderId folder, Mark mark,
                                                   std::string_view spare, Time now) = 0;
    [[nodiscard]] virtual Result<std::optional<Reference>> find(const FolderView& view,
                                                                std::string_view uuid) = 0;
    /// 404 if there is no such reference.
    [[nodiscard]] virtual Result<void> mark(const FolderView& view, std::string_view uuid, Mark mark) = 0;
    /// `since` is in the order of dates, others of arrival. `after`: a cursor of such a page, or empty; else
    /// 400. A member's unread ones cost what lies between them, the account's own do not.
    [[nodiscard]] virtual Result<ReferencePage> index(const FolderView& view, const Selector& selector,
                                                      std::uint32_t limit, std::string_view after) = 0;
    /// Counts what the selector takes; `unread` and `total` of the answer are of those.
    [[nodiscard]] virtual Result<Folder> count(const FolderView& view, const Selector& selector) = 0;

    /// A local user's ID: the digest of what was submitted under it, if anything was.
    [[nodiscard]] virtual Result<std::optional<armor::Digest>> submission(AccountId account,
                                                                          std::string_view uuid) = 0;
    [[nodiscard]] virtual Result<void> record_submission(AccountId account, std::string_view uuid,
                                                         const armor::Digest& digest, Time now) = 0;

    /// Dedupe of what came from another domain, by (origin, from, message id, recipient).
    [[nodiscard]] virtual Result<std::optional<Delivered>> delivered(std::string_view origin,
                                                                     std::string_view from,
                                                                     std::string_view uuid,
                                                                     std::string_view recipient) = 0;
    [[nodiscard]] virtual Result<void> record_delivered(std::string_view origin, std::string_view from,
                                                        std::string_view uuid, std::string_view recipient,
                                                        const Delivered& delivered, Time now) = 0;
    /// Forgets dedupe and submission rows older than `before` (30 days are kept); returns how many. A bounded
    /// number, so that other writes are not held up: call again until it is 0.
    [[nodiscard]] virtual Result<std::uint64_t> forget_delivered(Time before) = 0;
};

}  // namespace immp::bridge
