// What SET and SET GLOBAL know: one table of settings, their values and defaults (draft 5.4; decisions, 5).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "armor/error.hpp"
#include "bridge/mail/message.hpp"

namespace immp::bridge {

/// Octets of a setting's value; more is 413.
inline constexpr std::size_t kMaxSettingBytes = 4'000;

enum class SettingScope {
    session,  ///< SET: ends with the session
    account,  ///< SET GLOBAL: stored
};

struct SettingSpec {
    std::string_view name;  ///< in capitals
    SettingScope scope;
    std::string_view values;  ///< for people
    /// What holds while nothing is set; an empty value sets it again.
    std::string_view fallback;
    /// The value in its one form; 400.
    Result<std::string> (*prepare)(std::string_view value);
};

[[nodiscard]] std::span<const SettingSpec> setting_table();
/// In any case of letters; null where there is none.
[[nodiscard]] const SettingSpec* find_setting(std::string_view name);

inline constexpr std::string_view kCompressionSetting = "COMPRESSION";
inline constexpr std::string_view kLanguageSetting = "LANGUAGE";
inline constexpr std::string_view kNotifySetting = "NOTIFY";
inline constexpr std::string_view kPushPolicySetting = "PUSH-POLICY";
inline constexpr std::string_view kRefusePushes = "REFUSE";  ///< of PUSH-POLICY
inline constexpr std::string_view kRetentionSetting = "RETENTION";
inline constexpr std::string_view kVacationSetting = "VACATION";
inline constexpr std::string_view kVacationDaysSetting = "VACATION-DAYS";
inline constexpr std::string_view kXmppSetting = "XMPP";

/// Of a prepared RETENTION or VACATION-DAYS; nothing for NONE.
[[nodiscard]] std::optional<std::chrono::days> setting_days(std::string_view value);

/// Whether mail of this importance is told of, by a prepared NOTIFY.
[[nodiscard]] bool notifies(std::string_view notify, Importance importance);

}  // namespace immp::bridge
