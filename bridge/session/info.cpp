#include <vector>

#include "bridge/session/handlers.hpp"

namespace immp::bridge {
namespace {

struct Method {
    std::string_view name;
    TlsVersion version;
};
constexpr Method kMethods[] = {{"TLS3", TlsVersion::tls1_3}, {"TLS2", TlsVersion::tls1_2}};

std::vector<const CommandSpec*> working_commands(SessionState state) {
    std::vector<const CommandSpec*> working;
    for (const CommandSpec& spec : command_table())
        if (spec.states.contains(state) && is_implemented(spec.verb)) working.push_back(&spec);
    return working;
}

// "AUTH-SECRET,CAPS,...": every verb that works in some state behind TLS.
std::string capabilities() {
    std::string list;
    for (const CommandSpec& spec : command_table()) {
        if (!is_implemented(spec.verb) || spec.verb == Verb::upgrade) continue;
        if (!list.empty()) list += ',';
        for (const char c : spec.keywords)
            list += c == ' ' ? '-' : c;
    }
    return list;
}

}  // namespace

std::string server_info(const SessionCore& core) {
    std::string info = "p=IMMP v=1.0 d=" + core.domain();
    if (core.state != SessionState::unencrypted) info += " caps=" + capabilities();
    return info;
}

std::optional<TlsVersion> upgrade_method(const Command& command) {
    const std::string name = to_upper(command.arguments.text(0));
    for (const Method& method : kMethods)
        if (name == method.name) return method.version;
    return std::nullopt;
}

void upgrade(SessionCore& core, const SlotPtr& slot, const Command& command) {
    const std::string name = to_upper(command.arguments.text(0));
    if (const auto version = upgrade_method(command)) {
        core.reply(*slot, 204, "Upgrading to " + name);
        core.output.act(StartTls{*version});
        return;
    }
    const bool is_old = name.starts_with("SSL") || name.starts_with("TLS");
    core.refuse(*slot, is_old ? refusal(711, name + " is refused (RFC 7568, RFC 8996); use TLS3 or TLS2")
                              : refusal(400, "Use UPGRADE " + std::string(command.spec->synopsis)));
}

void noop(SessionCore& core, const SlotPtr& slot, const Command&) {
    core.reply(*slot, 200, code_spec(200).text);
}

void quit(SessionCore& core, const SlotPtr& slot, const Command&) {
    core.reply(*slot, 205, code_spec(205).text);
    core.close();
}

void help(SessionCore& core, const SlotPtr& slot, const Command&) {
    for (const CommandSpec* spec : working_commands(core.state)) {
        std::string line(spec->keywords);
        if (!spec->synopsis.empty()) line.append(" ").append(spec->synopsis);
        core.reply_more(*slot, 200, line);
    }
    core.reply(*slot, 200, "[AS <id>] goes before a command, ; between two");
}

void caps(SessionCore& core, const SlotPtr& slot, const Command&) {
    core.reply(*slot, 101, server_info(core));
}

}  // namespace immp::bridge
