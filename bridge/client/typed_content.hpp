// What the user of `immp` wants to say: words of the command line, a file, or standard input; and under which
// id it goes.
#pragma once

#include <cstddef>
#include <string>

#include "bridge/client/commands.hpp"

namespace immp::bridge::client {

/// Standard input to its end. ExitStatus::bad_input with `too_long` for more octets than `most`, and for what
/// is not UTF-8.
[[nodiscard]] Outcome<std::string> typed_text(Context& context, std::size_t most,
                                              const std::string& too_long);

struct TypedContent {
    std::string type;
    std::string octets;
};

/// `text`, a parameter of words, which are joined by blanks; else `--file`; else standard input.
/// ExitStatus::bad_input for more octets than `most`, and for text that is not UTF-8; ExitStatus::no_input
/// for a file that cannot be read; ExitStatus::usage for words and a file.
[[nodiscard]] Outcome<TypedContent> typed_content(Context& context, const Arguments& arguments,
                                                  std::size_t most);

/// The UUID that was typed, or a new one. ExitStatus::usage.
[[nodiscard]] Outcome<std::string> new_id(const std::string& typed);

}  // namespace immp::bridge::client
