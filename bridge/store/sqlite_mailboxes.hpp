#pragma once

#include "bridge/store/mailboxes.hpp"
#include "bridge/store/sqlite.hpp"

namespace immp::bridge {

class SqliteMailboxes final : public Mailboxes {
  public:
    explicit SqliteMailboxes(Database& connection) : db_(connection) {}

    Result<FolderId> create_folder(AccountId account, std::string_view path) override;
    Result<std::optional<Folder>> folder(AccountId account, std::string_view path) override;
    Result<std::vector<Folder>> folders(AccountId account) override;

    Result<MessageId> add(const Message& message) override;
    Result<std::optional<Message>> message(MessageId id) override;
    Result<std::string> file(MessageId message, FolderId folder, Mark mark, std::string_view spare,
                             Time now) override;
    Result<std::optional<Reference>> find(const FolderView& view, std::string_view uuid) override;
    Result<void> mark(const FolderView& view, std::string_view uuid, Mark mark) override;
    Result<ReferencePage> index(const FolderView& view, const Selector& selector, std::uint32_t limit,
                                std::string_view after) override;
    Result<Folder> count(const FolderView& view, const Selector& selector) override;

    Result<std::optional<armor::Digest>> submission(AccountId account, std::string_view uuid) override;
    Result<void> record_submission(AccountId account, std::string_view uuid, const armor::Digest& digest,
                                   Time now) override;
    Result<std::optional<Delivered>> delivered(std::string_view origin, std::string_view from,
                                               std::string_view uuid, std::string_view recipient) override;
    Result<void> record_delivered(std::string_view origin, std::string_view from, std::string_view uuid,
                                  std::string_view recipient, const Delivered& delivered, Time now) override;
    Result<std::uint64_t> forget_delivered(Time before) override;

  private:
    /// Where a message is to be filed.
    struct Place {
        AccountId account = 0;
        std::string own;   ///< the message's id; empty: there is no such message
        std::string held;  ///< the id that it has in this account; empty: none yet
    };
    Result<std::string> choose_uuid(const Place& place, std::string_view spare);

    Database& db_;
};

}  // namespace immp::bridge
