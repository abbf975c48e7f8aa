// layer: armor
// A record that is read is written again octet by octet.
#include <cstdlib>

#include "armor/key_record.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace immp;
    const ByteView octets(data, size);
    const auto record = armor::Record::parse(octets);
    if (record && record->text() != as_text(octets)) std::abort();
    if (!record && record.error().text.empty()) std::abort();
    return 0;
}
