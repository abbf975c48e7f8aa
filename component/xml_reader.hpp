// The server's stream, read as it comes: octets in, stream events out. The only file with Expat is behind
// this header. Pull style: the parser is suspended at the end of each stanza, so one call gives one event,
// nothing runs inside Expat's callbacks, and the parser can be renewed between two stanzas.
//
//   for (;;) { fill room(); commit(n); while (auto event = next()) ... }
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "armor/error.hpp"
#include "component/stanza.hpp"
#include "component/stanza_builder.hpp"

namespace immp::component {

struct ReaderBounds {
    StanzaBounds stanza = {};
    /// What Expat must hold in one piece, that is one tag; over it StreamBroken.
    std::size_t token_bytes = 524'288;
    /// Until a stanza over its bound must have ended, in octets and elements; over them StreamBroken. Expat
    /// keeps every open tag and every name, so one without end would fill the memory. No stanza that a server
    /// passes at 524,288 octets has so many.
    std::size_t skipped_bytes = 4'194'304;
    std::size_t skipped_elements = 262'144;
    /// Elements after which the parser is renewed: Expat never frees a name, some 200 octets each.
    std::size_t renew_elements = 16'384;
};

class XmlReader {
  public:
    explicit XmlReader(const ReaderBounds& bounds = {});
    ~XmlReader();
    XmlReader(const XmlReader&) = delete;
    XmlReader& operator=(const XmlReader&) = delete;

    /// Space for `count` octets inside the parser, valid until commit(). REQUIRES: next() gave nullopt.
    /// Empty after StreamEnded or StreamBroken.
    [[nodiscard]] std::span<std::uint8_t> room(std::size_t count);
    /// The first `count` octets of the room were filled.
    void commit(std::size_t count);

    /// nullopt: more octets are needed; after StreamEnded or StreamBroken for ever.
    [[nodiscard]] std::optional<StreamEvent> next();

  private:
    class Parser;
    std::unique_ptr<Parser> parser_;
};

/// 701 where the library at hand cannot turn reparse deferral off: with it, a stanza cut inside a tag and
/// followed by silence is not delivered. To be asked once at start.
[[nodiscard]] Result<void> check_xml_library();

}  // namespace immp::component
