// layer: wire
// Compressed bodies: what comes out does not depend on how the octets arrive, and is bounded.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "bridge/wire/codec.hpp"

namespace {

using namespace immp::bridge;

struct Outcome {
    std::string octets;
    int code = 0;
    bool ended = false;
    bool operator==(const Outcome&) const = default;
};

Outcome unpack(Compression compression, std::string_view stream, std::size_t piece) {
    Unpacker unpacker(compression);
    unpacker.announce(stream.size());
    Outcome all;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
        std::string_view rest = stream.substr(at, piece);
        while (!rest.empty() || unpacker.has_more()) {
            const auto octets = unpacker.next(rest);
            // How much is given before a fault is found is the library's.
            if (!octets) return {"", octets.error().code, false};
            all.octets += *octets;
        }
    }
    all.ended = unpacker.ended();
    return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const Compression compressions[] = {Compression::gzip, Compression::bzip2, Compression::xzip};
    const Compression compression = compressions[data[0] % 3];
    const std::string_view stream(reinterpret_cast<const char*>(data) + 2, size - 2);
    const Outcome whole = unpack(compression, stream, stream.size() + 1);
    if (unpack(compression, stream, 1u + data[1]) != whole) std::abort();
    if (whole.octets.size() > kUnpackFreeBytes + stream.size() * kUnpackRatio) std::abort();
    Packer packer(compression);
    std::string packed = packer.pack(stream).value();
    packed += packer.finish().value();
    const Outcome again = unpack(compression, packed, packed.size());
    if (again.octets != stream || !again.ended) std::abort();
    return 0;
}
