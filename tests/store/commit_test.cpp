// What store.hpp promises of writes: gathered, in order, told of after the sync, rolled back alone.
#include <future>
#include <numeric>

#include <unistd.h>

#include "bridge/store/sqlite_writer.hpp"
#include "tests/store/store_test.hpp"
#include "tests/support/faulty_disk.hpp"

namespace immp::bridge {
namespace {

using test::DiskOperation;
using test::Fault;

const Fault kFull{DiskOperation::write, test::kDiskFull, "", 0, Fault::kEver};
const Fault kFailingWrite{DiskOperation::write, test::io_error(DiskOperation::write), "", 0, Fault::kEver};
const Fault kFailingSync{DiskOperation::sync, test::io_error(DiskOperation::sync), "", 0, Fault::kEver};

class CommitTest : public ::testing::Test {
  protected:
    /// Holds the writer inside a work until `release`; what is written meanwhile queues.
    void hold() {
        std::promise<void> started;
        auto is_held = started.get_future();
        (*store_)->write<void>(
            [&started, released = released_.get_future()](Transaction&) -> Result<void> {
                started.set_value();
                released.wait();
                return {};
            },
            [](Result<void>) {});
        is_held.wait();
    }
    void release() { released_.set_value(); }

    /// Writes setting `name` and notes the code of its end.
    void put(const std::string& name, std::size_t octets = 1) {
        (*store_)->write<void>(
            [name, octets](Transaction& tables) {
                return tables.accounts().set_setting(name, Bytes(octets, 1));
            },
            [this, name](Result<void> result) { done_.emplace_back(name, code_of(result)); });
    }
    void wait_for(std::size_t count) {
        ASSERT_TRUE(store_->loop().run_until([&] { return done_.size() >= count; }));
    }
    bool has(std::string_view name) {
        return value_of(store_->read([&](Transaction& tables) { return tables.accounts().setting(name); }))
            .has_value();
    }
    void reopen() {
        store_.reset();
        store_.emplace(directory_.path("store"));
    }

    using Ends = std::vector<std::pair<std::string, int>>;

