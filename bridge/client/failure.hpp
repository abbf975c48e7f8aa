// How a command of `immp` fails: one line for its user, one number for his script.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "armor/error.hpp"

namespace immp::bridge::client {

/// Exit statuses, after sysexits(3) so that mail programs and scripts understand them; `immp --help`
/// lists them.
enum class ExitStatus : int {
    ok = 0,
    usage = 64,          ///< the command line is wrong
    bad_input = 65,      ///< an address, a text or a file that cannot be sent as it is
    no_input = 66,       ///< no such file, message, part or folder
    refused = 67,        ///< a recipient was refused for good, or for now while others have it
    unavailable = 69,    ///< the server cannot be found or reached
    internal = 70,       ///< this program or machine is at fault
    cannot_create = 73,  ///< a file that is there already, or a folder that cannot be written
    input_output = 74,   ///< reading or writing broke off
    temporary = 75,      ///< the same command may succeed later: connection lost, server busy
    protocol = 76,       ///< TLS failed, or the server does not keep to the protocol
    credentials = 77,    ///< password or device refused, or not allowed
    configuration = 78,  ///< no such account here, or its stored data cannot be used
};

struct Failure {
    ExitStatus status = ExitStatus::internal;
    std::string text;  ///< one line: what is wrong and how to mend it; safe to show
    int code = 0;      ///< the server's, if it was the server that refused
};

template <class T>
using Outcome = std::expected<T, Failure>;

[[nodiscard]] inline std::unexpected<Failure> failed(ExitStatus status, std::string text) {
    return std::unexpected(Failure{status, std::move(text), 0});
}

/// `the server says 451 No such user`. The text is a stranger's: it is made safe to show.
[[nodiscard]] std::string server_says(const Error& refusal);

/// A refusal by the server, with what mends it where that is the same for every command.
[[nodiscard]] Failure refusal_failure(const Error& refusal);

/// What mends a refusal of one command: 404, 409 and 413 are about what that command names.
struct Remedy {
    int code = 0;
    std::string_view text;
};
using Remedies = std::span<const Remedy>;
/// Of what may be sent under an ID.
inline constexpr Remedy kIdTaken{409, "leave --id out or give another"};

/// `failure` with the remedy for its code behind its text. What may be tried again says so already.
[[nodiscard]] Failure mended(Failure failure, Remedies remedies);

}  // namespace immp::bridge::client
