// A body on its way into the store. Short ones stay in memory and are stored in the transaction that needs
// them; longer ones go ahead in chunks, so that no body stands whole in memory.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "armor/hash.hpp"
#include "bridge/node/staging_room.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

/// Octets of one session (or worker) that wait for the disk.
struct Backlog {
    std::size_t octets = 0;
    std::function<void()> on_less;  ///< called each time octets fell
};

/// How far a stage's body has come; touched on the store's writer thread only.
struct StagedState {
    explicit StagedState(StagingRoomPtr its_room = nullptr) : room(std::move(its_room)) {}
    ~StagedState();
    StagedState(const StagedState&) = delete;
    StagedState& operator=(const StagedState&) = delete;

    BodyId body = 0;
    std::optional<Error> error;
    const StagingRoomPtr room;  ///< null: unbounded
    std::uint64_t taken = 0;    ///< of the room, until no delivery has this body any more
};

/// A complete body that no message refers to yet.
struct StagedBody {
    std::shared_ptr<StagedState> state;
    std::string tail;  ///< what has not gone ahead
    std::uint64_t length = 0;
    armor::Digest digest{};

    /// Stores the rest; the body's number. 702 if an earlier chunk failed, 429 if its room was full. In a
    /// write transaction.
    [[nodiscard]] Result<BodyId> settle(Transaction& transaction, Time now) const;
    /// The octets, if they are all still in memory.
    [[nodiscard]] std::optional<std::string_view> in_memory() const;
    /// All octets, wherever they are, of a body that is known to be short. Fails as settle() does. In a write
    /// transaction.
    [[nodiscard]] Result<std::string> text(Transaction& transaction) const;
    /// Drops what the store has of it, unless a message came to refer to it. In a write transaction.
    [[nodiscard]] Result<void> abandon(Transaction& transaction) const;
};

/// A short body that the node itself writes.
[[nodiscard]] StagedBody staged_text(std::string text);

enum class StageWait {
    queue,  ///< on the I/O thread: writes queue, the backlog counts them
    block,  ///< on a worker: each chunk is waited for
};

/// What was staged for nothing goes at once, not with the sweep a day later: on a full disk it would hold the
/// very room that others wait for. Should this fail, the sweep has it.
void discard(Store& store, std::vector<StagedBody> bodies);

class BodyStage {
  public:
    /// `store` outlives the stage. `digest_context` names the digest that finish() gives.
    BodyStage(Store& store, StageWait wait, Time now, std::shared_ptr<Backlog> backlog = nullptr,
              StagingRoomPtr room = nullptr);

    void append(std::string_view octets);
    /// Sends ahead what is in memory.
    void flush();
    /// Octets in memory.
    [[nodiscard]] std::size_t held_bytes() const { return held_.size(); }
    [[nodiscard]] StagedBody finish();

  private:
    void write(std::string octets);

    Store& store_;
    const StageWait wait_;
    const Time now_;
    std::shared_ptr<Backlog> backlog_;
    std::shared_ptr<StagedState> state_;
    armor::Hasher hasher_{"IMMP1 body"};
    std::string held_;
    std::uint64_t length_ = 0;
};

}  // namespace immp::bridge
