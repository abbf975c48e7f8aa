// A push into the mailboxes of this domain: whom its recipient has let in, what waits for his word, what is
// thrown away (docs/protocol.md, 18). The same for what is pushed here and what comes in bundles.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bridge/node/body_stage.hpp"
#include "bridge/node/mail_drop.hpp"
#include "bridge/session/push_request.hpp"

namespace immp::bridge {

/// Whose push it is.
struct PushSender {
    PushEntry entry = PushEntry::domain;
    std::string account;  ///< with PushEntry::account
    std::string source;   ///< the publisher; of a stranger as he says
    std::string token;    ///< that he names, or empty
};

/// 265 taken, 266 it lies in /PUSH; 410 expired; 401 a stranger without a token that is good; for now: 441
/// the mailbox, which let it in, is full.
struct PushOutcome {
    int code = 0;
    std::optional<std::chrono::seconds> retry = std::nullopt;
};

/// Whose mailbox a push to this name goes to: the account's, or that of the account in whose name a node or
/// seat is. Nothing where there is none.
[[nodiscard]] Result<std::optional<AccountId>> mailbox_of_push(Transaction& transaction,
                                                               const Imid& recipient);

/// Files a push that waited, unread, into the account's /PUSH; false where there is no room.
[[nodiscard]] Result<bool> file_push(Transaction& transaction, const DropContext& context, AccountId account,
                                     const Message& message, const std::string& source, MessageId stored);

/// Files one push for several recipients in one transaction. Of a push that is thrown away, or finds no room,
/// nothing is stored, and it uses nothing up.
class PushDrop {
  public:
    /// All outlive the drop; `bodies` in the order of the message's parts, which get their numbers here.
    PushDrop(Transaction& transaction, Message& message, const std::vector<StagedBody>& bodies,
             const DropContext& context)
        : transaction_(transaction), message_(message), bodies_(bodies), context_(context) {}

    /// An Error is the store's.
    [[nodiscard]] Result<PushOutcome> drop(const Imid& recipient, const PushSender& sender);
    /// The stored message, for the outbox.
    [[nodiscard]] Result<MessageId> stored();

  private:
    enum class Way { in, waits, out };
    /// With what alone let it in, if anything: that is used up when it is filed.
    struct Admission {
        Way way = Way::out;
        std::optional<PushTokenId> token{};
        bool is_answer = false;
    };
    [[nodiscard]] Result<Admission> admit(AccountId account, const PushSender& sender);
    [[nodiscard]] Result<Admission> admit_stranger(AccountId account, const PushSender& sender);
    [[nodiscard]] Result<bool> is_blocked(AccountId account, const std::string& source);
    [[nodiscard]] Result<bool> is_answer(AccountId account, const PushSender& sender);
    [[nodiscard]] Result<PushOutcome> file(AccountId account, const std::string& source,
                                           const Admission& admission);
    [[nodiscard]] Result<void> use_up(AccountId account, const Admission& admission);
    [[nodiscard]] Result<PushOutcome> keep_waiting(AccountId account, const std::string& source);
    [[nodiscard]] Result<MessageId> add();

    Transaction& transaction_;
    Message& message_;
    const std::vector<StagedBody>& bodies_;
    const DropContext& context_;
    bool is_settled_ = false;
    std::optional<MessageId> stored_;
};

}  // namespace immp::bridge
