// The media type of a file by the ending of its name.
#pragma once

#include <string_view>

namespace immp::bridge {

/// `application/octet-stream` for an ending that the table lacks; case does not matter.
[[nodiscard]] std::string_view media_type_of(std::string_view file_name);

}  // namespace immp::bridge
