// layer: wire
// URIs of IMIDs, and IMIDs as local parts of JIDs: what is read reads back as the same, both ways.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "bridge/wire/imid_uri.hpp"
#include "bridge/wire/jid_escape.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace immp::bridge;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto uri = parse_imid_uri(text)) {
        const std::string form = uri->text();
        if (form.find_first_of(" \"<>\\^`{|}") != std::string::npos) std::abort();
        // With its escapes it may be too long to be read.
        if (form.size() <= kMaxUriBytes && parse_imid_uri(form) != *uri) std::abort();
    }
    if (const auto imid = imid_of_jid_local(text))
        if (jid_local_of(*imid) != text) std::abort();
    if (const auto imid = parse_imid(text))
        if (const auto local = jid_local_of(*imid))
            if (imid_of_jid_local(*local) != *imid) std::abort();
    return 0;
}
