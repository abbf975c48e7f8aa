// layer: armor
// A head that is read is written again octet by octet, and needs all its octets; what follows is opened under
// the content key of the seeds.
#include <algorithm>
#include <cstdlib>

#include "armor/bundle.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace immp;
    const ByteView octets(data, size);
    const auto parsed = armor::parse_head(octets);
    if (!parsed || !*parsed) return 0;
    const auto& [head, head_bytes] = **parsed;
    if (head_bytes > size || armor::head_text(head) != as_text(octets.first(head_bytes))) std::abort();
    const auto shorter = armor::parse_head(octets.first(head_bytes - 1));
    if (!shorter || *shorter) std::abort();
    armor::ContentKey key;
    std::ranges::fill(key.fill(), std::uint8_t{0x31});
    armor::PayloadOpener opener(key, head.route, head.payload);
    const auto plain = opener.append(octets.subspan(head_bytes));
    if (opener.good_bytes() > head.payload.octets) std::abort();
    if (plain && opener.finish() && plain->size() != armor::plain_bytes(head.payload.octets)) std::abort();
    return 0;
}
