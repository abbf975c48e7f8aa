// A rendered message, read from the store piece by piece.
#pragma once

#include "bridge/mail/segment.hpp"
#include "bridge/node/piece_source.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

class SegmentSource final : public PieceSource, public std::enable_shared_from_this<SegmentSource> {
  public:
    /// `store` outlives the source.
    SegmentSource(Store& store, Segments segments)
        : store_(store), segments_(std::move(segments)), length_(wire_bytes(segments_)) {}

    [[nodiscard]] std::uint64_t length() const override { return length_; }
    void pull(Done done) override;
    /// From its beginning again.
    void rewind() { segment_ = offset_ = 0; }

  private:
    Store& store_;
    Segments segments_;
    std::uint64_t length_;
    std::size_t segment_ = 0;
    std::uint64_t offset_ = 0;  ///< stored octets of the current body that were read
};

}  // namespace immp::bridge
