// Two houses on a disk that fails, or hangs, when the test says so. A file's name holds "/a/" or "/b/".
#pragma once

#include "tests/node/house.hpp"
#include "tests/support/faulty_disk.hpp"

namespace immp::bridge {

/// Before the houses, since their stores are to open on it.
class DiskBelow {
  protected:
    DiskBelow()
        : disk_([this](const std::string&) {
              // Whoever waits for an event of the disk looks again.
              if (TimedLoop* loop = loop_above_) loop->post([] {});
          }) {}

    std::atomic<TimedLoop*> loop_above_ = nullptr;
    test::FaultyDisk disk_;
};

class UnsafeDisk : public DiskBelow, public TwoDomains {
  protected:
    UnsafeDisk() { loop_above_ = &loop_; }
    ~UnsafeDisk() override {
        disk_.release();
        loop_above_ = nullptr;
    }

    /// Mail has crossed both ways: each house has pinned the other's key.
    void get_acquainted() {
        raise_links();
        ASSERT_TRUE(a_.submit(mail("alice@a.example", {"bob@b.example"}, "hello"), {"text"}));
        ASSERT_TRUE(b_.submit(mail("bob@b.example", {"alice@a.example"}, "hello"), {"text"}));
        ASSERT_TRUE(loop_.run_until([&] { return is_settled(a_) && is_settled(b_); }));
        EXPECT_EQ(a_.outbox_rows() + b_.outbox_rows(), 0u);  // and what was written before is told
    }

  private:
    /// One mail has come, none waits. Looked up here and now: a question to the house would run the loop, and
    /// might be answered with what was true before the last event, with none left to look again for.
    static bool is_settled(const House& house) {
        const auto store = Database::open(house.directory / "immp.db", Access::read_only);
        if (!store) return false;
        const auto settled =
            (*store)
                ->query(
                    "SELECT (SELECT count(*) FROM outbox) = 0 AND (SELECT count(*) FROM refs "
                    "JOIN folders f ON f.id = folder WHERE f.path = '/INBOX') = 1")
                .one([](const Row& row) { return row.flag(0); });
        return settled && *settled && **settled;
    }
};

}  // namespace immp::bridge
