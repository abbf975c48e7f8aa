#include "bridge/mail/settings.hpp"

#include <algorithm>
#include <array>

#include "bridge/wire/codec.hpp"
#include "bridge/wire/codes.hpp"
#include "bridge/wire/token.hpp"

namespace immp::bridge {
namespace {

constexpr std::uint64_t kMaxRetentionDays = 36'500;
constexpr std::uint64_t kMaxVacationDays = 365;
constexpr std::size_t kMaxLanguageBytes = 35;  // RFC 5646, 4.4.1

Result<std::string> refuse(std::string text) {
    return std::unexpected(refusal(400, std::move(text)));
}

template <std::size_t N>
Result<std::string> one_of(const std::array<std::string_view, N>& words, std::string_view value) {
    std::string word = to_upper(value);
    if (std::ranges::find(words, word) != words.end()) return word;
    std::string list;
    for (const std::string_view each : words)
        list += (list.empty() ? "" : ", ") + std::string(each);
    return refuse("The value is one of " + list);
}

Result<std::string> prepare_compression(std::string_view value) {
    std::string name = to_upper(value);
    if (compression_of(name)) return name;
    return refuse("The value is one of NONE, GZIP, BZIP2, XZIP");
}

/// The form of a language tag (RFC 5646, 2.1): what languages there are changes from year to year.
Result<std::string> prepare_language(std::string_view value) {
    const auto bad = [] { return refuse("A language is a tag like en or de-CH (RFC 5646)"); };
    if (value.size() > kMaxLanguageBytes) return bad();
    std::string tag(value);
    std::size_t begin = 0;
    while (begin <= tag.size()) {
        const std::size_t end = std::min(tag.find('-', begin), tag.size());
        if (end == begin || end - begin > 8) return bad();
        for (std::size_t at = begin; at < end; ++at) {
            char& c = tag[at];
            if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
            const bool is_letter = c >= 'a' && c <= 'z';
            const bool is_digit = c >= '0' && c <= '9';
            if (!is_letter && (!is_digit || begin == 0)) return bad();
        }
        if (begin == 0 && end < 2) return bad();
        begin = end + 1;
    }
    return tag;
}

Result<std::string> prepare_notify(std::string_view value) {
    return one_of(std::array<std::string_view, 3>{"ALL", "IMPORTANT", "NONE"}, value);
}

Result<std::string> prepare_push_policy(std::string_view value) {
    return one_of(std::array<std::string_view, 2>{"ASK", "REFUSE"}, value);
}

Result<std::string> prepare_retention(std::string_view value) {
    if (to_upper(value) == "NONE") return std::string("NONE");
    const auto days = parse_number(value);
    if (days && *days >= 1 && *days <= kMaxRetentionDays) return std::string(value);
    return refuse("RETENTION is NONE or a number of days from 1 to " + std::to_string(kMaxRetentionDays));
}

Result<std::string> prepare_vacation(std::string_view value) {
    return std::string(value);  // A line has no control characters and is UTF-8.
}

Result<std::string> prepare_vacation_days(std::string_view value) {
    const auto days = parse_number(value);
    if (days && *days >= 1 && *days <= kMaxVacationDays) return std::string(value);
    return refuse("VACATION-DAYS is a number from 1 to " + std::to_string(kMaxVacationDays));
}

Result<std::string> prepare_xmpp(std::string_view value) {
    return one_of(std::array<std::string_view, 2>{"ON", "OFF"}, value);
}

using enum SettingScope;
constexpr std::array kSettings = {
    SettingSpec{kCompressionSetting, session, "NONE, GZIP, BZIP2, XZIP", "NONE", prepare_compression},
    SettingSpec{kLanguageSetting, account, "a language tag (RFC 5646)", "en", prepare_language},
    SettingSpec{kNotifySetting, account, "ALL, IMPORTANT, NONE", "ALL", prepare_notify},
    SettingSpec{kPushPolicySetting, account, "ASK, REFUSE", "ASK", prepare_push_policy},
    SettingSpec{kRetentionSetting, account, "NONE, or days from 1 to 36500", "NONE", prepare_retention},
    SettingSpec{kVacationSetting, account, "a text; empty for none", "", prepare_vacation},
    SettingSpec{kVacationDaysSetting, account, "days from 1 to 365", "7", prepare_vacation_days},
    SettingSpec{kXmppSetting, account, "ON, OFF", "OFF", prepare_xmpp},
};

}  // namespace

std::span<const SettingSpec> setting_table() {
    return kSettings;
}

const SettingSpec* find_setting(std::string_view name) {
    const auto found = std::ranges::find(kSettings, to_upper(name), &SettingSpec::name);
    return found == kSettings.end() ? nullptr : found;
}

std::optional<std::chrono::days> setting_days(std::string_view value) {
    const auto days = parse_number(value);
    if (!days) return std::nullopt;
    return std::chrono::days(static_cast<std::int64_t>(*days));
}

bool notifies(std::string_view notify, Importance importance) {
    if (notify == "NONE") return false;
    return notify != "IMPORTANT" || importance == Importance::high;
}

}  // namespace immp::bridge
