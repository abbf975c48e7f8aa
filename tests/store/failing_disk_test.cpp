// What a disk that fails does to the store: nothing that was told is lost, not even to a power cut; what
// follows from a failure is the one thing that store.hpp says.
#include <array>
#include <future>

#include "tests/store/store_test.hpp"
#include "tests/support/faulty_disk.hpp"

namespace immp::bridge {
namespace {

using test::DiskOperation;
using test::Fault;
using test::io_error;

class FailingDisk : public ::testing::Test {
  protected:
    FailingDisk() {
        disk_.keep_images();
        store_.emplace(directory_.path("store"));
    }

    /// Writes setting `name` and waits; the code of its end.
    int put(const std::string& name, std::size_t octets = 1) {
        return code_of(store_->write(
            [&](Transaction& tables) { return tables.accounts().set_setting(name, Bytes(octets, 1)); }));
    }
    bool has(std::string_view name) { return has(*store_, name); }
    static bool has(OpenStore& store, std::string_view name) {
        return value_of(store.read([&](Transaction& tables) { return tables.accounts().setting(name); }))
            .has_value();
    }
    void reopen() {
        store_.reset();
        store_.emplace(directory_.path("store"));
    }
    /// Whether a store that starts from what a power cut leaves now holds it.
    bool survives(std::string_view name) {
        const std::filesystem::path left = directory_.path("left" + std::to_string(++cuts_));
        disk_.cut_power(directory_.path("store"), left);
        OpenStore store(left);
        return has(store, name);
    }
    /// Starts the log anew with the next write, so that a sync comes with its first page.
    void move_log() { reopen(); }

