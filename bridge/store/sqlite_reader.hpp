// Threads that read, each with a connection of its own: snapshots beside the writer.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "bridge/store/sqlite_transaction.hpp"

namespace immp::bridge {

class SqliteReaders {
  public:
    SqliteReaders(std::vector<std::unique_ptr<Database>> connections, Executor executor);
    /// Ends the threads when all that was queued is done.
    ~SqliteReaders();
    SqliteReaders(const SqliteReaders&) = delete;
    SqliteReaders& operator=(const SqliteReaders&) = delete;

    void enqueue(StoreJob job);

  private:
    void run(Database& connection);
    [[nodiscard]] std::optional<StoreJob> next();

    std::vector<std::unique_ptr<Database>> connections_;
    Executor executor_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<StoreJob> queue_;
    bool ending_ = false;

    std::vector<std::thread> threads_;  ///< last: start when all else is there
};

}  // namespace immp::bridge
