// Words of messages: found by all of them, whatever stands in them; gone with the message.
#include "bridge/store/sqlite_texts.hpp"
#include "tests/store/store_test.hpp"

namespace immp::bridge {
namespace {

using Words = std::vector<std::string>;

class TextsTest : public StoreTest {
  protected:
    void file(std::uint64_t number, AccountId account, std::string_view path, const MessageText& text) {
        value_of(write([&](Transaction& tables) -> Result<int> {
            const MessageId message = value_of(tables.mailboxes().add(make_message(tables, uuid_of(number))));
            const FolderId folder = value_of(tables.mailboxes().folder(account, path))->id;
            value_of(tables.mailboxes().file(message, folder, Mark::unread, uuid_of(99), at(0)));
            value_of(tables.texts().add(message, text));
            return 0;
        }));
    }
    std::vector<std::string> find(const Words& words, std::uint32_t limit = 100,
                                  const std::string& after = "") {
        const auto page = value_of(read([&](Transaction& tables) {
            return tables.mailboxes().index(inbox_, {SelectorKind::text, {}, {}, words}, limit, after);
        }));
        next_ = page.next;
        std::vector<std::string> found;
        for (const Reference& reference : page.references)
            found.push_back(reference.uuid);
        return found;
    }
    std::size_t missing() {
        return value_of(read([](Transaction& tables) { return tables.texts().missing(100); })).size();
    }

    const AccountId alice_ = add_account("alice@a.example");
    const AccountId carol_ = add_account("carol@a.example");
    const FolderId inbox_ = folder_of(alice_, "/INBOX");
    std::string next_;
};

TEST_F(TextsTest, AllWordsMustOccurSomewhere) {
    file(1, alice_, "/INBOX", {"Lunch today", "bob@b.example alice@a.example", "We meet at the lighthouse."});
    file(2, alice_, "/INBOX", {"Lunch tomorrow", "carol@a.example", "The café opens"});
    EXPECT_EQ(find({"lunch"}), (Words{uuid_of(2), uuid_of(1)})) << "newest first";
    EXPECT_EQ(find({"LUNCH", "Lighthouse"}), (Words{uuid_of(1)}));
    EXPECT_EQ(find({"bob@b.example"}), (Words{uuid_of(1)}));
    EXPECT_EQ(find({"cafe"}), (Words{uuid_of(2)})) << "accents do not count";
    EXPECT_EQ(find({"light"}), Words{}) << "a word is a whole one";
    EXPECT_EQ(find({"lunch", "supper"}), Words{});
}

TEST_F(TextsTest, NothingInAWordIsSyntax) {
    file(1, alice_, "/INBOX", {"to be OR not", "", "subject: NEAR (x) \"quoted\" a-b c*"});
    for (const char* word :
         {"OR", "NOT", "AND", "subject:", "NEAR", "(x", "\"quoted\"", "\"", "a-b", "c*", "^to", "-", "*"})
        EXPECT_TRUE(code_of(read([&](Transaction& tables) {
                        return tables.mailboxes().index(inbox_, {SelectorKind::text, {}, {}, {word}}, 5, "");
                    })) == 0)
            << word;
    EXPECT_EQ(find({"or", "\"quoted\""}), (Words{uuid_of(1)}));
    EXPECT_EQ(find({"b-a"}), Words{}) << "in their order";
    EXPECT_EQ(find({"zebra*"}), Words{});
    EXPECT_EQ(find({"body:zebra"}), Words{});
    EXPECT_EQ(find({"--", "be"}), (Words{uuid_of(1)})) << "without letters: passed over";
    EXPECT_EQ(find({"--"}), Words{});
}

TEST_F(TextsTest, PagesAreNewestFirst) {
    for (std::uint64_t number = 1; number <= 10; ++number)
        file(number, alice_, number % 2 == 0 ? "/INBOX" : "/JUNK", {"word", "", ""});
    EXPECT_EQ(find({"word"}, 2), (Words{uuid_of(10), uuid_of(8)}));
    ASSERT_FALSE(next_.empty());
    EXPECT_EQ(find({"word"}, 2, next_), (Words{uuid_of(6), uuid_of(4)}));
    EXPECT_EQ(find({"word"}, 2, next_), (Words{uuid_of(2)}));
    EXPECT_TRUE(next_.empty());
}

TEST_F(TextsTest, CountsAreOfTheAccountsFolders) {
    file(1, alice_, "/INBOX", {"word", "", ""});
    file(2, alice_, "/INBOX", {"word", "", ""});
    file(3, alice_, "/JUNK", {"word", "", ""});
    file(4, carol_, "/INBOX", {"word", "", ""});
    value_of(write([&](Transaction& tables) -> Result<int> {
        value_of(tables.mailboxes().mark(inbox_, uuid_of(1), Mark::read));
        return 0;
    }));
    const auto counts =
        value_of(read([&](Transaction& tables) { return tables.texts().count(alice_, {"word"}); }));
    ASSERT_EQ(counts.size(), 2u);
    for (const Folder& folder : counts) {
        EXPECT_EQ(folder.total, folder.id == inbox_ ? 2u : 1u);
        EXPECT_EQ(folder.unread, 1u);
    }
    const Folder one = value_of(read([&](Transaction& tables) {
        return tables.mailboxes().count(inbox_, {SelectorKind::text, {}, {}, {"word"}});
    }));
    EXPECT_EQ(one.total, 2u);
    EXPECT_EQ(one.unread, 1u);
}

TEST_F(TextsTest, WhatIsMissingIsToldOldestFirstAndOnce) {
    const auto add_message = [&](std::uint64_t number) {
        return value_of(write([&](Transaction& tables) -> Result<MessageId> {
            const MessageId message = value_of(tables.mailboxes().add(make_message(tables, uuid_of(number))));
            value_of(tables.mailboxes().file(message, inbox_, Mark::unread, uuid_of(99), at(0)));
            return message;
        }));
    };
    const MessageId first = add_message(1);
    const MessageId second = add_message(2);
    EXPECT_EQ(value_of(read([](Transaction& tables) { return tables.texts().missing(100); })),
              (std::vector{first, second}));
    value_of(write([&](Transaction& tables) -> Result<int> {
        value_of(tables.texts().add(first, {"", "", ""}));
        return 0;
    }));
    EXPECT_EQ(missing(), 1u);
    reopen();
    EXPECT_EQ(missing(), 1u);
}

TEST_F(TextsTest, AMessageThatIsGoneIsNotFound) {
    file(1, alice_, "/INBOX", {"secret plans", "", ""});
    file(2, alice_, "/INBOX", {"other plans", "", ""});
    value_of(write([&](Transaction& tables) -> Result<int> {
        value_of(tables.references().remove(inbox_, uuid_of(2)));
        return 0;
    }));
    EXPECT_EQ(find({"plans"}), (Words{uuid_of(1)}));
    EXPECT_EQ(missing(), 0u) << "none of an older one is looked at again";
    auto connection = value_of(
        Database::open(std::filesystem::path(directory_.path("store")) / "immp.db", Access::read_only));
    EXPECT_EQ(value_of(connection->query("SELECT count(*) FROM message_text_content").one([](const Row& row) {
                  return row.number(0);
              })),
              1);
}

}  // namespace
}  // namespace immp::bridge
