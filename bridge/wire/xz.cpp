// The one home of liblzma.
#include <lzma.h>

#include "bridge/wire/codec.hpp"

namespace immp::bridge {
namespace {

/// A dictionary of 1 MiB: 9 MB of memory to pack, where the library's default takes 94 MB.
constexpr std::uint32_t kPreset = 1;

CodecEngine::Turn turn_of(lzma_ret code) {
    switch (code) {
        case LZMA_OK:
        case LZMA_BUF_ERROR: return CodecEngine::Turn::going;  // no octets, or no room
        case LZMA_STREAM_END: return CodecEngine::Turn::ended;
        case LZMA_MEMLIMIT_ERROR: return CodecEngine::Turn::too_large;
        case LZMA_MEM_ERROR: return CodecEngine::Turn::no_memory;
        default: return CodecEngine::Turn::bad;
    }
}

/// lzma_code() serves both directions; how it began makes the difference.
class Xz : public CodecEngine {
  public:
    ~Xz() override { lzma_end(&stream_); }
    Progress run(std::string_view in, std::span<char> out, Input input) override {
        if (begun_ != LZMA_OK) return {0, 0, turn_of(begun_)};
        stream_.next_in = reinterpret_cast<const std::uint8_t*>(in.data());
        stream_.avail_in = in.size();
        stream_.next_out = reinterpret_cast<std::uint8_t*>(out.data());
        stream_.avail_out = out.size();
        const lzma_ret code = lzma_code(&stream_, input == Input::last ? LZMA_FINISH : LZMA_RUN);
        return {in.size() - stream_.avail_in, out.size() - stream_.avail_out, turn_of(code)};
    }

  protected:
    lzma_stream stream_ = LZMA_STREAM_INIT;
    lzma_ret begun_ = LZMA_OK;
};

class XzPacker final : public Xz {
  public:
    XzPacker() { begun_ = lzma_easy_encoder(&stream_, kPreset, LZMA_CHECK_CRC32); }
};

class XzUnpacker final : public Xz {
  public:
    XzUnpacker() { begun_ = lzma_stream_decoder(&stream_, kUnpackMemoryBytes, 0); }
};

}  // namespace

std::unique_ptr<CodecEngine> xz_packer() {
    return std::make_unique<XzPacker>();
}

std::unique_ptr<CodecEngine> xz_unpacker() {
    return std::make_unique<XzUnpacker>();
}

}  // namespace immp::bridge
