// One message of another domain, filed for its recipients here, each exactly once (decisions, 7).
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "armor/answer.hpp"
#include "bridge/mail/inner.hpp"
#include "bridge/node/body_stage.hpp"
#include "bridge/node/services.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::bridge {

struct IncomingMail {
    Inner inner;
    std::vector<StagedBody> bodies;  ///< in the order of its parts
    int refusal = 0;                 ///< nonzero: refused for all its recipients, without bodies
};

struct Filed {
    std::vector<armor::Outcome> outcomes;  ///< for each recipient, in order; `item` is left to the caller
    std::uint32_t repeats = 0;             ///< recipients who had it: nothing was filed for them again
};

/// What became of one recipient; with `retry` it may come again.
struct Taken {
    int code = 0;
    std::optional<std::chrono::seconds> retry{};
};
using TakeFor = std::function<Result<Taken>(const std::string& recipient)>;

/// Each recipient who did not have it yet is taken, and recorded in the same transaction, so that a repeat
/// gets the same outcome. A `refusal` other than 0 is everybody's. An Error is the store's.
[[nodiscard]] Result<Filed> file_once(Transaction& transaction, const NodeServices& services,
                                      const std::string& origin, const IncomingMail& mail, int refusal,
                                      const TakeFor& take);

/// Whether `from` may come from `origin`.
[[nodiscard]] bool speaks_for(const std::string& from, const std::string& origin);
/// Nothing where it is no prepared name of this domain.
[[nodiscard]] std::optional<Imid> own_recipient(const NodeServices& services, const std::string& recipient);
/// A part's octets, wherever they are: 413 above `most`; 702. In a write transaction.
[[nodiscard]] Result<std::string> short_text(Transaction& transaction, const StagedBody& body,
                                             std::size_t most);
/// An error's code where it is of the item; else the error is the store's.
[[nodiscard]] Result<Taken> as_taken(Error error);
/// Stores the bodies; the message's parts name them then.
[[nodiscard]] Result<void> settle_bodies(Transaction& transaction, IncomingMail& mail, Time now);

/// Dedupe row and mailbox insert are one: both are in `transaction`. An Error is the store's.
[[nodiscard]] Result<Filed> file_mail(Transaction& transaction, const NodeServices& services,
                                      const std::string& origin, IncomingMail& mail);

}  // namespace immp::bridge
