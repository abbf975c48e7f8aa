// AUTH SECRET from the client's side (docs/protocol.md, 7). Argon2id is run once for all sessions of an
// account: what is measured is the server.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace immp::bench {

class Login {
  public:
    Login(std::string account, std::string password);

    [[nodiscard]] std::string first_line() const { return "AUTH SECRET " + account_ + "\n"; }
    /// For the text of the 303 reply. Throws Failure for a challenge that it cannot read.
    [[nodiscard]] std::string answer_line(std::string_view challenge);

  private:
    using Key = std::array<std::uint8_t, 32>;
    const Key& stretched(std::string_view challenge);

    std::string account_;
    std::string password_;
    std::string cost_and_salt_;  // that stretched_ was made with
    Key stretched_{};
};

}  // namespace immp::bench
