// What `text=` finds a message by.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "bridge/mail/message.hpp"

namespace immp::bridge {

/// Octets of a message's text that are looked at, all parts together; what is behind them is not found.
inline constexpr std::size_t kSearchedBytes = 256 * 1024;

/// Parts of type text/..., not the metadata nor anything sealed or binary.
[[nodiscard]] bool is_searched(const Part& part);

/// The text of such a part, from its first octets (which may end inside a character): UTF-8, without the tags
/// of HTML. Empty for what is in no UTF-8.
[[nodiscard]] std::string searched_text(const Part& part, std::string octets);

/// Sender and recipients, as the message shows them.
[[nodiscard]] std::string searched_names(const Envelope& envelope);

}  // namespace immp::bridge
