// Lists of texts in one column: netstrings ("5:alice,3:bob,"), readable where one looks into the database by
// hand, and any text goes in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace immp::bridge {

[[nodiscard]] std::string pack(const std::vector<std::string>& texts);

/// What pack() made. Anything else can only be a damaged file; reading ends where it starts.
[[nodiscard]] std::vector<std::string> unpack(std::string_view packed);

}  // namespace immp::bridge
