// The I/O thread of a test: completions wait until the test runs them.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

#include "bridge/store/store.hpp"

namespace immp::bridge {

class Loop {
  public:
    [[nodiscard]] Executor executor() {
        return [this](std::move_only_function<void()> task) {
            {
                const std::lock_guard lock(mutex_);
                tasks_.push_back(std::move(task));
            }
            changed_.notify_one();
        };
    }

    /// Runs completions until `reached`; false when that takes half a minute.
    template <class Condition>
    [[nodiscard]] bool run_until(Condition reached) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!reached()) {
            std::unique_lock lock(mutex_);
            if (!changed_.wait_until(lock, deadline, [this] { return !tasks_.empty(); })) return false;
            auto task = std::move(tasks_.front());
            tasks_.pop_front();
            lock.unlock();
            task();
        }
        return true;
    }

    /// Runs what is there now; returns how many.
    std::size_t run_ready() {
        std::size_t ran = 0;
        for (; take_one(); ++ran) {
        }
        return ran;
    }

  private:
    bool take_one() {
        std::unique_lock lock(mutex_);
        if (tasks_.empty()) return false;
        auto task = std::move(tasks_.front());
        tasks_.pop_front();
        lock.unlock();
        task();
        return true;
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::move_only_function<void()>> tasks_;
};

}  // namespace immp::bridge
