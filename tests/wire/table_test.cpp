// The tables against themselves: what the documents and the machine take for granted of them.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "bridge/wire/codes.hpp"
#include "bridge/wire/command_table.hpp"

namespace immp::bridge {
namespace {

TEST(CodeTable, RisesAndDescribesEveryRefusal) {
    int last = 0;
    for (const CodeSpec& spec : code_table()) {
        EXPECT_GT(spec.code, last);
        last = spec.code;
        EXPECT_EQ(spec.enhanced.empty(), spec.code < 400) << spec.code;
        EXPECT_FALSE(spec.text.empty()) << spec.code;
    }
}

TEST(CodeTable, TellsRetryExactlyWhenTemporary) {
    EXPECT_EQ(error_fields(refusal(400)), "e=5.5.2");
    EXPECT_EQ(error_fields(refusal(703)), "e=4.3.2 retry=30");
    EXPECT_EQ(error_fields({451, "", {}, std::chrono::seconds(9)}), "e=4.1.1 retry=9");
    EXPECT_EQ(error_fields({702, "", {}, {}}), "e=5.3.0");
    EXPECT_EQ(error_fields({999, "", {}, {}}), "e=5.3.0");
}

TEST(CommandTable, NamesEveryVerbOnce) {
    std::set<std::string_view> keywords;
    std::set<Verb> verbs;
    for (const CommandSpec& spec : command_table()) {
        EXPECT_TRUE(keywords.insert(spec.keywords).second) << spec.keywords;
        EXPECT_TRUE(verbs.insert(spec.verb).second) << spec.keywords;
        EXPECT_LE(spec.min_positional, spec.max_positional) << spec.keywords;
    }
    EXPECT_EQ(verbs.size(), static_cast<std::size_t>(Verb::unsubscribe) + 1);
}

// The synopsis is for people, the other columns are for the parser: they must say the same.
TEST(CommandTable, SynopsisNamesParametersAndSwitches) {
    for (const CommandSpec& spec : command_table()) {
        for (const ParameterSpec& parameter : spec.parameters)
            EXPECT_NE(spec.synopsis.find(parameter.name), spec.synopsis.npos)
                << spec.keywords << parameter.name;
        for (const std::string_view form : spec.switches)
            EXPECT_NE(spec.synopsis.find(form), spec.synopsis.npos) << spec.keywords << form;
    }
}

TEST(CommandTable, RefusesStates) {
    const auto refused = [](std::string_view keywords, SessionState state) {
        const auto at = std::ranges::find(command_table(), keywords, &CommandSpec::keywords);
        return state_refusal(*at, state).value_or(0);
    };
    EXPECT_EQ(refused("MBOX CHECK", SessionState::unencrypted), 405);
    EXPECT_EQ(refused("MBOX CHECK", SessionState::unauthenticated), 401);
    EXPECT_EQ(refused("MBOX CHECK", SessionState::local), 0);
    EXPECT_EQ(refused("MBOX CHECK", SessionState::remote), 405);
    EXPECT_EQ(refused("UPGRADE", SessionState::unencrypted), 0);
    EXPECT_EQ(refused("UPGRADE", SessionState::unauthenticated), 405);
    EXPECT_EQ(refused("AUTH SECRET", SessionState::unencrypted), 405);
    EXPECT_EQ(refused("AUTH SECRET", SessionState::local), 405);
    EXPECT_EQ(refused("DELIVER TO", SessionState::unauthenticated), 401);
    EXPECT_EQ(refused("DELIVER TO", SessionState::remote), 0);
    EXPECT_EQ(refused("KEY REQUEST", SessionState::remote), 0);
    EXPECT_EQ(refused("PUSH TO", SessionState::unauthenticated), 0);
    for (const char* everywhere : {"NOOP", "QUIT", "HELP", "CAPS"})
        for (const SessionState state : {SessionState::unencrypted, SessionState::unauthenticated,
                                         SessionState::local, SessionState::remote})
            EXPECT_EQ(refused(everywhere, state), 0) << everywhere;
}

}  // namespace
}  // namespace immp::bridge
