// Several processes on one file, and processes that die.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/store/store_test.hpp"

namespace immp::bridge {
namespace {

/// A child process; it never returns into the test.
class Child {
  public:
    template <class Body>
    explicit Child(Body body) : id_(::fork()) {
        if (id_ != 0) return;
        ::alarm(60);
        int code = 1;
        try {
            code = body();
        } catch (...) {
        }
        ::_exit(code);
    }
    /// How it ended, as waitpid has it.
    int wait() {
        int status = -1;
        ::waitpid(id_, &status, 0);
        return status;
    }

  private:
    pid_t id_;
};

class Pipe {
  public:
    Pipe() {
        if (::pipe(ends_) != 0) throw std::runtime_error("pipe");
    }
    ~Pipe() {
        close_writing();
        ::close(ends_[0]);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    void say(std::int64_t number) const {
        if (::write(ends_[1], &number, sizeof number) != sizeof number) throw std::runtime_error("write");
    }
    void close_writing() {
        if (ends_[1] >= 0) ::close(ends_[1]);
        ends_[1] = -1;
    }
    /// What was said until all writers are gone.
    [[nodiscard]] std::vector<std::int64_t> heard() const {
        std::vector<std::int64_t> numbers;
        std::int64_t number = 0;
        while (::read(ends_[0], &number, sizeof number) == sizeof number)
            numbers.push_back(number);
        return numbers;
    }

  private:
    int ends_[2];
};

constexpr int kKilled = SIGKILL;

/// Message `number` into alice's INBOX, with a body of some chunks.
Result<void> deliver(Transaction& tables, std::int64_t number) {
    const AccountId alice = value_of(tables.accounts().find("alice@a.example")).value();
    const Folder inbox = value_of(tables.mailboxes().folder(alice, "/INBOX")).value();
    const std::string uuid = uuid_of(static_cast<std::uint64_t>(number));
    const MessageId message =
        value_of(tables.mailboxes().add(make_message(tables, uuid, std::string(70'000, 'x'))));
    value_of(tables.mailboxes().file(message, inbox.id, Mark::unread, uuid_of(999'999), at(0)));
    return {};
}

TEST(Processes, WhatWasAcknowledgedBeforeAKillIsThere) {
    test::TemporaryFolder directory;
    {
        OpenStore store(directory.path("store"));
        value_of(
            store.write([](Transaction& tables) { return tables.accounts().add("alice@a.example", at(0)); }));
    }
    for (int round = 0; round < 3; ++round) {
        Pipe acknowledged;
        Child child([&] {
            OpenStore store(directory.path("store"));
            int told = 0;
            for (std::int64_t number = round * 1000; number < round * 1000 + 500; ++number)
                store->write<void>([number](Transaction& tables) { return deliver(tables, number); },
                                   [&, number](Result<void> result) {
                                       value_of(std::move(result));
                                       acknowledged.say(number);
                                       // In the middle: more is queued, and a batch is being written.
                                       if (++told == 100) ::kill(::getpid(), SIGKILL);
                                   });
            static_cast<void>(store.loop().run_until([] { return false; }));
            return 1;
        });
        acknowledged.close_writing();
        EXPECT_EQ(child.wait(), kKilled);
        const auto numbers = acknowledged.heard();
        ASSERT_EQ(numbers.size(), 100U);

        OpenStore store(directory.path("store"));
        value_of(store.read([&](Transaction& tables) -> Result<void> {
            const AccountId alice = value_of(tables.accounts().find("alice@a.example")).value();
            const Folder inbox = value_of(tables.mailboxes().folder(alice, "/INBOX")).value();
            std::uint64_t whole = 0;
            for (const std::int64_t number : numbers) {
                const auto found =
                    value_of(tables.mailboxes().find(inbox.id, uuid_of(static_cast<std::uint64_t>(number))));
                if (!found) continue;
                const auto message = value_of(tables.mailboxes().message(found->message));
                const std::string body =
                    value_of(tables.bodies().read(message.value().parts.front().body, 0, 100'000));
                whole += body == std::string(70'000, 'x') ? 1U : 0U;
            }
            EXPECT_EQ(whole, 100U);
            const auto page = value_of(tables.mailboxes().index(inbox.id, {}, 10'000, ""));
            EXPECT_EQ(page.references.size(), inbox.total) << "counters and rows agree";
            EXPECT_GE(inbox.total, 100U);
            return {};
        }));
    }
}

TEST(Processes, AnAccountAddedBesideTheDaemonIsSeenByIt) {
    test::TemporaryFolder directory;
    Pipe go;
    Child child([&] {
        go.close_writing();
        if (go.heard().empty()) return 2;
        OpenStore store(directory.path("store"));
        value_of(
            store.write([](Transaction& tables) { return tables.accounts().add("bob@a.example", at(0)); }));
        return 0;
    });
    OpenStore daemon(directory.path("store"));
    go.say(1);
    go.close_writing();
    // The daemon goes on writing meanwhile.
    for (int i = 0; i < 50; ++i)
        value_of(daemon.write(
            [&](Transaction& tables) { return tables.accounts().set_setting(std::to_string(i), Bytes{1}); }));
    EXPECT_EQ(child.wait(), 0);
    EXPECT_TRUE(
        value_of(daemon.read([](Transaction& tables) { return tables.accounts().find("bob@a.example"); })));
    value_of(daemon.write([](Transaction& tables) { return tables.accounts().remove("bob@a.example"); }));
}

TEST(Processes, ManyMayMakeTheSameStoreAtOnce) {
    test::TemporaryFolder directory;
    Pipe go;
    std::vector<Child> children;
    children.reserve(4);
    for (int i = 0; i < 4; ++i)
        children.emplace_back([&, i] {
            go.close_writing();
            static_cast<void>(go.heard());
            OpenStore store(directory.path("new"));
            value_of(store.write([&](Transaction& tables) {
                return tables.accounts().add(std::to_string(i) + "@a.example", at(0));
            }));
            return 0;
        });
    go.close_writing();
    for (Child& child : children)
        EXPECT_EQ(child.wait(), 0);
    OpenStore store(directory.path("new"));
    EXPECT_EQ(value_of(store.read([](Transaction& tables) { return tables.accounts().list(); })).size(), 4U);
}

TEST(Processes, ClaimsOfAKilledOwnerAreTakenOverWhenTheyEnd) {
    test::TemporaryFolder directory;
    Pipe claimed;
    Child child([&] {
        OpenStore store(directory.path("store"));
        value_of(store.write([&](Transaction& tables) -> Result<void> {
            for (int i = 0; i < 10; ++i) {
                OutboxRow row;
                row.message = value_of(tables.mailboxes().add(make_message(tables, uuid_of(1))));
                row.destination = "b.example";
                row.next_try = at(0);
                value_of(tables.outbox().add(row));
            }
            return {};
        }));
        for (const OutboxRow& row : value_of(store.write([&](Transaction& tables) {
                 return tables.outbox().claim("b.example", "the dead", {6, 1000}, at(0), at(60));
             })))
            claimed.say(row.id);
        ::kill(::getpid(), SIGKILL);
        return 1;
    });
    claimed.close_writing();
    EXPECT_EQ(child.wait(), kKilled);
    const auto theirs = claimed.heard();
    ASSERT_EQ(theirs.size(), 6U);

    OpenStore store(directory.path("store"));
    const auto claim = [&](std::int64_t now) {
        std::vector<std::int64_t> ids;
        for (const OutboxRow& row : value_of(store.write([&](Transaction& tables) {
                 return tables.outbox().claim("b.example", "the living", {99, 1000}, at(now), at(now + 60));
             })))
            ids.push_back(row.id);
        return ids;
    };
    const auto free = claim(0);
    EXPECT_EQ(free.size(), 4U);
    for (const std::int64_t id : free)
        EXPECT_EQ(std::find(theirs.begin(), theirs.end(), id), theirs.end());
    EXPECT_EQ(claim(59).size(), 0U);
    EXPECT_EQ(claim(60).size(), 10U);
}

}  // namespace
}  // namespace immp::bridge
