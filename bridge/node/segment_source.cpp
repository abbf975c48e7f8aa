#include "bridge/node/segment_source.hpp"

#include <algorithm>

namespace immp::bridge {

void SegmentSource::pull(std::shared_ptr<SegmentSource> source, Store& store,
                         std::move_only_function<void(Result<std::string>)> done) {
    if (source->segment_ == source->segments_.size()) return done(std::string());
    Segment& segment = source->segments_[source->segment_];
    if (auto* text = std::get_if<std::string>(&segment)) {
        const std::string_view rest = std::string_view(*text).substr(source->offset_);
        std::string piece(rest.substr(0, 65'536));
        source->offset_ += piece.size();
        if (piece.size() == rest.size()) {
            ++source->segment_;
            source->offset_ = 0;
        }
        if (piece.empty()) return pull(std::move(source), store, std::move(done));
        return done(std::move(piece));
    }
    const BodySegment body = std::get<BodySegment>(segment);
    const std::uint64_t offset = source->offset_;
    if (offset == body.length) {
        ++source->segment_;
        source->offset_ = 0;
        return pull(std::move(source), store, std::move(done));
    }
    const auto most =
        static_cast<std::size_t>(std::min<std::uint64_t>(kSegmentStepBytes, body.length - offset));
    store.read<std::string>(
        [body, offset, most](Transaction& transaction) -> Result<std::string> {
            auto octets = transaction.bodies().read(body.body, offset, most);
            if (!octets) return octets;
            if (octets->size() != most)
                return fail(702, "Storage failed", "a body is shorter than its part says");
            return encode_step(*octets, body.encoding);
        },
        [source, most, done = std::move(done)](Result<std::string> piece) mutable {
            source->offset_ += most;
            done(std::move(piece));
        });
}

}  // namespace immp::bridge
