#include "bridge/client/typed_node.hpp"

#include "bridge/client/display.hpp"
#include "bridge/wire/node_name.hpp"

namespace immp::bridge::client {

namespace {

/// Stands for our own domain while a name is looked at.
constexpr std::string_view kAnyDomain = "domain.invalid";

}  // namespace

Outcome<std::string> typed_node(std::string_view typed) {
    const auto node = parse_node(typed, std::string(kAnyDomain));
    if (!node)
        return failed(ExitStatus::bad_input,
                      "\"" + one_line(typed) + "\" is no node; write for example newsletter/updates@domain");
    return typed.contains('@') ? node->text() : node->local;
}

Outcome<std::string> typed_publisher(std::string_view typed) {
    const auto publisher = parse_node(typed, std::string(kAnyDomain));
    if (!publisher || !typed.contains('@'))
        return failed(ExitStatus::bad_input, "\"" + one_line(typed) +
                                                 "\" is no source of pushes; write for example user@domain, "
                                                 "or newsletter/updates@domain");
    return publisher->text();
}

}  // namespace immp::bridge::client
