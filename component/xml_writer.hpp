// Stanzas as text. What these functions return is always well-formed, whatever stands in their arguments: one
// bad octet makes the server close the link that everybody shares.
#pragma once

#include <string>
#include <string_view>

#include "bridge/wire/xml_text.hpp"

namespace immp::component {

using bridge::AttributeList;
using bridge::element;
using bridge::escaped;

struct IqHead {
    std::string_view type;
    std::string_view id;
    std::string_view from;
    std::string_view to;
};
[[nodiscard]] std::string iq(const IqHead& head, std::string_view payload);

/// XEP-0114, 3: the first octets of ours.
[[nodiscard]] std::string stream_header(std::string_view component_jid);
inline constexpr std::string_view kStreamEnd = "</stream:stream>";
/// A stream error of that condition and the end.
[[nodiscard]] std::string stream_error(std::string_view condition);

}  // namespace immp::component
