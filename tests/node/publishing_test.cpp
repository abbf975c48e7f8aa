// Nodes, subscriptions and feeds: within one house, and between two.
#include <algorithm>
#include <set>

#include "bridge/mail/feed_word.hpp"
#include "bridge/mail/metadata.hpp"
#include "bridge/mail/retry.hpp"
#include "bridge/node/departure.hpp"
#include "bridge/node/feed_wishes.hpp"
#include "bridge/node/own_item.hpp"
#include "bridge/node/queueing.hpp"
#include "bridge/node/receipt_book.hpp"
#include "bridge/node/subscribing.hpp"
#include "tests/node/house.hpp"

namespace immp::bridge {
namespace {

using namespace std::chrono_literals;

constexpr const char* kNews = "bob/news@b.example";

Imid imid(const std::string& text) {
    return parse_imid(text).value();
}

class Publishing : public TwoDomains {
  protected:
    static int code_of(const Answer& answer) { return answer ? 200 : answer.error().code; }

    int create(const std::string& node = kNews, bool is_open = true) {
        const Imid name = imid(node);
        House& house = house_of(name.domain);
        return code_of(house.ask(*house.node->make_desk(),
                                 CreateNode{owner_of(name), name, "News", "What is new", is_open}));
    }
    Answer publish_answer(const std::string& text, const std::string& id = "",
                          const std::string& node = kNews) {
        const Imid name = imid(node);
        House& house = house_of(name.domain);
        auto desk = house.node->make_desk();
        desk->part_octets({1, 0, text});
        return house.ask(*desk, PublishItem{1, owner_of(name), name, id, "n", "text", "text/plain", 0});
    }
    std::string publish(const std::string& text, const std::string& node = kNews) {
        const auto answer = publish_answer(text, "", node);
        EXPECT_TRUE(answer) << answer.error().text;
        return answer ? std::get<PublishedItem>(*answer).id : "";
    }
    Answer subscribe(const std::string& account, const std::string& node = kNews) {
        House& house = house_of(imid(account).domain);
        return house.ask(*house.node->make_desk(), Subscribe{account, imid(node)});
    }
    /// Where no answer comes: the session's patience ends.
    int subscribe_in_vain(const std::string& account, const std::string& node = kNews) {
        std::optional<Answer> answer;
        House& house = house_of(imid(account).domain);
        auto desk = house.node->make_desk();
        desk->ask(Subscribe{account, imid(node)}, [&](Answer given) { answer = std::move(given); });
        EXPECT_TRUE(loop_.advance_until(1s, [&] {
            house.outbox_rows();
            return answer.has_value();
        }));
        EXPECT_TRUE(answer && !*answer && answer->error().retry);
        return answer ? code_of(*answer) : 0;
    }
    int unsubscribe(const std::string& account, const std::string& node = kNews) {
        House& house = house_of(imid(account).domain);
        return code_of(house.ask(*house.node->make_desk(), Unsubscribe{account, "", imid(node)}));
    }
    int decide(const std::string& person, NodeAdmission decision, const std::string& node = kNews) {
        const Imid name = imid(node);
        House& house = house_of(name.domain);
        return code_of(
            house.ask(*house.node->make_desk(), DecidePerson{owner_of(name), name, imid(person), decision}));
    }
    SubscriptionList subscriptions(const std::string& account) {
        House& house = house_of(imid(account).domain);
        const auto answer = house.ask(*house.node->make_desk(), ListSubscriptions{account});
        EXPECT_TRUE(answer);
        return answer ? std::get<SubscriptionList>(*answer) : SubscriptionList{};
    }
    std::string state(const std::string& account) {
        const auto list = subscriptions(account);
        return list.empty() ? "none" : list.back().state;
    }
    NodeLine line(const std::string& node = kNews) {
        const Imid name = imid(node);
        House& house = house_of(name.domain);
        const auto answer = house.ask(*house.node->make_desk(), ListNodes{owner_of(name), name});
        EXPECT_TRUE(answer) << answer.error().text;
        return answer ? std::get<NodeList>(*answer).nodes.front() : NodeLine{};
    }
    std::vector<IndexEntry> pushes(const std::string& account) {
        return house_of(imid(account).domain).index(account, "/PUSH");
    }
    std::string json(const std::string& account, const std::string& uuid) {
        House& house = house_of(imid(account).domain);
        auto desk = house.node->make_desk();
        const auto answer =
            house.ask(*desk, FetchMessage{account, "/PUSH", uuid, FetchForm::json, "", false});
        EXPECT_TRUE(answer) << answer.error().text;
        return answer ? house.pull_all(*desk, std::get<Fetched>(*answer).source) : "";
    }
    bool has(const std::string& account, std::size_t count) {
        return loop_.advance_until(1s, [&] { return pushes(account).size() >= count; });
    }
    static bool fans_out(House& house) {
        const auto next = house.in_store<bool>([](Transaction& transaction) -> Result<bool> {
            const auto fanout = transaction.feeds().next_fanout(0);
            if (!fanout) return std::unexpected(fanout.error());
            return fanout->has_value();
        });
        return next.value();
    }
    /// What arrived is with its subscribers, and what that brought about has arrived, too.
    bool is_still() {
        const auto is_sent = [&] { return a_.outbox_rows() == 0 && b_.outbox_rows() == 0; };
        return loop_.advance_until(1s,
                                   [&] { return is_sent() && !fans_out(a_) && !fans_out(b_) && is_sent(); });
    }
    std::size_t bundles_from(const std::string& domain) {
        std::set<std::string> ids;
        for (const auto& [from, piece] : wire_.pieces)
            if (from == domain) ids.insert(piece.bundle_id);
        return ids.size();
    }
    /// An item that never comes by itself, behind those that alice has, and one that does.
    void miss_one_and_get_it(std::size_t there) {
        ASSERT_TRUE(is_still());
        b_.link_down();
        publish("missed");
        lose_what_waits();
        const std::string next = publish("next");
        b_.link_up();
        ASSERT_TRUE(has("alice@a.example", there + 2)) << "what was missing came";
        ASSERT_TRUE(is_still());
        const std::string text = json("alice@a.example", next);
        EXPECT_EQ(text.find("chain"), text.npos) << "no gap any more: " << text;
    }
    /// Her account goes, and nobody is told.
    void lose_the_only_subscriber() {
        ASSERT_EQ(create(), 200);
        raise_links();
        ASSERT_TRUE(subscribe("alice@a.example"));
        ASSERT_TRUE(is_still());
        a_.remove_account("alice@a.example");
    }
    House& house_of(const std::string& domain) { return domain == "a.example" ? a_ : b_; }
    static std::string owner_of(const Imid& node) {
        return node.local.substr(0, node.local.find('/')) + "@" + node.domain;
    }
    /// An item of a house's own making, to whom it likes.
    void send_item(House& house, OwnItem item) {
        EXPECT_TRUE(house.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
            NodeServices services = services_of(house);
            auto queued = queue_own_item(transaction, drop_context(services), item);
            if (!queued) return std::unexpected(queued.error());
            return Done{};
        }));
        house.link_up();
    }
    NodeServices services_of(House& house) {
        return NodeServices{.domain = house.domain,
                            .owner = "test",
                            .limits = {},
                            .store = *house.store,
                            .workers = *house.workers,
                            .now = [this] { return loop_.now() - age_; },
                            .uuid = armor::random_uuid,
                            .chance = [] { return 0.5; },
                            .post = [](auto) {},
                            .after = [](auto, auto) {},
                            .log = [](auto, auto) {}};
    }
    void set_limit(const std::string& account, std::uint64_t bytes) {
        EXPECT_TRUE(
            house_of(imid(account).domain).in_store<Done>([&](Transaction& transaction) -> Result<Done> {
                const auto id = transaction.accounts().find(account);
                auto set = transaction.quotas().set_limit(**id, bytes);
                if (!set) return std::unexpected(set.error());
                return Done{};
            }));
    }
    /// What waits in b.example is lost on its way: as if its rows had run out of time.
    void lose_what_waits() {
        EXPECT_TRUE(b_.in_store<Done>([](Transaction& transaction) -> Result<Done> {
            auto rows = transaction.outbox().expired(Time::max(), 100);
            for (const OutboxRow& row : *rows)
                if (!transaction.outbox().finish(row.id)) return fail(702, "");
            return Done{};
        }));
    }
    /// What b.example sends is lost; what comes there is taken.
    void silence_b() {
        wire_.fate = [](const std::string& from, auto&) {
            return from == "b.example" ? Fate::lose : Fate::pass;
        };
    }
    /// How long the account waits for the answer of b.example, which is silent.
    Time::duration wait_for_an_answer_in_vain(const std::string& account) {
        silence_b();
        EXPECT_EQ(subscribe_in_vain(account), 480);
        EXPECT_TRUE(loop_.advance_until(1s, [&] { return b_.outbox_rows() > 0 && a_.outbox_rows() == 0; }))
            << "the question was taken";
        const Time asked = loop_.now();
        // Writes are waited for, or the days run ahead of the housekeeping.
        EXPECT_TRUE(
            loop_.advance_until(1h, [&] { return a_.outbox_rows() == 0 && state(account) != "asked"; }));
        return loop_.now() - asked;
    }
    FeedRow feed_of(House& house, const std::string& node = kNews) {
        auto feed = house.in_store<FeedRow>([&](Transaction& transaction) -> Result<FeedRow> {
            auto found = transaction.feeds().of_node(node);
            if (!found || !*found) return fail(404, "no feed");
            return **found;
        });
        EXPECT_TRUE(feed);
        return feed.value_or(FeedRow{});
    }

