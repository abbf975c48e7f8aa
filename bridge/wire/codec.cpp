#include "bridge/wire/codec.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "bridge/wire/codes.hpp"

namespace immp::bridge {
namespace {

struct Codec {
    Compression compression;
    std::string_view name;
    std::unique_ptr<CodecEngine> (*packer)();
    std::unique_ptr<CodecEngine> (*unpacker)();
};
constexpr std::array kCodecs = {
    Codec{Compression::none, "NONE", nullptr, nullptr},
    Codec{Compression::gzip, "GZIP", gzip_packer, gzip_unpacker},
    Codec{Compression::bzip2, "BZIP2", bzip2_packer, bzip2_unpacker},
    Codec{Compression::xzip, "XZIP", xz_packer, xz_unpacker},
};

const Codec& codec_of(Compression compression) {
    return *std::ranges::find(kCodecs, compression, &Codec::compression);
}

Error failure(CodecEngine::Turn turn) {
    switch (turn) {
        case CodecEngine::Turn::too_large:
            return refusal(413,
                           "The body asks for too much memory to unpack; compress it with a smaller "
                           "dictionary");
        case CodecEngine::Turn::no_memory: return refusal(705);
        default: return refusal(415, "The body is not one complete stream of the COMPRESSION that is set");
    }
}

bool has_failed(CodecEngine::Turn turn) {
    return turn != CodecEngine::Turn::going && turn != CodecEngine::Turn::ended;
}

}  // namespace

std::string_view compression_name(Compression compression) {
    return codec_of(compression).name;
}

std::optional<Compression> compression_of(std::string_view name) {
    const auto found = std::ranges::find(kCodecs, name, &Codec::name);
    if (found == kCodecs.end()) return std::nullopt;
    return found->compression;
}

Packer::Packer(Compression compression) : engine_(codec_of(compression).packer()) {}

Result<std::string> Packer::pack(std::string_view octets) {
    return run(octets, CodecEngine::Input::more);
}

Result<std::string> Packer::finish() {
    return run({}, CodecEngine::Input::last);
}

Result<std::string> Packer::run(std::string_view octets, CodecEngine::Input input) {
    std::string packed;
    std::array<char, 16'384> room;
    while (true) {
        const auto progress = engine_->run(octets, room, input);
        if (has_failed(progress.turn)) return std::unexpected(refusal(705));
        octets.remove_prefix(progress.taken);
        packed.append(room.data(), progress.made);
        const bool is_full = progress.made == room.size();
        if (progress.turn == CodecEngine::Turn::ended) return packed;
        if (input == CodecEngine::Input::more && octets.empty() && !is_full) return packed;
    }
}

Unpacker::Unpacker(Compression compression)
    : engine_(codec_of(compression).unpacker()), room_(kUnpackStepBytes) {}

Result<std::string> Unpacker::next(std::string_view& packed) {
    if (ended_) {
        if (packed.empty()) return std::string();
        return std::unexpected(refusal(415, "Octets stand behind the compressed stream"));
    }
    const auto progress = engine_->run(packed, room_, CodecEngine::Input::more);
    if (has_failed(progress.turn)) return std::unexpected(failure(progress.turn));
    packed.remove_prefix(progress.taken);
    made_bytes_ += progress.made;
    if (made_bytes_ > kUnpackFreeBytes + announced_bytes_ * kUnpackRatio)
        return std::unexpected(refusal(
            413, "The body unpacks to more than " + std::to_string(kUnpackRatio) + " times its length"));
    ended_ = progress.turn == CodecEngine::Turn::ended;
    has_more_ = !ended_ && progress.made == kUnpackStepBytes;
    return std::string(room_.data(), progress.made);
}

}  // namespace immp::bridge
