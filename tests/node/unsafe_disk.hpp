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
              if (Loop* loop = loop_above_) loop->post([] {});
          }) {}

    std::atomic<Loop*> loop_above_ = nullptr;
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
        ASSERT_TRUE(loop_.run_until([&] {
            return b_.index("bob@b.example").size() == 1 && a_.index("alice@a.example").size() == 1 &&
                   a_.outbox_rows() == 0 && b_.outbox_rows() == 0;
        }));
    }
};

}  // namespace immp::bridge
