// Nodes of this domain: their items, followers, people.
#include "bridge/store/kept_items.hpp"
#include "tests/store/store_test.hpp"

namespace immp::bridge {
namespace {

class NodesTest : public StoreTest {
  protected:
    NodeId add(const std::string& name, bool is_open = true) {
        return value_of(
            write([&](Transaction& tables) { return tables.nodes().add(row(name, is_open), at(0)); }));
    }
    NodeRow row(const std::string& name, bool is_open = true) const {
        NodeRow node;
        node.name = name;
        node.account = alice_;
        node.title = "News";
        node.is_open = is_open;
        return node;
    }
    MessageId publish(NodeId node, std::uint64_t sequence, const std::string& content = "hello") {
        return value_of(write([&](Transaction& tables) -> Result<MessageId> {
            const MessageId message =
                value_of(tables.mailboxes().add(make_message(tables, uuid_of(sequence), content)));
            value_of(tables.nodes().add_item(node, sequence, message, "d" + std::to_string(sequence)));
            return message;
        }));
    }
    bool is_there(MessageId message) {
        return value_of(read([&](Transaction& tables) { return tables.mailboxes().message(message); }))
            .has_value();
    }
    void follow(NodeId node, const std::string& domain, const std::string& feed) {
        value_of(write([&](Transaction& tables) -> Result<int> {
            value_of(tables.nodes().follow(node, {domain, feed, "token"}));
            return 0;
        }));
    }
    std::size_t waiting(const std::string& domain) {
        return value_of(write([&](Transaction& tables) -> Result<std::size_t> {
            return value_of(tables.outbox().claim(domain, "test", {10'000, 1ull << 40}, at(10), at(0)))
                .size();
        }));
    }
    void queue(NodeId node, MessageId message) {
        value_of(write([&](Transaction& tables) -> Result<int> {
            value_of(tables.nodes().queue_for_followers(node, message, 10, at(0)));
            return 0;
        }));
    }
    void end_subscription(NodeId node, const std::string& imid, const std::string& subscription) {
        value_of(write([&](Transaction& tables) -> Result<int> {
            value_of(tables.nodes().end_subscription(node, imid, subscription));
            return 0;
        }));
    }
    int set_person(NodeId node, const std::string& name, NodeAdmission state,
                   const std::string& domain = "b.example") {
        return code_of(write([&](Transaction& tables) -> Result<int> {
            auto set = tables.nodes().set_person(node, {name + "@" + domain, domain, state, uuid_of(1)});
            if (!set) return std::unexpected(set.error());
            return 0;
        }));
    }

    const AccountId alice_ = add_account("alice@a.example");
};

TEST_F(NodesTest, ANameIsThereOnce) {
    const NodeId node = add("alice/n@a.example");
    EXPECT_EQ(code_of(write(
                  [&](Transaction& tables) { return tables.nodes().add(row("alice/n@a.example"), at(0)); })),
              409);
    const auto found =
        value_of(read([&](Transaction& tables) { return tables.nodes().find("alice/n@a.example"); }));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id, node);
    EXPECT_EQ(found->title, "News");
    EXPECT_EQ(found->sequence, 0u);
}

TEST_F(NodesTest, AnAccountAndADomainHaveSoMany) {
    value_of(write([&](Transaction& tables) -> Result<int> {
        for (std::uint64_t i = 0; i < kMaxAccountNodes; ++i)
            value_of(tables.nodes().add(row("alice/" + std::to_string(i) + "@a.example"), at(0)));
        return 0;
    }));
    EXPECT_EQ(
        code_of(write([&](Transaction& tables) { return tables.nodes().add(row("x@a.example"), at(0)); })),
        413);
    value_of(write([&](Transaction& tables) -> Result<int> {
        for (std::uint64_t i = 1; i < kMaxNodes / kMaxAccountNodes; ++i) {
            const std::string name = "u" + std::to_string(i);
            NodeRow node = row("");
            node.account = value_of(tables.accounts().add(name + "@a.example", at(0)));
            for (std::uint64_t n = 0; n < kMaxAccountNodes; ++n) {
                node.name = name + "/" + std::to_string(n) + "@a.example";
                value_of(tables.nodes().add(node, at(0)));
            }
        }
        return 0;
    }));
    const AccountId carol = add_account("carol@a.example");
    EXPECT_EQ(code_of(write([&](Transaction& tables) {
                  NodeRow node = row("carol/n@a.example");
                  node.account = carol;
                  return tables.nodes().add(node, at(0));
              })),
              413);
}

TEST_F(NodesTest, TheNewestItemsAreKept) {
    const NodeId node = add("alice/n@a.example");
    std::vector<MessageId> messages;
    for (std::uint64_t i = 1; i <= kKeptItems + 2; ++i)
        messages.push_back(publish(node, i));
    EXPECT_FALSE(is_there(messages[0]));
    EXPECT_FALSE(is_there(messages[1]));
    EXPECT_TRUE(is_there(messages[2]));
    const auto items = [&](std::uint64_t after, std::uint64_t most) {
        return value_of(read([&](Transaction& tables) { return tables.nodes().items(node, after, most); }));
    };
    EXPECT_EQ(items(0, 1'000).size(), kKeptItems);
    EXPECT_EQ(items(0, 2), (std::vector<MessageId>{messages[100], messages[101]}));
    EXPECT_EQ(items(101, 20), (std::vector<MessageId>{messages[101]}));
    const auto found =
        value_of(read([&](Transaction& tables) { return tables.nodes().find("alice/n@a.example"); }));
    EXPECT_EQ(found->sequence, 102u);
    EXPECT_EQ(found->last_digest, "d102");
}

TEST_F(NodesTest, WhatIsKeptHasSoManyOctets) {
    const NodeId node = add("alice/n@a.example");
    const std::string quarter(kKeptItemBytes / 4, 'x');
    std::vector<MessageId> messages;
    for (std::uint64_t i = 1; i <= 5; ++i)
        messages.push_back(publish(node, i, quarter));
    EXPECT_FALSE(is_there(messages[0]));
    EXPECT_TRUE(is_there(messages[1])) << "four fit";
    const MessageId alone = publish(node, 6, std::string(kKeptItemBytes + 1, 'x'));
    EXPECT_FALSE(is_there(messages[4]));
    EXPECT_TRUE(is_there(alone)) << "the newest stays, however large";
    const MessageId small = publish(node, 7);
    EXPECT_FALSE(is_there(alone));
    EXPECT_TRUE(is_there(small));
}

TEST_F(NodesTest, AnItemStaysWhileTheNodeHasItAndEndsWithIt) {
    const NodeId node = add("alice/n@a.example");
    const MessageId message = publish(node, 1);
    const FolderId inbox = folder_of(alice_, "/INBOX");
    value_of(write([&](Transaction& tables) -> Result<int> {
        value_of(tables.mailboxes().file(message, inbox, Mark::unread, uuid_of(9), at(0)));
        value_of(tables.references().remove(inbox, uuid_of(1)));
        return 0;
    }));
    EXPECT_TRUE(is_there(message)) << "the last reference went";
    value_of(write([&](Transaction& tables) -> Result<int> {
        value_of(tables.mailboxes().file(message, inbox, Mark::unread, uuid_of(9), at(0)));
        value_of(tables.nodes().drop(node));
        return 0;
    }));
    EXPECT_TRUE(is_there(message)) << "somebody has it";
    value_of(write([&](Transaction& tables) -> Result<int> {
        value_of(tables.references().remove(inbox, uuid_of(1)));
        return 0;
    }));
    EXPECT_FALSE(is_there(message));
}

TEST_F(NodesTest, EachDomainHasOneFeed) {
    const NodeId node = add("alice/n@a.example");
    follow(node, "b.example", "feed1");
    follow(node, "b.example", "feed2");
    follow(node, "c.example", "feed3");
    const MessageId message = publish(node, 1);
    queue(node, message);
    EXPECT_EQ(waiting("b.example"), 1u);
    EXPECT_EQ(waiting("c.example"), 1u);
    const auto unfollow = [&](const std::string& domain, const std::string& feed) {
        return value_of(write([&](Transaction& tables) { return tables.nodes().unfollow(domain, feed); }));
    };
    EXPECT_FALSE(unfollow("b.example", "feed1")) << "the former one";
    EXPECT_FALSE(unfollow("b.example", "feed3")) << "another's";
    EXPECT_TRUE(unfollow("b.example", "feed2"));
    EXPECT_FALSE(
        value_of(read([&](Transaction& tables) { return tables.nodes().follower(node, "b.example"); })));
}

TEST_F(NodesTest, NothingWaitsForAFeedThatAnotherReplaced) {
    const NodeId node = add("alice/n@a.example");
    follow(node, "b.example", "feed1");
    follow(node, "c.example", "feed1");
    queue(node, publish(node, 1));
    queue(node, publish(node, 2));
    const auto waits = [&](const std::string& domain, const std::string& feed) {
        return value_of(
            read([&](Transaction& tables) { return tables.nodes().waiting_for({domain, feed, ""}); }));
    };
    EXPECT_EQ(waits("b.example", "feed1"), 2u);
    follow(node, "b.example", "feed1");
    EXPECT_EQ(waits("b.example", "feed1"), 2u) << "the same again";
    follow(node, "b.example", "feed2");
    EXPECT_EQ(waits("b.example", "feed1"), 0u);
    EXPECT_EQ(waits("c.example", "feed1"), 2u) << "another domain's";
    EXPECT_EQ(waiting("b.example"), 0u);
}

TEST_F(NodesTest, SoMuchWaitsForADomain) {
    const NodeId node = add("alice/n@a.example");
    follow(node, "b.example", "feed");
    for (std::uint64_t i = 1; i <= kWaitingItems + 5; ++i)
        queue(node, publish(node, i));
    EXPECT_EQ(waiting("b.example"), kWaitingItems);
}

TEST_F(NodesTest, AClosedNodesItemsGoWhereSomebodyIsAdmitted) {
    const NodeId node = add("alice/n@a.example", false);
    follow(node, "b.example", "feed");
    queue(node, publish(node, 1));
    EXPECT_EQ(set_person(node, "bob", NodeAdmission::waiting), 0);
    queue(node, publish(node, 2));
    EXPECT_EQ(waiting("b.example"), 0u);
    EXPECT_EQ(set_person(node, "bob", NodeAdmission::admitted), 0);
    queue(node, publish(node, 3));
    EXPECT_EQ(waiting("b.example"), 1u);
    end_subscription(node, "bob@b.example", uuid_of(2));
    queue(node, publish(node, 4));
    EXPECT_EQ(waiting("b.example"), 2u) << "the end of another subscription than he has";
    end_subscription(node, "bob@b.example", uuid_of(1));
    queue(node, publish(node, 5));
    EXPECT_EQ(waiting("b.example"), 2u) << "his place stays, nobody is there";
    const auto bob =
        value_of(read([&](Transaction& tables) { return tables.nodes().person(node, "bob@b.example"); }));
    ASSERT_TRUE(bob);
    EXPECT_EQ(bob->state, NodeAdmission::admitted);
    EXPECT_EQ(bob->subscription, "");
}

TEST_F(NodesTest, SoManyWaitAndSoManyAreDecidedAbout) {
    const NodeId node = add("alice/n@a.example", false);
    for (std::uint64_t i = 0; i < kMaxWaitingOfDomain; ++i)
        ASSERT_EQ(set_person(node, "u" + std::to_string(i), NodeAdmission::waiting), 0);
    EXPECT_EQ(set_person(node, "one-more", NodeAdmission::waiting), 429) << "of that domain";
    for (std::uint64_t i = kMaxWaitingOfDomain; i < kMaxWaitingPeople; ++i)
        ASSERT_EQ(set_person(node, "u" + std::to_string(i), NodeAdmission::waiting, "a.example"), 0)
            << "our own domain has no share";
    EXPECT_EQ(set_person(node, "one-more", NodeAdmission::waiting, "c.example"), 429) << "of all";
    EXPECT_EQ(set_person(node, "one-more", NodeAdmission::admitted), 0);
    EXPECT_EQ(set_person(node, "u0", NodeAdmission::refused), 0);
    EXPECT_EQ(set_person(node, "another", NodeAdmission::waiting), 0);
}

}  // namespace
}  // namespace immp::bridge
