// Tags and text of one stanza in, a Stanza out: the vocabulary and the bounds are applied here, without XML.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "armor/base64.hpp"
#include "component/stanza.hpp"
#include "component/vocabulary.hpp"

namespace immp::component {

/// Bounds of one stanza; over one, it is read to its end, thrown away and reported as StanzaSkipped.
struct StanzaBounds {
    std::size_t stanza_bytes = 524'288;   ///< what Prosody and ejabberd pass between servers
    std::size_t depth = 32;               ///< levels below the stanza
    std::size_t elements = 4'096;         ///< the stanza itself and all below it
    std::size_t attributes = 32;          ///< of one element
    std::size_t attribute_bytes = 3'071;  ///< of one value: the longest JID (RFC 6122, 2.1)
    std::size_t name_bytes = 256;         ///< of one name with its namespace
    std::size_t text_bytes = 1'024;       ///< kept of an error's text; the rest is dropped, not an error
};

/// One tag as the parser saw it. An attribute of a namespace has a name that no vocabulary row has.
struct Tag {
    struct RawAttribute {
        std::string_view name;
        std::string_view value;
    };
    std::string_view ns;
    std::string_view name;
    std::span<const RawAttribute> attributes;
};

class StanzaBuilder {
  public:
    explicit StanzaBuilder(const StanzaBounds& bounds) : bounds_(bounds) {}

    /// The first tag is the stanza's own.
    void open(const Tag& tag);
    void text(std::string_view text);
    /// done: the stanza's own end; take() has it.
    enum class Progress { inside, done };
    [[nodiscard]] Progress close();
    /// The stanza breaks a bound that only the parser sees. The first cause counts.
    void spoil(StanzaSkipped::Cause cause, std::string_view detail);

    /// After done: a Stanza or StanzaSkipped, and ready for the next one.
    [[nodiscard]] StreamEvent take();
    [[nodiscard]] bool inside() const { return depth_ > 0; }

  private:
    struct Level {
        const Word* word;  // null: unknown, and so is all below it
        std::size_t element;
        armor::Base64Decoder decoder;
    };
    void open_stanza(const Tag& tag);
    void check(const Tag& tag);
    void keep(const Word& word, const Tag& tag);

    StanzaBounds bounds_;
    Stanza stanza_;
    std::vector<Level> levels_;  // below the stanza's own, while nothing is spoilt
    std::size_t depth_ = 0;
    std::size_t elements_ = 0;
    std::optional<StanzaSkipped> spoilt_;
};

}  // namespace immp::component
