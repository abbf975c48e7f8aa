// What goes to the client, in the right order: replies of one pipeline keep theirs, bodies are not cut by
// other replies, and streams share the connection in turn.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "bridge/session/action.hpp"
#include "bridge/wire/command_table.hpp"
#include "bridge/wire/reply.hpp"

namespace immp::bridge {

/// Octets of one piece of a body in a pipeline (decisions, 1).
inline constexpr std::size_t kMaxPieceBytes = 65'536;
/// Octets given out since the driver last said that its queue is low; above it no stream goes on.
inline constexpr std::size_t kMaxUndrainedBytes = 65'536;
/// Octets given out and held; above it no command is begun or read.
inline constexpr std::size_t kMaxBacklogBytes = 4 * kMaxUndrainedBytes;

/// The place of one command's replies in its pipeline.
struct Slot {
    std::string pipeline;
    Verb verb;
    std::string held;   ///< octets that may not leave yet
    bool done = false;  ///< nothing more comes
};
using SlotPtr = std::shared_ptr<Slot>;

class Output {
  public:
    /// Behind all earlier slots of the pipeline.
    [[nodiscard]] SlotPtr open(const std::string& pipeline, Verb verb);
    void write(Slot& slot, std::string octets);
    void finish(Slot& slot);
    /// Octets past all order: greeting and farewell, when no slot is open.
    void send(std::string octets);
    /// Any other action, behind what was written.
    void act(Action action);

    /// The body as the slot's only reply `<code> LENGTH <n><fields>`, whole outside pipelines, in pieces
    /// within one. The slot must be at its pipeline's front.
    void stream(SlotPtr slot, BodySourcePtr source, int code, std::string fields);
    /// Asks for the next piece if there is a stream and room for it.
    void pull_next(Ticket ticket);
    [[nodiscard]] bool pulls(Ticket ticket) const { return pulling_ == ticket; }
    enum class Flow { going, broken };
    /// broken: a promised LENGTH cannot be kept; close.
    [[nodiscard]] Flow pulled(Result<std::string> octets);
    void drained() { undrained_bytes_ = 0; }

    [[nodiscard]] std::size_t undrained_bytes() const { return undrained_bytes_; }
    /// The client has more to read than it may ask for on top. What is held waits for a body that goes out,
    /// and thus for nothing but the client's reading.
    [[nodiscard]] bool is_full() const { return undrained_bytes_ + held_bytes_ >= kMaxBacklogBytes; }
    /// Inside a body: a line would be taken for its octets.
    [[nodiscard]] bool inside_body() const { return exclusive_ != nullptr; }
    /// No command is without its last reply.
    [[nodiscard]] bool idle() const { return open_.empty(); }
    [[nodiscard]] std::size_t slots() const { return slots_; }
    /// Whether all commands of a pipeline, or those before `until`, are done; such of `but` count as done.
    [[nodiscard]] bool all_done(std::string_view pipeline, const Slot* until, std::optional<Verb> but) const;
    /// Adds the ids of pipelines with unfinished replies.
    void add_live(std::set<std::string>& ids) const;
    [[nodiscard]] Actions take() { return std::exchange(actions_, {}); }

  private:
    struct Stream {
        SlotPtr slot;
        BodySourcePtr source;
        int code;
        std::string fields;
        std::uint64_t left;
        bool begun = false;
    };
    void flush(const std::string& pipeline);
    void flush_all();
    void write_whole(Stream& stream, std::string octets);
    void write_pieces(Stream& stream, std::string_view octets);
    void end_stream();

    std::map<std::string, std::deque<SlotPtr>, std::less<>> open_;
    std::size_t slots_ = 0;
    std::deque<Stream> streams_;     // the front one is pulled
    std::optional<Ticket> pulling_;  // at most one piece is on its way
    const Slot* exclusive_ = nullptr;
    std::size_t undrained_bytes_ = 0;
    std::size_t held_bytes_ = 0;  // of all slots
    Actions actions_;
};

}  // namespace immp::bridge
