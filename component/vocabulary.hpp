// The payload elements that the reader keeps, as one table: where they stand, what they are called, which
// attributes matter, what their content is.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "component/stanza.hpp"

namespace immp::component {

inline constexpr std::string_view kComponentNs = "jabber:component:accept";
inline constexpr std::string_view kStreamNs = "http://etherx.jabber.org/streams";
inline constexpr std::string_view kStanzaErrorNs = "urn:ietf:params:xml:ns:xmpp-stanzas";
inline constexpr std::string_view kStreamErrorNs = "urn:ietf:params:xml:ns:xmpp-streams";
inline constexpr std::string_view kDiscoInfoNs = "http://jabber.org/protocol/disco#info";
inline constexpr std::string_view kDiscoItemsNs = "http://jabber.org/protocol/disco#items";
inline constexpr std::string_view kPingNs = "urn:xmpp:ping";
inline constexpr std::string_view kIbbNs = "http://jabber.org/protocol/ibb";
inline constexpr std::string_view kImmpNs = "urn:immp:1";

enum class Content {
    none,    // text in it means nothing
    text,    // kept as it is
    base64,  // decoded as it comes
    name     // the element's own name is the content: error conditions
};

struct Word {
    ElementKind kind;
    std::optional<ElementKind> parent;  // nullopt: a child of the stanza
    std::string_view ns;
    std::string_view name;  // empty: any
    Content content;
    std::array<std::string_view, 4> attributes;  // of no namespace
};

/// nullptr for what we do not know there.
[[nodiscard]] const Word* find_word(std::optional<ElementKind> parent, std::string_view ns,
                                    std::string_view name);

/// A first-level element of the stream. `jabber:client` and `jabber:server` count as the stream's namespace:
/// servers differ in what they rewrite when they pass a stanza on.
[[nodiscard]] StanzaName stanza_name(std::string_view ns, std::string_view name);
[[nodiscard]] std::string_view text_of(StanzaName name);

}  // namespace immp::component
