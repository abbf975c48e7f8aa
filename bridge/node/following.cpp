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

/// 409 where a newer wish has overtaken this one; 429.
Result<void> may_follow(Transaction& transaction, const NodeRow& node, const Follower& follower) {
    const auto former = transaction.nodes().follower(node.id, follower.domain);
    if (!former) return std::unexpected(former.error());
    if (*former && (*former)->feed != follower.feed && (*former)->asked > follower.asked)
        return fail(409, "Overtaken");
    const auto waiting = transaction.nodes().waiting_for(follower);
    if (!waiting) return std::unexpected(waiting.error());
    if (*waiting >= kWaitingAnswers) return fail_for_now(429, "Too much waits for this feed", kUntilTaken);
    return {};
}

/// The domain's feed from now on. 429.
Result<void> begin_following(Transaction& transaction, const NodeRow& node, const Follower& follower) {
    auto done = transaction.nodes().follow(node.id, follower);
    if (!done && done.error().code == 413) return fail_for_now(429, done.error().text, std::chrono::hours(1));
    return done;
}

/// Notes the user whom the wish names, if the node wants to know.
Result<std::vector<NodePerson>> note_user(Transaction& transaction, const NodeRow& node,
                                          const ReadWish& read) {
    if (!read.user || node.is_open) return std::vector<NodePerson>{};
    const auto person = note_asking(transaction, node, *read.user, read.wish.subscription);
    if (!person && person.error().code < 500)
        return fail_for_now(429, person.error().text, std::chrono::hours(1));
    if (!person) return std::unexpected(person.error());
    return std::vector{*person};
}

/// Whether the node's items go to the domain once this wish is noted.
Result<bool> will_have(Transaction& transaction, const NodeRow& node, const ReadWish& read,
                       bool has_admitted) {
    if (node.is_open || has_admitted) return true;
    if (!read.user) return false;
    const auto person = transaction.nodes().person(node.id, read.user->text());
    if (!person) return std::unexpected(person.error());
    return *person && (*person)->state == NodeAdmission::admitted;
}

/// Whether items go to the domain that it has not had yet: what it asks for itself or, with its first user
/// who is admitted, what was published before. Asked before anything is noted, since a 429 takes nothing
/// back: the wish that comes again would look like that of one who has them.
Result<bool> has_to_send(Transaction& transaction, const NodeServices& services, const NodeRow& node,
                         const Follower& follower, const ReadWish& read) {
    const auto has_admitted = transaction.nodes().has_admitted(node.id, follower.domain);
    if (!has_admitted) return std::unexpected(has_admitted.error());
    const auto may = will_have(transaction, node, read, *has_admitted);
    if (!may) return std::unexpected(may.error());
    if (!*may || (read.user && *has_admitted) || read.wish.after >= node.sequence) return false;
    if (const auto pause = services.history_rate->take(follower.domain + " " + node.name, 1, services.now()))
        return fail_for_now(429, "Asked for too often", *pause);
    return true;
}

Result<void> answer_wish(Transaction& transaction, const NodeServices& services, const NodeRow& node,
                         const Follower& follower, const ReadWish& read) {
    if (auto may = may_follow(transaction, node, follower); !may) return may;
    const auto sends = has_to_send(transaction, services, node, follower, read);
    if (!sends) return std::unexpected(sends.error());
    if (auto begun = begin_following(transaction, node, follower); !begun) return begun;
    const auto asking = note_user(transaction, node, read);
    if (!asking) return std::unexpected(asking.error());
    auto done = queue_word(transaction, services, node, follower, *asking);
    if (done && *sends) done = queue_items(transaction, services, node, follower, read.wish.after);
    return done;
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
    const Follower follower{origin, read->wish.feed, mail.inner.token, mail.inner.message.envelope.date};
    auto done = answer_wish(transaction, services, **node, follower, *read);
    if (!done && done.error().code == 409) return Taken{280};
    if (!done) return as_taken(std::move(done.error()));
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
