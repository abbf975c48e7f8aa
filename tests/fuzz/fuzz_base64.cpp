// layer: armor
// Text that is read is the one encoding of its octets, and reads the same when it comes in two pieces. The
// first octet says where it is cut.
#include <algorithm>
#include <cstdlib>

#include "armor/base64.hpp"

namespace {

using namespace immp;

immp::Result<Bytes> decode_cut(std::string_view text, std::size_t cut) {
    armor::Base64Decoder decoder;
    auto octets = decoder.append(text.substr(0, cut));
    if (!octets) return octets;
    const auto rest = decoder.append(text.substr(cut));
    if (!rest) return rest;
    octets->insert(octets->end(), rest->begin(), rest->end());
    if (const auto end = decoder.finish(); !end) return std::unexpected(end.error());
    return octets;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text = as_text(ByteView(data, size).subspan(1));
    const auto whole = armor::decode_base64(text);
    const auto pieces = decode_cut(text, std::min<std::size_t>(data[0], text.size()));
    if (whole.has_value() != pieces.has_value()) std::abort();
    if (whole && (*whole != *pieces || armor::encode_base64(*whole) != text)) std::abort();
    const auto token = armor::decode_base64url(text);
    if (token && armor::encode_base64url(*token) != text) std::abort();
    return 0;
}
