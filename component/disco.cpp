#include "component/disco.hpp"

#include <algorithm>

#include "component/vocabulary.hpp"
#include "component/xml_writer.hpp"

namespace immp::component {

std::string info_query() {
    return element("query", {{"xmlns", kDiscoInfoNs}});
}

std::string items_query() {
    return element("query", {{"xmlns", kDiscoItemsNs}});
}

std::string info_answer() {
    std::string content =
        element("identity", {{"category", "component"}, {"type", "generic"}, {"name", "IMMP"}});
    for (const auto feature : {kDiscoInfoNs, kDiscoItemsNs, kPingNs, kIbbNs, kImmpNs})
        content += element("feature", {{"var", feature}});
    return element("query", {{"xmlns", kDiscoInfoNs}}, content);
}

std::string items_answer() {
    return items_query();
}

bool lists(const Stanza& answer, std::string_view jid) {
    return std::ranges::any_of(answer.elements, [&](const Element& element) {
        return element.kind == ElementKind::disco_item && element.get("jid") == jid && !element.get("node");
    });
}

bool speaks_immp(const Stanza& answer) {
    return std::ranges::any_of(answer.elements, [](const Element& element) {
        return element.kind == ElementKind::disco_feature && element.get("var") == kImmpNs;
    });
}

}  // namespace immp::component
