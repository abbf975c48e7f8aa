// layer: mail
// Metadata gives prepared names: what it says once it says again, and no control character gets through.
#include <cstdlib>

#include "armor/json_line.hpp"
#include "bridge/mail/metadata.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace immp;
    const auto metadata = bridge::parse_metadata(as_text(ByteView(data, size)));
    if (!metadata) return 0;
    for (const auto* names : {&metadata->to, &metadata->cc, &metadata->references}) {
        for (const std::string& name : *names) {
            if (!bridge::is_header_text(name)) std::abort();
        }
    }
    armor::JsonWriter json;
    json.json("to", armor::json_texts(metadata->to)).json("cc", armor::json_texts(metadata->cc));
    if (!metadata->reply_to.empty()) json.text("reply-to", metadata->reply_to);
    const auto again = bridge::parse_metadata(json.line());
    // Prepared names may be longer than what they were made of.
    if (!again) return json.line().size() > bridge::kMaxMetadataBytes ? 0 : (std::abort(), 0);
    if (again->to != metadata->to || again->cc != metadata->cc || again->reply_to != metadata->reply_to) {
        std::abort();
    }
    return 0;
}
