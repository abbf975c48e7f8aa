// What the machines of the link need of the driver: a way out, and the world's clock, chance and log.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "bridge/log.hpp"
#include "component/iq_table.hpp"

namespace immp::component {

/// Answers and questions go ahead of pieces: a small stanza must not wait behind megabytes that a slow
/// server has yet to read.
enum class Lane { urgent, bulk };

/// Octets that may wait for the socket. Above it nothing is read: each request read is an answer more, and a
/// server that takes none would fill the memory. It takes some within LinkPolicy's pong, or the link ends.
inline constexpr std::size_t kMaxQueuedBytes = 32 * 1'024 * 1'024;

class Outlet {
  public:
    virtual ~Outlet() = default;
    /// One whole stanza; thrown away where the link is down.
    virtual void send(std::string stanza, Lane lane) = 0;
    /// Octets that the socket has not taken yet.
    [[nodiscard]] virtual std::size_t queued_bytes() const = 0;
};

struct World {
    std::function<Time()> now;
    std::function<std::string()> fresh_id;
    /// In [0, 1).
    std::function<double()> chance;
    /// Runs it soon, not before this call returned.
    std::function<void(std::move_only_function<void()>)> defer;
    bridge::Log log;
};

}  // namespace immp::component
