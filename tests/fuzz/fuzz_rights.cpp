// layer: mail
// What MBOX SHARE is told of rights: what is accepted is a set that its own text stands for.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "bridge/mail/rights.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace immp::bridge;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto rights = parse_rights(text);
    if (!rights) {
        if (rights.error().code != 400) std::abort();
        return 0;
    }
    if (parse_rights(rights_text(*rights)) != *rights) std::abort();
    if (Rights::of_bits(rights->bits()) != *rights) std::abort();
    if (!rights->empty() && !rights->has(Right::read)) std::abort();
    if (rights->has(Right::own) && *rights != Rights::all()) std::abort();
    return 0;
}
