// A message into the mailboxes of this domain: the same for what a local user submits and what another domain
// sends.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "bridge/node/bell.hpp"
#include "bridge/node/blocking.hpp"
#include "bridge/node/sharing.hpp"
#include "bridge/session/request.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

struct NodeServices;

/// What filing needs to know beside the message.
struct DropContext {
    std::string domain;
    std::function<std::string()> uuid;
    Time now;
    std::uint64_t mailbox_bytes = 0;  ///< NodeLimits::mailbox_bytes
    std::shared_ptr<Bell> bell;
};
[[nodiscard]] DropContext drop_context(const NodeServices& services);

/// Files one message for several recipients in one transaction, storing it at the first who takes it.
class MailDrop {
  public:
    /// All outlive the drop. The parts' bodies are in the store already.
    MailDrop(Transaction& transaction, const Message& message, const DropContext& context)
        : transaction_(transaction), message_(message), context_(context) {}

    /// 275, or the refusal of this recipient (451 no such mailbox, 410 expired, 452 or 455 blocked, 452 by a
    /// rule; for now: 441 mailbox full, 705 too much waits for his programs); an Error is the store's.
    [[nodiscard]] Result<RecipientOutcome> drop(const Imid& recipient);
    /// A copy for SENT, read: by the mailbox's own account, or by the `member` who writes in its name. False
    /// where the mailbox is full: the message goes all the same, for a mailbox that is full must not keep its
    /// owner from writing.
    [[nodiscard]] Result<bool> keep_copy(AccountId account, std::optional<AccountId> member = std::nullopt);
    /// The stored message, storing it now if nobody took it yet.
    [[nodiscard]] Result<MessageId> stored();

  private:
    [[nodiscard]] Result<bool> fits(AccountId account);
    [[nodiscard]] Result<RecipientOutcome> file(const Addressee& addressee, const Imid& recipient);
    [[nodiscard]] Result<RecipientOutcome> file_as_junk(AccountId account, const std::string& name);
    [[nodiscard]] Result<std::optional<Verdict>> judge(AccountId account, const Imid& recipient);
    [[nodiscard]] Result<RecipientOutcome> turn_away(AccountId account, const std::string& name,
                                                     const Verdict& verdict);

    Transaction& transaction_;
    const Message& message_;
    const DropContext& context_;
    std::optional<MessageId> stored_;
};

}  // namespace immp::bridge
