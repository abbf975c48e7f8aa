#include "bridge/mail/inflater.hpp"

#include <array>
#include <new>

#include <zstd.h>

#include "bridge/mail/item.hpp"

namespace immp::bridge {
namespace {

/// How a frame begins (RFC 8878, 3.1.1). The library would also take skippable frames, and those of its years
/// before the standard, whose windows it bounds by other numbers than ours.
constexpr std::array<std::uint8_t, 4> kMagic = {0x28, 0xb5, 0x2f, 0xfd};

std::unexpected<Error> malformed(std::string why) {
    return fail(400, "Malformed bundle", std::move(why));
}

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

Inflater::Inflater() : context_(std::make_unique<Context>()), buffer_(kItemChunkBytes) {}
Inflater::~Inflater() = default;

void Inflater::restart() {
    ZSTD_DCtx_reset(context_->zstd, ZSTD_reset_session_only);
    magic_seen_ = 0;
    ended_ = false;
}

bool Inflater::is_frame(ByteView packed) {
    for (const std::uint8_t octet : packed) {
        if (magic_seen_ == kMagic.size()) return true;
        if (octet != kMagic[magic_seen_++]) return false;
    }
    return true;
}

Result<void> Inflater::run(ByteView packed, const std::function<Result<void>(ByteView)>& take) {
    if (!is_frame(packed)) return malformed("no zstd frame");
    ZSTD_inBuffer in{packed.data(), packed.size(), 0};
    bool more = false;  // the library holds output that found no room
    while (in.pos < in.size || more) {
        if (ended_) return malformed("octets behind the zstd frame");
        ZSTD_outBuffer room{buffer_.data(), buffer_.size(), 0};
        const std::size_t left = ZSTD_decompressStream(context_->zstd, &room, &in);
        if (ZSTD_isError(left) != 0) return malformed(ZSTD_getErrorName(left));
        ended_ = left == 0;
        more = room.pos == room.size && !ended_;
        if (auto taken = take(ByteView(buffer_).first(room.pos)); !taken) return taken;
    }
    return {};
}

}  // namespace immp::bridge
