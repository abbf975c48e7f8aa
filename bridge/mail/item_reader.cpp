#include <algorithm>
#include <optional>

#include "armor/padding.hpp"
#include "bridge/mail/big_endian.hpp"
#include "bridge/mail/inflater.hpp"
#include "bridge/mail/item.hpp"
#include "bridge/mail/item_contents.hpp"

namespace immp::bridge {

/// The frames: items one behind the other, then zeros.
class ItemReader::Impl {
  public:
    Impl(std::uint64_t limit, ItemSink sink) : limit_(limit), sink_(std::move(sink)) {}

    Result<void> append(ByteView plain) {
        while (!plain.empty()) {
            const std::size_t before = plain.size();
            if (auto done = step(plain); !done) return done;
            (frame_ == Frame::zeros ? zeros_ : items_) += before - plain.size();
        }
        return {};
    }

    Result<void> finish() const {
        if (frame_ != Frame::kind && frame_ != Frame::zeros)
            return malformed_bundle("the bundle ends inside an item");
        if (items_ + zeros_ != armor::padded_bytes(items_))
            return malformed_bundle("padding of another length");
        return {};
    }

  private:
    enum class Frame {
        kind,          // the next octet is an item's kind, or the first zero
        method,        // the method octet
        raw_length,    // 8 octets
        chunk_length,  // 4 octets; 0 ends the item
        chunk,         // octets of a chunk
        zeros,         // behind the last item
    };

    Result<void> step(ByteView& plain) {
        switch (frame_) {
            case Frame::kind: return read_kind(plain);
            case Frame::method: return read_method(plain);
            case Frame::raw_length: return read_raw_length(plain);
            case Frame::chunk_length: return read_chunk_length(plain);
            case Frame::chunk: return read_chunk(plain);
            case Frame::zeros: return read_zeros(plain);
        }
        return malformed_bundle("impossible");
    }

    /// A number of `count` octets, when they are all there.
    std::optional<std::uint64_t> number(ByteView& plain, std::size_t count) {
        const std::size_t taken = std::min(count - held_.size(), plain.size());
        held_.insert(held_.end(), plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(taken));
        plain = plain.subspan(taken);
        if (held_.size() < count) return std::nullopt;
        return read_big_endian(std::exchange(held_, {}));
    }

    Result<void> read_kind(ByteView& plain) {
        if (plain.front() == 0) {
            frame_ = Frame::zeros;
            return {};
        }
        if (plain.front() != kMailItem) return malformed_bundle("unknown kind of item");
        plain = plain.subspan(1);
        frame_ = Frame::method;
        return {};
    }

    Result<void> read_method(ByteView& plain) {
        const std::uint8_t method = plain.front();
        if (method > static_cast<std::uint8_t>(ItemMethod::zstd))
            return malformed_bundle("unknown method of an item");
        is_packed_ = method == static_cast<std::uint8_t>(ItemMethod::zstd);
        if (is_packed_ && inflater_) inflater_->restart();
        if (is_packed_ && !inflater_) inflater_ = std::make_unique<Inflater>();
        plain = plain.subspan(1);
        frame_ = Frame::raw_length;
        return {};
    }

    Result<void> read_raw_length(ByteView& plain) {
        const auto raw_bytes = number(plain, 8);
        if (!raw_bytes) return {};
        contents_.emplace(*raw_bytes, limit_, room_, sink_);
        frame_ = Frame::chunk_length;
        return {};
    }

    Result<void> read_chunk_length(ByteView& plain) {
        const auto length = number(plain, 4);
        if (!length) return {};
        if (*length > kMaxItemChunkBytes) return malformed_bundle("a chunk over its limit");
        chunk_left_ = *length;
        frame_ = chunk_left_ > 0 ? Frame::chunk : Frame::kind;
        return chunk_left_ > 0 ? Result<void>() : end_item();
    }

    Result<void> read_chunk(ByteView& plain) {
        const ByteView octets = plain.first(std::min<std::uint64_t>(plain.size(), chunk_left_));
        plain = plain.subspan(octets.size());
        chunk_left_ -= octets.size();
        if (chunk_left_ == 0) frame_ = Frame::chunk_length;
        // Of a refused item not even the compression is undone: it may be a bomb.
        if (contents_->refused()) return {};
        if (!is_packed_) return contents_->append(octets);
        return inflate(octets);
    }

    Result<void> inflate(ByteView packed) {
        while (!contents_->refused()) {
            const auto raw = inflater_->next(packed);
            if (!raw) return std::unexpected(raw.error());
            if (raw->empty()) return {};
            if (auto taken = contents_->append(*raw); !taken) return taken;
        }
        return {};
    }

    Result<void> end_item() {
        if (is_packed_ && !inflater_->ended() && !contents_->refused()) {
            return malformed_bundle("a zstd frame without its end");
        }
        return contents_->finish();
    }

    Result<void> read_zeros(ByteView& plain) {
        if (std::ranges::any_of(plain, [](std::uint8_t octet) { return octet != 0; })) {
            return malformed_bundle("padding that is not zero");
        }
        plain = {};
        return {};
    }

    const std::uint64_t limit_;
    const ItemSink sink_;
    BundleRoom room_;
    Frame frame_ = Frame::kind;
    std::uint64_t items_ = 0;  // octets of the plaintext that are items
    std::uint64_t zeros_ = 0;  // and padding
    Bytes held_;               // a number of the frame, not complete
    std::uint64_t chunk_left_ = 0;
    bool is_packed_ = false;              // the item
    std::unique_ptr<Inflater> inflater_;  // from the first packed item on
    std::optional<ItemContents> contents_;
};

ItemReader::ItemReader(std::uint64_t limit, ItemSink sink)
    : impl_(std::make_unique<Impl>(limit, std::move(sink))) {}
ItemReader::~ItemReader() = default;
Result<void> ItemReader::append(ByteView plain) {
    return impl_->append(plain);
}
Result<void> ItemReader::finish() const {
    return impl_->finish();
}

}  // namespace immp::bridge
