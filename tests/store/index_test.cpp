#include <atomic>

#include <sqlite3.h>

#include "tests/store/store_test.hpp"

namespace immp::bridge {
namespace {

class IndexTest : public StoreTest {
  protected:
    /// Message number i: dated at(i), every third from carol; filed with the mark that `mark` says.
    template <class MarkOf>
    void fill(std::uint64_t count, MarkOf mark) {
        value_of(write([&](Transaction& tables) -> Result<void> {
            for (std::uint64_t i = 1; i <= count; ++i) {
                Message message = make_message(tables, uuid_of(i), "x");
                message.envelope.date = at(static_cast<std::int64_t>(i));
                if (i % 3 == 0) message.envelope.from = "carol@a.example";
                if (i == 2) message.envelope.importance = Importance::high;
                const MessageId id = value_of(tables.mailboxes().add(message));
                value_of(tables.mailboxes().file(id, inbox_, mark(i), uuid_of(900'000 + i), at(0)));
            }
            return {};
        }));
    }
    Result<ReferencePage> page(const Selector& selector, std::uint32_t limit, std::string_view after) {
        return read(
            [&](Transaction& tables) { return tables.mailboxes().index(inbox_, selector, limit, after); });
    }
    /// All pages, as message numbers in the order they came.
    std::vector<std::uint64_t> walk(const Selector& selector, std::uint32_t limit) {
        std::vector<std::uint64_t> numbers;
        std::string cursor;
        do {
            ReferencePage part = value_of(page(selector, limit, cursor));
            EXPECT_LE(part.references.size(), limit);
            EXPECT_TRUE(part.next.empty() || part.references.size() == limit);
            for (const Reference& reference : part.references)
                numbers.push_back(std::stoull(reference.uuid.substr(24)));
            cursor = part.next;
        } while (!cursor.empty());
        return numbers;
    }
    Folder count(const Selector& selector) {
        return value_of(
            read([&](Transaction& tables) { return tables.mailboxes().count(inbox_, selector); }));
    }

    AccountId alice_ = add_account("alice@a.example");
    FolderId inbox_ = folder_of(alice_, "/INBOX");
};

constexpr Selector kAll{};

std::vector<std::uint64_t> descending(std::uint64_t from, std::uint64_t to) {
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t i = from; i >= to; --i)
        numbers.push_back(i);
    return numbers;
}

TEST_F(IndexTest, TenThousandMessagesComeNewestFirstWithoutGaps) {
    fill(10'000, [](std::uint64_t) { return Mark::unread; });
    for (const std::uint32_t limit : {100U, 999U, 10'000U, 10'001U})
        EXPECT_EQ(walk(kAll, limit), descending(10'000, 1)) << limit;
}

TEST_F(IndexTest, WhatArrivesWhilePagingDoesNotShiftThePages) {
    fill(5, [](std::uint64_t) { return Mark::unread; });
    const ReferencePage first = value_of(page(kAll, 2, ""));
    value_of(write([&](Transaction& tables) -> Result<void> {
        const MessageId id = value_of(tables.mailboxes().add(make_message(tables, uuid_of(6))));
        value_of(tables.mailboxes().file(id, inbox_, Mark::unread, uuid_of(60), at(0)));
        return {};
    }));
    const ReferencePage second = value_of(page(kAll, 2, first.next));
    ASSERT_EQ(second.references.size(), 2U);
    EXPECT_EQ(second.references[0].uuid, uuid_of(3));
    EXPECT_EQ(second.references[1].uuid, uuid_of(2));
}

TEST_F(IndexTest, ARowTellsWhatAnIndexShows) {
    fill(2, [](std::uint64_t i) { return i == 2 ? Mark::read : Mark::unread; });
    const ReferencePage all = value_of(page(kAll, 10, ""));
    ASSERT_EQ(all.references.size(), 2U);
    const Reference& newest = all.references[0];
    EXPECT_EQ(newest.uuid, uuid_of(2));
    EXPECT_EQ(newest.from, "alice@a.example");
    EXPECT_EQ(newest.to, std::vector<std::string>{"bob@b.example"});
    EXPECT_EQ(newest.subject, "Greetings");
    EXPECT_EQ(newest.date, at(2));
    EXPECT_EQ(newest.length, 1U);
    EXPECT_TRUE(newest.read);
    EXPECT_FALSE(newest.flagged);
    EXPECT_TRUE(newest.important);
    EXPECT_FALSE(all.references[1].read);
    EXPECT_FALSE(all.references[1].important);
}

TEST_F(IndexTest, EverySelectorTakesItsOwnAndPages) {
    fill(100, [](std::uint64_t i) { return i % 2 == 0 ? Mark::read : Mark::unread; });
    std::vector<std::uint64_t> unread;
    std::vector<std::uint64_t> carols;
    for (std::uint64_t i = 100; i >= 1; --i) {
        if (i % 2 == 1) unread.push_back(i);
        if (i % 3 == 0) carols.push_back(i);
    }
    for (const std::uint32_t limit : {7U, 1000U}) {
        EXPECT_EQ(walk({SelectorKind::unread, {}, {}}, limit), unread);
        EXPECT_EQ(walk({SelectorKind::from, {}, "carol@a.example"}, limit), carols);
        EXPECT_EQ(walk({SelectorKind::since, at(40), {}}, limit), descending(100, 40));
        EXPECT_TRUE(walk({SelectorKind::flagged, {}, {}}, limit).empty());
        EXPECT_TRUE(walk({SelectorKind::from, {}, "nobody@a.example"}, limit).empty());
    }
}

TEST_F(IndexTest, CountingAgreesWithListing) {
    fill(100, [](std::uint64_t i) { return i % 2 == 0 ? Mark::read : Mark::unread; });
    struct Case {
        Selector selector;
        std::uint64_t total;
        std::uint64_t unread;
    };
    for (const auto& [selector, total, unread] :
         {Case{kAll, 100, 50}, Case{{SelectorKind::unread, {}, {}}, 50, 50},
          Case{{SelectorKind::flagged, {}, {}}, 0, 0}, Case{{SelectorKind::since, at(91), {}}, 10, 5},
          Case{{SelectorKind::from, {}, "carol@a.example"}, 33, 17}}) {
        const Folder counted = count(selector);
        EXPECT_EQ(counted.total, total) << static_cast<int>(selector.kind);
        EXPECT_EQ(counted.unread, unread) << static_cast<int>(selector.kind);
        EXPECT_EQ(counted.path, "/INBOX");
        EXPECT_EQ(walk(selector, 1000).size(), total);
    }
    EXPECT_EQ(code_of(read([](Transaction& tables) { return tables.mailboxes().count(9999, kAll); })), 404);
}

/// Steps that SQLite's machine ran on any connection made since `count_steps` was called.
std::atomic<std::uint64_t> steps_taken = 0;

int count_steps_of(sqlite3* connection, const char**, const sqlite3_api_routines*) {
    sqlite3_progress_handler(
        connection, 1,
        [](void*) {
            ++steps_taken;
            return 0;
        },
        nullptr);
    return SQLITE_OK;
}

TEST_F(IndexTest, APageOrCountCostsItsOwnLengthNotTheMailboxs) {
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(count_steps_of));
    reopen();
    sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(count_steps_of));

    const auto costs = [&] {
        std::vector<std::uint64_t> found;
        const auto measure = [&](auto work) {
            steps_taken = 0;
            value_of(read(work));
            found.push_back(steps_taken);
        };
        for (const Selector& selector :
             {kAll, Selector{SelectorKind::unread, {}, {}},
              Selector{SelectorKind::from, {}, "carol@a.example"}, Selector{SelectorKind::since, at(1), {}}})
            measure([&](Transaction& tables) { return tables.mailboxes().index(inbox_, selector, 20, ""); });
        for (const Selector& selector : {kAll, Selector{SelectorKind::unread, {}, {}}})
            measure([&](Transaction& tables) { return tables.mailboxes().count(inbox_, selector); });
        measure([&](Transaction& tables) { return tables.mailboxes().find(inbox_, uuid_of(7)); });
        measure([&](Transaction& tables) { return tables.mailboxes().folder(alice_, "/INBOX"); });
        measure([](Transaction& tables) { return tables.accounts().settings_in_use(); });
        return found;
    };
    const auto add_devices = [&](int count) {
        value_of(write([&](Transaction& tables) -> Result<void> {
            for (int i = 0; i < count; ++i)
                value_of(tables.accounts().set_credential(
                    alice_, "device " + std::to_string(i),
                    {{19'456, 2}, {armor::SecretBytes<32>::random(), armor::SecretBytes<32>::random()}},
                    at(0)));
            return {};
        }));
    };
    add_devices(10);
    fill(100, [](std::uint64_t) { return Mark::unread; });
    const auto of_hundred = costs();
    fill(2000, [](std::uint64_t) { return Mark::unread; });
    add_devices(500);
    const auto of_thousands = costs();
    for (std::size_t i = 0; i < of_hundred.size(); ++i) {
        EXPECT_GT(of_hundred[i], 0U);
        EXPECT_LE(of_thousands[i], of_hundred[i] + 10) << "query " << i;
    }
}

TEST_F(IndexTest, OnlyACursorIsACursor) {
    fill(3, [](std::uint64_t) { return Mark::unread; });
    const std::string cursor = value_of(page(kAll, 1, "")).next;
    EXPECT_EQ(code_of(page(kAll, 1, cursor)), 0);
    for (const std::string_view wrong :
         {"x", "-1", "0", "+1", " 1", "1 ", "01", "1x", "99999999999999999999"})
        EXPECT_EQ(code_of(page(kAll, 1, wrong)), 400) << wrong;
}

TEST_F(IndexTest, SinceComesInTheOrderOfDatesWhateverTheArrival) {
    const std::vector<std::int64_t> dates = {5, 3, 9, 3, -4, 7};
    value_of(write([&](Transaction& tables) -> Result<void> {
        for (std::uint64_t i = 0; i < dates.size(); ++i) {
            Message message = make_message(tables, uuid_of(i));
            message.envelope.date = at(dates[i]);
            const MessageId id = value_of(tables.mailboxes().add(message));
            value_of(tables.mailboxes().file(id, inbox_, Mark::unread, uuid_of(90 + i), at(0)));
        }
        return {};
    }));
    for (const std::uint32_t limit : {1U, 2U, 4U, 9U}) {
        EXPECT_EQ(walk({SelectorKind::since, at(3), {}}, limit), (std::vector<std::uint64_t>{2, 5, 0, 3, 1}))
            << limit;
        EXPECT_EQ(walk({SelectorKind::since, at(-9), {}}, limit).back(), 4U) << limit;
    }
}

TEST_F(IndexTest, ACursorIsOfItsOwnKindOfSelector) {
    fill(3, [](std::uint64_t) { return Mark::unread; });
    const Selector since{SelectorKind::since, at(1), {}};
    const std::string dated = value_of(page(since, 1, "")).next;
    const std::string plain = value_of(page(kAll, 1, "")).next;
    EXPECT_EQ(code_of(page(since, 1, dated)), 0);
    EXPECT_EQ(code_of(page(kAll, 1, dated)), 400);
    for (const std::string& wrong : {plain, "." + plain, dated + ".", dated + "x", "0" + dated})
        EXPECT_EQ(code_of(page(since, 1, wrong)), 400) << wrong;
}

TEST_F(IndexTest, AnEmptyFolderAndNoLimitGiveAnEmptyPage) {
    EXPECT_TRUE(value_of(page(kAll, 10, "")).references.empty());
    fill(1, [](std::uint64_t) { return Mark::unread; });
    const ReferencePage none = value_of(page(kAll, 0, ""));
    EXPECT_TRUE(none.references.empty());
    EXPECT_EQ(none.next, "");
}

}  // namespace
}  // namespace immp::bridge
