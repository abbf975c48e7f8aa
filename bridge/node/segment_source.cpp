#include "bridge/node/segment_source.hpp"

#include <algorithm>

namespace immp::bridge {

void SegmentSource::pull(Done done) {
    if (segment_ == segments_.size()) return done(std::string());
    if (auto* text = std::get_if<std::string>(&segments_[segment_])) {
        const std::string_view rest = std::string_view(*text).substr(offset_);
        std::string piece(rest.substr(0, 65'536));
        offset_ += piece.size();
        if (piece.size() == rest.size()) {
            ++segment_;
            offset_ = 0;
        }
        if (piece.empty()) return pull(std::move(done));
        return done(std::move(piece));
    }
    const BodySegment body = std::get<BodySegment>(segments_[segment_]);
    if (offset_ == body.length) {
        ++segment_;
        offset_ = 0;
        return pull(std::move(done));
    }
    const std::uint64_t offset = offset_;
    const auto most =
        static_cast<std::size_t>(std::min<std::uint64_t>(step_bytes(body.encoding), body.length - offset));
    store_.read<std::string>(
        [body, offset, most](Transaction& transaction) -> Result<std::string> {
            auto octets = transaction.bodies().read(body.body, offset, most);
            if (!octets) return octets;
            if (octets->size() != most)
                return fail(702, "Storage failed", "a body is shorter than its part says");
            return encode_step(*std::move(octets), body.encoding);
        },
        [self = shared_from_this(), most, done = std::move(done)](Result<std::string> piece) mutable {
            self->offset_ += most;
            done(std::move(piece));
        });
}

}  // namespace immp::bridge
