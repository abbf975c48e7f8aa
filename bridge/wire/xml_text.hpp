// XML as text. What these functions return is always well-formed, whatever stands in their arguments.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace immp::bridge {

/// For text and quoted attribute values. An octet that begins no UTF-8 character allowed in XML 1.0 becomes
/// U+FFFD.
[[nodiscard]] std::string escaped(std::string_view text);

using AttributeList = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// `content` is XML already; attributes with an empty value are left out.
[[nodiscard]] std::string element(std::string_view name, AttributeList attributes,
                                  std::string_view content = {});

}  // namespace immp::bridge
