// What others may do in a mailbox or folder that is shared with them (MBOX SHARE; docs/protocol.md, Sharing).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "armor/error.hpp"

namespace immp::bridge {

enum class Right : std::uint8_t {
    read = 1,   ///< look, and keep a read state of one's own
    write = 2,  ///< change what lies there
    send = 4,   ///< write in the mailbox's name; of a whole mailbox only
    own = 8,    ///< give rights; of a shared mailbox only
};

/// A set of rights. READ goes with every other, and OWN has all.
class Rights {
  public:
    constexpr Rights() = default;
    /// As they are stored; bits of no right are left out.
    [[nodiscard]] static constexpr Rights of_bits(std::uint32_t bits) {
        Rights rights;
        rights.bits_ = static_cast<std::uint8_t>(bits & kAll);
        if (rights.has(Right::own)) rights.bits_ = kAll;
        if (!rights.empty()) rights.bits_ |= static_cast<std::uint8_t>(Right::read);
        return rights;
    }
    [[nodiscard]] static constexpr Rights all() { return of_bits(kAll); }

    [[nodiscard]] constexpr Rights with(Right right) const {
        return of_bits(bits_ | static_cast<std::uint32_t>(right));
    }
    [[nodiscard]] constexpr Rights with(Rights others) const {
        return of_bits(std::uint32_t{bits_} | others.bits_);
    }
    [[nodiscard]] constexpr bool has(Right right) const {
        return (bits_ & static_cast<std::uint8_t>(right)) != 0;
    }
    [[nodiscard]] constexpr bool empty() const { return bits_ == 0; }
    [[nodiscard]] constexpr std::uint8_t bits() const { return bits_; }

    bool operator==(const Rights&) const = default;

  private:
    static constexpr std::uint8_t kAll = 15;
    std::uint8_t bits_ = 0;
};

/// "READ,WRITE"; "NONE" for none.
[[nodiscard]] std::string rights_text(Rights rights);
/// Words joined by commas, in any case and order, each once; or NONE alone. 400.
[[nodiscard]] Result<Rights> parse_rights(std::string_view text);

}  // namespace immp::bridge