    test::FaultyDisk disk_;
    test::TemporaryFolder directory_;
    std::optional<OpenStore> store_{std::in_place, directory_.path("store")};
    std::promise<void> released_;
    Ends done_;
};

TEST_F(CommitTest, WhatQueuesBehindACommitIsOneCommit) {
    hold();
    for (int i = 0; i < 100; ++i)
        put(std::to_string(i));
    EXPECT_EQ((*store_)->waiting_writes(), 101U);
    const auto commits = (*store_)->commits();
    const auto syncs = disk_.syncs();
    release();
    wait_for(100);
    EXPECT_EQ((*store_)->commits() - commits, 2U) << "the held one, and one for all hundred";
    EXPECT_LE(disk_.syncs() - syncs, 3U) << "one each, and one for the log's first header";
    EXPECT_EQ((*store_)->waiting_writes(), 0U);
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(done_[static_cast<std::size_t>(i)], std::pair(std::to_string(i), 0)) << "in their order";
}

TEST_F(CommitTest, ABatchIsBoundedInJobs) {
    hold();
    for (std::size_t i = 0; i < 2 * kBatchJobs + 1; ++i)
        put(std::to_string(i));
    const auto commits = (*store_)->commits();
    release();
    wait_for(2 * kBatchJobs + 1);
    EXPECT_EQ((*store_)->commits() - commits, 4U);
    for (std::size_t i = 0; i < done_.size(); ++i)
        EXPECT_EQ(done_[i].first, std::to_string(i));
}

TEST_F(CommitTest, ABatchIsBoundedInOctets) {
    hold();
    for (int i = 0; i < 10; ++i)
        put(std::to_string(i), kBatchBytes / 4);
    const auto commits = (*store_)->commits();
    release();
    wait_for(10);
    EXPECT_EQ((*store_)->commits() - commits, 4U) << "the held one, then 4, 4 and 2";
    for (std::size_t i = 0; i < done_.size(); ++i)
        EXPECT_EQ(done_[i], std::pair(std::to_string(i), 0));
}

TEST_F(CommitTest, ACompletionComesOnlyAfterTheSync) {
    hold();
    put("x");
    const auto syncs = disk_.syncs();
    std::uint64_t syncs_then = 0;
    (*store_)->write<void>([](Transaction&) -> Result<void> { return {}; },
                           [&](Result<void>) { syncs_then = disk_.syncs(); });
    EXPECT_EQ(store_->loop().run_ready(), 0U);
    release();
    ASSERT_TRUE(store_->loop().run_until([&] { return syncs_then != 0; }));
    EXPECT_GT(syncs_then, syncs);
}

TEST_F(CommitTest, AWorkThatFailsIsRolledBackAlone) {
    hold();
    put("before");
    std::optional<Result<int>> failed;
    (*store_)->write<int>(
        [](Transaction& tables) -> Result<int> {
            value_of(tables.accounts().set_setting("lost", Bytes{1}));
            return fail(452, "no");
        },
        [&](Result<int> result) { failed = std::move(result); });
    put("after");
    release();
    wait_for(2);
    EXPECT_EQ(done_, (Ends{{"before", 0}, {"after", 0}}));
    EXPECT_EQ(code_of(failed.value()), 452);
    EXPECT_TRUE(has("before"));
    EXPECT_FALSE(has("lost"));
    EXPECT_TRUE(has("after"));
}

TEST_F(CommitTest, AWorkThatThrowsIsRolledBackAloneAndTheThreadGoesOn) {
    hold();
    put("before");
    std::vector<Result<void>> failed;
    const auto throw_it = [&](auto thrown) {
        (*store_)->write<void>(
            [thrown](Transaction& tables) -> Result<void> {
                value_of(tables.accounts().set_setting("lost", Bytes{1}));
                throw thrown;
            },
            [&](Result<void> result) { failed.push_back(std::move(result)); });
    };
    throw_it(std::runtime_error("a fault"));
    throw_it(42);
    put("after");
    release();
    wait_for(2);
    ASSERT_EQ(failed.size(), 2U);
    EXPECT_EQ(failed[0].error().code, 700);
    EXPECT_NE(failed[0].error().detail.find("a fault"), std::string::npos);
    EXPECT_EQ(failed[1].error().code, 700);
    EXPECT_FALSE(has("lost"));
    EXPECT_TRUE(has("after"));
}

TEST_F(CommitTest, AReadThatThrowsOrWritesIsA700AndTheThreadGoesOn) {
    EXPECT_EQ(code_of(store_->read([](Transaction&) -> Result<void> { throw std::runtime_error("x"); })),
              700);
    for (int i = 0; i < 4; ++i)
        EXPECT_EQ(code_of(store_->read(
                      [](Transaction& tables) { return tables.accounts().set_setting("x", Bytes{1}); })),
                  700);
    EXPECT_FALSE(has("x"));
}

TEST_F(CommitTest, AReadSeesWhatWasTold) {
    for (int i = 0; i < 50; ++i) {
        put(std::to_string(i));
        wait_for(static_cast<std::size_t>(i) + 1);
        EXPECT_TRUE(has(std::to_string(i)));
    }
}

TEST_F(CommitTest, AReadDoesNotWaitForTheWriterAndSeesNothingOfIt) {
    hold();
    put("x");
    EXPECT_FALSE(has("x"));
    release();
    wait_for(1);
    EXPECT_TRUE(has("x"));
}

TEST_F(CommitTest, DestructionFinishesWhatIsQueued) {
    hold();
    for (int i = 0; i < 2000; ++i)
        put(std::to_string(i));
    release();
    store_.reset();
    store_.emplace(directory_.path("store"));
    for (const int i : {0, 1000, 1999})
        EXPECT_TRUE(has(std::to_string(i))) << i;
}

TEST_F(CommitTest, AFullDiskFailsItsWritesAndLaterOnesSucceed) {
    put("before");
    wait_for(1);
    disk_.inject(kFull);
    put("lost");
    wait_for(2);
    EXPECT_EQ(done_.back(), std::pair(std::string("lost"), 702));
    EXPECT_FALSE((*store_)->broken());
    EXPECT_TRUE(has("before"));
    disk_.mend();
    put("after");
    wait_for(3);
    EXPECT_EQ(done_.back(), std::pair(std::string("after"), 0));
    reopen();
    EXPECT_TRUE(has("before"));
    EXPECT_FALSE(has("lost"));
    EXPECT_TRUE(has("after"));
}

TEST_F(CommitTest, ARefusedWriteInTheMiddleOfALargeTransactionLosesNothingThatWasTold) {
    put("before");
    wait_for(1);
    for (const Fault& fault : {kFull, kFailingWrite}) {
        done_.clear();
        disk_.inject(fault);
        // More than the page cache holds, so that pages are written before the commit.
        for (int i = 0; i < 8; ++i)
            put("lost" + std::to_string(i), 4 << 20);
        wait_for(8);
        for (const auto& [name, code] : done_)
            EXPECT_EQ(code, 702) << name;
        EXPECT_FALSE((*store_)->broken());
        disk_.mend();
        put("after");
        wait_for(9);
        EXPECT_EQ(done_.back().second, 0);
    }
    reopen();
    EXPECT_TRUE(has("before"));
    EXPECT_TRUE(has("after"));
    EXPECT_FALSE(has("lost0"));
    EXPECT_FALSE(has("lost7"));
}

TEST_F(CommitTest, AFailedSyncEndsAllWritingUntilANewStart) {
    put("before");
    wait_for(1);
    hold();
    put("lost");
    disk_.inject(kFailingSync);
    release();
    wait_for(2);
    EXPECT_EQ(done_.back(), std::pair(std::string("lost"), 702));
    EXPECT_TRUE((*store_)->broken());
    disk_.mend();
    put("later");
    wait_for(3);
    EXPECT_EQ(done_.back(), std::pair(std::string("later"), 702));
    EXPECT_TRUE(has("before")) << "reading goes on";
    EXPECT_FALSE(has("later"));
    reopen();
    EXPECT_FALSE((*store_)->broken());
    EXPECT_TRUE(has("before"));
    EXPECT_FALSE(has("later"));
}

TEST_F(CommitTest, AStorageFailureIsTemporaryAndSaysWhatSqliteSaid) {
    disk_.inject(kFull);
    const auto failed =
        store_->write([](Transaction& tables) { return tables.accounts().set_setting("x", Bytes{1}); });
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, 702);
    EXPECT_TRUE(failed.error().temporary());
    EXPECT_NE(failed.error().detail.find("full"), std::string::npos) << failed.error().detail;
}

}  // namespace
}  // namespace immp::bridge