    std::chrono::seconds age_{0};  ///< of what send_item() sends
};

TEST_F(Publishing, ANodeHasItsPublishersName) {
    EXPECT_EQ(create(), 200);
    EXPECT_EQ(create(), 409);
    const auto made = [&](const std::string& account, const std::string& node) {
        return code_of(b_.ask(*b_.node->make_desk(), CreateNode{account, imid(node), "", "", true}));
    };
    EXPECT_EQ(made("dave@b.example", "bob/other@b.example"), 403) << "another's";
    EXPECT_EQ(made("bob@b.example", "bob/news@a.example"), 403) << "another domain's";
    EXPECT_EQ(made("bob@b.example", "nobody/x@b.example"), 403);
    EXPECT_EQ(made("bob@b.example", "bob@b.example"), 200) << "its own name";
    EXPECT_EQ(line("bob@b.example").title, "bob@b.example");
    EXPECT_EQ(code_of(publish_answer("x", "", "bob/none@b.example")), 404);
}

TEST_F(Publishing, ItsOwnDomainsSubscribersGetItemsWithoutAnyBundle) {
    ASSERT_EQ(create(), 200);
    publish("before");
    const auto answer = subscribe("dave@b.example");
    ASSERT_TRUE(answer) << answer.error().text;
    EXPECT_EQ(std::get<Subscribed>(*answer).title, "News");
    EXPECT_EQ(pushes("dave@b.example").size(), 1u) << "what there was";
    EXPECT_EQ(code_of(subscribe("dave@b.example")), 409);
    const std::string id = publish("behind");
    ASSERT_TRUE(has("dave@b.example", 2));
    const auto index = pushes("dave@b.example");
    EXPECT_EQ(index[0].id, id);
    EXPECT_EQ(index[0].from, kNews);
    const std::string text = json("dave@b.example", id);
    EXPECT_NE(text.find(R"("kind":"item")"), text.npos) << text;
    EXPECT_NE(text.find(R"("sequence":2,"previous":")"), text.npos) << text;
    EXPECT_EQ(text.find("chain"), text.npos);
    EXPECT_EQ(wire_.pieces.size(), 0u);
    EXPECT_EQ(line().items, 2u);
    EXPECT_EQ(line().domains, 1u);
    EXPECT_EQ(unsubscribe("dave@b.example"), 200);
    EXPECT_EQ(unsubscribe("dave@b.example"), 454);
    publish("unheard");
    EXPECT_EQ(pushes("dave@b.example").size(), 2u);
    EXPECT_EQ(line().domains, 0u);
    EXPECT_EQ(code_of(subscribe("dave@b.example", "bob/none@b.example")), 481);
}

TEST_F(Publishing, AnItemIsPublishedOnce) {
    ASSERT_EQ(create(), 200);
    const std::string id = "00000000-0000-4000-8000-000000000001";
    EXPECT_EQ(code_of(publish_answer("x", id)), 200);
    EXPECT_EQ(code_of(publish_answer("x", id)), 409);
    EXPECT_EQ(code_of(publish_answer("y", id)), 452);
    EXPECT_EQ(line().items, 1u);
}

TEST_F(Publishing, OneBundleADomainHoweverManySubscribers) {
    ASSERT_EQ(create(), 200);
    publish("before");
    raise_links();
    const auto answer = subscribe("alice@a.example");
    ASSERT_TRUE(answer) << answer.error().text;
    EXPECT_EQ(std::get<Subscribed>(*answer).title, "News");
    ASSERT_TRUE(has("alice@a.example", 1)) << "history from the publisher";
    ASSERT_TRUE(is_still());
    const std::size_t asked = bundles_from("a.example");
    ASSERT_TRUE(subscribe("carol@a.example"));
    EXPECT_EQ(pushes("carol@a.example").size(), 1u) << "history from her own domain";
    EXPECT_EQ(bundles_from("a.example"), asked) << "the domain has a feed already";
    EXPECT_EQ(state("carol@a.example"), "active");
    const std::size_t before = bundles_from("b.example");
    const std::string id = publish("to both");
    ASSERT_TRUE(has("alice@a.example", 2));
    ASSERT_TRUE(has("carol@a.example", 2));
    ASSERT_TRUE(is_still());
    EXPECT_EQ(bundles_from("b.example"), before + 1);
    EXPECT_EQ(pushes("carol@a.example")[0].id, id);
    const auto stored = a_.in_store<std::uint64_t>([](Transaction& transaction) -> Result<std::uint64_t> {
        std::set<std::string> bodies;
        for (MessageId message = 1; message < 100; ++message) {
            const auto found = transaction.mailboxes().message(message);
            if (found && *found && (*found)->envelope.kind == Kind::item)
                bodies.insert((*found)->envelope.id);
        }
        return bodies.size();
    });
    EXPECT_EQ(stored, 2u) << "one stored message an item";
    const std::string text = json("alice@a.example", id);
    EXPECT_EQ(text.find("chain"), text.npos) << text;
}

TEST_F(Publishing, AfterTheLastUnsubscribeItemsAreRefusedAtTheDoor) {
    ASSERT_EQ(create(), 200);
    raise_links();
    ASSERT_TRUE(subscribe("alice@a.example"));
    ASSERT_TRUE(is_still());
    EXPECT_EQ(line().domains, 1u);
    // The publisher's domain never hears of it.
    wire_.fate = [](const std::string& from, auto&) { return from == "a.example" ? Fate::lose : Fate::pass; };
    EXPECT_EQ(unsubscribe("alice@a.example"), 200);
    publish("unwanted");
    ASSERT_TRUE(loop_.advance_until(1s, [&] { return b_.outbox_rows() == 0; }));
    EXPECT_EQ(pushes("alice@a.example").size(), 0u);
    EXPECT_EQ(line().domains, 0u) << "454 in a verified receipt ended it";
    EXPECT_TRUE(b_.index("bob@b.example").empty()) << "no bounce";
}

TEST_F(Publishing, AWishIsKeptWhileThePublisherIsAway) {
    ASSERT_EQ(create(), 200);
    publish("before");
    b_.is_reachable = false;
    raise_links();
    EXPECT_EQ(subscribe_in_vain("alice@a.example"), 480);
    EXPECT_EQ(state("alice@a.example"), "asked");
    a_.restart();
    b_.is_reachable = true;
    raise_links();
    ASSERT_TRUE(has("alice@a.example", 1));
    EXPECT_EQ(state("alice@a.example"), "active");
    EXPECT_EQ(subscriptions("alice@a.example")[0].title, "News");
    EXPECT_EQ(code_of(subscribe("alice@a.example")), 409);
}

TEST_F(Publishing, ANodeThatIsNotThereIs481AndLeavesNothing) {
    raise_links();
    EXPECT_EQ(code_of(subscribe("alice@a.example")), 481);
    EXPECT_EQ(state("alice@a.example"), "none");
    ASSERT_TRUE(is_still());
    ASSERT_EQ(create(), 200);
    EXPECT_EQ(code_of(subscribe("alice@a.example")), 200) << "it is there now";
}

TEST_F(Publishing, ADroppedNodeIsGoneForItsSubscribers) {
    ASSERT_EQ(create(), 200);
    raise_links();
    ASSERT_TRUE(subscribe("alice@a.example"));
    ASSERT_TRUE(subscribe("dave@b.example"));
    publish("kept");
    ASSERT_TRUE(has("alice@a.example", 1));
    EXPECT_EQ(code_of(b_.ask(*b_.node->make_desk(), DropNode{"dave@b.example", imid(kNews)})), 404);
    EXPECT_EQ(code_of(b_.ask(*b_.node->make_desk(), DropNode{"bob@b.example", imid(kNews)})), 200);
    EXPECT_EQ(state("dave@b.example"), "gone");
    ASSERT_TRUE(is_still());
    EXPECT_EQ(state("alice@a.example"), "gone");
    EXPECT_EQ(pushes("alice@a.example").size(), 1u);
    EXPECT_EQ(code_of(subscribe("alice@a.example")), 481);
    ASSERT_EQ(create(), 200);
    EXPECT_EQ(code_of(subscribe("alice@a.example")), 200) << "another node of that name";
    EXPECT_EQ(state("alice@a.example"), "active");
    EXPECT_EQ(unsubscribe("alice@a.example"), 200);
    EXPECT_EQ(unsubscribe("alice@a.example"), 200) << "the one that is gone";
    EXPECT_EQ(unsubscribe("alice@a.example"), 454);
}

TEST_F(Publishing, AClosedNodeAdmitsByName) {
    ASSERT_EQ(create(kNews, false), 200);
    publish("before");
    raise_links();
    const auto waiting = subscribe("alice@a.example");
    ASSERT_FALSE(waiting);
    EXPECT_EQ(waiting.error().code, 480);
    EXPECT_TRUE(waiting.error().retry);
    EXPECT_EQ(state("alice@a.example"), "waiting");
    ASSERT_TRUE(is_still());
    publish("not for her");
    ASSERT_TRUE(is_still());
    EXPECT_EQ(line().waiting, 1u);
    EXPECT_TRUE(pushes("alice@a.example").empty());
    EXPECT_EQ(decide("alice@a.example", NodeAdmission::admitted), 200);
    ASSERT_TRUE(has("alice@a.example", 2)) << "what there was";
    EXPECT_EQ(state("alice@a.example"), "active");
    // Beforehand, and refused.
    EXPECT_EQ(decide("carol@a.example", NodeAdmission::refused), 200);
    const auto refused = subscribe("carol@a.example");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, 480);
    EXPECT_FALSE(refused.error().retry);
    ASSERT_TRUE(is_still());
    publish("for alice");
    ASSERT_TRUE(has("alice@a.example", 3));
    EXPECT_TRUE(pushes("carol@a.example").empty());
    EXPECT_EQ(decide("carol@a.example", NodeAdmission::admitted), 200);
    ASSERT_TRUE(has("carol@a.example", 3));
    // Her own domain's user too.
    EXPECT_EQ(code_of(subscribe("dave@b.example")), 480);
    EXPECT_EQ(decide("dave@b.example", NodeAdmission::admitted), 200);
    EXPECT_EQ(pushes("dave@b.example").size(), 3u);
    EXPECT_EQ(decide("alice@a.example", NodeAdmission::refused), 200);
    ASSERT_TRUE(is_still());
    EXPECT_EQ(state("alice@a.example"), "refused");
    publish("without alice");
    ASSERT_TRUE(has("carol@a.example", 4));
    EXPECT_EQ(pushes("alice@a.example").size(), 3u);
}

