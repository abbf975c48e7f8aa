// Every verb in every state that a connection can reach, from the command table.
#include <gtest/gtest.h>

#include "bridge/session/handlers.hpp"
#include "tests/session/stage.hpp"

namespace immp::bridge::test {
namespace {

// A line that fits the table's grammar.
std::string line_of(const CommandSpec& spec) {
    if (spec.verb == Verb::data) return "DATA x LENGTH 0\n\n";
    if (spec.verb == Verb::chunk) return "AS p CHUNK 0\n";
    std::string line(spec.keywords);
    for (int at = 0; at < spec.min_positional; ++at)
        line += " alice@a.example";
    return (spec.pipelining == Pipelining::required ? "AS p " : "") + line + "\n";
}

Stage in_state(SessionState state) {
    SessionLimits limits;
    limits.errors_before_login = 1'000;
    Stage stage(ListenerKind::upgrade, limits);
    if (state == SessionState::local) {
        stage.log_in("");
        return stage;
    }
    stage.start();
    if (state != SessionState::unencrypted) stage.establish_tls(true);
    if (state == SessionState::remote) {
        stage.receive("AUTH COOKIE " + std::string(64, '0') + " b.example\n");
        stage.answer(0, Done{});
    }
    stage.sent.clear();
    return stage;
}

int first_code(const std::string& sent) {
    const std::size_t at = sent.starts_with("p: ") ? 3 : 0;
    return sent.size() < at + 3 ? 0 : std::stoi(sent.substr(at, 3));
}

// Nothing where the verb runs; it has no delivery and no challenge to work on.
std::optional<int> wanted_code(const CommandSpec& spec, SessionState state) {
    if (const auto refused = state_refusal(spec, state)) return refused;
    if (!is_implemented(spec.verb)) return 701;
    switch (spec.verb) {
        case Verb::auth_renew: return 415;  // an address is no base64
        case Verb::verify_cookie:
        case Verb::auth_cookie: return 400;  // ... and no cookie
        case Verb::auth_response:
        case Verb::data:
        case Verb::chunk:
        case Verb::done:
        case Verb::abort:
        case Verb::deliver_add: return 405;
        default: return std::nullopt;
    }
}

TEST(States, EveryVerbInEveryState) {
    for (const SessionState state : {SessionState::unencrypted, SessionState::unauthenticated,
                                     SessionState::local, SessionState::remote}) {
        for (const CommandSpec& spec : command_table()) {
            SCOPED_TRACE(std::string(spec.keywords) + " in " + state_name(state));
            Stage stage = in_state(state);
            stage.receive(line_of(spec));
            const int code = first_code(stage.sent);
            if (const auto wanted = wanted_code(spec, state))
                EXPECT_EQ(code, *wanted);
            else
                EXPECT_TRUE(code < 400 || code == 400 || code == 404) << code;  // its own affair
        }
    }
}

TEST(States, HelpAndCapsListWhatWorksAndNothingElse) {
    Stage stage = in_state(SessionState::local);
    stage.receive("HELP\n");
    for (const CommandSpec& spec : command_table()) {
        const bool listed =
            stage.sent.find("200- " + std::string(spec.keywords) + "\n") != std::string::npos ||
            stage.sent.find("200- " + std::string(spec.keywords) + " ") != std::string::npos;
        EXPECT_EQ(listed, is_implemented(spec.verb) && spec.states.contains(SessionState::local))
            << spec.keywords;
    }
}

TEST(States, ClosedSessionsStaySilent) {
    Stage stage = in_state(SessionState::local);
    stage.receive("QUIT\n");
    stage.sent.clear();
    EXPECT_FALSE(stage.session().wants_input());
    EXPECT_TRUE(stage.session().receive("NOOP\n").empty());
    EXPECT_TRUE(stage.session().drained().empty());
    EXPECT_TRUE(stage.session().idle().empty());
    EXPECT_TRUE(stage.session().shut_down().empty());
    EXPECT_TRUE(stage.session().answered(1, Done{}).empty());
    EXPECT_TRUE(stage.session().pulled(1, std::string("x")).empty());
}

TEST(States, IdleLimitsFollowTheLogin) {
    EXPECT_EQ(in_state(SessionState::unencrypted).session().idle_limit(), SessionLimits{}.idle_before_login);
    EXPECT_EQ(in_state(SessionState::local).session().idle_limit(), SessionLimits{}.idle_after_login);
}

}  // namespace
}  // namespace immp::bridge::test
