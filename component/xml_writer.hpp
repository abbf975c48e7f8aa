// Stanzas as text. What these functions return is always well-formed, whatever stands in their arguments: one
// bad octet makes the server close the link that everybody shares.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace immp::component {

/// For text and quoted attribute values. An octet that begins no UTF-8 character allowed in XML 1.0 becomes
/// U+FFFD.
[[nodiscard]] std::string escaped(std::string_view text);

using AttributeList = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// `content` is XML already; attributes with an empty value are left out.
[[nodiscard]] std::string element(std::string_view name, AttributeList attributes,
                                  std::string_view content = {});

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
