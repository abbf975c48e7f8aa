#include "bridge/node/notices.hpp"

namespace immp::bridge {

Result<void> settle_notice(Transaction& transaction, Notice& notice, Time now) {
    auto body = transaction.bodies().create(now);
    if (!body) return std::unexpected(std::move(body.error()));
    notice.message.parts.front().body = *body;
    return transaction.bodies().append(*body, notice.text);
}

}  // namespace immp::bridge
