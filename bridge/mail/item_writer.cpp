#include <algorithm>
#include <new>

#include <zstd.h>

#include "bridge/mail/big_endian.hpp"
#include "bridge/mail/item.hpp"

namespace immp::bridge {
namespace {

/// zstd's default: beyond it the gain on mail is small and the CPU doubles.
constexpr int kLevel = 3;
/// 2 MiB, the window of that level, whatever a later library takes for it.
constexpr int kWindowLog = 21;

void put_chunk(Bytes& out, ByteView octets) {
    for (; !octets.empty(); octets = octets.subspan(std::min(octets.size(), kItemChunkBytes))) {
        const ByteView chunk = octets.first(std::min(octets.size(), kItemChunkBytes));
        append_big_endian(out, static_cast<std::uint32_t>(chunk.size()));
        out.insert(out.end(), chunk.begin(), chunk.end());
    }
}

}  // namespace

struct ItemWriter::Compressor {
    ZSTD_CCtx* const context = ZSTD_createCCtx();
    Bytes buffer = Bytes(kItemChunkBytes);
    std::size_t filled = 0;

    Compressor() {
        if (context == nullptr) throw std::bad_alloc();
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kLevel);
        ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, kWindowLog);
        ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 0);
    }
    ~Compressor() { ZSTD_freeCCtx(context); }
    Compressor(const Compressor&) = delete;
    Compressor& operator=(const Compressor&) = delete;

    /// The tables are as large as an item of that length can use.
    void begin(std::uint64_t raw_bytes) {
        ZSTD_CCtx_reset(context, ZSTD_reset_session_only);
        ZSTD_CCtx_setPledgedSrcSize(context, raw_bytes);
        filled = 0;
    }

    Result<void> run(Bytes& out, ByteView raw, ZSTD_EndDirective directive) {
        ZSTD_inBuffer in{raw.data(), raw.size(), 0};
        while (true) {
            ZSTD_outBuffer room{buffer.data(), buffer.size(), filled};
            const std::size_t left = ZSTD_compressStream2(context, &room, &in, directive);
            if (ZSTD_isError(left) != 0) return fail(700, "Compression failed", ZSTD_getErrorName(left));
            filled = room.pos;
            const bool ended = directive == ZSTD_e_end && left == 0;
            if (filled == buffer.size() || ended) {
                put_chunk(out, ByteView(buffer).first(filled));
                filled = 0;
            }
            if (ended || (directive == ZSTD_e_continue && in.pos == in.size)) return {};
        }
    }
};

std::uint64_t item_raw_bytes(std::string_view inner_json, const Message& message) {
    return 4 + inner_json.size() + message.length();
}

std::string item_opening(std::string_view inner_json) {
    Bytes length;
    append_big_endian(length, static_cast<std::uint32_t>(inner_json.size()));
    return std::string(as_text(length)) + std::string(inner_json);
}

ItemWriter::ItemWriter() = default;
ItemWriter::~ItemWriter() = default;

void ItemWriter::begin(std::uint64_t raw_bytes, ItemMethod method) {
    announced_ = raw_bytes;
    taken_ = 0;
    method_ = method;
    if (method == ItemMethod::zstd) {
        if (!compressor_) compressor_ = std::make_unique<Compressor>();
        compressor_->begin(raw_bytes);
    }
    started_ = {kMailItem, static_cast<std::uint8_t>(method_)};
    append_big_endian(started_, raw_bytes);
}

Result<Bytes> ItemWriter::append(ByteView raw) {
    Bytes out = std::exchange(started_, {});
    taken_ += raw.size();
    if (method_ == ItemMethod::stored) {
        put_chunk(out, raw);
        return out;
    }
    if (auto done = compressor_->run(out, raw, ZSTD_e_continue); !done) return std::unexpected(done.error());
    return out;
}

Result<Bytes> ItemWriter::finish() {
    if (taken_ != announced_) return fail(700, "Internal error", "an item has not the length it announced");
    Bytes out = std::exchange(started_, {});
    if (method_ == ItemMethod::zstd) {
        if (auto done = compressor_->run(out, {}, ZSTD_e_end); !done) return std::unexpected(done.error());
    }
    append_big_endian(out, std::uint32_t{0});
    return out;
}

}  // namespace immp::bridge
