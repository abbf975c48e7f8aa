// Pushes (docs/protocol.md, 18): who may push to an account, what waits for its word, and what is known of
// those that lie in its /PUSH.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"
#include "armor/hash.hpp"
#include "bridge/mail/push_source.hpp"
#include "bridge/store/mailboxes.hpp"
#include "bridge/store/outbox.hpp"

namespace immp::bridge {

/// Names that an account has approved or blocked; one more is 413.
inline constexpr std::uint64_t kMaxPushSources = 1'000;
/// Tokens of an account that are good; one more is 413.
inline constexpr std::uint64_t kMaxPushTokens = 100;
/// What waits for its word: of a source, of an account. The oldest go.
inline constexpr std::uint32_t kMaxWaitingOfSource = 5;
inline constexpr std::uint32_t kMaxWaitingPushes = 100;
/// And how long, or the push's own time where that is shorter.
inline constexpr std::chrono::days kPushesWait{7};

using PushTokenId = std::int64_t;

struct StoredToken {
    armor::Digest hash{};   ///< push_token_hash()
    std::string publisher;  ///< only in that name; empty: in any
    std::uint32_t uses = 0;
    Time expires;
};

struct WaitingPush {
    MessageId message = 0;
    std::string source;
    Time came;
    Time until;
};

/// One that lies in /PUSH.
struct RepeatedPush {
    std::string uuid;
    std::uint32_t repeats = 0;
};

/// What is known of a push beside its message, in one mailbox.
struct PushNote {
    std::uint32_t repeats = 0;  ///< former ones in whose place it lies
    std::string answer;         ///< the UUID of the answer that was sent; empty: none
};

/// A push of an account's with actions, for as long as it may be answered.
struct SentPush {
    std::string uuid;
    std::string recipient;            ///< an account
    std::vector<std::string> labels;  ///< of which one is the answer
    Time expires;
};

class Pushes {
  public:
    virtual ~Pushes() = default;

    // -- sources, by their exact names
    [[nodiscard]] virtual Result<std::optional<PushStanding>> standing(AccountId account,
                                                                       std::string_view source) = 0;
    /// Takes the place of the former; 413 for a new name beyond kMaxPushSources.
    [[nodiscard]] virtual Result<void> set_standing(AccountId account, std::string_view source,
                                                    PushStanding standing, Time now) = 0;
    /// False where it had none.
    [[nodiscard]] virtual Result<bool> end_standing(AccountId account, std::string_view source) = 0;
    /// Those with a standing and those of what waits, by name. Texts are left to the caller, who has the
    /// newest message of each that waits.
    struct Source {
        PushSource source;
        MessageId newest = 0;
    };
    [[nodiscard]] virtual Result<std::vector<Source>> sources(AccountId account) = 0;

    // -- tokens
    /// 413 beyond kMaxPushTokens that are good at `now`.
    [[nodiscard]] virtual Result<void> add_token(AccountId account, const StoredToken& token, Time now) = 0;
    /// The account's token with this hash for this publisher, where it is good. The hashes are compared in
    /// constant time.
    [[nodiscard]] virtual Result<std::optional<PushTokenId>> find_token(AccountId account,
                                                                        const armor::Digest& hash,
                                                                        std::string_view publisher,
                                                                        Time now) = 0;
    /// Counts one use; with the last one it ends.
    [[nodiscard]] virtual Result<void> use_token(PushTokenId token) = 0;

    // -- what waits
    /// The message is the list's own: it goes with its row, unless it was filed.
    [[nodiscard]] virtual Result<void> wait(AccountId account, const WaitingPush& push) = 0;
    /// Of one source, oldest first.
    [[nodiscard]] virtual Result<std::vector<WaitingPush>> waiting(AccountId account,
                                                                   std::string_view source) = 0;
    /// Of one source, all.
    [[nodiscard]] virtual Result<void> end_waiting(AccountId account, std::string_view source) = 0;
    [[nodiscard]] virtual Result<void> end_waiting(MessageId message) = 0;

    // -- what lies in /PUSH
    /// The one with this digest that lies in the folder unread and unflagged.
    [[nodiscard]] virtual Result<std::optional<RepeatedPush>> repeated(AccountId account, FolderId folder,
                                                                       const armor::Digest& digest) = 0;
    [[nodiscard]] virtual Result<std::optional<PushNote>> note(AccountId account, MessageId message) = 0;
    /// Of a push that was filed; `digest` is of what makes two the same. From `expires` on it goes from
    /// /PUSH.
    [[nodiscard]] virtual Result<void> keep_note(AccountId account, MessageId message,
                                                 const armor::Digest& digest, std::uint32_t repeats,
                                                 Time expires) = 0;
    [[nodiscard]] virtual Result<void> note_answer(AccountId account, MessageId message,
                                                   std::string_view answer) = 0;

    // -- answers
    /// 452 where another one waits for its answer under this UUID.
    [[nodiscard]] virtual Result<void> keep_sent(AccountId account, const SentPush& push) = 0;
    /// Whether the push that an answer names is one of this account's that was sent to `recipient`, is in its
    /// time, has this label, and had no answer yet.
    [[nodiscard]] virtual Result<bool> awaits_answer(AccountId account, std::string_view uuid,
                                                     std::string_view recipient, std::string_view label,
                                                     Time now) = 0;
    /// Its answer is there.
    [[nodiscard]] virtual Result<void> end_sent(AccountId account, std::string_view uuid) = 0;

    // -- time
    /// Pushes that travel in no bundle and whose time is over at `now`; at most `most`.
    [[nodiscard]] virtual Result<std::vector<OutboxId>> expired_rows(Time now, std::uint32_t most) = 0;
    /// Ends what has expired: pushes in /PUSH, waiting ones, tokens, pushes that wait for an answer. A
    /// bounded number; call again until it is 0.
    [[nodiscard]] virtual Result<std::uint64_t> forget_expired(Time now) = 0;
};

}  // namespace immp::bridge
