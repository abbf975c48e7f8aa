// Questions to whoever sits at the terminal, wherever standard input and output lead.
#pragma once

#include <cstddef>
#include <string>

#include "bridge/client/failure.hpp"

namespace immp::bridge::client {

enum class Echo { shown, hidden };

/// What is typed after the prompt shows, not what was typed ahead of it, with its line end, at most so many
/// octets; empty at the end of input. ExitStatus::no_input with `remedy` where there is no terminal. The
/// prompt must be safe to show.
[[nodiscard]] Outcome<std::string> ask_terminal(const std::string& prompt, std::size_t most, Echo echo,
                                                const std::string& remedy);

/// Whether the answer to a question of yes or no was yes; anything else is no. ExitStatus::no_input with
/// `remedy` where there is no terminal.
[[nodiscard]] Outcome<bool> confirmed(const std::string& question, const std::string& remedy);

}  // namespace immp::bridge::client