TEST_F(Publishing, WhoIsAdmittedBeforehandSubscribesAtOnce) {
    ASSERT_EQ(create(kNews, false), 200);
    EXPECT_EQ(decide("alice@a.example", NodeAdmission::admitted), 200);
    raise_links();
    const auto answer = subscribe("alice@a.example");
    EXPECT_TRUE(answer) << answer.error().text;
    ASSERT_EQ(create("bob/open@b.example"), 200);
    EXPECT_EQ(decide("alice@a.example", NodeAdmission::admitted, "bob/open@b.example"), 400);
}

TEST_F(Publishing, AGapIsShownAndAskedForOnce) {
    ASSERT_EQ(create(), 200);
    raise_links();
    ASSERT_TRUE(subscribe("alice@a.example"));
    publish("one");
    ASSERT_TRUE(has("alice@a.example", 1));
    miss_one_and_get_it(1);
    EXPECT_EQ(feed_of(a_).asked, 1u);
}

TEST_F(Publishing, TheFirstItemIsMissedToo) {
    ASSERT_EQ(create(), 200);
    raise_links();
    ASSERT_TRUE(subscribe("alice@a.example"));
    ASSERT_TRUE(is_still());
    EXPECT_EQ(feed_of(a_).base, 0u);
    miss_one_and_get_it(0);
}

