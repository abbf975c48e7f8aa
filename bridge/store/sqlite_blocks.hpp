#pragma once

#include "bridge/store/blocks.hpp"
#include "bridge/store/sqlite.hpp"

namespace immp::bridge {

class SqliteBlocks final : public Blocks {
  public:
    explicit SqliteBlocks(Database& connection) : db_(connection) {}

    Result<void> add(BlockOwner owner, const Block& block, std::uint64_t most) override;
    Result<void> drop(BlockOwner owner, std::string_view pattern) override;
    Result<std::vector<Block>> list(BlockOwner owner, Time now) override;
    Result<std::vector<Block>> candidates(BlockOwner owner, std::string_view address, std::string_view domain,
                                          Time now) override;
    Result<std::uint64_t> forget_expired(Time now) override;
    Result<void> note_refused(AccountId account, const RefusedMail& mail, std::uint32_t most) override;
    Result<std::vector<RefusedMail>> refused(AccountId account) override;

  private:
    Database& db_;
};

}  // namespace immp::bridge
