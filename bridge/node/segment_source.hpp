// A rendered message, read from the store piece by piece (the node's BodySource).
#pragma once

#include "bridge/mail/segment.hpp"
#include "bridge/session/request.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

class SegmentSource final : public BodySource {
  public:
    explicit SegmentSource(Segments segments)
        : segments_(std::move(segments)), length_(wire_bytes(segments_)) {}

    [[nodiscard]] std::uint64_t length() const override { return length_; }
    /// The next octets, at most 64 KiB; empty at the end. `source` is kept alive until `done` was called.
    static void pull(std::shared_ptr<SegmentSource> source, Store& store,
                     std::move_only_function<void(Result<std::string>)> done);

  private:
    Segments segments_;
    std::uint64_t length_;
    std::size_t segment_ = 0;
    std::uint64_t offset_ = 0;  ///< stored octets of the current body that were read
};

}  // namespace immp::bridge