TEST_F(Publishing, WhatWasPublishedBeforeSomebodyWasLetInIsNoGap) {
    ASSERT_EQ(create(kNews, false), 200);
    for (int i = 0; i < 25; ++i)
        publish("before " + std::to_string(i));
    raise_links();
    EXPECT_EQ(code_of(subscribe("alice@a.example")), 480);
    ASSERT_TRUE(is_still());
    for (int i = 0; i < 30; ++i)
        publish("not for her " + std::to_string(i));
    ASSERT_EQ(decide("alice@a.example", NodeAdmission::admitted), 200);
    ASSERT_TRUE(has("alice@a.example", 20));
    ASSERT_TRUE(is_still());
    const std::string next = publish("for her");
    ASSERT_TRUE(has("alice@a.example", 21));
    ASSERT_TRUE(is_still());
    EXPECT_EQ(feed_of(a_).asked, 0u);
    EXPECT_EQ(pushes("alice@a.example").size(), 21u);
    for (const IndexEntry& item : pushes("alice@a.example"))
        EXPECT_EQ(json("alice@a.example", item.id).find("chain"), std::string::npos) << item.id;
}

TEST_F(Publishing, AFeedWhoseAnswerNeverComesIsGivenUp) {
    ASSERT_EQ(create(), 200);
    raise_links();
    const auto waited = wait_for_an_answer_in_vain("alice@a.example");
    EXPECT_EQ(state("alice@a.example"), "gone");
    EXPECT_GE(waited, kRetryHorizon - 1min);
    EXPECT_LE(waited, kRetryHorizon + 3h);
}

TEST_F(Publishing, AUsersWishWhoseAnswerNeverComesIsRefused) {
    ASSERT_EQ(create(kNews, false), 200);
    ASSERT_EQ(decide("alice@a.example", NodeAdmission::admitted), 200);
    raise_links();
    ASSERT_TRUE(subscribe("alice@a.example"));
    ASSERT_TRUE(is_still());
    const auto waited = wait_for_an_answer_in_vain("carol@a.example");
    EXPECT_EQ(state("carol@a.example"), "refused");
    EXPECT_GE(waited, 2 * kRetryHorizon - 1min);
    EXPECT_EQ(state("alice@a.example"), "active");
}

/// What b's node could say to a's feed, by whoever holds its keys.
class FalseItems : public Publishing {
  protected:
    FalseItems() {
        EXPECT_EQ(create(), 200);
        raise_links();
        EXPECT_TRUE(subscribe("alice@a.example"));
        EXPECT_TRUE(is_still());
        feed_ = feed_of(a_);
        token_ = a_.in_store<std::string>([&](Transaction& transaction) {
                       return feed_token(transaction, feed_.uuid);
                   }).value();
    }
    void send_word(const NodeWord& word) {
        send_item(b_, {Kind::subscribe,
                       kNews,
                       imid(feed_.uuid + "@a.example"),
                       {},
                       {{"node", kNodeWordType, node_word_json(word)}},
                       token_});
        EXPECT_TRUE(is_still());
    }
    void send(House& house, const std::string& from, const std::string& feed, const std::string& token,
              std::uint64_t sequence, const std::string& previous, const std::string& text = "false") {
        Envelope place;
        place.sequence = sequence;
        place.previous = previous;
        send_item(house, {Kind::item,
                          from,
                          imid(feed + "@a.example"),
                          "n",
                          {{"place", kMetadataType, metadata_json(place)}, {"text", "text/plain", text}},
                          token});
        EXPECT_TRUE(is_still());
    }
    std::string chain_of_newest() {
        const std::string text = json("alice@a.example", pushes("alice@a.example")[0].id);
        const auto at = text.find(R"("chain":")");
        return at == text.npos ? "" : text.substr(at + 9, text.find('"', at + 9) - at - 9);
    }
    FeedRow feed_;
    std::string token_;
    static constexpr const char* kDigest = "0000000000000000000000000000000000000000000000000000000000000000";
};

TEST_F(FalseItems, OnlyTheNodeUnderTheFeedsTokenIsTaken) {
    send(b_, kNews, feed_.uuid, std::string(43, 'A'), 1, "");
    EXPECT_TRUE(pushes("alice@a.example").empty()) << "another token";
    EXPECT_EQ(line().domains, 0u) << "to who says so it is 454";
    send(b_, kNews, feed_.uuid, "", 1, "");
    send(b_, "bob/other@b.example", feed_.uuid, token_, 1, "");
    send(b_, kNews, armor::random_uuid(), token_, 1, "");
    send(b_, "b.example", feed_.uuid, token_, 1, "");
    EXPECT_TRUE(pushes("alice@a.example").empty());
    // The feed of another domain's node, by its true token.
    ASSERT_EQ(create("alice/own@a.example"), 200);
    ASSERT_TRUE(subscribe("carol@a.example", "alice/own@a.example"));
    const FeedRow own = feed_of(a_, "alice/own@a.example");
    const auto own_token =
        a_.in_store<std::string>([&](Transaction& transaction) { return feed_token(transaction, own.uuid); });
    send(b_, kNews, own.uuid, *own_token, 1, "");
    EXPECT_TRUE(pushes("carol@a.example").empty());
    send(b_, kNews, feed_.uuid, token_, 1, "");
    EXPECT_EQ(pushes("alice@a.example").size(), 1u) << "the true one";
}

TEST_F(FalseItems, AnEditIsShown) {
    send(b_, kNews, feed_.uuid, token_, 1, "");
    EXPECT_EQ(chain_of_newest(), "");
    send(b_, kNews, feed_.uuid, token_, 2, kDigest, "another history");
    EXPECT_EQ(chain_of_newest(), "edited");
    send(b_, kNews, feed_.uuid, token_, 2, kDigest, "the same number again");
    EXPECT_EQ(chain_of_newest(), "edited");
    send(b_, kNews, feed_.uuid, token_, 7, kDigest, "far ahead");
    EXPECT_EQ(chain_of_newest(), "gap");
    EXPECT_EQ(feed_of(a_).asked, 2u);
    send(b_, kNews, feed_.uuid, token_, 9, kDigest, "farther");
    EXPECT_EQ(chain_of_newest(), "gap");
    EXPECT_EQ(pushes("alice@a.example").size(), 5u);
}

