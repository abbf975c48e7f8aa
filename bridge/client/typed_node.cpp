#include "bridge/client/typed_node.hpp"

#include "bridge/client/display.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::bridge::client {

namespace {

/// Stands for our own domain while a name is looked at.
constexpr std::string_view kAnyDomain = "@domain.invalid";

/// `local@domain`; nothing for what has no local part, a tag or a message.
std::string whole_name(std::string_view typed) {
    const auto imid = parse_imid(typed);
    if (!imid || imid->local.empty() || !imid->tag.empty() || !imid->message.empty()) return {};
    return imid->local + imid->folder + "@" + imid->domain;
}

}  // namespace

Outcome<std::string> typed_node(std::string_view typed) {
    const bool is_whole = typed.find('@') != typed.npos;
    std::string name = whole_name(is_whole ? std::string(typed) : std::string(typed).append(kAnyDomain));
    if (name.empty())
        return failed(ExitStatus::bad_input,
                      "\"" + one_line(typed) + "\" is no node; write for example newsletter/updates@domain");
    if (!is_whole) name.resize(name.size() - kAnyDomain.size());
    return name;
}

Outcome<std::string> typed_publisher(std::string_view typed) {
    std::string name = whole_name(typed);
    if (name.empty())
        return failed(ExitStatus::bad_input, "\"" + one_line(typed) +
                                                 "\" is no source of pushes; write for example user@domain, "
                                                 "or newsletter/updates@domain");
    return name;
}

}  // namespace immp::bridge::client
