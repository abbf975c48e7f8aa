// Every operation on a.example's disk fails once, at each position of a day of two domains: nothing that was
// acknowledged is lost, not even when the power goes then, nothing is there twice, and with the fault gone
// everything goes on.
#include <random>

#include "tests/node/ledger.hpp"
#include "tests/support/faulty_disk.hpp"
#include "tests/support/temporary_folder.hpp"

namespace immp::bridge {
namespace {

using namespace std::chrono_literals;
using test::DiskOperation;
using test::Fault;

struct FaultKind {
    const char* name;
    DiskOperation operation;
    int code;
};

// Files are opened, and the log's index grows, at other times: tests/store/failing_disk_test.cpp.
const FaultKind kFaultKinds[] = {
    {"Sync", DiskOperation::sync, test::io_error(DiskOperation::sync)},
    {"DiskFull", DiskOperation::write, test::kDiskFull},
    {"Write", DiskOperation::write, test::io_error(DiskOperation::write)},
    {"Truncate", DiskOperation::truncate, test::io_error(DiskOperation::truncate)},
};

class FaultPositions : public testing::TestWithParam<FaultKind> {
  protected:
    FaultPositions() {
        Pair pair(template_);
        for (const auto* name : {"alice@a.example", "carol@a.example"})
            pair.a.add_account(name);
        pair.b.add_account("bob@b.example");
        pair.a.set_password("alice@a.example");
        // A generation of keys that the script wipes: then the log is cut off behind a checkpoint.
        EXPECT_TRUE(pair.a.in_store<Done>([&](Transaction& transaction) -> Result<Done> {
            auto keys = rotate_signing_key(transaction, "a.example", pair.loop.now());
            if (!keys) return std::unexpected(keys.error());
            return Done{};
        }));
        pair.a.restart();
        pair.raise_links();
        EXPECT_TRUE(pair.a.submit(mail("alice@a.example", {"bob@b.example"}, "hello"), {"text"}));
        EXPECT_TRUE(pair.b.submit(mail("bob@b.example", {"alice@a.example"}, "hello"), {"text"}));
        EXPECT_TRUE(pair.settle());
    }

    /// A success, or the store's own refusal.
    static void expect_702(const Answer& answer) { EXPECT_EQ(answer ? 702 : answer.error().code, 702); }

    static void run_script(Pair& pair, Ledger& ledger) {
        const auto stop = [&] { return pair.a.is_broken; };
        pair.raise_links();
        expect_702(pair.a.ask(*pair.a.node->make_desk(), RecordLogin{"alice@a.example", "phone", {}}));
        ledger.send(pair);
        EXPECT_TRUE(pair.settle(stop));
        if (stop()) return;
        for (const IndexEntry& entry : pair.a.index("alice@a.example"))
            expect_702(
                pair.a.ask(*pair.a.node->make_desk(),
                           FetchMessage{"alice@a.example", "/INBOX", entry.id, FetchForm::json, "", true}));
        const Answer revoked =
            pair.a.ask(*pair.a.node->make_desk(), RevokeDevice{"alice@a.example", "phone"});
        EXPECT_TRUE(revoked || revoked.error().code == 702 || revoked.error().code == 404);
        const auto wiped = pair.a.in_store<Done>([](Transaction& transaction) -> Result<Done> {
            auto done = transaction.keys().wipe_own(1);
            if (!done) return std::unexpected(done.error());
            return Done{};
        });
        EXPECT_EQ(wiped ? 702 : wiped.error().code, 702);
        pair.loop.advance(31s);  // housekeeping
        static_cast<void>(pair.a.outbox_rows());
    }

    /// What a.example would find after a power cut now.
    void check_kept(const test::FaultyDisk& disk, const std::filesystem::path& directory,
                    const Ledger& ledger, bool came_from_b) {
        const std::filesystem::path left = directory / "left";
        disk.cut_power(directory / "a", left);
        TimedLoop loop;
        Wire wire(loop);
        House house(wire, "a.example", left);
        ledger.check_kept(house);
        if (!came_from_b) return;
        for (const char* subject : {"small to alice", "large to alice"})
            EXPECT_EQ(count(house, "alice@a.example", subject), 1u) << subject;
    }

    /// Whether the fault was met.
    bool fail_once(std::uint64_t position) {
        SCOPED_TRACE(std::string(GetParam().name) + " " + std::to_string(position));
        const test::TemporaryFolder folder;
        const std::filesystem::path directory = folder.path("pair");
        std::filesystem::copy(template_, directory, std::filesystem::copy_options::recursive);
        test::FaultyDisk disk;
        disk.keep_images();
        Ledger ledger;
        Pair pair(directory);
        disk.inject({GetParam().operation, GetParam().code, "/a/immp.db", position});
        run_script(pair, ledger);
        // A checkpoint follows the commit that was answered: it has ended before the next one is.
        static_cast<void>(pair.a.outbox_rows());
        const bool is_met = disk.struck() > 0;
        const bool was_sent = ledger.letters[0].is_taken && ledger.letters[1].is_taken;
        check_kept(disk, directory, ledger, was_sent && pair.b.outbox_rows() == 0);
        disk.mend();
        static_cast<void>(pair.a.outbox_rows());
        if (pair.a.is_broken) pair.a.restart();
        pair.raise_links();
        ledger.send(pair);
        EXPECT_TRUE(pair.settle());
        ledger.check_all(pair);
        return is_met;
    }

  private:
    const test::TemporaryFolder made_;
    const std::filesystem::path template_ = made_.path("template");
};

INSTANTIATE_TEST_SUITE_P(Each, FaultPositions, testing::ValuesIn(kFaultKinds),
                         [](const auto& kind) { return std::string(kind.param.name); });

TEST_P(FaultPositions, NothingAcknowledgedIsLostAndEverythingGoesOn) {
    // The further, the fewer; always the same, so that a change is judged by what it changed.
    // IMMP_EVERY_POSITION=1 leaves none out.
    std::minstd_rand chance(1);
    const auto step_from = [&](std::uint64_t position) {
        return std::getenv("IMMP_EVERY_POSITION")
                   ? 1
                   : std::uniform_int_distribution<std::uint64_t>(1, 1 + position)(chance);
    };
    std::uint64_t tried = 0;
    for (std::uint64_t position = 0; fail_once(position) && !HasFailure(); ++tried)
        position += step_from(position);
    EXPECT_GT(tried, 0u) << "the script does no such operation";
    RecordProperty("positions", std::to_string(tried));
}

}  // namespace
}  // namespace immp::bridge
