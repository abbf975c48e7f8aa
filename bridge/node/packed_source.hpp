// A rendered message as one compressed stream (SET COMPRESSION). Its length goes out before its octets, so it
// is packed twice: to count, then to send. Neither the message nor the stream ever stands whole in memory,
// and no temporary file does.
#pragma once

#include "bridge/node/segment_source.hpp"
#include "bridge/node/workers.hpp"
#include "bridge/wire/codec.hpp"

namespace immp::bridge {

class PackedSource final : public PieceSource, public std::enable_shared_from_this<PackedSource> {
  public:
    /// Where packing is done, and the way back to the I/O thread; both outlive the source.
    struct Place {
        Workers& workers;
        const Executor& post;
    };
    /// What the source may hold: seats in rooms for codecs.
    using Seats = std::vector<std::shared_ptr<void>>;

    PackedSource(std::shared_ptr<SegmentSource> raw, Compression compression, Place place, Seats seats)
        : raw_(std::move(raw)), compression_(compression), place_(place), seats_(std::move(seats)) {}

    /// Counts; length() and pull() hold from then on.
    void measure(std::move_only_function<void(Result<void>)> done);

    [[nodiscard]] std::uint64_t length() const override { return length_; }
    void pull(Done done) override;

  private:
    void begin();
    void pack(std::string octets, Done done);

    const std::shared_ptr<SegmentSource> raw_;
    const Compression compression_;
    const Place place_;
    const Seats seats_;
    std::optional<Packer> packer_;  ///< on one thread at a time: a worker's while it packs
    bool is_finished_ = false;
    std::uint64_t length_ = 0;
};

}  // namespace immp::bridge
