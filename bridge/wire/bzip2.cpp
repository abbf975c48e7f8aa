// The one home of libbz2.
#include <bzlib.h>

#include "bridge/wire/codec.hpp"

namespace immp::bridge {
namespace {

/// Blocks of 300 kB: 2.8 MB of memory to pack (900 kB: 7.6 MB), for a few percent of length.
constexpr int kBlock100k = 3;
constexpr int kDefaultWork = 0;
constexpr int kFast = 0;  // to unpack: at most 3.7 MB, whatever the block
constexpr int kSilent = 0;

CodecEngine::Turn bzip2_turn(int code) {
    switch (code) {
        case BZ_OK:
        case BZ_RUN_OK:
        case BZ_FLUSH_OK:
        case BZ_FINISH_OK: return CodecEngine::Turn::going;
        case BZ_STREAM_END: return CodecEngine::Turn::ended;
        case BZ_MEM_ERROR: return CodecEngine::Turn::no_memory;
        default: return CodecEngine::Turn::bad;
    }
}

class Bzip2 : public CodecEngine {
  protected:
    template <class Step>
    Progress step(std::string_view in, std::span<char> out, Step call) {
        if (begun_ != BZ_OK) return {0, 0, bzip2_turn(begun_)};
        stream_.next_in = const_cast<char*>(in.data());
        stream_.avail_in = static_cast<unsigned>(in.size());
        stream_.next_out = out.data();
        stream_.avail_out = static_cast<unsigned>(out.size());
        const int code = call(stream_);
        return {in.size() - stream_.avail_in, out.size() - stream_.avail_out, bzip2_turn(code)};
    }

    bz_stream stream_{};
    int begun_ = BZ_OK;
};

class Bzip2Packer final : public Bzip2 {
  public:
    Bzip2Packer() { begun_ = BZ2_bzCompressInit(&stream_, kBlock100k, kSilent, kDefaultWork); }
    ~Bzip2Packer() override { BZ2_bzCompressEnd(&stream_); }
    Progress run(std::string_view in, std::span<char> out, Input input) override {
        // Without octets BZ_RUN is a fault to the library.
        if (input == Input::more && in.empty()) return {};
        return step(in, out, [input](bz_stream& stream) {
            return BZ2_bzCompress(&stream, input == Input::last ? BZ_FINISH : BZ_RUN);
        });
    }
};

class Bzip2Unpacker final : public Bzip2 {
  public:
    Bzip2Unpacker() { begun_ = BZ2_bzDecompressInit(&stream_, kSilent, kFast); }
    ~Bzip2Unpacker() override { BZ2_bzDecompressEnd(&stream_); }
    Progress run(std::string_view in, std::span<char> out, Input) override {
        return step(in, out, [](bz_stream& stream) { return BZ2_bzDecompress(&stream); });
    }
};

}  // namespace

std::unique_ptr<CodecEngine> bzip2_packer() {
    return std::make_unique<Bzip2Packer>();
}

std::unique_ptr<CodecEngine> bzip2_unpacker() {
    return std::make_unique<Bzip2Unpacker>();
}

}  // namespace immp::bridge
