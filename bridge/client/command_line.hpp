// The command line as data: what `immp` understands, its help, its completion and its manual come from one
// table (command_table.cpp).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/client/failure.hpp"

namespace immp::bridge::client {

struct Context;

/// What a command that did its work leaves to say: ok, or that some recipient was refused.
using Done = Outcome<ExitStatus>;

/// What was typed, by the name of the parameter without its short form: `to`, `--subject`. Asking for a name
/// that the command's row does not have throws std::out_of_range.
class Arguments {
  public:
    using Values = std::vector<std::string>;

    [[nodiscard]] bool has(std::string_view name) const { return !values(name).empty(); }
    /// The value, else what the row presets, else empty.
    [[nodiscard]] std::string text(std::string_view name) const;
    /// The value, where one was typed or is preset.
    [[nodiscard]] std::optional<std::string> optional_text(std::string_view name) const;
    /// Of Kind::number, in its range.
    [[nodiscard]] std::uint32_t number(std::string_view name) const;
    /// Every value of Kind::texts.
    [[nodiscard]] const Values& values(std::string_view name) const;
    void set(std::string_view name, Values values) { values_[std::string(name)] = std::move(values); }

  private:
    std::map<std::string, Values, std::less<>> values_;
};

enum class Kind {
    flag,    ///< there or not
    text,    ///< one value
    texts,   ///< several; a positional one takes all that follow
    number,  ///< from `least` to `most`
};

/// What a shell offers for a value.
enum class Offer { nothing, file, account, folder, shell };

struct Parameter {
    const char* name;  ///< `to` stands by itself, `-s,--subject` is an option
    const char* help;
    Kind kind = Kind::text;
    Offer offer = Offer::nothing;
    bool required = false;
    const char* preset = "";
    std::uint32_t least = 0;
    std::uint32_t most = 0;

    [[nodiscard]] bool is_option() const { return *name == '-'; }
    /// As Arguments knows it.
    [[nodiscard]] std::string_view key() const;
};

struct CommandRow {
    const char* name;  ///< one word, or two: `folder create`
    const char* help;  ///< a line, without a dot
    std::vector<Parameter> parameters;
    Done (*run)(Context& context, const Arguments& arguments);

    [[nodiscard]] std::string_view group() const;  ///< first of two words, else empty
    [[nodiscard]] std::string_view word() const;   ///< the last word
};

/// Options of every command: --account, --json, --timeout.
[[nodiscard]] std::span<const Parameter> common_parameters();
/// All commands, in the order of the help.
[[nodiscard]] std::span<const CommandRow> command_table();
/// What a group of commands (`folder`) is about, a line.
[[nodiscard]] std::string_view group_help(std::string_view group);

/// The row of each exit status, for help and manual.
struct StatusRow {
    ExitStatus status;
    const char* meaning;
};
[[nodiscard]] std::span<const StatusRow> status_table();

}  // namespace immp::bridge::client
