#include <algorithm>

#include <zstd.h>

#include "bridge/mail/item.hpp"

namespace immp::bridge {
namespace {

constexpr std::uint8_t kMailKind = 1;

std::unexpected<Error> malformed(std::string why) {
    return fail(400, "Malformed bundle", std::move(why));
}

std::uint64_t big_endian(ByteView octets) {
    std::uint64_t value = 0;
    for (const std::uint8_t octet : octets)
        value = value << 8 | octet;
    return value;
}

/// One zstd frame, with its window and its output bounded.
class Inflater {
  public:
    Inflater() { ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kItemWindowLog); }
    ~Inflater() { ZSTD_freeDCtx(context_); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    [[nodiscard]] bool ended() const { return ended_; }

    /// Hands the raw octets to `take`, a buffer at a time, so that a bomb stops at the first buffer over its
    /// limit.
    template <class Take>
    Result<void> run(ByteView packed, Take take) {
        ZSTD_inBuffer in{packed.data(), packed.size(), 0};
        bool full = false;
        while (in.pos < in.size || full) {
            if (ended_) return malformed("octets behind the zstd frame");
            ZSTD_outBuffer room{buffer_.data(), buffer_.size(), 0};
            const std::size_t left = ZSTD_decompressStream(context_, &room, &in);
            if (ZSTD_isError(left) != 0) return malformed(ZSTD_getErrorName(left));
            ended_ = left == 0;
            full = room.pos == room.size && !ended_;
            if (auto taken = take(ByteView(buffer_).first(room.pos)); !taken) return taken;
        }
        return {};
    }

  private:
    ZSTD_DCtx* context_ = ZSTD_createDCtx();
    Bytes buffer_ = Bytes(kItemChunkBytes);
    bool ended_ = false;
};

}  // namespace

class ItemReader::Impl {
  public:
    Impl(std::uint64_t limit, ItemSink sink) : limit_(limit), sink_(std::move(sink)) {}

    Result<void> append(ByteView plain) {
        while (!plain.empty()) {
            if (auto done = step(plain); !done) return done;
        }
        return {};
    }

