// Stream events as text, so that a test can compare what a reader gave for one input cut in different ways.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "component/vocabulary.hpp"
#include "component/xml_reader.hpp"

namespace immp::component {

inline constexpr std::string_view kHeader =
    "<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
    "xmlns:stream='http://etherx.jabber.org/streams' id='s1' from='immp.a.example'>";

inline std::string head_text(const StanzaHead& head) {
    return std::string(text_of(head.name)) + " type=" + head.type + " id=" + head.id + " from=" + head.from +
           " to=" + head.to;
}

inline std::string_view text_of(ElementKind kind) {
    using enum ElementKind;
    switch (kind) {
        case disco_info: return "disco_info";
        case disco_identity: return "disco_identity";
        case disco_feature: return "disco_feature";
        case disco_items: return "disco_items";
        case disco_item: return "disco_item";
        case ping: return "ping";
        case bundle: return "bundle";
        case bundle_receipt: return "bundle_receipt";
        case key: return "key";
        case cookie: return "cookie";
        case receipt: return "receipt";
        case online: return "online";
        case ibb_open: return "ibb_open";
        case ibb_resume: return "ibb_resume";
        case ibb_data: return "ibb_data";
        case ibb_close: return "ibb_close";
        case error: return "error";
        case refusal: return "refusal";
        case error_bundle: return "error_bundle";
        case error_text: return "error_text";
        case error_condition: return "error_condition";
        case unknown: return "unknown";
    }
    return "?";
}

struct AsText {
    std::string operator()(const StreamOpened& event) const {
        return "opened id=" + event.id + " from=" + event.from;
    }
    std::string operator()(const Stanza& event) const {
        std::string text = head_text(event.head);
        for (const auto& element : event.elements) {
            text += " {" + std::string(text_of(element.kind));
            for (const auto& [name, value] : element.attributes)
                text += " " + std::string(name) + "=" + value;
            text += " '" + element.text + "' " + std::string(as_text(element.octets)) + "}";
        }
        return text;
    }
    std::string operator()(const StanzaSkipped& event) const {
        return "skipped " + head_text(event.head) + ": " + event.detail;
    }
    std::string operator()(const StreamEnded&) const { return "ended"; }
    std::string operator()(const StreamBroken& event) const { return "broken: " + event.detail; }
};

/// Feeds `pieces` one after the other and collects what comes.
inline std::vector<std::string> read_pieces(const std::vector<std::string_view>& pieces,
                                            const ReaderBounds& bounds = {}) {
    XmlReader reader(bounds);
    std::vector<std::string> events;
    for (const auto piece : pieces) {
        const auto room = reader.room(piece.size());
        if (room.empty()) continue;
        std::ranges::copy(piece, room.begin());
        reader.commit(piece.size());
        while (auto event = reader.next())
            events.push_back(std::visit(AsText{}, *event));
    }
    return events;
}

inline std::vector<std::string> read_whole(std::string_view text, const ReaderBounds& bounds = {}) {
    return read_pieces({text}, bounds);
}

inline std::vector<std::string> read_bytes(std::string_view text, const ReaderBounds& bounds = {}) {
    std::vector<std::string_view> pieces;
    for (std::size_t at = 0; at < text.size(); ++at)
        pieces.push_back(text.substr(at, 1));
    return read_pieces(pieces, bounds);
}

}  // namespace immp::component
