// layer: stanza
// A stream from the server to events and to the payloads of urn:immp:1; the first octet says how it is cut.
// The same octets must give the same events however they are cut, and with a parser renewed after each
// stanza.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "component/immp_payload.hpp"
#include "component/stanza_error.hpp"
#include "component/xml_reader.hpp"

namespace {

using namespace immp::component;

std::string told(const StanzaHead& head) {
    return head.type + " " + head.id + " " + head.from + " " + head.to;
}

struct Teller {
    std::string operator()(StreamOpened& event) const { return "opened " + event.id; }
    std::string operator()(StreamEnded&) const { return "ended"; }
    std::string operator()(StreamBroken&) const { return "broken"; }
    std::string operator()(StanzaSkipped& event) const { return "skipped " + told(event.head); }
    std::string operator()(Stanza& event) const {
        std::string text = told(event.head);
        for (const auto& element : event.elements) {
            text += ' ' + std::to_string(static_cast<int>(element.kind)) + element.text;
            text += std::to_string(element.octets.size());
        }
        if (!error_of(event).temporary()) std::abort();
        (void)read_bundle_question(event);
        (void)read_key_question(event);
        (void)read_key_answer(event);
        (void)read_empty_answer(event);
        (void)read_bundle_answer(Stanza(event), "x");
        if (const auto piece = read_piece(Stanza(event));
            piece && piece->at + piece->octets.size() > piece->of)
            std::abort();
        return text;
    }
};

std::string read(std::string_view octets, std::size_t size, const ReaderBounds& bounds) {
    XmlReader reader(bounds);
    std::string events;
    while (!octets.empty()) {
        const auto piece = octets.substr(0, size);
        octets.remove_prefix(piece.size());
        const auto room = reader.room(piece.size());
        if (room.empty()) break;
        std::ranges::copy(piece, room.begin());
        reader.commit(piece.size());
        while (auto event = reader.next())
            events += std::visit(Teller{}, *event) + '\n';
    }
    return events;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view octets(reinterpret_cast<const char*>(data) + 1, size - 1);
    ReaderBounds bounds;
    bounds.stanza.stanza_bytes = 1'000;
    bounds.stanza.elements = 20;
    bounds.stanza.depth = 5;
    const auto whole = read(octets, octets.size(), bounds);
    if (read(octets, 1u + data[0], bounds) != whole) std::abort();
    bounds.renew_elements = 1;
    if (read(octets, octets.size(), bounds) != whole) std::abort();
    return 0;
}
