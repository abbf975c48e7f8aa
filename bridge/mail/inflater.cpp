#include "bridge/mail/inflater.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include <zstd.h>

#include "bridge/mail/item.hpp"

namespace immp::bridge {
namespace {

/// How a frame begins (RFC 8878, 3.1.1). The library would also take skippable frames, and those of its years
/// before the standard, whose windows it bounds by other numbers than ours.
constexpr std::array<std::uint8_t, 4> kMagic = {0x28, 0xb5, 0x2f, 0xfd};

}  // namespace

struct Inflater::Context {
    ZSTD_DCtx* const zstd = ZSTD_createDCtx();

    Context() {
        if (zstd == nullptr) throw std::bad_alloc();
        ZSTD_DCtx_setParameter(zstd, ZSTD_d_windowLogMax, kItemWindowLog);
    }
    ~Context() { ZSTD_freeDCtx(zstd); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
};

Inflater::Inflater()
    : context_(std::make_unique<Context>()), buffer_(kItemChunkBytes), wanted_(kMagic.size()) {}
Inflater::~Inflater() = default;

void Inflater::restart() {
    ZSTD_DCtx_reset(context_->zstd, ZSTD_reset_session_only);
    piece_.clear();
    wanted_ = kMagic.size();
    decoded_ = 0;
    is_decoding_ = has_begun_ = ended_ = false;
}

bool Inflater::gather(ByteView& packed) {
    const ByteView octets = packed.first(std::min(wanted_ - piece_.size(), packed.size()));
    piece_.insert(piece_.end(), octets.begin(), octets.end());
    packed = packed.subspan(octets.size());
    is_decoding_ = piece_.size() == wanted_;
    return is_decoding_;
}

// The library loses what it has decoded in a call that fails. So it gets always the pieces that it asks for,
// about a block each: the raw octets in front of a corrupt block are the same however the frame came.
Result<ByteView> Inflater::next(ByteView& packed) {
    while (true) {
        if (!is_decoding_) {
            if (packed.empty()) return ByteView();
            if (ended_) return malformed_bundle("octets behind the zstd frame");
            if (!gather(packed)) return ByteView();
            if (!std::exchange(has_begun_, true) && !std::ranges::equal(piece_, kMagic))
                return malformed_bundle("no zstd frame");
        }
        auto raw = decode();
        if (!raw || !raw->empty()) return raw;
    }
}

Result<ByteView> Inflater::decode() {
    ZSTD_inBuffer in{piece_.data(), piece_.size(), decoded_};
    ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
    const std::size_t wanted = ZSTD_decompressStream(context_->zstd, &out, &in);
    if (ZSTD_isError(wanted) != 0) return malformed_bundle(ZSTD_getErrorName(wanted));
    ended_ = wanted == 0;
    decoded_ = in.pos;
    // A full buffer: the library may hold output that found no room.
    is_decoding_ = in.pos < in.size || (out.pos == out.size && !ended_);
    if (!is_decoding_) {
        piece_.clear();
        decoded_ = 0;
        wanted_ = wanted;
    }
    return ByteView(buffer_).first(out.pos);
}

}  // namespace immp::bridge
