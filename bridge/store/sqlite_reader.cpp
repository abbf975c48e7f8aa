#include "bridge/store/sqlite_reader.hpp"

#include <exception>

namespace immp::bridge {

namespace {

Result<void> read_snapshot(Database& connection, Transaction& transaction, StoreJob& job) {
    if (auto begun = connection.query("BEGIN").run(); !begun) return begun;
    Result<void> outcome;
    try {
        outcome = job.work(transaction);
    } catch (const std::exception& exception) {
        outcome = fail(700, "internal error", std::string("a work threw: ") + exception.what());
    } catch (...) {
        outcome = fail(700, "internal error", "a work threw");
    }
    if (connection.in_transaction()) static_cast<void>(connection.query("ROLLBACK").run());
    return outcome;
}

}  // namespace

SqliteReaders::SqliteReaders(std::vector<std::unique_ptr<Database>> connections, Executor executor)
    : connections_(std::move(connections)), executor_(std::move(executor)) {
    for (const auto& connection : connections_)
        threads_.emplace_back([this, &connection = *connection] { run(connection); });
}

SqliteReaders::~SqliteReaders() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_)
        thread.join();
}

void SqliteReaders::enqueue(StoreJob job) {
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back(std::move(job));
    }
    changed_.notify_one();
}

std::optional<StoreJob> SqliteReaders::next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) return std::nullopt;
    StoreJob job = std::move(queue_.front());
    queue_.pop_front();
    return job;
}

void SqliteReaders::run(Database& connection) {
    SqliteTransaction transaction(connection);
    while (auto job = next()) {
        auto outcome = read_snapshot(connection, transaction, *job);
        // The work goes along: what it captured may belong to the executor's thread.
        executor_([job = std::move(*job), outcome = std::move(outcome)]() mutable {
            job.done(std::move(outcome));
        });
    }
}

}  // namespace immp::bridge