TEST_F(FalseItems, WhatComesBehindTheNodesWordIsMissed) {
    NodeWord word{"News", "", true, 40, std::uint64_t{1} << 40};
    send_word(word);
    EXPECT_EQ(feed_of(a_).base, 40u);
    send(b_, kNews, feed_.uuid, token_, 43, kDigest);
    EXPECT_EQ(chain_of_newest(), "gap");
    EXPECT_EQ(feed_of(a_).asked, 40u);
    send(b_, kNews, feed_.uuid, token_, 41, kDigest, "the next");
    EXPECT_EQ(chain_of_newest(), "");
    send(b_, kNews, feed_.uuid, token_, 39, kDigest, "of before");
    EXPECT_EQ(chain_of_newest(), "");
}

TEST_F(FalseItems, OneThatIsOlderThanAllThatAreKeptIsFiled) {
    send(b_, kNews, feed_.uuid, token_, 1, "");
    for (std::uint64_t i = 2; i <= kKeptItems + 1; ++i)
        send(b_, kNews, feed_.uuid, token_, i, kDigest);
    send(b_, kNews, feed_.uuid, token_, 1, "", "ancient");
    EXPECT_EQ(pushes("alice@a.example").size(), kKeptItems + 2);
}

TEST_F(FalseItems, OneOfNoFormIsRefused) {
    send_item(
        b_, {Kind::item, kNews, imid(feed_.uuid + "@a.example"), "n", {{"text", "text/plain", "x"}}, token_});
    EXPECT_TRUE(is_still());
    send(b_, kNews, feed_.uuid, token_, 2, "");
    send(b_, kNews, feed_.uuid, token_, 1, "", std::string(5 << 20, 'x'));
    EXPECT_TRUE(pushes("alice@a.example").empty());
    EXPECT_TRUE(b_.index("bob@b.example").empty());
}

TEST_F(FalseItems, OneThatSaysMoreThanItsPlaceIsRefused) {
    send_item(b_, {Kind::item,
                   kNews,
                   imid(feed_.uuid + "@a.example"),
                   "n",
                   {{"place", kMetadataType, R"({"sequence":1,"to":["carol@a.example"]})"},
                    {"text", "text/plain", "x"}},
                   token_});
    EXPECT_TRUE(is_still());
    EXPECT_TRUE(pushes("alice@a.example").empty());
}

TEST_F(FalseItems, AnItemBeforeTheNodesFirstWordWaitsForIt) {
    a_.link_down();
    EXPECT_EQ(create("bob/board@b.example", false), 200);
    EXPECT_EQ(subscribe_in_vain("alice@a.example", "bob/board@b.example"), 480);
    feed_ = feed_of(a_, "bob/board@b.example");
    token_ =
        a_.in_store<std::string>([&](Transaction& tables) { return feed_token(tables, feed_.uuid); }).value();
    const std::uint64_t messages = a_.rows("messages");
    for (const char* text : {"early", "another in its place", "and another"}) {
        send_item(b_, {Kind::item,
                       "bob/board@b.example",
                       imid(feed_.uuid + "@a.example"),
                       "n",
                       {{"place", kMetadataType, R"({"sequence":1})"}, {"text", "text/plain", text}},
                       token_});
        ASSERT_TRUE(loop_.advance_until(1s, [&] { return b_.outbox_rows() == 0; }));
    }
    EXPECT_EQ(a_.rows("messages"), messages + 1)
        << "one of each place waits; nobody would ever look for others";
    a_.link_up();
    ASSERT_TRUE(loop_.advance_until(1s, [&] { return state("alice@a.example") == "waiting"; }));
    EXPECT_TRUE(pushes("alice@a.example").empty()) << "whom the node has not let in has nothing of it";
    EXPECT_EQ(decide("alice@a.example", NodeAdmission::admitted, "bob/board@b.example"), 200);
    EXPECT_TRUE(has("alice@a.example", 1));
}

TEST_F(FalseItems, AWordDecidesOnlyAboutItsOwnFeed) {
    ASSERT_EQ(create("alice/own@a.example", false), 200);
    EXPECT_EQ(code_of(subscribe("carol@a.example", "alice/own@a.example")), 480);
    NodeWord word{"Evil", "", true, 0, std::uint64_t{1} << 40};
    word.admitted = {subscriptions("carol@a.example")[0].uuid};
    send_word(word);
    EXPECT_EQ(feed_of(a_).title, "Evil");
    EXPECT_EQ(state("carol@a.example"), "waiting");
    EXPECT_EQ(subscriptions("alice@a.example")[0].title, "News") << "as it was when it was accepted";
}

