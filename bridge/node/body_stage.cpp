#include "bridge/node/body_stage.hpp"

#include "bridge/node/workers.hpp"
#include "bridge/session/request.hpp"

namespace immp::bridge {
namespace {

/// What was staged is gone or not whole: the commit of an earlier chunk failed, though its work succeeded (a
/// full disk).
std::unexpected<Error> not_whole() {
    return fail_for_now(702, "Storage failed; try again", std::chrono::seconds(60));
}

/// Without room for them the stage has failed.
void take_room(StagedState& state, std::size_t octets) {
    if (!state.room || state.error) return;
    if (state.room->take(octets))
        state.taken += octets;
    else
        state.error = fail_for_now(429, "Too much is under way from your address; try again later",
                                   std::chrono::seconds(60))
                          .error();
}

Result<BodyId> put(Transaction& transaction, StagedState& state, std::string_view octets, Time now) {
    if (state.error) return std::unexpected(*state.error);
    if (state.body == 0) {
        auto created = transaction.bodies().create(now);
        if (!created) return created;
        state.body = *created;
    }
    if (octets.empty()) return state.body;
    if (auto done = transaction.bodies().append(state.body, octets); !done) {
        if (done.error().code == 404) return not_whole();
        return std::unexpected(std::move(done.error()));
    }
    return state.body;
}

}  // namespace

StagedState::~StagedState() {
    if (room) room->give_back(taken);
}

Result<BodyId> StagedBody::settle(Transaction& transaction, Time now) const {
    auto body = put(transaction, *state, tail, now);
    if (!body) return body;
    auto stored = transaction.bodies().length(*body);
    if (!stored && stored.error().code != 404) return std::unexpected(std::move(stored.error()));
    if (!stored || *stored != length) return not_whole();
    return body;
}

std::optional<std::string_view> StagedBody::in_memory() const {
    if (tail.size() != length) return std::nullopt;
    return tail;
}

Result<std::string> StagedBody::text(Transaction& transaction) const {
    if (const auto held = in_memory()) return std::string(*held);
    if (state->error) return std::unexpected(*state->error);
    auto octets = transaction.bodies().read(state->body, 0, static_cast<std::size_t>(length - tail.size()));
    if (!octets && octets.error().code != 404) return octets;
    if (!octets || octets->size() + tail.size() != length) return not_whole();
    return *std::move(octets) + tail;
}

Result<void> StagedBody::abandon(Transaction& transaction) const {
    return state->body == 0 ? Result<void>() : transaction.bodies().drop(state->body);
}

StagedBody staged_text(std::string text) {
    armor::Hasher hasher("IMMP1 body");
    hasher.add(text);
    const std::uint64_t length = text.size();
    return {std::make_shared<StagedState>(), std::move(text), length, hasher.digest()};
}

void discard(Store& store, std::vector<StagedBody> bodies) {
    std::erase_if(bodies, [](const StagedBody& body) { return body.in_memory().has_value(); });
    if (bodies.empty()) return;
    store.write<Done>(
        [bodies = std::move(bodies)](Transaction& transaction) -> Result<Done> {
            for (const StagedBody& body : bodies) {
                auto dropped = body.abandon(transaction);
                if (!dropped) return std::unexpected(std::move(dropped.error()));
            }
            return Done{};
        },
        [](Result<Done>) {});
}

BodyStage::BodyStage(Store& store, StageWait wait, Time now, std::shared_ptr<Backlog> backlog,
                     StagingRoomPtr room)
    : store_(store),
      wait_(wait),
      now_(now),
      backlog_(std::move(backlog)),
      state_(std::make_shared<StagedState>(std::move(room))) {}

void BodyStage::append(std::string_view octets) {
    hasher_.add(octets);
    length_ += octets.size();
    while (held_.size() + octets.size() >= kChunkBytes) {
        const std::size_t taken = kChunkBytes - held_.size();
        held_.append(octets.substr(0, taken));
        octets.remove_prefix(taken);
        flush();
    }
    held_.append(octets);
}

void BodyStage::flush() {
    if (!held_.empty()) write(std::exchange(held_, {}));
}

StagedBody BodyStage::finish() {
    return {state_, std::move(held_), length_, hasher_.digest()};
}

void BodyStage::write(std::string octets) {
    const std::size_t count = octets.size();
    auto work = [state = state_, octets = std::move(octets),
                 now = now_](Transaction& transaction) -> Result<BodyId> {
        take_room(*state, octets.size());
        auto done = put(transaction, *state, octets, now);
        if (!done) state->error = done.error();
        return done;
    };
    // A failed chunk is remembered in the state and shows when the body is settled; a failed commit, of which
    // the work cannot know, by the body's length then.
    if (wait_ == StageWait::block) {
        (void)write_and_wait<BodyId>(store_, std::move(work));
        return;
    }
    backlog_->octets += count;
    store_.write<BodyId>(std::move(work), [backlog = backlog_, count](Result<BodyId>) {
        backlog->octets -= count;
        if (auto told = backlog->on_less) told();  // a copy: it may end the desk that put it there
    });
}

}  // namespace immp::bridge
