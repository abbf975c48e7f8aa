// One call of immpd's command line: what was given, and what each command of it needs: the configuration, the
// store, an exit status.
#pragma once

#include <cstdint>
#include <string>

#include "component/administration.hpp"
#include "component/config.hpp"

namespace immp::component {

inline constexpr const char* kDefaultConfig = "/etc/immp/immpd.toml";

// Exit statuses (sysexits.h); docs/operations.md and the manual have them.
inline constexpr int kUsage = 64;
inline constexpr int kBadData = 65;    ///< what was given
inline constexpr int kUnreached = 69;  ///< somebody who should answer did not
inline constexpr int kInternal = 70;
inline constexpr int kStoreFailed = 74;
inline constexpr int kMisconfigured = 78;

/// What the command line filled in; a command reads what it has options for.
struct Given {
    std::string config = kDefaultConfig;
    std::string account;
    std::string password_file;
    std::string domain;
    std::string quota;
    std::string owner;
    std::string pattern;
    std::string action = "reject";
    std::string reason;
    std::uint64_t expires = 0;
    bool json = false;
    bool allow_sha1 = false;
};

/// The exit status for an error, by its code.
[[nodiscard]] int exit_status(const Error& error);
/// Says the error in one line on standard error; its exit status.
int complain(const Error& error);

/// As the user that owns the store where root asks. An error's exit status is kMisconfigured.
[[nodiscard]] Result<Config> configuration(const Given& given);

/// Opens the store, hands it to `act`, and says what failed. The exit status.
template <class Act>
int administer(const Given& given, Act act) {
    auto config = configuration(given);
    if (!config) return complain(config.error());
    auto administration = Administration::open(*config);
    if (!administration) return complain(administration.error());
    Result<void> done = act(*administration);
    return done ? 0 : complain(done.error());
}

}  // namespace immp::component
