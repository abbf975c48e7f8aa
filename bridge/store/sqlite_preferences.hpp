#pragma once

#include "bridge/store/preferences.hpp"
#include "bridge/store/sqlite.hpp"

namespace immp::bridge {

class SqlitePreferences final : public Preferences {
  public:
    explicit SqlitePreferences(Database& connection) : db_(connection) {}

    Result<std::vector<Preference>> all(AccountId account) override;
    Result<std::optional<std::string>> get(AccountId account, std::string_view name) override;
    Result<void> set(AccountId account, std::string_view name, std::string_view value) override;
    Result<std::vector<PreferenceHolder>> holders(std::string_view name) override;
    Result<std::uint64_t> remove_filed(AccountId account, Time before, std::uint32_t most) override;
    Result<std::uint64_t> answers_since(AccountId account, Time since) override;
    Result<std::optional<Time>> answered(AccountId account, std::string_view sender) override;
    Result<void> note_answer(AccountId account, std::string_view sender, Time now) override;
    Result<std::uint64_t> forget_answers(Time before) override;

  private:
    Database& db_;
};

}  // namespace immp::bridge
