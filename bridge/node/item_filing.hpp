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
    /// otherwise, or has no room for, is not filed, and not tried again.
    [[nodiscard]] Result<void> file(const Subscriber& subscriber);

  private:
    ItemFiling(Transaction& transaction, MessageId message, const DropContext& context, Imid from,
               std::uint64_t octets, std::optional<Verdict> verdict)
        : transaction_(transaction),
          message_(message),
          context_(context),
          from_(std::move(from)),
          octets_(octets),
          verdict_(std::move(verdict)),
          spare_(context.uuid()) {}
    [[nodiscard]] Result<std::optional<Verdict>> judge(const Subscriber& subscriber);
    [[nodiscard]] Result<void> file_as_junk(const Subscriber& subscriber);
    [[nodiscard]] Result<void> note_refused(const Subscriber& subscriber, const Verdict& verdict);
    [[nodiscard]] Result<void> file_into(const Subscriber& subscriber, FolderId folder);

    Transaction& transaction_;
    MessageId message_;
    const DropContext& context_;
    Imid from_;
    std::uint64_t octets_;
    std::optional<Verdict> verdict_;  ///< by the server's list
    std::string spare_;               ///< one for all: two accounts may have the same id
};

/// The newest kHistoryItems of the feed for one who is new.
[[nodiscard]] Result<void> file_history(Transaction& transaction, FeedId feed, SubscriptionId subscription,
                                        const DropContext& context);

}  // namespace immp::bridge
