#include "bridge/node/workers.hpp"

#include <gtest/gtest.h>

namespace immp::bridge {
namespace {

// At the end of a daemon the I/O thread goes on for as long as workers wait for the store, and may give work.
TEST(Workers, StopWaitsForWhatRunsAndDropsWhatComesLater) {
    Workers workers(1);
    std::promise<void> begun;
    std::promise<void> released;
    bool is_finished = false;
    workers.run([&] {
        begun.set_value();
        released.get_future().wait();
        is_finished = true;
    });
    begun.get_future().wait();
    std::thread ender([&] { workers.stop(); });
    released.set_value();
    ender.join();
    EXPECT_TRUE(is_finished);
    workers.run([] { ADD_FAILURE() << "ran after the stop"; });
    workers.stop();
}

}  // namespace
}  // namespace immp::bridge
