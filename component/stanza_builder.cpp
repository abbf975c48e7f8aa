#include "component/stanza_builder.hpp"

#include <algorithm>
#include <utility>

namespace immp::component {

void StanzaBuilder::spoil(StanzaSkipped::Cause cause, std::string_view detail) {
    if (spoilt_) return;
    spoilt_ = StanzaSkipped{{}, cause, std::string(detail)};
    stanza_.elements.clear();
    levels_.clear();
}

void StanzaBuilder::check(const Tag& tag) {
    using enum StanzaSkipped::Cause;
    if (++elements_ > bounds_.elements) spoil(over_bound, "too many elements");
    if (depth_ > bounds_.depth + 1) spoil(over_bound, "too deep");
    if (tag.ns.size() + tag.name.size() > bounds_.name_bytes) spoil(over_bound, "name too long");
    if (tag.attributes.size() > bounds_.attributes) spoil(over_bound, "too many attributes");
    for (const auto& attribute : tag.attributes) {
        if (attribute.name.size() > bounds_.name_bytes) spoil(over_bound, "name too long");
        if (attribute.value.size() > bounds_.attribute_bytes) spoil(over_bound, "attribute too long");
    }
}

void StanzaBuilder::open_stanza(const Tag& tag) {
    auto& head = stanza_.head;
    head.name = stanza_name(tag.ns, tag.name);
    const std::pair<std::string_view, std::string*> wanted[] = {
        {"type", &head.type}, {"id", &head.id}, {"from", &head.from}, {"to", &head.to}};
    for (const auto& [name, value] : tag.attributes) {
        const auto* row = std::ranges::find(wanted, name, [](const auto& pair) { return pair.first; });
        if (row != std::end(wanted) && value.size() <= bounds_.attribute_bytes) *row->second = value;
    }
}

void StanzaBuilder::keep(const Word& word, const Tag& tag) {
    Element element{.kind = word.kind};
    for (const auto wanted : word.attributes) {
        if (wanted.empty()) break;
        const auto found = std::ranges::find(tag.attributes, wanted, &Tag::RawAttribute::name);
        if (found != tag.attributes.end()) element.attributes.push_back({wanted, std::string(found->value)});
    }
    if (word.content == Content::name) element.text = tag.name;
    levels_.push_back({&word, stanza_.elements.size(), {}});
    stanza_.elements.push_back(std::move(element));
}

void StanzaBuilder::open(const Tag& tag) {
    ++depth_;
    if (depth_ == 1) open_stanza(tag);
    check(tag);
    if (spoilt_ || depth_ == 1) return;
    const bool at_top = levels_.empty();
    const Word* above = at_top ? nullptr : levels_.back().word;
    const Word* word = at_top  ? find_word(std::nullopt, tag.ns, tag.name)
                       : above ? find_word(above->kind, tag.ns, tag.name)
                               : nullptr;
    if (word) return keep(*word, tag);
    if (at_top) stanza_.elements.push_back({.kind = ElementKind::unknown});
    levels_.push_back({nullptr, 0, {}});
}

void StanzaBuilder::text(std::string_view text) {
    if (spoilt_ || levels_.empty() || !levels_.back().word) return;
    auto& [word, index, decoder] = levels_.back();
    auto& element = stanza_.elements[index];
    if (word->content == Content::text) {
        element.text +=
            text.substr(0, bounds_.text_bytes - std::min(bounds_.text_bytes, element.text.size()));
    } else if (word->content == Content::base64) {
        const auto octets = decoder.append(text);
        if (!octets) return spoil(StanzaSkipped::Cause::bad_base64, "bad base64");
        element.octets.insert(element.octets.end(), octets->begin(), octets->end());
    }
}

StanzaBuilder::Progress StanzaBuilder::close() {
    --depth_;
    if (!levels_.empty()) {
        const auto& level = levels_.back();
        const bool cut =
            level.word && level.word->content == Content::base64 && !level.decoder.finish().has_value();
        levels_.pop_back();
        if (cut) spoil(StanzaSkipped::Cause::bad_base64, "base64 ends inside a group");
    }
    return depth_ == 0 ? Progress::done : Progress::inside;
}

StreamEvent StanzaBuilder::take() {
    elements_ = 0;
    levels_.clear();
    Stanza stanza = std::exchange(stanza_, {});
    auto spoilt = std::exchange(spoilt_, std::nullopt);
    if (!spoilt) return stanza;
    spoilt->head = std::move(stanza.head);
    return *std::move(spoilt);
}

}  // namespace immp::component
