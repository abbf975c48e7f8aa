// How often a minute one origin may ask: for users' keys, since an answer tells who has one (decisions, 4);
// to have cookies confirmed. Called from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "armor/error.hpp"
#include "bridge/mail/message.hpp"

namespace immp::bridge {

class KeyRation {
  public:
    /// `refusal` lives as long.
    explicit KeyRation(std::uint32_t a_minute, std::string_view refusal = "Too many keys asked for")
        : a_minute_(a_minute), refusal_(refusal) {}

    /// 429 with the time until the next one is free. `origin` is an account, or a domain.
    [[nodiscard]] Result<void> take(const std::string& origin, Time now);

  private:
    struct Minute {
        Time begun;
        std::uint32_t taken = 0;
    };
    const std::uint32_t a_minute_;
    const std::string_view refusal_;
    std::mutex mutex_;
    std::map<std::string, Minute> origins_;  ///< those of the last minute
};

}  // namespace immp::bridge
