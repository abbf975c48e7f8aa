#include "bridge/node/following.hpp"

#include "bridge/mail/feed_word.hpp"
#include "bridge/mail/push_token.hpp"
#include "bridge/node/node_people.hpp"
#include "bridge/node/node_words.hpp"

namespace immp::bridge {
namespace {

/// Who does not take what waits for him asks for more no earlier than this.
constexpr std::chrono::minutes kUntilTaken{5};

struct ReadWish {
    FeedWish wish;
    std::optional<Imid> user;  ///< none: the domain asks for all its users
};

/// 452 for what is none.
Result<ReadWish> read_wish(Transaction& transaction, const std::string& origin, const IncomingMail& mail) {
    const auto text = short_text(transaction, mail.bodies.front(), kMaxWishBytes);
    if (!text && text.error().code >= 700) return std::unexpected(text.error());
    auto wish = text ? parse_feed_wish(*text) : fail(413, "too long");
    if (!wish) return fail(452, "Refused by policy", std::move(wish.error().detail));
    const std::string& from = mail.inner.message.envelope.from;
    if (from == origin) return ReadWish{*std::move(wish), std::nullopt};
    const auto user = parse_imid(from);
    if (!user || user->account() != from || wish->subscription.empty())
        return fail(452, "Refused by policy", "a user's wish without his subscription");
    return ReadWish{*std::move(wish), *user};
}

}  // namespace

Result<Taken> take_wish(Transaction& transaction, const NodeServices& services, const std::string& origin,
                        const IncomingMail& mail, const Imid& recipient) {
    auto read = read_wish(transaction, origin, mail);
    if (!read) return as_taken(std::move(read.error()));
    if (mail.inner.token.empty()) return Taken{452};
    if (const auto pause = services.feed_rate->take(origin, 1, services.now())) return Taken{429, pause};
    const auto node = transaction.nodes().find(recipient.text());
    if (!node) return std::unexpected(node.error());
    if (!*node) return Taken{481};
    const Follower follower{origin, read->wish.feed, mail.inner.token};
    const auto waiting = transaction.nodes().waiting_for(follower);
    if (!waiting) return std::unexpected(waiting.error());
    if (*waiting >= kWaitingAnswers) return Taken{429, kUntilTaken};
    std::vector<NodePerson> asking;
    if (read->user && !(*node)->is_open) {
        const auto person = note_asking(transaction, **node, *read->user, read->wish.subscription);
        if (!person && person.error().code < 500) return Taken{429, std::chrono::hours(1)};
        if (!person) return std::unexpected(person.error());
        asking.push_back(*person);
    }
    if (auto done = transaction.nodes().follow((*node)->id, follower); !done) {
        if (done.error().code < 500) return Taken{429, std::chrono::hours(1)};
        return std::unexpected(std::move(done.error()));
    }
    auto told = queue_word(transaction, services, **node, follower, asking);
    const auto is_admitted = transaction.nodes().has_admitted((*node)->id, origin);
    if (!is_admitted) return std::unexpected(is_admitted.error());
    if (told && ((*node)->is_open || *is_admitted))
        told = queue_items(transaction, services, **node, follower, read->wish.after);
    if (!told) return std::unexpected(std::move(told.error()));
    return Taken{280};
}

Result<Taken> take_end(Transaction& transaction, const NodeServices&, const std::string& origin,
                       const IncomingMail& mail, const Imid& recipient) {
    auto read = read_wish(transaction, origin, mail);
    if (!read) return as_taken(std::move(read.error()));
    const auto node = transaction.nodes().find(recipient.text());
    if (!node) return std::unexpected(node.error());
    if (!*node) return Taken{283};
    if (read->user) {
        auto ended =
            transaction.nodes().end_subscription((*node)->id, read->user->text(), read->wish.subscription);
        if (!ended) return std::unexpected(std::move(ended.error()));
        return Taken{283};
    }
    const auto ended = transaction.nodes().unfollow(origin, read->wish.feed);
    if (!ended) return std::unexpected(ended.error());
    if (!*ended) return Taken{283};
    auto nobody = transaction.nodes().end_subscriptions((*node)->id, origin);
    if (!nobody) return std::unexpected(std::move(nobody.error()));
    return Taken{283};
}

}  // namespace immp::bridge
