// A stored item of a node into the folders of those who subscribed to it.
#pragma once

#include "bridge/node/mail_drop.hpp"
#include "bridge/store/store.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::bridge {

/// Items that a new subscriber gets of what there was before.
inline constexpr std::uint64_t kHistoryItems = 20;

class ItemFiling {
  public:
    /// Of one message; all outlive it.
    [[nodiscard]] static Result<ItemFiling> of(Transaction& transaction, MessageId message,
                                               const DropContext& context);

    /// Into his /PUSH, made anew where he dropped it; into /JUNK by a block that says so. What he blocks
    /// otherwise is not filed. What found no room before goes first, of the newest kHistoryItems that are
    /// kept; what finds none now is tried again with the next item, but not once one behind it found room.
    [[nodiscard]] Result<void> file(const Subscriber& subscriber);
    /// These for one subscriber, in their order, as file() does it.
    [[nodiscard]] static Result<void> file_all(Transaction& transaction, SubscriptionId subscription,
                                               const std::vector<MessageId>& messages,
                                               const DropContext& context);

  private:
    ItemFiling(Transaction& transaction, MessageId message, const DropContext& context, Imid from,
               const Message& stored, std::optional<Verdict> verdict)
        : transaction_(transaction),
          message_(message),
          context_(context),
          from_(std::move(from)),
          octets_(stored.length()),
          sequence_(stored.envelope.sequence),
          verdict_(std::move(verdict)),
          spare_(context.uuid()) {}
    [[nodiscard]] Result<std::optional<Verdict>> judge(const Subscriber& subscriber);
    [[nodiscard]] Result<void> file_alone(const Subscriber& subscriber);
    /// False: there is no room.
    [[nodiscard]] Result<bool> settle(const Subscriber& subscriber);
    [[nodiscard]] Result<bool> file_as_junk(const Subscriber& subscriber);
    [[nodiscard]] Result<void> note_refused(const Subscriber& subscriber, const Verdict& verdict);
    [[nodiscard]] Result<bool> file_into(const Subscriber& subscriber, FolderId folder);

    Transaction& transaction_;
    MessageId message_;
    const DropContext& context_;
    Imid from_;
    std::uint64_t octets_;
    std::uint64_t sequence_;
    std::optional<Verdict> verdict_;  ///< by the server's list
    std::string spare_;               ///< one for all: two accounts may have the same id
};

/// The newest kHistoryItems of the feed for one who is new.
[[nodiscard]] Result<void> file_history(Transaction& transaction, FeedId feed, SubscriptionId subscription,
                                        const DropContext& context);

}  // namespace immp::bridge
