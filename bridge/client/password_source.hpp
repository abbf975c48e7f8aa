// Where a password comes from: the terminal without echo, a file, standard input. Never the command line,
// which every user of the machine can read.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>

#include "armor/secret.hpp"
#include "bridge/client/failure.hpp"

namespace immp::bridge::client {

/// One line end behind it is taken off. ExitStatus::no_input for a file that cannot be read and where there
/// is no terminal to ask on; ExitStatus::bad_input for an empty password.
[[nodiscard]] Outcome<armor::SecretText> read_password(const std::optional<std::string>& file,
                                                       std::istream& in, const std::string& account);

/// The same for a password that is to be: on the terminal it is asked for twice. ExitStatus::bad_input where
/// the two differ.
[[nodiscard]] Outcome<armor::SecretText> read_new_password(const std::optional<std::string>& file,
                                                           std::istream& in, const std::string& account);

}  // namespace immp::bridge::client
