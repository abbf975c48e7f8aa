// layer: mail
// Metadata gives prepared names: what it says once it says again, and no control character gets through; of
// pushes and items, too.
#include <cstdlib>

#include "armor/json_line.hpp"
#include "bridge/mail/metadata.hpp"
#include "bridge/mail/push_action.hpp"

namespace {

using namespace immp;

void check_names(const bridge::Metadata& metadata) {
    for (const auto* names : {&metadata.to, &metadata.cc, &metadata.references}) {
        for (const std::string& name : *names) {
            if (!bridge::is_header_text(name)) std::abort();
        }
    }
    armor::JsonWriter json;
    json.json("to", armor::json_texts(metadata.to)).json("cc", armor::json_texts(metadata.cc));
    if (!metadata.reply_to.empty()) json.text("reply-to", metadata.reply_to);
    const auto again = bridge::parse_metadata(json.line());
    // Prepared names may be longer than what they were made of.
    if (!again && json.line().size() > bridge::kMaxMetadataBytes) return;
    if (!again || again->to != metadata.to || again->cc != metadata.cc ||
        again->reply_to != metadata.reply_to)
        std::abort();
}

/// What the server writes of a push or an item is read as the same.
void check_place(const bridge::Metadata& metadata, bridge::Kind kind) {
    if (metadata.actions.size() > bridge::kMaxPushActions) std::abort();
    bridge::Envelope envelope;
    envelope.in_reply_to = metadata.in_reply_to;
    envelope.actions = metadata.actions;
    envelope.sequence = metadata.sequence;
    envelope.previous = metadata.previous;
    for (const bridge::PushAction& action : envelope.actions)
        if (!bridge::check_action(action)) std::abort();
    const std::string json = bridge::metadata_json(envelope);
    if (json.empty()) return;
    const auto again = bridge::parse_metadata(json, kind);
    if (!again || again->in_reply_to != metadata.in_reply_to || again->actions != metadata.actions ||
        again->sequence != metadata.sequence || again->previous != metadata.previous)
        std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    for (const bridge::Kind kind : {bridge::Kind::mail, bridge::Kind::push, bridge::Kind::item}) {
        const auto metadata = bridge::parse_metadata(as_text(ByteView(data, size)), kind);
        if (!metadata) continue;
        check_names(*metadata);
        check_place(*metadata, kind);
    }
    return 0;
}
