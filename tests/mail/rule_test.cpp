// What rules make of a message, and what is a rule.
#include "bridge/mail/rule.hpp"

#include <functional>

#include <gtest/gtest.h>

namespace immp::bridge {
namespace {

using Change = std::function<void(Rule&)>;

Rule rule(RuleId id, const Change& change) {
    Rule made;
    made.id = id;
    made.name = "r" + std::to_string(id);
    change(made);
    return made;
}

Message message() {
    Message made;
    made.envelope.from = "bob@b.example";
    made.envelope.to = {"alice@a.example", "list@lists.example"};
    made.envelope.cc = {"carol+x@c.example"};
    made.envelope.subject = "Der GROSSE Umbau: Straße gesperrt";
    made.parts.push_back({"text", "text/plain", PartClass::content, 1'000, 1, {}});
    return made;
}

bool holds(const Change& condition) {
    const Rule one = rule(1, [&](Rule& r) {
        condition(r);
        r.read = true;
    });
    return plan_rules({one}, message(), "alice@a.example", {}).read;
}

int rule_code(const Change& change) {
    const auto prepared = prepare_rule(rule(1, change));
    return prepared ? 0 : prepared.error().code;
}

TEST(Rules, EachConditionHoldsByItself) {
    EXPECT_TRUE(holds([](Rule&) {})) << "one that asks for nothing";
    EXPECT_TRUE(holds([](Rule& r) { r.from = "bob@b.example"; }));
    EXPECT_TRUE(holds([](Rule& r) { r.from = "b.example"; }));
    EXPECT_TRUE(holds([](Rule& r) { r.from = "*@*.example"; }));
    EXPECT_FALSE(holds([](Rule& r) { r.from = "dave@b.example"; }));
    EXPECT_TRUE(holds([](Rule& r) { r.to = "alice@a.example"; }));
    EXPECT_TRUE(holds([](Rule& r) { r.to = "list@*"; }));
    EXPECT_TRUE(holds([](Rule& r) { r.to = "carol@c.example"; })) << "a copy, without its tag";
    EXPECT_FALSE(holds([](Rule& r) { r.to = "dave@c.example"; }));
    EXPECT_TRUE(holds([](Rule& r) { r.subject = "umbau große"; })) << "in any order and case";
    EXPECT_TRUE(holds([](Rule& r) { r.subject = "STRASSE"; }));
    EXPECT_FALSE(holds([](Rule& r) { r.subject = "umbau offen"; }));
    EXPECT_TRUE(holds([](Rule& r) { r.larger = 999; }));
    EXPECT_FALSE(holds([](Rule& r) { r.larger = 1'000; }));
}

TEST(Rules, AllConditionsMustHold) {
    EXPECT_TRUE(holds([](Rule& r) {
        r.from = "b.example";
        r.subject = "umbau";
    }));
    EXPECT_FALSE(holds([](Rule& r) {
        r.from = "b.example";
        r.subject = "ruhe";
    }));
}

TEST(Rules, ABlindCopyIsToItsMailbox) {
    Message blind = message();
    blind.envelope.to = {"list@lists.example"};
    const Rule one = rule(1, [](Rule& r) {
        r.to = "alice@a.example";
        r.flagged = true;
    });
    EXPECT_TRUE(plan_rules({one}, blind, "alice@a.example", {}).flagged);
}

TEST(Rules, WhatTheyDoAddsUpUntilOneStops) {
    const RulePlan plan = plan_rules({rule(1, [](Rule& r) { r.file = "/A"; }),
                                      rule(2,
                                           [](Rule& r) {
                                               r.file = "/B";
                                               r.forward = "dave@b.example";
                                           }),
                                      rule(3,
                                           [](Rule& r) {
                                               r.file = "/A";
                                               r.forward = "dave@b.example";
                                               r.stop = true;
                                           }),
                                      rule(4, [](Rule& r) { r.read = true; })},
                                     message(), "alice@a.example", {});
    EXPECT_EQ(plan.files, (std::vector<std::string>{"/A", "/B"}));
    EXPECT_EQ(plan.forwards, (std::vector<std::string>{"dave@b.example"}));
    EXPECT_FALSE(plan.read);
}

TEST(Rules, ARejectionUndoesWhatEarlierRulesSaid) {
    const RulePlan plan = plan_rules(
        {rule(1, [](Rule& r) { r.forward = "dave@b.example"; }), rule(2, [](Rule& r) { r.reject = "no"; })},
        message(), "alice@a.example", {});
    EXPECT_EQ(plan.reject, "no");
    EXPECT_TRUE(plan.forwards.empty());
}

TEST(Rules, AProgramIsAskedOnceAndItsWordCounts) {
    const std::vector<Rule> rules = {rule(1,
                                          [](Rule& r) {
                                              r.from = "dave@b.example";
                                              r.run = "never";
                                              r.read = true;
                                          }),
                                     rule(2,
                                          [](Rule& r) {
                                              r.run = "first";
                                              r.file = "/A";
                                          }),
                                     rule(3, [](Rule& r) {
                                         r.run = "second";
                                         r.reject = "";
                                     })};
    const auto plan = [&](const RuleVerdicts& verdicts) {
        return plan_rules(rules, message(), "alice@a.example", verdicts);
    };
    EXPECT_EQ(plan({}).run->run, "first") << "the conditions beside it are looked at before";
    EXPECT_EQ(plan({{2, true}}).run->run, "second");
    EXPECT_EQ(plan({{2, true}, {3, false}}).files, (std::vector<std::string>{"/A"}));
    EXPECT_EQ(plan({{2, false}, {3, true}}).reject, "");
    EXPECT_TRUE(plan({{2, false}, {3, false}}).files.empty());
}

TEST(Rules, AreStoredInTheirOneForm) {
    const auto prepared = prepare_rule(rule(1, [](Rule& r) {
        r.name = "My.Rule_2";
        r.from = "*@Lists.EXAMPLE";
        r.to = "Bob@B.example";
        r.forward = "imid:Dave+Tag@B.example";
    }));
    ASSERT_TRUE(prepared) << prepared.error().text;
    EXPECT_EQ(prepared->name, "my.rule_2");
    EXPECT_EQ(prepared->from, "*@lists.example");
    EXPECT_EQ(prepared->to, "bob@b.example");
    EXPECT_EQ(prepared->forward, "dave+Tag@b.example");
}

TEST(Rules, OfNoFormAreRefused) {
    const auto stops = [](Change change) {
        return rule_code([change = std::move(change)](Rule& r) {
            r.stop = true;
            change(r);
        });
    };
    EXPECT_EQ(rule_code([](Rule&) {}), 400) << "it does nothing";
    EXPECT_EQ(stops([](Rule&) {}), 0);
    for (const char* name : {"", "a b", "a/b", "ä", "x\n"})
        EXPECT_EQ(stops([&](Rule& r) { r.name = name; }), 400) << name;
    EXPECT_EQ(stops([](Rule& r) { r.name = std::string(kMaxRuleNameBytes + 1, 'x'); }), 400);
    for (const char* program : {"../sh", "/bin/sh", ".", "..", "-c", "a b", "a;b", "$(x)", "a\n"})
        EXPECT_EQ(stops([&](Rule& r) { r.run = program; }), 400) << program;
    EXPECT_EQ(stops([](Rule& r) { r.forward = "b.example"; }), 400);
    EXPECT_EQ(stops([](Rule& r) { r.forward = "bob@b.example/INBOX"; }), 400);
    EXPECT_EQ(stops([](Rule& r) { r.larger = 1ull << 61; }), 400);
    EXPECT_EQ(stops([](Rule& r) { r.subject = std::string(kMaxRuleTextBytes + 1, 'x'); }), 413);
    EXPECT_EQ(rule_code([](Rule& r) { r.reject = std::string(kMaxRuleTextBytes + 1, 'x'); }), 413);
    EXPECT_EQ(stops([](Rule& r) { r.reject = ""; }), 400);
    EXPECT_EQ(rule_code([](Rule& r) { r.reject = ""; }), 0);
}

}  // namespace
}  // namespace immp::bridge
