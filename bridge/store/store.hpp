// The store: what immpd keeps. One interface for every engine; SQLite is the first (sqlite_store.hpp), a
// shared PostgreSQL is to fit behind the same words, so nothing here assumes that one process owns the data:
// work on the outbox is claimed with leases.
//
// Durability: a write's `done` is called after the commit that holds it has been synced, never before, be it
// a success or a refusal of the work's own; a 702 of the store says only that nothing is promised: the write
// is not seen while the store is open, but where the failure came behind the log's last octet (a failed sync,
// no room for the log's index) a new start may find it there. Reads see nothing that was not synced. While a
// commit syncs, further writes queue, and the next commit takes them all (group commit, no timer). A failed
// sync fails every write of that commit and the store refuses all later ones (702): what the disk holds is
// then unknown until the daemon starts again (see B, and LWN 752063 on fsync errors).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "armor/error.hpp"
#include "bridge/store/accounts.hpp"
#include "bridge/store/blocks.hpp"
#include "bridge/store/bodies.hpp"
#include "bridge/store/bundles.hpp"
#include "bridge/store/feeds.hpp"
#include "bridge/store/folders.hpp"
#include "bridge/store/keys.hpp"
#include "bridge/store/leases.hpp"
#include "bridge/store/mailboxes.hpp"
#include "bridge/store/nodes.hpp"
#include "bridge/store/outbox.hpp"
#include "bridge/store/preferences.hpp"
#include "bridge/store/pushes.hpp"
#include "bridge/store/quotas.hpp"
#include "bridge/store/references.hpp"
#include "bridge/store/rules.hpp"
#include "bridge/store/shares.hpp"
#include "bridge/store/texts.hpp"
#include "bridge/store/user_keys.hpp"

namespace immp::bridge {

/// One transaction's tables. Valid only inside the work it is given to. Methods throw nothing: a failed
/// statement (disk full, I/O) is a Result with 702; a work that returns an error is rolled back alone.
class Transaction {
  public:
    virtual ~Transaction() = default;
    virtual Accounts& accounts() = 0;
    virtual Mailboxes& mailboxes() = 0;
    virtual Bodies& bodies() = 0;
    virtual Outbox& outbox() = 0;
    virtual Bundles& bundles() = 0;
    virtual Keys& keys() = 0;
    virtual Folders& folders() = 0;
    virtual References& references() = 0;
    virtual Leases& leases() = 0;
    virtual Quotas& quotas() = 0;
    virtual UserKeys& user_keys() = 0;
    virtual Preferences& preferences() = 0;
    virtual Blocks& blocks() = 0;
    virtual Rules& rules() = 0;
    virtual Texts& texts() = 0;
    virtual Shares& shares() = 0;
    virtual Pushes& pushes() = 0;
    virtual Nodes& nodes() = 0;
    virtual Feeds& feeds() = 0;
};

/// Told that the store is broken() from now on.
using Broke = std::move_only_function<void()>;

/// Carries a completion to the thread that owns the caller's state (the I/O thread). Must not run it in
/// place.
using Executor = std::function<void(std::move_only_function<void()>)>;

/// One piece of work and who hears of it, as an engine sees them.
struct StoreJob {
    std::move_only_function<Result<void>(Transaction&)> work;
    /// The work's own error, or the commit's.
    std::move_only_function<void(Result<void>)> done;
};

class Store {
  public:
    /// Finishes what is queued, completions included, then ends the threads.
    virtual ~Store() = default;

    /// Runs `work` in a write transaction, on the store's own thread, in the order of the calls. `done` gets
    /// its result through the executor, after the sync; or 702.
    template <class R>
    void write(std::move_only_function<Result<R>(Transaction&)> work,
               std::move_only_function<void(Result<R>)> done) {
        enqueue(pair_up<R>(std::move(work), std::move(done)));
    }

    /// Runs `work` on a snapshot, on a reader's thread, side by side with writes; writing inside is a 700.
    template <class R>
    void read(std::move_only_function<Result<R>(Transaction&)> work,
              std::move_only_function<void(Result<R>)> done) {
        enqueue_read(pair_up<R>(std::move(work), std::move(done)));
    }

    /// Called through the executor with the folders that a commit changed (what lies in them, flags, their
    /// names, their end), once it was synced and before its writes hear of it. Also with such as were not
    /// changed after all. Given once, before the first write; what it captures outlives the store.
    virtual void on_changed(std::function<void(const std::vector<FolderId>&)> listener) = 0;

    /// Writes that wait for a commit. Whoever streams bodies stops feeding above a few dozen (backpressure).
    [[nodiscard]] virtual std::size_t waiting_writes() const = 0;
    /// Commits that were synced since the store was opened; beside the writes done, how many a sync carried.
    [[nodiscard]] virtual std::uint64_t commits() const = 0;
    /// True after a failed sync: every write is refused until the daemon has started again. A full disk alone
    /// is no such failure: its writes fail with 702, later ones may succeed.
    [[nodiscard]] virtual bool broken() const = 0;

  protected:
    virtual void enqueue(StoreJob job) = 0;
    virtual void enqueue_read(StoreJob job) = 0;

  private:
    template <class R>
    static StoreJob pair_up(std::move_only_function<Result<R>(Transaction&)> work,
                            std::move_only_function<void(Result<R>)> done) {
        auto kept = std::make_shared<std::optional<Result<R>>>();
        return StoreJob{[kept, work = std::move(work)](Transaction& transaction) mutable -> Result<void> {
                            kept->emplace(work(transaction));
                            if (!(*kept)->has_value()) return std::unexpected((*kept)->error());
                            return {};
                        },
                        [kept, done = std::move(done)](Result<void> outcome) mutable {
                            if (outcome) return done(std::move(**kept));
                            done(std::unexpected(std::move(outcome.error())));
                        }};
    }
};

}  // namespace immp::bridge
