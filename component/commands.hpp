// The commands of immpd, by family. Each does what it says with what was given and returns the exit status.
#pragma once

#include "component/invocation.hpp"

namespace immp::component {

using Command = int (*)(const Given&);

// daemon_commands.cpp
[[nodiscard]] int run(const Given& given);
[[nodiscard]] int check(const Given& given);
[[nodiscard]] int ping(const Given& given);
[[nodiscard]] int daemon_status(const Given& given);
/// Tells the daemon, if one runs, that accounts or mailboxes are gone: its watches of them end. Its commands
/// look into the store each time and need no word.
void tell_daemon(const Given& given);

// account_commands.cpp
[[nodiscard]] int account_add(const Given& given);
[[nodiscard]] int account_passwd(const Given& given);
[[nodiscard]] int account_list(const Given& given);
[[nodiscard]] int account_quota(const Given& given);
[[nodiscard]] int account_remove(const Given& given);

// mailbox_commands.cpp
[[nodiscard]] int mailbox_add(const Given& given);
[[nodiscard]] int mailbox_owner(const Given& given);
[[nodiscard]] int mailbox_list(const Given& given);
[[nodiscard]] int mailbox_remove(const Given& given);

// block_commands.cpp
[[nodiscard]] int block_add(const Given& given);
[[nodiscard]] int block_list(const Given& given);
[[nodiscard]] int block_drop(const Given& given);

// key_commands.cpp
[[nodiscard]] int keys(const Given& given);
[[nodiscard]] int keys_rotate(const Given& given);
[[nodiscard]] int pins(const Given& given);
[[nodiscard]] int pins_accept(const Given& given);

}  // namespace immp::component
