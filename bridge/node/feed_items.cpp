#include "bridge/node/feed_items.hpp"

#include "bridge/mail/feed_word.hpp"
#include "bridge/node/feeding.hpp"
#include "bridge/node/following.hpp"

namespace immp::bridge {
namespace {

using TakeFeedItem = Result<Taken> (*)(Transaction&, const NodeServices&, const std::string&,
                                       const IncomingMail&, const Imid&);

struct Row {
    Kind kind;
    std::string_view type;  ///< of the only part: it tells in which direction the item goes
    TakeFeedItem take;
};
constexpr Row kRows[] = {
    {Kind::subscribe, kFeedWishType, take_wish},
    {Kind::subscribe, kNodeWordType, take_word},
    {Kind::unsubscribe, kFeedWishType, take_end},
    {Kind::unsubscribe, kNodeWordType, take_node_end},
};

Result<Taken> take(Transaction& transaction, const NodeServices& services, const std::string& origin,
                   IncomingMail& mail, const std::string& name) {
    const auto recipient = own_recipient(services, name);
    if (!recipient) return Taken{451};
    const Message& message = mail.inner.message;
    if (message.envelope.kind == Kind::item)
        return take_item(transaction, services, origin, mail, *recipient);
    for (const Row& row : kRows) {
        const bool is_it = row.kind == message.envelope.kind && message.parts.size() == 1 &&
                           message.parts.front().type == row.type;
        if (is_it) return row.take(transaction, services, origin, mail, *recipient);
    }
    return Taken{452};
}

}  // namespace

Result<Filed> file_feed_item(Transaction& transaction, const NodeServices& services,
                             const std::string& origin, IncomingMail& mail) {
    const bool is_theirs = speaks_for(mail.inner.message.envelope.from, origin);
    const int refusal = mail.refusal != 0 || is_theirs ? mail.refusal : 452;
    return file_once(transaction, services, origin, mail, refusal, [&](const std::string& recipient) {
        return take(transaction, services, origin, mail, recipient);
    });
}

}  // namespace immp::bridge
