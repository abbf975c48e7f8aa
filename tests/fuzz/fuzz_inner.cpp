// layer: mail
// An inner envelope that is read is written and read again as the same.
#include <cstdlib>

#include "bridge/mail/inner.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace immp;
    const auto inner = bridge::parse_inner(as_text(ByteView(data, size)));
    if (!inner) return inner.error().code == 400 || inner.error().code == 413 ? 0 : (std::abort(), 0);
    const auto json = bridge::inner_json(*inner);
    // Written shortest it may still be over the bound: escapes differ in length.
    if (!json) return 0;
    const auto again = bridge::parse_inner(*json);
    if (!again || bridge::inner_json(*again) != *json) std::abort();
    if (bridge::message_digest(again->message) != bridge::message_digest(inner->message)) std::abort();
    if (bridge::check_texts(*again).has_value() != bridge::check_texts(*inner).has_value()) std::abort();
    return 0;
}
