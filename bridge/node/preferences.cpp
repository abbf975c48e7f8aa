#include "bridge/node/preferences.hpp"

#include "bridge/mail/settings.hpp"
#include "bridge/node/place.hpp"

namespace immp::bridge {

Result<SettingList> list_settings(Transaction& transaction, const ListSettings& request) {
    auto account = session_account(transaction, request.account);
    if (!account) return std::unexpected(std::move(account.error()));
    auto stored = transaction.preferences().all(*account);
    if (!stored) return std::unexpected(std::move(stored.error()));
    SettingList settings;
    for (Preference& preference : *stored)
        settings.push_back({std::move(preference.name), std::move(preference.value)});
    return settings;
}

Result<Done> change_setting(Transaction& transaction, const ChangeSetting& request) {
    auto account = session_account(transaction, request.account);
    if (!account) return std::unexpected(std::move(account.error()));
    auto set = transaction.preferences().set(*account, request.setting.name, request.setting.value);
    if (!set) return std::unexpected(std::move(set.error()));
    return Done{};
}

Result<std::string> setting_of(Transaction& transaction, AccountId account, std::string_view name) {
    auto stored = transaction.preferences().get(account, name);
    if (!stored) return std::unexpected(std::move(stored.error()));
    if (*stored) return std::move(**stored);
    const SettingSpec* spec = find_setting(name);
    return std::string(spec ? spec->fallback : "");
}

}  // namespace immp::bridge
