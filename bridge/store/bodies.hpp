// Octets by number: bodies of parts, sealed payloads, pieces of bundles on their way in. Stored as chunks in
// the database itself, so that one commit and one sync cover a message whole (a file for each body would cost
// its own fsync, 310 us on the test machine, and would not fit a shared database). Long bodies are appended
// as they arrive, in transactions of their own; a body that nothing refers to after a day is swept.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "armor/error.hpp"
#include "bridge/mail/message.hpp"

namespace immp::bridge {

/// A chunk holds at most this much, and feeding a body in pieces of this size costs least. 256 KiB: large
/// enough that a row costs nothing beside its octets, small enough to hold a few hundred in memory.
inline constexpr std::size_t kChunkBytes = 256 * 1024;

class Bodies {
  public:
    virtual ~Bodies() = default;
    /// An id that was never given before, not even in a transaction that was rolled back.
    [[nodiscard]] virtual Result<BodyId> create(Time now) = 0;
    /// Appends at the end; any amount. 404 if there is no such body.
    [[nodiscard]] virtual Result<void> append(BodyId body, std::string_view octets) = 0;
    /// 404 if there is no such body.
    [[nodiscard]] virtual Result<std::uint64_t> length(BodyId body) = 0;
    /// Up to `most` octets from `offset`; less only at the end; empty behind it. 404 if there is no such
    /// body.
    [[nodiscard]] virtual Result<std::string> read(BodyId body, std::uint64_t offset, std::size_t most) = 0;
    /// Cuts back to `length` octets; a shorter body stays as it is. 404 if there is no such body.
    [[nodiscard]] virtual Result<void> truncate(BodyId body, std::uint64_t length) = 0;
    [[nodiscard]] virtual Result<void> drop(BodyId body) = 0;  ///< unless a message or a bundle refers to it
    /// Drops bodies made before `before` that no message and no bundle refers to, but none of `spared`;
    /// returns how many. A bounded number, so that other writes are not held up: call again until it is 0.
    [[nodiscard]] virtual Result<std::uint64_t> sweep(Time before, std::span<const BodyId> spared) = 0;
};

}  // namespace immp::bridge