/// A domain that wants what it should not.
class FalseWishes : public Publishing {
  protected:
    /// A feed that a.example still wants: the wishes for any other are given up when they are refused.
    std::string wanted_feed() {
        const std::string uuid = armor::random_uuid();
        EXPECT_TRUE(a_.in_store<SubscriptionId>([&](Transaction& transaction) -> Result<SubscriptionId> {
            const auto alice = transaction.accounts().find("alice@a.example");
            const auto feed = transaction.feeds().add({0, uuid, kNews, FeedState::asked});
            if (!alice || !feed) return fail(404, "no account or no feed");
            return transaction.feeds().subscribe(
                {0, armor::random_uuid(), **alice, *feed, Wish::made, 0, {}, {}, loop_.now()});
        }));
        return uuid;
    }
    /// For how long what waits in a house is put off.
    std::chrono::seconds put_off(House& house) {
        return house
            .in_store<std::chrono::seconds>([&](Transaction& transaction) -> Result<std::chrono::seconds> {
                const auto waiting = transaction.outbox().waiting();
                if (!waiting || waiting->empty()) return std::chrono::seconds(0);
                return waiting->front().next_try - loop_.now();
            })
            .value_or(std::chrono::seconds(0));
    }
    FalseWishes() {
        EXPECT_EQ(create(), 200);
        raise_links();
    }
    void wish(const std::string& from, const std::string& feed, const std::string& token,
              Kind kind = Kind::subscribe, const std::string& subscription = "") {
        send_wish(from, feed, token, kind, subscription);
        EXPECT_TRUE(is_still());
    }
    void send_wish(const std::string& from, const std::string& feed, const std::string& token,
                   Kind kind = Kind::subscribe, const std::string& subscription = "",
                   const std::string& node = kNews) {
        send_item(a_, {kind,
                       from,
                       imid(node),
                       {},
                       {{"wish", kFeedWishType, feed_wish_json({feed, 0, subscription})}},
                       token});
    }
    std::string followers_feed() {
        auto feed = b_.in_store<std::string>([](Transaction& transaction) -> Result<std::string> {
            const auto node = transaction.nodes().find(kNews);
            if (!node || !*node) return fail(404, "no node");
            const auto follower = transaction.nodes().follower((*node)->id, "a.example");
            return follower && *follower ? (*follower)->feed : "";
        });
        return feed.value_or("");
    }
    std::vector<OutboxRow> rows_of_b() {
        auto rows = b_.in_store<std::vector<OutboxRow>>([](Transaction& transaction) {
            return transaction.outbox().claim("a.example", "test", {10'000, 1ull << 40}, Time::max(), Time{});
        });
        return rows.value_or(std::vector<OutboxRow>{});
    }
};

TEST_F(FalseWishes, ANewFeedTakesBackWhatWaitsForTheFormer) {
    for (int i = 0; i < 5; ++i)
        publish("item " + std::to_string(i));
    b_.link_down();
    const std::string token(43, 'A');
    std::string newest;
    for (int i = 0; i < 4; ++i) {
        newest = armor::random_uuid();
        loop_.advance(2s);
        send_wish("a.example", newest, token);
        ASSERT_TRUE(loop_.run_until([&] { return a_.outbox_rows() == 0; }));
    }
    const auto rows = rows_of_b();
    EXPECT_EQ(rows.size(), 6u) << "a word and five items, for one feed";
    for (const OutboxRow& row : rows)
        EXPECT_EQ(row.recipient, newest + "@a.example");
}

TEST_F(FalseWishes, AWishThatWasOvertakenTakesNothingBack) {
    const std::string token(43, 'A');
    const std::string newest = armor::random_uuid();
    b_.link_down();
    send_wish("a.example", newest, token);
    ASSERT_TRUE(loop_.run_until([&] { return a_.outbox_rows() == 0; }));
    age_ = 60s;
    send_wish("a.example", armor::random_uuid(), token);
    ASSERT_TRUE(loop_.run_until([&] { return a_.outbox_rows() == 0; }));
    EXPECT_EQ(followers_feed(), newest);
}

TEST_F(FalseWishes, TheItemsOfANodeAreHadSoOften) {
    publish("one");
    b_.link_down();
    const std::string feed = wanted_feed();
    for (int i = 0; i < 12; ++i) {
        send_wish("a.example", feed, std::string(43, 'A'));
        ASSERT_TRUE(loop_.run_until([&] { return a_.outbox_rows() == 0; }));
    }
    send_wish("a.example", feed, std::string(43, 'A'));
    ASSERT_TRUE(loop_.run_until([&] { return put_off(a_) >= 60s; })) << "429";
}

TEST_F(FalseWishes, WhoIsPutOffHasTheHistoryLater) {
    b_.limits.history_rate = {1, 4h};
    b_.restart();
    b_.link_up();
    ASSERT_EQ(create("bob/board@b.example", false), 200);
    publish("before", "bob/board@b.example");
    for (const std::string person : {kCarol, kAlice})
        ASSERT_EQ(decide(person, NodeAdmission::admitted, "bob/board@b.example"), 200);
    ASSERT_TRUE(subscribe(kCarol, "bob/board@b.example"));
    ASSERT_TRUE(has(kCarol, 1)) << "the only history for now";
    ASSERT_EQ(unsubscribe(kCarol, "bob/board@b.example"), 200);
    ASSERT_TRUE(is_still());
    EXPECT_EQ(subscribe_in_vain(kAlice, "bob/board@b.example"), 480);
    ASSERT_TRUE(loop_.run_until([&] { return put_off(a_) >= 1h; })) << "429";
    loop_.advance(put_off(a_));
    ASSERT_TRUE(has(kAlice, 1)) << "what there was";
}

TEST_F(Publishing, AUsersWishThatFailsEndsOnlyItself) {
    ASSERT_EQ(create(kNews, false), 200);
    ASSERT_EQ(decide("alice@a.example", NodeAdmission::admitted), 200);
    raise_links();
    ASSERT_TRUE(subscribe("alice@a.example"));
    ASSERT_TRUE(is_still());
    a_.link_down();
    EXPECT_EQ(subscribe_in_vain("carol@a.example"), 480);
    EXPECT_TRUE(a_.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
        const auto rows = transaction.outbox().expired(Time::max(), 10);
        EXPECT_EQ(rows->size(), 1u);
        const NodeServices services = services_of(a_);
        if (auto done = bounce_row(transaction, services, rows->front(), 720, "never reached"); !done)
            return std::unexpected(done.error());
        return Done{};
    }));
    EXPECT_EQ(state("carol@a.example"), "refused");
    EXPECT_EQ(state("alice@a.example"), "active");
    a_.link_up();
    publish("goes on");
    EXPECT_TRUE(has("alice@a.example", 1));
    EXPECT_EQ(unsubscribe("carol@a.example"), 200);
    EXPECT_EQ(code_of(subscribe("carol@a.example")), 480);
    EXPECT_EQ(state("carol@a.example"), "waiting") << "asked anew";
}

TEST_F(Publishing, WhatNobodyHeardOfEndsUnheard) {
    ASSERT_EQ(create(), 200);
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(subscribe_in_vain("alice@a.example"), 480);
        EXPECT_EQ(a_.outbox_rows(), 1u);
        EXPECT_EQ(unsubscribe("alice@a.example"), 200);
        EXPECT_EQ(a_.outbox_rows(), 0u);
    }
}

TEST_F(Publishing, AnAccountAsksOtherDomainsSoOften) {
    const NodeServices services = services_of(a_);
    int refused = 0;
    for (int i = 0; i < 301 && refused == 0; ++i) {
        const auto answer = a_.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
            const auto look = bridge::subscribe(
                transaction, services, {"alice@a.example", imid("bob/n" + std::to_string(i) + "@b.example")});
            if (!look) return std::unexpected(look.error());
            return Done{};
        });
        if (!answer) refused = answer.error().code;
        EXPECT_EQ(answer.has_value(), i < 300);
    }
    EXPECT_EQ(refused, 429);
}

TEST_F(FalseWishes, NobodySubscribesForAnotherDomain) {
    const std::string token(43, 'A');
    wish("b.example", armor::random_uuid(), token);
    wish("dave@b.example", armor::random_uuid(), token, Kind::subscribe, armor::random_uuid());
    EXPECT_EQ(line().domains, 0u);
    wish("a.example", armor::random_uuid(), "");
    EXPECT_EQ(line().domains, 0u) << "without a token";
    wish("a.example", armor::random_uuid(), token);
    EXPECT_EQ(line().domains, 0u) << "what a.example does not know it refuses, and that ends it";
    ASSERT_TRUE(subscribe("alice@a.example"));
    wish("a.example", armor::random_uuid(), token, Kind::unsubscribe);
    EXPECT_EQ(line().domains, 1u) << "another feed's end";
}

TEST_F(FalseWishes, AFloodIsHeldBack) {
    const std::string token(43, 'A');
    const std::string feed = wanted_feed();
    for (int i = 0; i < 61; ++i)
        send_wish("a.example", feed, token);
    ASSERT_TRUE(loop_.run_until([&] { return a_.outbox_rows() <= 1; }));
    ASSERT_TRUE(loop_.run_until([&] { return put_off(a_) >= 60s; })) << "one waits: 429";
    ASSERT_TRUE(loop_.advance_until(60s, [&] { return a_.outbox_rows() == 0; }));
}

