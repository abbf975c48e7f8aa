// `immpd status`: whether the daemon that runs can keep mail and is attached to its XMPP server. And the
// lines in which the control socket carries steps, of this walk and of `immpd ping`.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "armor/error.hpp"
#include "bridge/session/request.hpp"
#include "bridge/store/store.hpp"
#include "component/diagnosis.hpp"

namespace immp::component {

inline constexpr std::string_view kStoreStep = "store";

/// A small row that every status writes anew, so that a full disk is seen here too. 702.
[[nodiscard]] Result<bridge::Done> write_status(bridge::Transaction& transaction, bridge::Time now);
/// How that write, and its sync, went in the store of `directory`.
[[nodiscard]] Step store_step(const std::filesystem::path& directory, const Result<bridge::Done>& written);

/// One JSON object without its line end: step, ok, detail, remedy.
[[nodiscard]] std::string step_line(const Step& step);
/// 400 for what no step_line is.
[[nodiscard]] Result<Step> parse_step_line(std::string_view line);

}  // namespace immp::component
