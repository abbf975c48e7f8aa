// A command with its arguments sorted by the command table's grammar.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "armor/error.hpp"
#include "bridge/wire/command_table.hpp"
#include "bridge/wire/token.hpp"

namespace immp::bridge {

/// What follows the keywords. Everything that could be read is there even where `error` is set, so that the
/// body behind a refused DATA line can still be measured.
struct Arguments {
    struct Named {
        std::string_view name;  ///< the table's
        std::vector<std::string> values;
    };
    std::vector<Token> positional;
    std::vector<Named> named;
    std::vector<std::string_view> switches;  ///< the table's
    std::optional<Error> error;              ///< 400 form, 406 unknown switch: the first complaint

    [[nodiscard]] bool has(std::string_view switch_form) const;
    /// The one value of a parameter; nothing where it is not there.
    [[nodiscard]] std::optional<std::string_view> value(std::string_view name) const;
    /// How often a parameter stands there.
    [[nodiscard]] std::size_t count(std::string_view name) const;
    /// A positional parameter that is one value; empty where it is not there.
    [[nodiscard]] std::string text(std::size_t at) const;
};

[[nodiscard]] Arguments sort_arguments(const CommandSpec& spec, std::span<const Token> tokens);

struct Command {
    std::string pipeline;               ///< the id behind AS; empty outside pipelines
    const CommandSpec* spec = nullptr;  ///< null: no such command, with an error
    Arguments arguments;
    std::optional<Error> error;  ///< 400 no such command, bad id; 710 an HTTP verb, closing
    bool may_have_body = false;  ///< not understood, and DATA or CHUNK may have been meant: closing
};

/// How the body behind a DATA or CHUNK line is measured. An error (400, 411) means that its end cannot be
/// known: the reply is the last thing, then the session closes.
struct BodyFrame {
    std::optional<std::uint64_t> length;  ///< counted octets; else two empty lines end it, or CHUNK 0
    bool base64 = false;
    bool chunked = false;
};
[[nodiscard]] Result<BodyFrame> body_frame(const Command& command);

/// A whole line. 400: nothing of it is run (quoting, too many commands, one out of place).
[[nodiscard]] Result<std::vector<Command>> parse_line(std::string_view line);

/// The command on a refused line that is followed by a body whose end is known; nothing where there is none.
[[nodiscard]] std::optional<Command> find_body_command(std::string_view line);

/// `[A-Za-z0-9]{1,32}`
[[nodiscard]] bool is_pipeline_id(std::string_view text);

}  // namespace immp::bridge
