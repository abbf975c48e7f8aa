#include "bridge/node/packed_source.hpp"

namespace immp::bridge {

void PackedSource::begin() {
    raw_->rewind();
    packer_.emplace(compression_);
    is_finished_ = false;
}

void PackedSource::measure(std::move_only_function<void(Result<void>)> done) {
    if (!packer_) begin();
    pull([self = shared_from_this(), done = std::move(done)](Result<std::string> piece) mutable {
        if (!piece) return done(std::unexpected(std::move(piece.error())));
        self->length_ += piece->size();
        if (!piece->empty()) return self->measure(std::move(done));
        self->begin();
        done({});
    });
}

void PackedSource::pull(Done done) {
    if (is_finished_) return done(std::string());
    raw_->pull([self = shared_from_this(), done = std::move(done)](Result<std::string> octets) mutable {
        if (!octets) return done(std::move(octets));
        self->pack(*std::move(octets), std::move(done));
    });
}

/// One piece a work, so that others have their turn; a piece that gives nothing yet is followed by the next.
void PackedSource::pack(std::string octets, Done done) {
    place_.workers.run(
        [self = shared_from_this(), octets = std::move(octets), done = std::move(done)]() mutable {
            const bool is_last = octets.empty();
            auto packed = is_last ? self->packer_->finish() : self->packer_->pack(octets);
            self->place_.post([self, is_last, packed = std::move(packed), done = std::move(done)]() mutable {
                self->is_finished_ = is_last;
                if (packed && packed->empty() && !is_last) return self->pull(std::move(done));
                done(std::move(packed));
            });
        });
}

}  // namespace immp::bridge
