#include "bridge/store/sqlite_writer.hpp"

#include <algorithm>
#include <exception>
#include <iterator>

namespace immp::bridge {

namespace {

Error storage_error(std::string detail) {
    return {702, "storage failed", std::move(detail), std::chrono::seconds(60)};
}

}  // namespace

SqliteWriter::SqliteWriter(std::unique_ptr<Database> connection, Executor executor, Broke broke)
    : connection_(std::move(connection)),
      executor_(std::move(executor)),
      broke_(std::move(broke)),
      thread_([this] {
          connection_->note_changes_of("folders");
          run();
      }) {}

SqliteWriter::~SqliteWriter() {
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
    }
    changed_.notify_one();
    thread_.join();
}

void SqliteWriter::on_changed(Changed listener) {
    const std::lock_guard lock(mutex_);
    changed_folders_ = std::make_shared<const Changed>(std::move(listener));
}

void SqliteWriter::enqueue(StoreJob job) {
    ++waiting_;
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back(std::move(job));
    }
    changed_.notify_one();
}

void SqliteWriter::run() {
    for (;;) {
        Batch batch = next_batch();
        if (batch.jobs.empty()) return;
        run_batch(batch);
        finish(std::move(batch));
        checkpoint_if_due();
    }
}

SqliteWriter::Batch SqliteWriter::next_batch() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(std::min(queue_.size(), kBatchJobs));
    Batch batch{{std::move_iterator(queue_.begin()), std::move_iterator(end)}, {}, {}};
    queue_.erase(queue_.begin(), end);
    return batch;
}

/// Jobs that the batch did not get to are the first of the next.
void SqliteWriter::put_back(Batch& batch) {
    const auto rest = batch.jobs.begin() + static_cast<std::ptrdiff_t>(batch.outcomes.size());
    const std::lock_guard lock(mutex_);
    queue_.insert(queue_.begin(), std::move_iterator(rest), std::move_iterator(batch.jobs.end()));
    batch.jobs.erase(rest, batch.jobs.end());
}

void SqliteWriter::run_batch(Batch& batch) {
    if (broken_)
        return batch.fail_all(
            storage_error("a sync failed: nothing is written until the daemon starts again"));
    if (auto begun = connection_->query("BEGIN IMMEDIATE").run(); !begun) {
        if (connection_->sync_failed()) give_up();
        return batch.fail_all(begun.error());
    }
    run_jobs(batch);
    put_back(batch);
    commit(batch);
}

void SqliteWriter::run_jobs(Batch& batch) {
    static_cast<void>(connection_->take_bound_octets());
    static_cast<void>(connection_->take_changes());
    std::size_t octets = 0;
    for (StoreJob& job : batch.jobs) {
        batch.outcomes.push_back(run_job(job));
        octets += connection_->take_bound_octets();
        if (octets >= kBatchBytes || !connection_->in_transaction()) return;
    }
}

Result<void> SqliteWriter::run_job(StoreJob& job) {
    if (auto marked = connection_->query("SAVEPOINT job").run(); !marked) return marked;
    Result<void> outcome;
    try {
        outcome = job.work(transaction_);
    } catch (const std::exception& exception) {
        outcome = fail(700, "internal error", std::string("a work threw: ") + exception.what());
    } catch (...) {
        outcome = fail(700, "internal error", "a work threw");
    }
    // SQLite rolls the whole transaction back by itself after some I/O errors: commit() sees to that.
    if (!connection_->in_transaction()) return outcome;
    if (!outcome) {
        if (auto undone = connection_->query("ROLLBACK TO job").run(); !undone) roll_back();
    }
    if (!connection_->in_transaction()) return outcome;
    if (auto released = connection_->query("RELEASE job").run(); !released) {
        roll_back();
        return released;
    }
    return outcome;
}

void SqliteWriter::commit(Batch& batch) {
    if (connection_->sync_failed()) {
        give_up();
        roll_back();
        return batch.fail_all(storage_error("a sync failed"));
    }
    if (!connection_->in_transaction()) return batch.fail_with_the_rest();
    if (auto committed = connection_->query("COMMIT").run(); !committed) {
        if (leaves_disk_unknown(connection_->last_failure())) give_up();
        roll_back();
        return batch.fail_all(committed.error());
    }
    ++commits_;
    const auto changed = connection_->take_changes();
    batch.changed.assign(changed.begin(), changed.end());
}

void SqliteWriter::roll_back() {
    if (connection_->in_transaction()) static_cast<void>(connection_->query("ROLLBACK").run());
}

/// Refusals too: they may rest on what another write of the batch had stored, and some are good news (409:
/// the message is there already).
void SqliteWriter::Batch::fail_with_the_rest() {
    for (Result<void>& outcome : outcomes)
        if (outcome || outcome.error().code < 700)
            outcome = std::unexpected(storage_error("rolled back with another write that failed"));
}

void SqliteWriter::finish(Batch batch) {
    waiting_ -= batch.jobs.size();
    std::shared_ptr<const Changed> listener;
    {
        const std::lock_guard lock(mutex_);
        listener = changed_folders_;
    }
    // The works go along: what they captured may belong to the executor's thread.
    executor_([batch = std::move(batch), listener = std::move(listener)]() mutable {
        if (listener && !batch.changed.empty()) (*listener)(batch.changed);
        for (std::size_t i = 0; i < batch.jobs.size(); ++i)
            batch.jobs[i].done(std::move(batch.outcomes[i]));
    });
}

void SqliteWriter::checkpoint_if_due() {
    if (broken_ || !connection_->checkpoint_due()) return;
    if (auto moved = connection_->checkpoint(); !moved && leaves_disk_unknown(connection_->last_failure()))
        give_up();
}

void SqliteWriter::give_up() {
    if (broken_.exchange(true)) return;
    connection_->keep_log_on_close();
    if (broke_) executor_(std::move(broke_));
}

}  // namespace immp::bridge
