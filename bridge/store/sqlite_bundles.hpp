#pragma once

#include "bridge/store/bundles.hpp"
#include "bridge/store/sqlite_bodies.hpp"

namespace immp::bridge {

class SqliteBundles final : public Bundles {
  public:
    SqliteBundles(Database& connection, SqliteBodies& bodies) : db_(connection), bodies_(bodies) {}

    Result<void> save(const OutgoingBundle& bundle, std::string_view owner, Time lease_end) override;
    Result<std::optional<OutgoingBundle>> outgoing(std::string_view id) override;
    Result<std::vector<OutgoingBundle>> claim(std::string_view owner, std::uint32_t most, Time now,
                                              Time lease_end) override;
    Result<void> release(std::string_view owner) override;
    Result<void> renew(std::string_view owner, Time lease_end) override;
    Result<void> drop_outgoing(std::string_view id) override;

    Result<std::optional<IncomingBundle>> incoming(std::string_view peer, std::string_view id) override;
    Result<IncomingBundle> begin_incoming(std::string_view peer, std::string_view id, std::uint64_t of,
                                          Time now) override;
    Result<void> append_incoming(const IncomingBundle& bundle, std::string_view octets, Time now) override;
    Result<void> truncate_incoming(const IncomingBundle& bundle, std::uint64_t at) override;
    Result<void> drop_incoming(std::string_view peer, std::string_view id) override;
    Result<Load> incoming_load(std::string_view peer) override;
    Result<std::uint64_t> sweep_incoming(Time before) override;

    Result<std::optional<Given>> receipt(std::string_view origin, std::string_view id) override;
    Result<std::vector<std::string>> latest_origins(std::uint32_t most) override;
    Result<void> save_receipt(std::string_view origin, std::string_view id, const Given& given,
                              Time now) override;
    Result<std::uint64_t> forget_receipts(Time before) override;

  private:
    Result<void> drop_body(const Result<std::optional<BodyId>>& body);

    Database& db_;
    SqliteBodies& bodies_;
};

}  // namespace immp::bridge
