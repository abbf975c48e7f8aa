// The commands of `immp`. Each does its work and prints its result; a failure is returned, and main prints
// it.
#pragma once

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "bridge/client/credentials.hpp"
#include "bridge/client/failure.hpp"
#include "bridge/mail/message.hpp"

namespace immp::bridge::client {

enum class Format {
    text,  ///< for people
    json,  ///< one object, or one object a line
};

/// What every command is given.
struct Context {
    Credentials credentials;
    std::string account;  ///< as typed; empty: the only one
    Format format = Format::text;
    std::chrono::milliseconds patience{60'000};  ///< for the server, while nothing moves
    std::istream& in;
    std::ostream& out;
    std::ostream& notes;  ///< what is not the result
};

/// What a command that did its work leaves to say: ok, or that some recipient was refused.
using Done = Outcome<ExitStatus>;

struct LoginOptions {
    std::string address;
    std::string server;  ///< HOST:PORT, or empty
    TlsStart start = TlsStart::ask;
    std::string ca_file;
    std::optional<std::string> password_file;  ///< "-": standard input; none: asked for on the terminal
    std::string device;                        ///< empty: named after this machine
};
[[nodiscard]] Done run_login(Context& context, const LoginOptions& options);

struct PasswdOptions {
    std::optional<std::string> password_file;      ///< as in LoginOptions: the one in use
    std::optional<std::string> new_password_file;  ///< not both "-"
};
[[nodiscard]] Done run_passwd(Context& context, const PasswdOptions& options);

struct LogoutOptions {
    enum class Mode {
        revoke,  ///< the server must revoke the device's secret first
        forget,  ///< forgotten here even if the server cannot be told
    };
    Mode mode = Mode::revoke;
};
[[nodiscard]] Done run_logout(Context& context, const LogoutOptions& options);

[[nodiscard]] Done run_accounts(Context& context);

struct SendOptions {
    std::vector<std::string> recipients;
    std::string subject;
    std::vector<std::string> attachments;  ///< paths
    Importance importance = Importance::normal;
    std::string id;  ///< empty: a new one
};
[[nodiscard]] Done run_send(Context& context, const SendOptions& options);

struct ListOptions {
    std::string folder = "INBOX";
    std::uint32_t limit = 50;
    std::string after;
};
[[nodiscard]] Done run_list(Context& context, const ListOptions& options);

struct ReadOptions {
    std::string id;
    std::string folder = "INBOX";
};
[[nodiscard]] Done run_read(Context& context, const ReadOptions& options);

struct SaveOptions {
    std::string id;
    std::string part;
    std::string output;  ///< empty: the part's name in the current folder; "-": standard output
    std::string folder = "INBOX";
    enum class Existing { keep, replace };
    Existing existing = Existing::keep;
};
[[nodiscard]] Done run_save(Context& context, const SaveOptions& options);

/// The stored account that `context` names.
[[nodiscard]] Outcome<StoredAccount> chosen_account(const Context& context);

/// The stored account that `context` names, and a session for it.
[[nodiscard]] Outcome<Conversation> enter(Context& context);

}  // namespace immp::bridge::client
