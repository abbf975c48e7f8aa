// immp(1), made from the command table.
#pragma once

#include <span>
#include <string>

#include "bridge/client/command_line.hpp"

namespace immp::bridge::client {

/// A page for man(1), in the man macros of groff_man(7).
[[nodiscard]] std::string manual_page(std::span<const CommandRow> rows);
/// `immp send TO... -s SUBJECT [-a ATTACH]...`, without markup.
[[nodiscard]] std::string synopsis(const CommandRow& row);

}  // namespace immp::bridge::client