    Result<void> finish() const {
        if (frame_ == Frame::kind || frame_ == Frame::zeros) return {};
        return malformed("the bundle ends inside an item");
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
    enum class Raw {
        length,  // 4 octets: length of the inner JSON
        inner,   // the JSON
        bodies,  // parts in order
    };

    /// Takes up to `count` octets into held_; true when they are there.
    bool hold(ByteView& plain, std::size_t count) {
        const std::size_t taken = std::min(count - held_.size(), plain.size());
        held_.insert(held_.end(), plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(taken));
        plain = plain.subspan(taken);
        return held_.size() == count;
    }

    std::uint64_t held_number() {
        const std::uint64_t number = big_endian(held_);
        held_.clear();
        return number;
    }

    Result<void> step(ByteView& plain) {
        switch (frame_) {
            case Frame::kind: return read_kind(plain);
            case Frame::method: return read_method(plain);
            case Frame::raw_length: return read_raw_length(plain);
            case Frame::chunk_length: return read_chunk_length(plain);
            case Frame::chunk: return read_chunk(plain);
            case Frame::zeros: return read_zeros(plain);
        }
        return malformed("impossible");
    }

    Result<void> read_kind(ByteView& plain) {
        if (plain.front() == 0) {
            frame_ = Frame::zeros;
            return {};
        }
        if (plain.front() != kMailKind) return malformed("unknown kind of item");
        plain = plain.subspan(1);
        frame_ = Frame::method;
        return {};
    }

    Result<void> read_method(ByteView& plain) {
        const std::uint8_t method = plain.front();
        if (method > static_cast<std::uint8_t>(ItemMethod::zstd))
            return malformed("unknown method of an item");
        inflater_ =
            method == static_cast<std::uint8_t>(ItemMethod::zstd) ? std::make_unique<Inflater>() : nullptr;
        plain = plain.subspan(1);
        frame_ = Frame::raw_length;
        return {};
    }

    Result<void> read_raw_length(ByteView& plain) {
        if (!hold(plain, 8)) return {};
        raw_left_ = held_number();
        if (raw_left_ > limit_) return fail(413, "Message too large");
        raw_ = Raw::length;
        frame_ = Frame::chunk_length;
        return {};
    }

    Result<void> read_chunk_length(ByteView& plain) {
        if (!hold(plain, 4)) return {};
        chunk_left_ = held_number();
        if (chunk_left_ > kMaxItemChunkBytes) return malformed("a chunk over its limit");
        if (chunk_left_ > 0) {
            frame_ = Frame::chunk;
            return {};
        }
        frame_ = Frame::kind;
        return end_item();
    }

    Result<void> read_chunk(ByteView& plain) {
        const ByteView octets = plain.first(std::min<std::size_t>(plain.size(), chunk_left_));
        plain = plain.subspan(octets.size());
        chunk_left_ -= octets.size();
        if (chunk_left_ == 0) frame_ = Frame::chunk_length;
        if (!inflater_) return take_raw(octets);
        return inflater_->run(octets, [this](ByteView raw) { return take_raw(raw); });
    }

    Result<void> read_zeros(ByteView& plain) {
        if (std::ranges::any_of(plain, [](std::uint8_t octet) { return octet != 0; })) {
            return malformed("padding that is not zero");
        }
        plain = {};
        return {};
    }

    Result<void> take_raw(ByteView raw) {
        if (raw.size() > raw_left_) return malformed("an item longer than it announced");
        while (!raw.empty()) {
            if (raw_ == Raw::bodies) {
                if (auto done = take_body(raw); !done) return done;
            } else if (hold_raw(raw, raw_ == Raw::length ? 4 : inner_length_)) {
                if (auto done = raw_ == Raw::length ? take_inner_length() : take_inner(); !done) return done;
            }
        }
        return {};
    }

    bool hold_raw(ByteView& raw, std::size_t count) {
        const std::size_t taken = std::min(count - raw_held_.size(), raw.size());
        raw_held_.append(as_text(raw.first(taken)));
        raw = raw.subspan(taken);
        raw_left_ -= taken;
        return raw_held_.size() == count;
    }

    Result<void> take_inner_length() {
        inner_length_ = big_endian(as_bytes(raw_held_));
        raw_held_.clear();
        if (inner_length_ > kMaxInnerBytes) return fail(413, "Inner envelope too large");
        if (inner_length_ == 0) return malformed("an item without an inner envelope");
        raw_ = Raw::inner;
        return {};
    }

    Result<void> take_inner() {
        auto inner = parse_inner(raw_held_);
        raw_held_.clear();
        if (!inner) return std::unexpected(std::move(inner.error()));
        lengths_.clear();
        std::uint64_t sum = 0;
        for (const Part& part : inner->message.parts) {
            lengths_.push_back(part.length);
            if (part.length > limit_) return fail(413, "Message too large");
            sum += part.length;
        }
        if (sum != raw_left_) return malformed("bodies do not add up to the item");
        part_ = 0;
        raw_ = Raw::bodies;
        return sink_(ItemBegun{std::move(*inner)});
    }

    Result<void> take_body(ByteView& raw) {
        while (part_ < lengths_.size() && lengths_[part_] == 0)
            ++part_;
        if (part_ == lengths_.size()) return malformed("octets behind the last body");
        const ByteView octets = raw.first(std::min<std::uint64_t>(raw.size(), lengths_[part_]));
        lengths_[part_] -= octets.size();
        raw_left_ -= octets.size();
        raw = raw.subspan(octets.size());
        return sink_(ItemBody{part_, Bytes(octets.begin(), octets.end())});
    }

    Result<void> end_item() {
        if (raw_left_ != 0 || raw_ != Raw::bodies) return malformed("an item shorter than it announced");
        if (inflater_ && !inflater_->ended()) return malformed("a zstd frame without its end");
        inflater_.reset();
        return sink_(ItemEnded{});
    }

    const std::uint64_t limit_;
    ItemSink sink_;
    Frame frame_ = Frame::kind;
    Raw raw_ = Raw::length;
    Bytes held_;            // a number of the frame, not complete
    std::string raw_held_;  // the inner JSON's length, or the JSON
    std::uint64_t chunk_left_ = 0;
    std::uint64_t raw_left_ = 0;
    std::size_t inner_length_ = 0;
    std::vector<std::uint64_t> lengths_;  // of the parts, less what was read
    std::uint32_t part_ = 0;
    std::unique_ptr<Inflater> inflater_;
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
