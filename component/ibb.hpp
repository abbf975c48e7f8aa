// The elements of In-Band Bytestreams (XEP-0047), as users' sessions speak them: written here, read here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "armor/bytes.hpp"
#include "armor/error.hpp"
#include "component/stanza.hpp"

namespace immp::component {

/// Octets of a `sid` that we take; over it 400.
inline constexpr std::size_t kMaxSidBytes = 64;

[[nodiscard]] std::string ibb_data(std::string_view sid, std::uint16_t seq, std::string_view octets);
/// Behind the result of an `<open/>` that resumes.
[[nodiscard]] std::string ibb_resumed(std::uint16_t seq);
[[nodiscard]] std::string ibb_close(std::string_view sid);

/// Whether the stanza's payload is one of these.
[[nodiscard]] bool is_ibb(const Stanza& stanza);

struct IbbOpen {
    std::string sid;
    std::size_t block_bytes = 0;
    /// The block that the client awaits, of a session that there is.
    std::optional<std::uint16_t> resume = {};
};
/// 400 for what has no such form; 413 for a block that is larger than we take (`resource-constraint`: less is
/// welcome); 701 for `stanza='message'`.
[[nodiscard]] Result<IbbOpen> read_ibb_open(const Stanza& set);

struct IbbData {
    std::string sid;
    std::uint16_t seq = 0;
    std::string octets;
};
/// 400.
[[nodiscard]] Result<IbbData> read_ibb_data(Stanza&& set);
/// The sid; 400.
[[nodiscard]] Result<std::string> read_ibb_close(const Stanza& set);

}  // namespace immp::component
