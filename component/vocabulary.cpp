#include "component/vocabulary.hpp"

#include <algorithm>

namespace immp::component {
namespace {

using enum ElementKind;

// In the order of search: a row without a name takes what the rows above it left.
constexpr Word kWords[] = {
    {disco_info, std::nullopt, kDiscoInfoNs, "query", Content::none, {"node"}},
    {disco_identity, disco_info, kDiscoInfoNs, "identity", Content::none, {"category", "type", "name"}},
    {disco_feature, disco_info, kDiscoInfoNs, "feature", Content::none, {"var"}},
    {disco_items, std::nullopt, kDiscoItemsNs, "query", Content::none, {"node"}},
    {disco_item, disco_items, kDiscoItemsNs, "item", Content::none, {"jid", "node"}},
    {ping, std::nullopt, kPingNs, "ping", Content::none, {}},
    {bundle, std::nullopt, kImmpNs, "bundle", Content::base64, {"id", "at", "of"}},
    {bundle_receipt, bundle, kImmpNs, "receipt", Content::base64, {}},
    {key, std::nullopt, kImmpNs, "key", Content::base64, {"domain", "history"}},
    {receipt, std::nullopt, kImmpNs, "receipt", Content::base64, {}},
    {cookie, std::nullopt, kImmpNs, "cookie", Content::none, {"value", "receiver", "cb"}},
    {online, std::nullopt, kImmpNs, "online", Content::none, {}},
    {ibb_open, std::nullopt, kIbbNs, "open", Content::none, {"block-size", "sid", "stanza"}},
    {ibb_resume, ibb_open, kImmpNs, "resume", Content::none, {"seq"}},
    {ibb_data, std::nullopt, kIbbNs, "data", Content::base64, {"seq", "sid"}},
    {ibb_close, std::nullopt, kIbbNs, "close", Content::none, {"sid"}},
    {error, std::nullopt, kComponentNs, "error", Content::none, {"type"}},
    {refusal, error, kImmpNs, "refusal", Content::none, {"code", "e", "retry"}},
    {error_bundle, error, kImmpNs, "bundle", Content::none, {"id", "at"}},
    {error_text, error, kStanzaErrorNs, "text", Content::text, {}},
    {error_condition, error, kStanzaErrorNs, "", Content::name, {}},
    {error_text, std::nullopt, kStreamErrorNs, "text", Content::text, {}},
    {error_condition, std::nullopt, kStreamErrorNs, "", Content::name, {}},
};

struct NamedStanza {
    StanzaName name;
    std::string_view text;
};
constexpr NamedStanza kStanzas[] = {
    {StanzaName::iq, "iq"},
    {StanzaName::message, "message"},
    {StanzaName::presence, "presence"},
    {StanzaName::handshake, "handshake"},
};

std::string_view as_component_ns(std::string_view ns) {
    return ns == "jabber:client" || ns == "jabber:server" ? kComponentNs : ns;
}

}  // namespace

const Word* find_word(std::optional<ElementKind> parent, std::string_view ns, std::string_view name) {
    const auto known_ns = as_component_ns(ns);
    const auto* word = std::ranges::find_if(kWords, [&](const Word& row) {
        return row.parent == parent && row.ns == known_ns && (row.name.empty() || row.name == name);
    });
    return word == std::end(kWords) ? nullptr : word;
}

StanzaName stanza_name(std::string_view ns, std::string_view name) {
    if (ns == kStreamNs && name == "error") return StanzaName::stream_error;
    if (as_component_ns(ns) != kComponentNs) return StanzaName::other;
    const auto* row = std::ranges::find(kStanzas, name, &NamedStanza::text);
    return row == std::end(kStanzas) ? StanzaName::other : row->name;
}

std::string_view text_of(StanzaName name) {
    const auto* row = std::ranges::find(kStanzas, name, &NamedStanza::name);
    return row == std::end(kStanzas) ? "other" : row->text;
}

}  // namespace immp::component
