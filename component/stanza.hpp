// What the stream brings, as flat values: a stanza's own attributes and the few payload elements that we
// know, in document order. There is no tree: what is not in the vocabulary leaves no trace but its presence.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "armor/bytes.hpp"

namespace immp::component {

/// First-level elements of a component stream (XEP-0114, RFC 6120).
enum class StanzaName { iq, message, presence, handshake, stream_error, other };

/// Payload elements that we know (vocabulary.hpp has names and namespaces).
enum class ElementKind : std::uint8_t {
    disco_info,       // query, XEP-0030
    disco_identity,   // in disco_info
    disco_feature,    // in disco_info
    disco_items,      // query, XEP-0030
    disco_item,       // in disco_items
    ping,             // XEP-0199
    bundle,           // urn:immp:1; base64
    bundle_receipt,   // in bundle; base64
    key,              // urn:immp:1; base64
    receipt,          // urn:immp:1; base64
    cookie,           // urn:immp:1
    online,           // urn:immp:1
    ibb_open,         // XEP-0047
    ibb_resume,       // urn:immp:1, in ibb_open
    ibb_data,         // XEP-0047; base64
    ibb_close,        // XEP-0047
    error,            // of a stanza
    refusal,          // urn:immp:1, in error
    error_bundle,     // in error: how much the receiver has
    error_text,       // in error or stream_error; text
    error_condition,  // in error or stream_error: any name of its namespace, kept as text
    unknown           // a child of the stanza that we do not know
};

struct Attribute {
    std::string_view name;  // of the vocabulary: lives for ever
    std::string value;
};

struct Element {
    ElementKind kind = ElementKind::unknown;
    std::vector<Attribute> attributes = {};  // those of the vocabulary, at most once each
    std::string text = {};                   // where the vocabulary says text
    Bytes octets = {};                       // where it says base64: decoded

    /// nullopt: the attribute was not there.
    [[nodiscard]] std::optional<std::string_view> get(std::string_view name) const {
        for (const auto& attribute : attributes)
            if (attribute.name == name) return attribute.value;
        return std::nullopt;
    }
};

/// The attributes that every stanza may have; empty where missing.
struct StanzaHead {
    StanzaName name = StanzaName::other;
    std::string type;
    std::string id;
    std::string from;
    std::string to;
};

struct Stanza {
    StanzaHead head;
    std::vector<Element> elements;

    [[nodiscard]] const Element* find(ElementKind kind) const {
        for (const auto& element : elements)
            if (element.kind == kind) return &element;
        return nullptr;
    }
    [[nodiscard]] Element* find(ElementKind kind) {
        return const_cast<Element*>(std::as_const(*this).find(kind));
    }
};

/// The server's header was read.
struct StreamOpened {
    std::string id;
    std::string from;
};
/// A stanza that broke a bound or whose base64 did, read to its end and thrown away.
struct StanzaSkipped {
    StanzaHead head;
    enum class Cause { over_bound, bad_base64 } cause = Cause::over_bound;
    std::string detail;  // for our log
};
/// `</stream:stream>`.
struct StreamEnded {};
/// Not XML, or not the XML of RFC 6120, 11.1: nothing after it is read.
struct StreamBroken {
    std::string detail;
};

using StreamEvent = std::variant<StreamOpened, Stanza, StanzaSkipped, StreamEnded, StreamBroken>;

}  // namespace immp::component