TEST_F(FalseWishes, AnswersThatNobodyTakesAreBounded) {
    silence_b();
    const std::string feed = wanted_feed();
    const std::string token(43, 'A');
    for (std::uint64_t i = 0; i < kWaitingAnswers; ++i) {
        loop_.advance(1s);  // as often as a domain may ask
        send_wish("a.example", feed, token);
        ASSERT_TRUE(loop_.run_until([&] { return a_.outbox_rows() == 0; })) << i;
    }
    EXPECT_EQ(b_.outbox_rows(), kWaitingAnswers);
    loop_.advance(1s);
    send_wish("a.example", feed, token);
    ASSERT_TRUE(loop_.run_until([&] { return put_off(a_) >= 300s; })) << "429";
    EXPECT_EQ(b_.outbox_rows(), kWaitingAnswers);
}

TEST_F(Publishing, ADomainThatNeverAcknowledgesHoldsUpNobody) {
    ASSERT_EQ(create(), 200);
    raise_links();
    ASSERT_TRUE(subscribe("alice@a.example"));
    ASSERT_TRUE(subscribe("dave@b.example"));
    ASSERT_TRUE(is_still());
    wire_.fate = [](auto&, auto&) { return Fate::lose; };
    for (int i = 0; i < 120; ++i)
        publish("item " + std::to_string(i));
    ASSERT_TRUE(has("dave@b.example", 120));
    EXPECT_EQ(b_.outbox_rows(), kWaitingItems) << "as many as are kept wait";
    wire_.fate = [](auto&, auto&) { return Fate::pass; };
    // Without another item the newest follows, shows the gap, and what is still kept is fetched.
    ASSERT_TRUE(has("alice@a.example", 120));
    ASSERT_TRUE(is_still());
    publish("behind");
    ASSERT_TRUE(has("alice@a.example", 121));
    ASSERT_TRUE(is_still());
    EXPECT_EQ(pushes("alice@a.example").size(), 121u) << "each once";
    for (const IndexEntry& item : pushes("alice@a.example"))
        EXPECT_EQ(json("alice@a.example", item.id).find("chain"), std::string::npos) << item.id;
    EXPECT_EQ(line().domains, 2u);
}

TEST_F(Publishing, NothingRepublishesWhatCame) {
    ASSERT_EQ(create(), 200);
    ASSERT_EQ(create("alice/copies@a.example"), 200);
    raise_links();
    ASSERT_TRUE(subscribe("alice@a.example"));
    ASSERT_TRUE(subscribe("bob@b.example", "alice/copies@a.example"));
    const auto rule = [](const std::string& account, const std::string& to) {
        Rule forward;
        forward.name = "loop";
        forward.forward = to;
        return AddRule{account, forward, ""};
    };
    ASSERT_TRUE(a_.ask(*a_.node->make_desk(), rule("alice@a.example", kNews)));
    ASSERT_TRUE(b_.ask(*b_.node->make_desk(), rule("bob@b.example", "alice/copies@a.example")));
    publish("once");
    ASSERT_TRUE(has("alice@a.example", 1));
    ASSERT_TRUE(is_still());
    EXPECT_EQ(pushes("alice@a.example").size(), 1u);
    EXPECT_TRUE(pushes("bob@b.example").empty());
    // Nor does mail that a rule sends to a node's name.
    ASSERT_TRUE(b_.submit(mail("bob@b.example", {"alice@a.example"}, "mail"), {"text"}));
    ASSERT_TRUE(is_still());
    EXPECT_EQ(line().items, 1u);
    EXPECT_EQ(line("alice/copies@a.example").items, 0u);
}

TEST_F(Publishing, SubscribersWhoseAccountsAreGoneEndTheFeed) {
    ASSERT_NO_FATAL_FAILURE(lose_the_only_subscriber());
    publish("to nobody");
    ASSERT_TRUE(is_still());
    EXPECT_EQ(line().domains, 0u);
}

TEST_F(Publishing, AFeedThatNobodyUsesEndsByItself) {
    ASSERT_NO_FATAL_FAILURE(lose_the_only_subscriber());
    EXPECT_EQ(line().domains, 1u);
    ASSERT_TRUE(loop_.advance_until(1s, [&] { return line().domains == 0; }));
}

TEST_F(Publishing, AnAccountThatIsRemovedLeavesItsNodesAndSubscriptions) {
    ASSERT_EQ(create(), 200);
    ASSERT_EQ(create("alice/own@a.example"), 200);
    raise_links();
    ASSERT_TRUE(subscribe("alice@a.example"));
    ASSERT_TRUE(subscribe("carol@a.example", "alice/own@a.example"));
    ASSERT_TRUE(subscribe("bob@b.example", "alice/own@a.example"));
    ASSERT_TRUE(is_still());
    const auto remove = [this](const std::string& name) {
        const NodeServices services = services_of(a_);
        const auto done = a_.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
            auto removed = remove_account(transaction, drop_context(services), name);
            if (!removed) return std::unexpected(removed.error());
            return Done{};
        });
        return done ? 200 : done.error().code;
    };
    EXPECT_EQ(remove("nobody@a.example"), 404);
    EXPECT_EQ(state("carol@a.example"), "active");
    ASSERT_EQ(remove("alice@a.example"), 200);
    a_.link_up();
    ASSERT_TRUE(is_still());
    EXPECT_EQ(state("carol@a.example"), "gone");
    EXPECT_EQ(state("bob@b.example"), "gone");
    EXPECT_EQ(line().domains, 0u) << "b.example was told that nobody here takes its node any more";
}

TEST_F(Publishing, AWishThatWasTakenBackIsNotTriedAgain) {
    ASSERT_EQ(create(kNews, false), 200);
    raise_links();
    EXPECT_EQ(code_of(subscribe("alice@a.example")), 480);
    ASSERT_TRUE(is_still());
    // b.example refuses for a time what names carol.
    ASSERT_TRUE(b_.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
        const auto node = transaction.nodes().find(kNews);
        for (std::uint64_t i = 1; i < kMaxWaitingOfDomain; ++i) {
            auto set = transaction.nodes().set_person(
                (*node)->id, {"u" + std::to_string(i) + "@a.example", "a.example", NodeAdmission::waiting,
                              armor::random_uuid()});
            if (!set) return std::unexpected(set.error());
        }
        return Done{};
    }));
    std::optional<Answer> answer;
    auto desk = a_.node->make_desk();
    desk->ask(Subscribe{"carol@a.example", imid(kNews)}, [&](Answer given) { answer = std::move(given); });
    ASSERT_TRUE(loop_.advance_until(1s, [&] {
        a_.outbox_rows();
        return answer.has_value();
    }));
    EXPECT_EQ(code_of(*answer), 480);
    ASSERT_EQ(unsubscribe("carol@a.example"), 200);
    const Time before = loop_.now();
    ASSERT_TRUE(loop_.advance_until(60s, [&] { return a_.outbox_rows() == 0; }));
    EXPECT_LT(loop_.now() - before, 24h) << "at the next try, not when its time is over";
    EXPECT_EQ(line().waiting, kMaxWaitingOfDomain);
}