    test::TemporaryFolder directory_;
    test::FaultyDisk disk_;
    std::optional<OpenStore> store_;
    int cuts_ = 0;
};

TEST_F(FailingDisk, WhatWasToldSurvivesAPowerCut) {
    ASSERT_EQ(put("told"), 0);
    EXPECT_TRUE(survives("told"));
    EXPECT_TRUE(survives("secret"));
}

TEST_F(FailingDisk, AWriteUnderASyncIsSeenByNobody) {
    disk_.hold_syncs("immp.db");
    bool is_told = false;
    (*store_)->write<void>([](Transaction& tables) { return tables.accounts().set_setting("x", Bytes{1}); },
                           [&](Result<void>) { is_told = true; });
    while (!disk_.holds())
        std::this_thread::yield();
    EXPECT_FALSE(has("x"));
    EXPECT_FALSE(is_told);
    EXPECT_FALSE(survives("x"));
    disk_.release();
    ASSERT_TRUE(store_->loop().run_until([&] { return is_told; }));
    EXPECT_TRUE(has("x"));
    EXPECT_TRUE(survives("x"));
}

// The kernel goes on showing pages that a failed sync has dropped: a log that is built on them would break
// off there when the power goes.
TEST_F(FailingDisk, WhatIsToldAfterAFailedSyncAndANewStartSurvivesAPowerCut) {
    ASSERT_EQ(put("before"), 0);
    disk_.inject({DiskOperation::sync, io_error(DiskOperation::sync), "immp.db-wal"});
    EXPECT_EQ(put("unknown"), 702);
    EXPECT_TRUE((*store_)->broken());
    EXPECT_TRUE(survives("before"));
    reopen();
    EXPECT_TRUE(has("before"));
    ASSERT_EQ(put("after"), 0);
    EXPECT_TRUE(survives("before"));
    EXPECT_TRUE(survives("after"));
}

TEST_F(FailingDisk, ASyncThatFailsInTheMiddleOfATransactionEndsAllWritingToo) {
    ASSERT_EQ(put("before"), 0);
    move_log();
    disk_.inject({DiskOperation::sync, io_error(DiskOperation::sync), "immp.db-wal"});
    // More than the page cache holds: the log's first page is written, and synced, before the commit.
    EXPECT_EQ(put("large", 16 << 20), 702);
    EXPECT_EQ(disk_.struck(), 1u);
    EXPECT_TRUE((*store_)->broken());
    EXPECT_EQ(put("later"), 702);
    EXPECT_TRUE(survives("before"));
    reopen();
    EXPECT_TRUE(has("before"));
    EXPECT_FALSE(has("later"));
}

TEST_F(FailingDisk, AFailedSyncOfTheDatabaseEndsWritingAndLosesNothing) {
    ASSERT_EQ(put("before"), 0);
    disk_.inject({DiskOperation::sync, io_error(DiskOperation::sync), "immp.db", 2});
    OwnKey key;
    key.serial = 1;
    key.record = "record";
    value_of(store_->write([&](Transaction& tables) -> Result<void> {
        if (auto added = tables.keys().add_own(key); !added) return added;
        if (auto retired = tables.keys().retire_own(1, at(0)); !retired) return retired;
        return tables.keys().wipe_own(1);
    }));
    // The commit's sync, the checkpoint's of the log, then that of the database. The next write waits for it.
    EXPECT_EQ(put("later"), 702);
    EXPECT_EQ(disk_.struck(), 1u);
    EXPECT_TRUE((*store_)->broken());
    EXPECT_TRUE(survives("before"));
    reopen();
    ASSERT_EQ(put("after"), 0);
    EXPECT_TRUE(survives("before"));
    EXPECT_TRUE(survives("after"));
}

TEST_F(FailingDisk, TheOneWhoGivesUpHearsOfItOnceAndBeforeTheWrites) {
    store_.reset();
    Loop loop;
    std::vector<std::string> heard;
    auto store = value_of(
        open_sqlite_store(directory_.path("store"), loop.executor(), [&] { heard.emplace_back("broken"); }));
    disk_.inject({DiskOperation::sync, io_error(DiskOperation::sync), "immp.db", 0, Fault::kEver});
    for (const char* name : {"one", "two", "three"})
        store->write<void>(
            [name](Transaction& tables) { return tables.accounts().set_setting(name, Bytes{1}); },
            [&heard, name](Result<void> result) { heard.emplace_back(result ? "done" : name); });
    ASSERT_TRUE(loop.run_until([&] { return heard.size() == 4; }));
    EXPECT_EQ(heard, (std::vector<std::string>{"broken", "one", "two", "three"}));
}

// The log's index lies beside it in memory that is a file: a full disk, or a bound on file lengths, shows
// there too.
TEST_F(FailingDisk, NoRoomForTheLogsIndexIsAFullDisk) {
    ASSERT_EQ(put("before"), 0);
    disk_.inject({DiskOperation::map, io_error(DiskOperation::map), "immp.db", 0, Fault::kEver});
    // The index takes 32 KiB for 4,096 pages.
    EXPECT_EQ(put("large", 20 << 20), 702);
    EXPECT_GE(disk_.struck(), 1u);
    EXPECT_FALSE((*store_)->broken());
    EXPECT_TRUE(has("before"));
    EXPECT_FALSE(has("large"));
    disk_.mend();
    ASSERT_EQ(put("after"), 0);
    EXPECT_TRUE(survives("before"));
    EXPECT_TRUE(survives("after"));
    reopen();
    EXPECT_TRUE(has("after"));
}

// 409 is good news for a sender: it must not rest on what was rolled back.
TEST_F(FailingDisk, ARefusalIsNotToldWhenWhatItRestsOnWasRolledBack) {
    std::promise<void> started;
    std::promise<void> released;
    std::vector<int> codes;
    const auto note = [&](Result<void> result) { codes.push_back(code_of(result)); };
    (*store_)->write<void>(
        [&](Transaction&) -> Result<void> {
            started.set_value();
            released.get_future().wait();
            return {};
        },
        [](Result<void>) {});
    started.get_future().wait();
    (*store_)->write<void>(
        [](Transaction& tables) { return tables.accounts().set_setting("first", Bytes{1}); }, note);
    (*store_)->write<void>(
        [](Transaction& tables) -> Result<void> {
            auto there = tables.accounts().setting("first");
            if (!there) return std::unexpected(there.error());
            return *there ? fail(409, "there already") : fail(404, "not there");
        },
        note);
    (*store_)->write<void>(
        [](Transaction& tables) { return tables.accounts().set_setting("large", Bytes(16 << 20, 1)); }, note);
    disk_.inject({DiskOperation::write, test::kDiskFull, "immp.db-wal", 1});
    released.set_value();
    ASSERT_TRUE(store_->loop().run_until([&] { return codes.size() == 3; }));
    EXPECT_EQ(disk_.struck(), 1u);
    EXPECT_EQ(codes, (std::vector<int>{702, 702, 702}));
    EXPECT_FALSE(has("first"));
}

// Octets are staged under a body's id across transactions.
TEST_F(FailingDisk, ABodysIdIsNotGivenAgainWhenItsTransactionWasRolledBack) {
    BodyId lost = 0;
    const auto create = [&](BodyId& id) {
        return store_->write([&](Transaction& tables) -> Result<void> {
            auto made = tables.bodies().create(at(0));
            if (!made) return std::unexpected(made.error());
            id = *made;
            return {};
        });
    };
    disk_.inject({DiskOperation::write, test::kDiskFull, "immp.db-wal", 0, Fault::kEver});
    ASSERT_EQ(code_of(create(lost)), 702);
    ASSERT_NE(lost, 0);
    disk_.mend();
    BodyId other = 0;
    ASSERT_EQ(code_of(create(other)), 0);
    EXPECT_NE(other, lost);
    EXPECT_EQ(code_of(store_->write([&](Transaction& tables) { return tables.bodies().append(lost, "x"); })),
              404);
}

TEST_F(FailingDisk, AStoreOpensOnAFullDiskAndServesReading) {
    ASSERT_EQ(put("before"), 0);
    disk_.inject({DiskOperation::write, test::kDiskFull, "immp.db", 0, Fault::kEver});
    reopen();
    EXPECT_TRUE(has("before"));
    EXPECT_EQ(put("lost"), 702);
    disk_.mend();
    EXPECT_EQ(put("after"), 0);
}

std::string operation_name(const testing::TestParamInfo<DiskOperation>& operation) {
    constexpr std::array kNames = {"Open", "Write", "Sync", "Truncate", "Map"};
    return kNames[static_cast<std::size_t>(operation.param)];
}

/// Where a fault is tried next. Behind the first 64, which are every file's own, come the pages of one schema
/// after the other: of these each eleventh.
constexpr std::uint64_t next_position(std::uint64_t position) {
    return position < 64 ? position + 1 : position + 11;
}

/// Each operation of opening fails once, on a new store and on one with mail in its log.
class Opening : public FailingDisk, public testing::WithParamInterface<DiskOperation> {};
INSTANTIATE_TEST_SUITE_P(EachOperation, Opening,
                         testing::Values(DiskOperation::open, DiskOperation::write, DiskOperation::sync,
                                         DiskOperation::truncate, DiskOperation::map),
                         operation_name);

TEST_P(Opening, AFaultIsSaidInOneLineAndGoneWithTheDisksFault) {
    ASSERT_EQ(put("before"), 0);
    const std::filesystem::path whole = directory_.path("whole");
    disk_.cut_power(directory_.path("store"), whole);
    store_.reset();
    for (const bool is_new : {true, false}) {
        for (std::uint64_t position = 0;; position = next_position(position)) {
            const std::filesystem::path folder = directory_.path("try");
            std::filesystem::remove_all(folder);
            if (!is_new) std::filesystem::copy(whole, folder);
            disk_.mend();
            disk_.inject({GetParam(), io_error(GetParam()), "", position});
            Loop loop;
            auto opened = open_sqlite_store(folder, loop.executor());
            if (!opened) {
                EXPECT_EQ(opened.error().code, 702);
                EXPECT_NE(opened.error().text.find("immp.db"), std::string::npos) << opened.error().text;
            }
            const bool is_hit = disk_.struck() > 0;
            if (opened) opened->reset();
            disk_.mend();
            OpenStore store(folder);
            EXPECT_TRUE(has(store, "secret"));
            EXPECT_EQ(has(store, "before"), !is_new) << position;
            if (!is_hit) break;
            ASSERT_LT(position, 2'000u);
        }
    }
}

}  // namespace
}  // namespace immp::bridge
