// The states of a session (draft 4.3) and sets of them, as the command table names them.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace immp::bridge {

enum class SessionState : std::uint8_t {
    unencrypted,      ///< only UPGRADE, NOOP, QUIT, HELP, CAPS; nothing but the domain is told
    unauthenticated,  ///< encrypted; AUTH and what needs no login
    local,            ///< a user of this domain
    remote,           ///< another domain's server, by cookie
};

/// A set of states.
class States {
  public:
    constexpr States(std::initializer_list<SessionState> states) {
        for (const SessionState state : states)
            bits_ |= bit(state);
    }
    [[nodiscard]] constexpr bool contains(SessionState state) const { return (bits_ & bit(state)) != 0; }

  private:
    static constexpr unsigned bit(SessionState state) { return 1u << static_cast<unsigned>(state); }
    unsigned bits_ = 0;
};

/// As docs/protocol.md writes them: "Unencrypted", ...
[[nodiscard]] constexpr const char* state_name(SessionState state) {
    switch (state) {
        case SessionState::unencrypted: return "Unencrypted";
        case SessionState::unauthenticated: return "Unauthenticated";
        case SessionState::local: return "Local";
        case SessionState::remote: return "Remote";
    }
    return "";
}

}  // namespace immp::bridge
