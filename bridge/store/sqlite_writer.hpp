// The one thread that writes: it takes all that is queued, runs it in one transaction, syncs once, and only
// then lets the completions go (group commit: what comes during a sync is the next batch).
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "bridge/store/sqlite_transaction.hpp"

namespace immp::bridge {

/// A batch is bounded, so that no reply waits behind an unbounded one.
inline constexpr std::size_t kBatchJobs = 512;
/// Counted when a job has run; the last one may go over it.
inline constexpr std::size_t kBatchBytes = 8 << 20;

class SqliteWriter {
  public:
    /// `broke` is called through the executor, once, before the writes hear of it that failed with the sync.
    SqliteWriter(std::unique_ptr<Database> connection, Executor executor, Broke broke);
    /// Ends the thread when all that was queued is done.
    ~SqliteWriter();
    SqliteWriter(const SqliteWriter&) = delete;
    SqliteWriter& operator=(const SqliteWriter&) = delete;

    /// See Store::on_changed.
    using Changed = std::function<void(const std::vector<FolderId>&)>;
    void on_changed(Changed listener);

    void enqueue(StoreJob job);
    [[nodiscard]] std::size_t waiting() const { return waiting_; }
    [[nodiscard]] std::uint64_t commits() const { return commits_; }
    [[nodiscard]] bool broken() const { return broken_; }

  private:
    /// Jobs and, from the first on, how they ended.
    struct Batch {
        std::vector<StoreJob> jobs;
        std::vector<Result<void>> outcomes;
        std::vector<FolderId> changed;  ///< folders, where the commit was synced

        void fail_all(const Error& error) { outcomes.assign(jobs.size(), std::unexpected(error)); }
        void fail_with_the_rest();
    };

    void run();
    /// Waits for work. Empty: the end.
    [[nodiscard]] Batch next_batch();
    void put_back(Batch& batch);

    void run_batch(Batch& batch);
    void run_jobs(Batch& batch);
    [[nodiscard]] Result<void> run_job(StoreJob& job);
    void commit(Batch& batch);
    void finish(Batch batch);
    void checkpoint_if_due();
    void roll_back();
    void give_up();

    std::unique_ptr<Database> connection_;
    SqliteTransaction transaction_{*connection_};
    Executor executor_;
    Broke broke_;

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<StoreJob> queue_;
    bool ending_ = false;
    std::shared_ptr<const Changed> changed_folders_;  ///< with mutex_

    std::atomic<std::size_t> waiting_ = 0;
    std::atomic<std::uint64_t> commits_ = 0;
    std::atomic<bool> broken_ = false;
    std::thread thread_;  ///< last: starts when all else is there
};

}  // namespace immp::bridge
