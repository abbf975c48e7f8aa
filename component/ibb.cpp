#include "component/ibb.hpp"

#include <algorithm>

#include "armor/base64.hpp"
#include "bridge/wire/block_stream.hpp"
#include "bridge/wire/token.hpp"
#include "component/vocabulary.hpp"
#include "component/xml_writer.hpp"

namespace immp::component {
namespace {

std::unexpected<Error> bad_ibb(std::string_view what) {
    return fail(400, "not the form of XEP-0047", std::string(what));
}

Result<std::string> read_sid(const Element& element) {
    const auto sid = element.get("sid");
    if (!sid || sid->empty() || sid->size() > kMaxSidBytes) return bad_ibb("sid");
    return std::string(*sid);
}

Result<std::uint16_t> read_seq(const Element& element) {
    const auto seq = bridge::parse_number(element.get("seq").value_or(""));
    if (!seq || *seq > UINT16_MAX) return bad_ibb("seq");
    return static_cast<std::uint16_t>(*seq);
}

}  // namespace

std::string ibb_data(std::string_view sid, std::uint16_t seq, std::string_view octets) {
    return element("data", {{"xmlns", kIbbNs}, {"seq", std::to_string(seq)}, {"sid", sid}},
                   armor::encode_base64(as_bytes(octets)));
}

std::string ibb_resumed(std::uint16_t seq) {
    return element("resume", {{"xmlns", kImmpNs}, {"seq", std::to_string(seq)}});
}

std::string ibb_close(std::string_view sid) {
    return element("close", {{"xmlns", kIbbNs}, {"sid", sid}});
}

bool is_ibb(const Stanza& stanza) {
    using enum ElementKind;
    if (stanza.elements.empty()) return false;
    const ElementKind kind = stanza.elements.front().kind;
    return kind == ibb_open || kind == ibb_data || kind == ibb_close;
}

Result<IbbOpen> read_ibb_open(const Stanza& set) {
    const Element& open = set.elements.front();
    auto sid = read_sid(open);
    if (!sid) return std::unexpected(sid.error());
    const auto size = bridge::parse_number(open.get("block-size").value_or(""));
    if (!size || *size == 0) return bad_ibb("block-size");
    if (const auto carrier = open.get("stanza"); carrier && *carrier != "iq")
        return fail(701, "only iq stanzas carry a session");
    if (*size < bridge::kLeastBlockBytes) return bad_ibb("block-size");
    if (*size > bridge::kMostBlockBytes) return fail(413, "a block-size of 32768 is welcome");
    IbbOpen opened{*std::move(sid), static_cast<std::size_t>(*size)};
    if (const Element* const resume = set.find(ElementKind::ibb_resume)) {
        const auto seq = read_seq(*resume);
        if (!seq) return std::unexpected(seq.error());
        opened.resume = *seq;
    }
    return opened;
}

Result<IbbData> read_ibb_data(Stanza&& set) {
    Element& data = set.elements.front();
    auto sid = read_sid(data);
    if (!sid) return std::unexpected(sid.error());
    const auto seq = read_seq(data);
    if (!seq) return std::unexpected(seq.error());
    return IbbData{*std::move(sid), *seq, std::string(as_text(data.octets))};
}

Result<std::string> read_ibb_close(const Stanza& set) {
    return read_sid(set.elements.front());
}

}  // namespace immp::component
