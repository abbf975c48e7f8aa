// immpd run, check, ping, status
#include <iostream>
#include <optional>

#include "bridge/net/tls_identity.hpp"
#include "bridge/wire/prep.hpp"
#include "component/commands.hpp"
#include "component/control.hpp"
#include "component/daemon.hpp"
#include "component/log_sink.hpp"
#include "component/status.hpp"

namespace immp::component {

namespace {

/// A ping waits for a handshake, several answers and an echo, each with its own deadline below.
constexpr std::chrono::seconds kPingPatience{120};
/// A status waits for one commit.
constexpr std::chrono::seconds kStatusPatience{10};

int step_status(const Step& failed) {
    return failed.name == kStoreStep ? kStoreFailed : kUnreached;
}

/// Asks the running daemon, shows the steps it answers with, and returns the status of the first that failed.
int show_steps(const Given& given, const std::string& question, std::chrono::seconds patience) {
    auto config = configuration(given);
    if (!config) return complain(config.error());
    std::optional<int> status;
    auto asked = ask_daemon(config->store.directory, question, patience, [&](std::string line) {
        if (given.json) std::cout << line << "\n";
        auto step = parse_step_line(line);
        if (!step) return;
        const bool is_ok = step->outcome == Step::Outcome::ok;
        if (status.value_or(0) == 0) status = is_ok ? 0 : step_status(*step);
        if (given.json) return;
        std::cout << (is_ok ? "ok      " : "FAILED  ") << step->name << ": " << step->detail << "\n";
        if (!is_ok) std::cout << "        " << step->remedy << "\n";
    });
    return asked ? status.value_or(kUnreached) : complain(asked.error());
}

}  // namespace

int run(const Given& given) {
    auto config = configuration(given);
    if (!config) return complain(config.error());
    auto log = open_log(config->log.level, config->log.file);
    if (!log) return complain(log.error());
    const bool has_log_file = !config->log.file.empty();
    auto ran = run_daemon(std::move(*config), *log);
    if (ran) return 0;
    (*log)(bridge::LogLevel::error, ran.error().text);
    return !has_log_file ? exit_status(ran.error()) : complain(ran.error());
}

int check(const Given& given) {
    auto config = configuration(given);
    if (!config) return complain(config.error());
    auto ascii = bridge::ascii_domain(config->domain);
    if (!ascii) return complain(ascii.error());
    const Config::Listener& listener = config->listener;
    auto tls = bridge::load_tls_context(
        {listener.certificate, listener.key, listener.certificate_told, listener.key_told}, *ascii);
    if (!tls) return complain(tls.error());
    const bool has_component = !config->component.secret.empty();
    std::cout << given.config << ": serves " << config->domain
              << (has_component ? " as component " + config->component.jid : ", without a component") << "\n";
    for (const auto& [domain, route] : config->routes)
        std::cout << "  " << domain << ": " << route_text(route) << "\n";
    return 0;
}

int ping(const Given& given) {
    return show_steps(given, "ping " + given.domain, kPingPatience);
}

int daemon_status(const Given& given) {
    return show_steps(given, "status", kStatusPatience);
}

void tell_daemon(const Given& given) {
    auto config = configuration(given);
    if (!config) return;
    (void)ask_daemon(config->store.directory, kLookAgain, kStatusPatience, [](const std::string&) {});
}

}  // namespace immp::component
