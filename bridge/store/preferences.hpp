// What accounts have set (SET GLOBAL), and what the daemon remembers to carry it out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"
#include "bridge/store/accounts.hpp"

namespace immp::bridge {

struct Preference {
    std::string name;
    std::string value;
};

/// One account's value of a setting.
struct PreferenceHolder {
    AccountId account = 0;
    std::string value;
};

class Preferences {
  public:
    virtual ~Preferences() = default;
    /// What is set, by name.
    [[nodiscard]] virtual Result<std::vector<Preference>> all(AccountId account) = 0;
    [[nodiscard]] virtual Result<std::optional<std::string>> get(AccountId account,
                                                                 std::string_view name) = 0;
    /// An empty value forgets it.
    [[nodiscard]] virtual Result<void> set(AccountId account, std::string_view name,
                                           std::string_view value) = 0;
    /// Every account that has set this.
    [[nodiscard]] virtual Result<std::vector<PreferenceHolder>> holders(std::string_view name) = 0;

    /// Takes what was filed before `before` out of the account's folders, at most `most`; returns how many.
    /// What is flagged stays, and so do DRAFTS. A message goes with the last that refers to it.
    [[nodiscard]] virtual Result<std::uint64_t> remove_filed(AccountId account, Time before,
                                                             std::uint32_t most) = 0;

    /// Answers that the account has given since.
    [[nodiscard]] virtual Result<std::uint64_t> answers_since(AccountId account, Time since) = 0;
    /// When it last answered this sender.
    [[nodiscard]] virtual Result<std::optional<Time>> answered(AccountId account,
                                                               std::string_view sender) = 0;
    [[nodiscard]] virtual Result<void> note_answer(AccountId account, std::string_view sender, Time now) = 0;
    /// A bounded number of rows older than `before`; call again until it is 0.
    [[nodiscard]] virtual Result<std::uint64_t> forget_answers(Time before) = 0;
};

}  // namespace immp::bridge
