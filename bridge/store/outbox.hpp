// The outbox: one row for each recipient in another domain, from the 273 until the peer's verified receipt or
// the bounce that is durable with the row's end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"
#include "bridge/mail/message.hpp"
#include "bridge/store/mailboxes.hpp"

namespace immp::bridge {

using OutboxId = std::int64_t;

struct OutboxRow {
    OutboxId id = 0;
    MessageId message = 0;
    std::string sender;        ///< the account that submitted it: where a bounce goes
    std::string recipient;     ///< whole IMID text
    std::string destination;   ///< its domain
    std::uint64_t length = 0;  ///< of message and inner envelope, for filling bundles
    Time queued;
    Time next_try;
    std::uint32_t attempts = 0;
    std::string last_error;
    bool delay_noticed = false;
    std::string bundle;              ///< the bundle it travels in, or empty
    std::uint32_t item = 0;          ///< its item in that bundle
    std::uint32_t recipient_no = 0;  ///< its recipient within the item
    std::string token{};             ///< that travels with it (push_token.hpp), or empty
};

/// A destination with rows that travel in no bundle yet.
struct WaitingDomain {
    std::string destination;
    std::uint64_t rows = 0;
    Time next_try;  ///< the earliest
};

struct Placement {
    OutboxId row = 0;
    std::uint32_t item = 0;
    std::uint32_t recipient_no = 0;
};

/// How much of a domain's mail one claim takes.
struct ClaimLimits {
    std::uint32_t rows = 0;
    /// No further message is taken that would take the messages' sum over this: small mail must not wait
    /// behind large. The first message is always taken.
    std::uint64_t fill_bytes = 0;
};

class Outbox {
  public:
    virtual ~Outbox() = default;
    [[nodiscard]] virtual Result<OutboxId> add(const OutboxRow& row) = 0;
    [[nodiscard]] virtual Result<std::vector<WaitingDomain>> waiting() = 0;
    /// Rows for the domain in no bundle, due at `now`, whose claim is free or ended; oldest message first,
    /// rows of one message together. They are claimed for `owner` until `lease_end`.
    [[nodiscard]] virtual Result<std::vector<OutboxRow>> claim(std::string_view destination,
                                                               std::string_view owner,
                                                               const ClaimLimits& limits, Time now,
                                                               Time lease_end) = 0;
    /// Puts claimed rows into a bundle. 409 if one of them travels in a bundle already (another daemon took
    /// over an ended claim), 404 if one has ended.
    [[nodiscard]] virtual Result<void> place(std::string_view bundle,
                                             const std::vector<Placement>& placements) = 0;
    [[nodiscard]] virtual Result<std::vector<OutboxRow>> in_bundle(std::string_view bundle) = 0;
    /// The row's end: delivered, or refused with its bounce filed in the same transaction. 404 if it ended
    /// before, so that no bounce is filed twice. A message that nothing else refers to ends with it.
    [[nodiscard]] virtual Result<void> finish(OutboxId row) = 0;
    /// Ends the rows for this recipient under this token that are in no bundle and not claimed for one: all,
    /// or those of messages from `from`. How many there were.
    [[nodiscard]] virtual Result<std::uint64_t> withdraw(std::string_view recipient, std::string_view token,
                                                         std::string_view from = {}) = 0;
    /// Takes the row out of its bundle and claim, to be tried again; counts an attempt. 404 if it ended.
    [[nodiscard]] virtual Result<void> reschedule(OutboxId row, Time next_try, std::string_view error) = 0;
    /// Why the rows of a domain that are due do not go: for the notices to their senders.
    [[nodiscard]] virtual Result<void> explain(std::string_view destination, std::string_view error,
                                               Time now) = 0;
    /// All rows of a domain may go now (its link came back).
    [[nodiscard]] virtual Result<void> hasten(std::string_view destination, Time now) = 0;
    /// Rows queued at or before `until` whose sender was not told of the delay yet; at most `most`, oldest
    /// first.
    [[nodiscard]] virtual Result<std::vector<OutboxRow>> delayed(Time until, std::uint32_t most) = 0;
    /// Rows in no bundle, queued at or before `until`; at most `most`, oldest first.
    [[nodiscard]] virtual Result<std::vector<OutboxRow>> expired(Time until, std::uint32_t most) = 0;
    [[nodiscard]] virtual Result<void> note_delay(OutboxId row) = 0;
};

}  // namespace immp::bridge
