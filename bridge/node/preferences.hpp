// SET GLOBAL: what an account has set. Each is one transaction's work.
#pragma once

#include "bridge/session/request.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

[[nodiscard]] Result<SettingList> list_settings(Transaction& transaction, const ListSettings& request);
[[nodiscard]] Result<Done> change_setting(Transaction& transaction, const ChangeSetting& request);

/// The account's value of a setting, or its default.
[[nodiscard]] Result<std::string> setting_of(Transaction& transaction, AccountId account,
                                             std::string_view name);

}  // namespace immp::bridge
