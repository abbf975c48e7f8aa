// One command in a session of its own, and what its answer says: how most commands of `immp` ask.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bridge/client/commands.hpp"

namespace immp::bridge::client {

/// Logs in, sends one command, reads its whole answer. A refusal, with the remedy for its code, or another
/// code, is the Failure.
[[nodiscard]] Outcome<std::vector<Reply>> ask(Context& context, const std::string& command, int code,
                                              Remedies remedies = {});
/// The same in a session that is there.
[[nodiscard]] Outcome<std::vector<Reply>> ask(Conversation& conversation, const std::string& command,
                                              int code, Remedies remedies = {});

/// A word of a reply without its quotes and escapes.
[[nodiscard]] std::string unquoted(std::string_view word);
/// The words of a reply without its fields, each unquoted: `"my phone" secret=own` has one.
[[nodiscard]] std::vector<std::string> words_of(const Reply& reply);
/// The value of `key=` anywhere in a reply, unquoted; empty where there is none.
[[nodiscard]] std::string field_of(const Reply& reply, std::string_view key);

}  // namespace immp::bridge::client
