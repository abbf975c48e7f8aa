// The one home of zlib.
#include <zlib.h>

#include "bridge/wire/codec.hpp"

namespace immp::bridge {
namespace {

/// A window of 32 KiB, and 16 for the gzip frame alone: neither zlib's nor raw streams are taken.
constexpr int kGzipWindow = 15 + 16;
constexpr int kMemoryLevel = 8;  // zlib's own default: 256 KiB to pack

CodecEngine::Turn zlib_turn(int code) {
    switch (code) {
        case Z_OK:
        case Z_BUF_ERROR: return CodecEngine::Turn::going;  // no octets, or no room
        case Z_STREAM_END: return CodecEngine::Turn::ended;
        case Z_MEM_ERROR: return CodecEngine::Turn::no_memory;
        default: return CodecEngine::Turn::bad;
    }
}

class Gzip : public CodecEngine {
  protected:
    template <class Step>
    Progress step(std::string_view in, std::span<char> out, Step call) {
        if (begun_ != Z_OK) return {0, 0, zlib_turn(begun_)};
        stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
        stream_.avail_in = static_cast<uInt>(in.size());
        stream_.next_out = reinterpret_cast<Bytef*>(out.data());
        stream_.avail_out = static_cast<uInt>(out.size());
        const int code = call(stream_);
        return {in.size() - stream_.avail_in, out.size() - stream_.avail_out, zlib_turn(code)};
    }

    z_stream stream_{};
    int begun_ = Z_OK;
};

class GzipPacker final : public Gzip {
  public:
    GzipPacker() {
        begun_ = deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipWindow, kMemoryLevel,
                              Z_DEFAULT_STRATEGY);
    }
    ~GzipPacker() override { deflateEnd(&stream_); }
    Progress run(std::string_view in, std::span<char> out, Input input) override {
        return step(in, out, [input](z_stream& stream) {
            return deflate(&stream, input == Input::last ? Z_FINISH : Z_NO_FLUSH);
        });
    }
};

class GzipUnpacker final : public Gzip {
  public:
    GzipUnpacker() { begun_ = inflateInit2(&stream_, kGzipWindow); }
    ~GzipUnpacker() override { inflateEnd(&stream_); }
    Progress run(std::string_view in, std::span<char> out, Input) override {
        return step(in, out, [](z_stream& stream) { return inflate(&stream, Z_NO_FLUSH); });
    }
};

}  // namespace

std::unique_ptr<CodecEngine> gzip_packer() {
    return std::make_unique<GzipPacker>();
}

std::unique_ptr<CodecEngine> gzip_unpacker() {
    return std::make_unique<GzipUnpacker>();
}

}  // namespace immp::bridge
