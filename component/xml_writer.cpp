#include "component/xml_writer.hpp"

#include "component/vocabulary.hpp"

namespace immp::component {
std::string iq(const IqHead& head, std::string_view payload) {
    return element("iq", {{"type", head.type}, {"id", head.id}, {"from", head.from}, {"to", head.to}},
                   payload);
}

std::string stream_header(std::string_view component_jid) {
    std::string out = "<?xml version='1.0'?><stream:stream xmlns='";
    out.append(kComponentNs).append("' xmlns:stream='").append(kStreamNs);
    return out.append("' to='").append(escaped(component_jid)).append("'>");
}

std::string stream_error(std::string_view condition) {
    return element("stream:error", {}, element(condition, {{"xmlns", kStreamErrorNs}})).append(kStreamEnd);
}

}  // namespace immp::component
