#pragma once

#include "bridge/store/bodies.hpp"
#include "bridge/store/sqlite.hpp"

namespace immp::bridge {

class SqliteBodies final : public Bodies {
  public:
    explicit SqliteBodies(Database& connection) : db_(connection) {}

    Result<BodyId> create(Time now) override;
    Result<void> append(BodyId body, std::string_view octets) override;
    Result<std::uint64_t> length(BodyId body) override;
    Result<std::string> read(BodyId body, std::uint64_t offset, std::size_t most) override;
    Result<void> truncate(BodyId body, std::uint64_t length) override;
    Result<void> drop(BodyId body) override;
    Result<std::uint64_t> sweep(Time before, std::span<const BodyId> spared) override;

  private:
    Result<std::size_t> extend_last_chunk(BodyId body, std::uint64_t length, std::string_view octets);
    Result<void> set_length(BodyId body, std::uint64_t length);

    Database& db_;
    /// The last id given in this run, its transaction rolled back or not: whoever staged octets under one
    /// that is gone must never meet another's body under it.
    BodyId given_ = 0;
};

}  // namespace immp::bridge
