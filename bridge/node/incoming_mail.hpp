// One message of another domain, filed for its recipients here, each exactly once (decisions, 7).
#pragma once

#include <vector>

#include "armor/answer.hpp"
#include "bridge/mail/inner.hpp"
#include "bridge/node/body_stage.hpp"
#include "bridge/node/services.hpp"

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

/// Dedupe row and mailbox insert are
/// one: both are in `transaction`. An Error is the store's.
[[nodiscard]] Result<Filed> file_mail(Transaction& transaction, const NodeServices& services,
                                      const std::string& origin, IncomingMail& mail);

}  // namespace immp::bridge
