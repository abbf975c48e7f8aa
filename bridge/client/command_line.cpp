#include "bridge/client/command_line.hpp"

#include <charconv>

namespace immp::bridge::client {

std::string Arguments::text(std::string_view name) const {
    const Values& given = values(name);
    return given.empty() ? std::string() : given.front();
}

std::optional<std::string> Arguments::optional_text(std::string_view name) const {
    if (!has(name)) return std::nullopt;
    return text(name);
}

std::uint32_t Arguments::number(std::string_view name) const {
    const std::string digits = text(name);
    std::uint32_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

const Arguments::Values& Arguments::values(std::string_view name) const {
    const auto at = values_.find(name);
    if (at == values_.end()) throw std::out_of_range("no parameter " + std::string(name));
    return at->second;
}

std::string_view Parameter::key() const {
    const std::string_view all = name;
    return all.substr(all.find(',') + 1);
}

std::string_view CommandRow::group() const {
    const std::string_view all = name;
    const std::size_t blank = all.find(' ');
    return blank == all.npos ? std::string_view() : all.substr(0, blank);
}

std::string_view CommandRow::word() const {
    const std::string_view all = name;
    return all.substr(all.find(' ') + 1);
}

std::span<const Parameter> common_parameters() {
    static const Parameter rows[] = {
        {"--account", "user@domain; needed where several are logged in", Kind::text, Offer::account},
        {"--json", "print JSON: one object, or one object a line", Kind::flag},
        {"--timeout", "seconds to wait while the server says nothing", Kind::number, Offer::nothing, false,
         "60", 1, 86'400},
    };
    return rows;
}

std::span<const StatusRow> status_table() {
    static const StatusRow rows[] = {
        {ExitStatus::ok, "done"},
        {ExitStatus::usage, "usage"},
        {ExitStatus::bad_input, "bad input, or a message or key not to be believed"},
        {ExitStatus::no_input, "no such file, message, part or folder"},
        {ExitStatus::refused, "recipient refused"},
        {ExitStatus::unavailable, "server not reachable"},
        {ExitStatus::internal, "internal"},
        {ExitStatus::cannot_create, "cannot create a file"},
        {ExitStatus::input_output, "reading or writing broke off"},
        {ExitStatus::temporary, "try again later"},
        {ExitStatus::protocol, "TLS or protocol"},
        {ExitStatus::credentials, "credentials refused"},
        {ExitStatus::configuration, "no such account or key here"},
    };
    return rows;
}

}  // namespace immp::bridge::client
