// A rendered message, read from the store piece by piece.
#pragma once

#include "bridge/mail/segment.hpp"
#include "bridge/node/bodies_in_use.hpp"
#include "bridge/node/piece_source.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

class SegmentSource final : public PieceSource, public std::enable_shared_from_this<SegmentSource> {
  public:
    /// `store` outlives the source.
    SegmentSource(Store& store, std::shared_ptr<BodiesInUse> in_use, Segments segments)
        : store_(store),
          in_use_(std::move(in_use)),
          segments_(std::move(segments)),
          length_(wire_bytes(segments_)) {
        in_use_->add(segments_);
    }
    ~SegmentSource() override { in_use_->remove(segments_); }
    SegmentSource(const SegmentSource&) = delete;
    SegmentSource& operator=(const SegmentSource&) = delete;

    [[nodiscard]] std::uint64_t length() const override { return length_; }
    void pull(Done done) override;
    /// From its beginning again.
    void rewind() { segment_ = offset_ = 0; }

  private:
    Store& store_;
    const std::shared_ptr<BodiesInUse> in_use_;
    const Segments segments_;
    std::uint64_t length_;
    std::size_t segment_ = 0;
    std::uint64_t offset_ = 0;  ///< stored octets of the current body that were read
};

}  // namespace immp::bridge
