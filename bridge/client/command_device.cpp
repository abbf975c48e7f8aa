// immp device list|add|revoke
#include <ostream>

#include "armor/json_line.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/question.hpp"
#include "bridge/wire/reply.hpp"

namespace immp::bridge::client {

namespace {

constexpr Remedy kDeviceRemedies[] = {{404, "immp device list shows them"}};

void show_device(const Context& context, const Reply& reply) {
    const auto words = words_of(reply);
    const std::string name = words.empty() ? std::string() : words.front();
    const std::string seen = field_of(reply, "seen");
    const bool own = field_of(reply, "secret") == "own";
    if (context.format == Format::json) {
        armor::JsonWriter json;
        json.text("device", name).text("secret", own ? "own" : "password");
        if (!seen.empty()) json.text("seen", seen);
        context.out << json.line() << '\n';
    } else {
        context.out << whole_column(name, 40) << "  " << (own ? "own secret" : "password  ") << "  "
                    << (seen.empty() ? "never seen" : one_line(seen)) << '\n';
    }
}

void say(const Context& context, std::string_view what, const std::string& name) {
    if (context.format == Format::json)
        context.out << armor::JsonWriter().text("done", what).text("device", name).line() << '\n';
    else
        context.out << what << " \"" << one_line(name) << "\".\n";
}

}  // namespace

Done run_device_list(Context& context, const Arguments&) {
    const auto answer = ask(context, "DEVICE LIST", 200);
    if (!answer) return std::unexpected(answer.error());
    for (const Reply& reply : *answer)
        if (reply.more) show_device(context, reply);
    return ExitStatus::ok;
}

Done run_device_add(Context& context, const Arguments& arguments) {
    const std::string name = arguments.text("name");
    const auto answer = ask(context, "DEVICE ADD " + as_quoted(name), 201);
    if (!answer && answer.error().code == 409)
        return failed(ExitStatus::bad_input,
                      "this device has a secret already; choose another name, or end that one first: immp "
                      "device revoke \"" +
                          one_line(name) + "\"");
    if (!answer) return std::unexpected(answer.error());
    const std::string secret = field_of(answer->back(), "secret");
    if (context.format == Format::json)
        context.out << armor::JsonWriter().text("device", name).text("secret", secret).line() << '\n';
    else
        context.out << one_line(secret) << '\n';
    return ExitStatus::ok;
}

Done run_device_revoke(Context& context, const Arguments& arguments) {
    const std::string name = arguments.text("name");
    const auto answer = ask(context, "DEVICE REVOKE " + as_quoted(name), 244, kDeviceRemedies);
    if (!answer) return std::unexpected(answer.error());
    say(context, "Revoked", name);
    return ExitStatus::ok;
}

}  // namespace immp::bridge::client
