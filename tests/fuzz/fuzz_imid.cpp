// layer: wire
// What is read as an IMID reads back as the same; so do paths.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "bridge/wire/imid.hpp"
#include "bridge/wire/path.hpp"
#include "bridge/wire/prep.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace immp::bridge;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto imid = parse_imid(text)) {
        const auto again = parse_imid(imid->text());
        if (!again || *again != *imid) std::abort();
        if (imid->account().find_first_of("+#?,;\\") != std::string::npos) std::abort();
    }
    if (const auto place = parse_folder_place(text))
        if (!is_path(place->folder)) std::abort();
    (void)parse_message_place(text);
    if (const auto composed = nfc(text))
        if (nfc(*composed).value() != *composed) std::abort();
    return 0;
}
