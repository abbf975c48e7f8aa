#pragma once

#include "bridge/store/keys.hpp"
#include "bridge/store/sqlite.hpp"

namespace immp::bridge {

class SqliteKeys final : public Keys {
  public:
    explicit SqliteKeys(Database& connection) : db_(connection) {}

    Result<std::vector<OwnKey>> own() override;
    Result<void> add_own(const OwnKey& key) override;
    Result<void> retire_own(std::uint64_t serial, Time now) override;
    Result<void> wipe_own(std::uint64_t serial) override;
    Result<std::optional<Pin>> pin(std::string_view domain) override;
    Result<void> save_pin(const Pin& pin) override;
    Result<std::vector<Pin>> pins() override;

  private:
    Database& db_;
};

}  // namespace immp::bridge
