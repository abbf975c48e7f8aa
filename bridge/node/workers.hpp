// Threads for work that takes its time: Argon2id, sealing and opening bundles. A work runs from begin to end
// on one thread and may block, on the store too; the I/O thread never does.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

#include "bridge/store/store.hpp"

namespace immp::bridge {

class Workers {
  public:
    explicit Workers(std::size_t threads);
    ~Workers();
    Workers(const Workers&) = delete;
    Workers& operator=(const Workers&) = delete;

    /// Waits for the work that runs; what has not begun, and what comes later, is dropped. The I/O thread
    /// must still run, or run works that wait for the store would wait for ever: so another thread calls
    /// this, while what the I/O thread runs may still give work.
    void stop();

    /// First come, first served; from any thread.
    void run(std::move_only_function<void()> work);

  private:
    void serve();

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::move_only_function<void()>> waiting_;
    bool ending_ = false;
    std::vector<std::thread> threads_;
};

/// A write, waited for. On a worker's thread only.
template <class R>
[[nodiscard]] Result<R> write_and_wait(Store& store, std::move_only_function<Result<R>(Transaction&)> work) {
    std::promise<Result<R>> promise;
    auto future = promise.get_future();
    store.write<R>(std::move(work), [&promise](Result<R> result) { promise.set_value(std::move(result)); });
    return future.get();
}

/// A read, waited for. On a worker's thread only.
template <class R>
[[nodiscard]] Result<R> read_and_wait(Store& store, std::move_only_function<Result<R>(Transaction&)> work) {
    std::promise<Result<R>> promise;
    auto future = promise.get_future();
    store.read<R>(std::move(work), [&promise](Result<R> result) { promise.set_value(std::move(result)); });
    return future.get();
}

}  // namespace immp::bridge