TEST_F(Publishing, BlocksAndQuotasCount) {
    ASSERT_EQ(create(), 200);
    raise_links();
    ASSERT_TRUE(subscribe("alice@a.example"));
    ASSERT_TRUE(subscribe("carol@a.example"));
    ASSERT_TRUE(is_still());
    ASSERT_TRUE(a_.ask(*a_.node->make_desk(),
                       AddBlock{"alice@a.example", {kNews, BlockAction::reject, "", loop_.now(), {}}}));
    set_limit("carol@a.example", 1'500);
    publish("fits");
    ASSERT_TRUE(has("carol@a.example", 1));
    publish("too much");
    ASSERT_TRUE(is_still());
    EXPECT_EQ(pushes("carol@a.example").size(), 1u);
    EXPECT_TRUE(pushes("alice@a.example").empty());
    const auto refused = a_.ask(*a_.node->make_desk(), ListRefused{"alice@a.example"});
    EXPECT_EQ(std::get<RefusedList>(*refused).size(), 2u);
}

TEST_F(Publishing, WhatFoundNoRoomComesWithTheNext) {
    ASSERT_EQ(create(), 200);
    raise_links();
    const std::vector<std::string> accounts = {"alice@a.example", "dave@b.example"};
    for (const std::string& account : accounts) {
        ASSERT_TRUE(subscribe(account));
        set_limit(account, 1'500);
    }
    ASSERT_TRUE(is_still());
    std::vector<std::string> ids;
    for (const char* text : {"fits", "too much", "more of it"})
        ids.insert(ids.begin(), publish(text));
    ASSERT_TRUE(is_still());
    for (const std::string& account : accounts) {
        EXPECT_EQ(pushes(account).size(), 1u) << account;
        set_limit(account, 100'000);
    }
    for (const char* text : {"room again", "and behind it"}) {
        ids.insert(ids.begin(), publish(text));
        ASSERT_TRUE(is_still());
        for (const std::string& account : accounts) {
            std::vector<std::string> found;
            for (const IndexEntry& item : pushes(account))
                found.push_back(item.id);
            EXPECT_EQ(found, ids) << account << ": each once, in its order";
        }
    }
}

TEST_F(Publishing, WhatFoundNoRoomIsLeftOutWhereALaterOneDid) {
    ASSERT_EQ(create(), 200);
    ASSERT_TRUE(subscribe("dave@b.example"));
    set_limit("dave@b.example", 3'000);
    publish(std::string(5'000, 'x'));
    publish("small");
    ASSERT_TRUE(is_still());
    EXPECT_EQ(pushes("dave@b.example").size(), 1u);
    set_limit("dave@b.example", 100'000);
    publish("behind");
    ASSERT_TRUE(is_still());
    EXPECT_EQ(pushes("dave@b.example").size(), 2u);
}

TEST_F(Publishing, TheServersListCountsForEachSubscriber) {
    ASSERT_EQ(create(), 200);
    raise_links();
    ASSERT_TRUE(subscribe("alice@a.example"));
    ASSERT_TRUE(subscribe("carol@a.example"));
    ASSERT_TRUE(is_still());
    EXPECT_TRUE(a_.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
        auto added = transaction.blocks().add(std::nullopt, {kNews, BlockAction::junk, "", loop_.now(), {}},
                                              kMaxBlocks);
        if (!added) return std::unexpected(added.error());
        return Done{};
    }));
    ASSERT_TRUE(a_.ask(*a_.node->make_desk(),
                       AddBlock{"alice@a.example", {kNews, BlockAction::reject, "", loop_.now(), {}}}));
    publish("unwanted");
    ASSERT_TRUE(is_still());
    EXPECT_EQ(a_.index("carol@a.example", "/JUNK").size(), 1u);
    EXPECT_TRUE(a_.index("alice@a.example", "/JUNK").empty()) << "her own block is the stronger one";
    for (const std::string account : {"alice@a.example", "carol@a.example"})
        EXPECT_TRUE(pushes(account).empty()) << account;
}

TEST_F(Publishing, AFanOutGoesOnAfterARestart) {
    ASSERT_EQ(create(), 200);
    constexpr std::size_t kMany = 2'500;
    EXPECT_TRUE(b_.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
        for (std::size_t i = 0; i < kMany; ++i) {
            auto made = transaction.accounts().add("u" + std::to_string(i) + "@b.example", loop_.now());
            if (!made) return std::unexpected(made.error());
        }
        return Done{};
    }));
    for (std::size_t i = 0; i < kMany; ++i)
        ASSERT_TRUE(subscribe("u" + std::to_string(i) + "@b.example"));
    publish("to many");
    b_.restart();
    const std::string last = "u" + std::to_string(kMany - 1) + "@b.example";
    ASSERT_TRUE(has(last, 1));
    for (const std::size_t i : {std::size_t{0}, kMany / 2, kMany - 1})
        EXPECT_EQ(pushes("u" + std::to_string(i) + "@b.example").size(), 1u) << i;
}

TEST_F(Publishing, TenDomainsAreTenBundlesAndOneStoredItemEach) {
    constexpr std::size_t kDomains = 10;
    constexpr std::size_t kSubscribers = 20;  // of each
    ASSERT_EQ(create(), 200);
    std::vector<std::unique_ptr<House>> houses;
    const auto name_of = [](std::size_t domain, std::size_t user) {
        return "u" + std::to_string(user) + "@c" + std::to_string(domain) + ".example";
    };
    raise_links();
    for (std::size_t domain = 0; domain < kDomains; ++domain) {
        const std::string name = "c" + std::to_string(domain) + ".example";
        House& house = *houses.emplace_back(std::make_unique<House>(wire_, name, directory_ / name));
        for (std::size_t user = 0; user < kSubscribers; ++user)
            house.add_account(name_of(domain, user));
        house.link_up();
        for (std::size_t user = 0; user < kSubscribers; ++user) {
            const auto answer =
                house.ask(*house.node->make_desk(), Subscribe{name_of(domain, user), imid(kNews)});
            ASSERT_TRUE(answer) << answer.error().text;
        }
    }
    ASSERT_TRUE(is_still());
    EXPECT_EQ(line().domains, kDomains);
    const std::size_t before = bundles_from("b.example");
    publish("to all");
    ASSERT_TRUE(is_still());
    EXPECT_EQ(bundles_from("b.example"), before + kDomains);
    for (std::size_t domain = 0; domain < kDomains; ++domain) {
        House& house = *houses[domain];
        for (std::size_t user = 0; user < kSubscribers; ++user)
            ASSERT_TRUE(loop_.advance_until(
                1s, [&] { return house.index(name_of(domain, user), "/PUSH").size() == 1; }));
        const auto stored = house.in_store<std::size_t>([](Transaction& transaction) -> Result<std::size_t> {
            std::size_t items = 0;
            for (MessageId message = 1; message < 100; ++message) {
                const auto found = transaction.mailboxes().message(message);
                items += found && *found && (*found)->envelope.kind == Kind::item ? 1 : 0;
            }
            return items;
        });
        EXPECT_EQ(stored, 1u) << domain;
    }
}

}  // namespace
}  // namespace immp::bridge
