#pragma once

#include "bridge/store/sqlite.hpp"
#include "bridge/store/texts.hpp"

namespace immp::bridge {

/// All of the words, as FTS5 asks for them: each quoted, so that none is syntax of its own.
[[nodiscard]] std::string match_expression(const std::vector<std::string>& words);

class SqliteTexts final : public Texts {
  public:
    explicit SqliteTexts(Database& connection) : db_(connection) {}

    Result<std::vector<MessageId>> missing(std::uint32_t most) override;
    Result<void> add(MessageId message, const MessageText& text) override;
    Result<std::vector<Folder>> count(AccountId account, const std::vector<std::string>& words) override;

  private:
    Database& db_;
};

}  // namespace immp::bridge
