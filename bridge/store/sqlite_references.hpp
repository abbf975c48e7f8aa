#pragma once

#include "bridge/store/references.hpp"
#include "bridge/store/sqlite.hpp"

namespace immp::bridge {

class SqliteReferences final : public References {
  public:
    explicit SqliteReferences(Database& connection) : db_(connection) {}

    Result<void> copy(FolderId from, std::string_view uuid, FolderId to, Time now) override;
    Result<void> set_flags(const FolderView& view, std::string_view uuid, const FlagChange& change) override;
    Result<void> remove(FolderId folder, std::string_view uuid) override;
    Result<bool> lies_in(FolderId folder, MessageId message) override;
    Result<bool> lies_elsewhere(FolderId folder, std::string_view uuid) override;

  private:
    Database& db_;
};

}  // namespace immp::bridge
