// One end of an octet stream that travels in numbered blocks, each of which is acknowledged by itself: an
// In-Band Bytestream over iq (XEP-0047), without its XML. Both ends of a session through XMPP are one of
// these: how octets are cut, how many blocks are under way, what order is demanded. Pure; the clock is handed
// in. When the path between them breaks, both tell which block they await, and go on from there.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace immp::bridge {

struct BlockPolicy {
    /// `block-size` as it was agreed: octets of the largest block, either way. With base64 and its tags it
    /// stays below 64 KiB, ejabberd's bound where `max_stanza_size` is not set.
    std::size_t most_bytes = 32'768;
    std::size_t start_bytes = 4'096;
    std::size_t least_bytes = 1'024;  ///< never cut smaller for a slow path
    std::size_t window = 4;           ///< blocks under way
    /// An acknowledgement within `soon` doubles the blocks to come, one after `late` halves them: Debian's
    /// Prosody lets a client send 10 kB/s, ejabberd 3 kB/s, and a block that takes ten seconds shows no
    /// progress.
    std::chrono::milliseconds soon{500};
    std::chrono::milliseconds late{2'000};
    /// Of blocks that came and were not taken; the other side is told to stop by what is not acknowledged.
    std::size_t held_bytes = 262'144;
    std::size_t held_blocks = 64;
};

/// What `block-size` may be.
inline constexpr std::size_t kLeastBlockBytes = 1'024;
inline constexpr std::size_t kMostBlockBytes = 32'768;

/// For so long after its path broke a stream can go on: the component keeps the session, the client tries.
inline constexpr std::chrono::minutes kResumableFor{5};
/// Blocks of the former path may come late; so many before the one awaited are known again.
inline constexpr std::uint16_t kRepeatedBlocks = 64;

class BlockStream {
  public:
    using Time = std::chrono::steady_clock::time_point;

    explicit BlockStream(const BlockPolicy& policy = {})
        : policy_(policy), block_bytes_(policy.start_bytes) {}

    /// `block-size`, where it is agreed later than the stream is made; before a block moves.
    void agree(std::size_t most_bytes) { policy_.most_bytes = most_bytes; }

    // -- what we send
    struct Block {
        std::uint16_t seq = 0;
        std::string octets;
    };
    void push(std::string_view octets);
    /// The next block that may leave now; nothing while the window is full or nothing waits.
    [[nodiscard]] std::optional<Block> next(Time now);
    /// A block without octets, which asks whether the other end is there; whatever the window says.
    [[nodiscard]] Block probe(Time now);
    /// The oldest block under way; acknowledgements in another order count all the same.
    void acknowledged(std::uint16_t seq, Time now);
    /// With what is to be sent again.
    [[nodiscard]] std::size_t unsent_bytes() const;
    [[nodiscard]] std::size_t under_way() const { return sent_.size(); }
    /// When the oldest block under way was sent.
    [[nodiscard]] std::optional<Time> waits_since() const;

    // -- what we are sent
    enum class Taken {
        yes,
        repeated,      ///< was taken before the path broke: to be acknowledged, and is nothing new
        out_of_order,  ///< seq is not the next one
        too_long,      ///< more octets than the agreed block
        overrun,       ///< over held_bytes or held_blocks
    };
    /// `id` is what its acknowledgement names.
    [[nodiscard]] Taken take(std::uint16_t seq, std::string octets, std::string id);
    struct Arrived {
        std::string octets;
        std::string id;  ///< to be acknowledged now
    };
    /// The next block in order; nothing where none came.
    [[nodiscard]] std::optional<Arrived> read();
    [[nodiscard]] bool has_arrived() const { return !held_.empty(); }
    [[nodiscard]] std::size_t held_bytes() const { return held_bytes_; }

    // -- when the path broke
    /// What was sent and is not acknowledged waits to be sent again.
    void interrupt();
    /// What came and was not read is forgotten: the other end sends it again. The block awaited now.
    [[nodiscard]] std::uint16_t forget_unread();
    /// After interrupt(): the other end awaits this block. False where it was never sent, or is no longer
    /// there: nothing has changed, and the stream cannot go on.
    [[nodiscard]] bool resume(std::uint16_t awaited);

  private:
    struct Sent {
        Block block;
        Time at;
    };
    [[nodiscard]] Block send(Block block, Time now);
    [[nodiscard]] Block cut(std::size_t bytes);
    [[nodiscard]] bool is_repeated(std::uint16_t seq) const;

    BlockPolicy policy_;
    std::size_t block_bytes_;
    std::string unsent_;
    std::deque<Sent> sent_;
    std::deque<Block> again_;  // sent on a path that broke; before what is unsent
    std::uint16_t next_seq_ = 0;
    std::deque<Arrived> held_;
    std::size_t held_bytes_ = 0;
    std::uint16_t expected_seq_ = 0;
    bool has_resumed_ = false;
};

}  // namespace immp::bridge
