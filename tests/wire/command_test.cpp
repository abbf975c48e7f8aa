#include "bridge/wire/command.hpp"

#include <gtest/gtest.h>

#include "bridge/wire/reply.hpp"

namespace immp::bridge {
namespace {

int line_error(std::string_view line) {
    const auto commands = parse_line(line);
    return commands ? 0 : commands.error().code;
}

Command first(std::string_view line) {
    auto commands = parse_line(line);
    EXPECT_TRUE(commands && !commands->empty()) << line;
    return commands && !commands->empty() ? std::move(commands->front()) : Command{};
}

int error_of(std::string_view line) {
    const Command command = first(line);
    if (command.error) return command.error->code;
    return command.arguments.error ? command.arguments.error->code : 0;
}

TEST(Tokens, SplitAtBlanksAndSemicolons) {
    EXPECT_TRUE(parse_line("")->empty());
    EXPECT_TRUE(parse_line("  ;; ; ")->empty());
    EXPECT_EQ(parse_line("NOOP;NOOP ; NOOP")->size(), 3u);
    EXPECT_EQ(parse_line(R"(DEVICE ADD "a;b"; NOOP)")->size(), 2u);
    EXPECT_EQ(line_error("NOOP;NOOP;NOOP;NOOP;NOOP;NOOP;NOOP;NOOP;NOOP;NOOP;NOOP;NOOP;NOOP;NOOP;NOOP;NOOP"),
              0);
    EXPECT_EQ(line_error("NOOP;NOOP;NOOP;NOOP;NOOP;NOOP;NOOP;NOOP;NOOP;NOOP;NOOP;NOOP;NOOP;NOOP;NOOP;NOOP;x"),
              400);
}

TEST(Tokens, QuotesStandByThemselves) {
    for (const char* bad : {R"(A ")", R"(A "b)", R"(A "b\)", R"(A "b\")", R"(A "\n")", R"(A "\x")",
                            R"(A b"c")", R"(A "b"c)", R"(A "b""c")", R"(A "b" "c)"})
        EXPECT_EQ(line_error(bad), 400) << bad;
    EXPECT_EQ(first(R"(DEVICE ADD "")").arguments.text(0), "");
    EXPECT_EQ(first(R"(DEVICE ADD "a \"b\" \\c")").arguments.text(0), R"(a "b" \c)");
    EXPECT_EQ(first(R"(DEVICE ADD a\b)").arguments.text(0), R"(a\b)");
}

TEST(Tokens, ReadBackWhatAsTokenWrites) {
    for (const std::string text :
         {"", "plain", "with blank", "a\"b", "a\\b", "a;b", "a,b", "+JSON", "\xc3\xa4"}) {
        const auto commands = parse_line("DEVICE ADD " + as_token(text));
        ASSERT_TRUE(commands);
        if (text != "+JSON") {
            EXPECT_EQ(commands->front().arguments.text(0), text);
        }
    }
}

TEST(Commands, KeywordsHaveNoCaseAndNoQuotes) {
    EXPECT_EQ(first("mBoX fEtCh /a").spec->verb, Verb::mbox_fetch);
    EXPECT_EQ(first("fetch /a").spec->verb, Verb::mbox_fetch);
    EXPECT_EQ(first("Authenticate secret a@b").spec->verb, Verb::auth_secret);
    EXPECT_EQ(first("SET GLOBAL x=y").spec->verb, Verb::set_global);
    EXPECT_EQ(first("SET x=y").spec->verb, Verb::set_session);
    EXPECT_EQ(first("SET").spec->verb, Verb::set_session);
    for (const char* bad : {R"("MBOX" FETCH /a)", R"(MBOX "FETCH" /a)", "MBOX", "AUTH", "DELIVER FROM",
                            "NOOPX", "MBOX,FETCH", "AUTHENTICATE"})
        EXPECT_EQ(error_of(bad), 400) << bad;
}

TEST(Commands, ParametersComeInAnyOrderBehindThePositional) {
    const Command command =
        first(R"(DELIVER TO a@b,c@d +SECURE SUBJECT "+IMPORTANT ID" -IMPORTANT ID x FROM "e@f")");
    EXPECT_FALSE(command.arguments.error);
    EXPECT_EQ(command.arguments.value("SUBJECT"), "+IMPORTANT ID");
    EXPECT_EQ(command.arguments.value("ID"), "x");
    EXPECT_EQ(command.arguments.value("FROM"), "e@f");
    EXPECT_TRUE(command.arguments.has("-IMPORTANT"));
    EXPECT_TRUE(command.arguments.has("+SECURE"));
    EXPECT_FALSE(command.arguments.has("+IMPORTANT"));
    EXPECT_EQ(command.arguments.positional.front().items.size(), 2u);
}

TEST(Commands, RefusesWhatTheTableDoesNotHave) {
    EXPECT_EQ(error_of("DELIVER TO"), 400);
    EXPECT_EQ(error_of("DELIVER TO a@b c@d"), 400);
    EXPECT_EQ(error_of("DELIVER TO a@b ID"), 400);
    EXPECT_EQ(error_of("DELIVER TO a@b ID x ID y"), 400);
    EXPECT_EQ(error_of("DELIVER TO +SECURE a@b"), 400);
    EXPECT_EQ(error_of("DELIVER TO a@b +SECURE +SECURE"), 400);
    EXPECT_EQ(error_of("DELIVER TO a@b +IMPORTANT -IMPORTANT"), 400);
    EXPECT_EQ(error_of("DELIVER TO a@b +URGENT"), 406);
    EXPECT_EQ(error_of("DELIVER TO a@b -SECURE"), 406);
    EXPECT_EQ(error_of("PUSH TO a@b FROM c ACTION x y ACTION x y ACTION x y ACTION x y ACTION x y"), 0);
    EXPECT_EQ(
        error_of("PUSH TO a@b FROM c ACTION x y ACTION x y ACTION x y ACTION x y ACTION x y ACTION x y"),
        400);
    EXPECT_EQ(error_of("PUSH TO a@b FROM c ACTION x"), 400);
}

TEST(Commands, PipelineIds) {
    EXPECT_EQ(first("AS beef NOOP").pipeline, "beef");
    EXPECT_EQ(first("as 0123456789abcdefABCDEF0123456789 NOOP").pipeline.size(), 32u);
    for (const char* bad : {"AS NOOP", "AS", "AS a-b NOOP", "AS \"a\" NOOP", "AS a,b NOOP",
                            "AS \xc3\xa4 NOOP", "AS 0123456789abcdefABCDEF01234567890 NOOP"})
        EXPECT_EQ(error_of(bad), 400) << bad;
    EXPECT_EQ(error_of("GET / HTTP/1.1"), 710);
}

TEST(Commands, LastOnesStandLast) {
    for (const char* verb : {"DATA a LENGTH 1", "AUTH SECRET a@b", "AUTH RESPONSE x", "UPGRADE TLS3", "QUIT",
                             "AS a DATA a LENGTH 1", "AS a CHUNK 1", "AUTHENTICATE SECRET a@b"}) {
        EXPECT_EQ(line_error("NOOP; " + std::string(verb)), 0) << verb;
        EXPECT_EQ(line_error(std::string(verb) + ";"), 0) << verb;
        EXPECT_EQ(line_error(std::string(verb) + "; NOOP"), 400) << verb;
    }
}

TEST(Commands, WhatMayHaveBeenMeantAsDataIsKnown) {
    for (const char* line : {"AS DATA x LENGTH 4",
                             "AS  data x LENGTH 4",
                             "AS CHUNK 4",
                             "AS \"DATA\" x LENGTH 4",
                             "AS q,DATA x LENGTH 4",
                             "AS q:DATA x LENGTH 4",
                             "AS \"q DATA\" x LENGTH 4",
                             "AS \"q DATA x LENGTH 4\"",
                             "AS q AS DATA x LENGTH 4",
                             "AS my id DATA x LENGTH 4",
                             "\xef\xbb\xbf"
                             "DATA x LENGTH 4",
                             "\xc2\xa0"
                             "DATA\xc2\xa0x LENGTH 4",
                             "\"DATA x LENGTH 4\"",
                             "\"DATA x\" LENGTH 4",
                             "AS q \"DATA y\" LENGTH 4",
                             "'DATA' x LENGTH 4",
                             "DATA,x LENGTH 4",
                             "DATA: x LENGTH 4",
                             "DATA=x LENGTH 4",
                             "1:DATA x LENGTH 4",
                             "AS q CHUNK4",
                             "AS q CHUNK:4",
                             "\"AS\" q DATA x LENGTH 4",
                             "AS,q DATA x LENGTH 4",
                             "q: DATA x LENGTH 4"}) {
        const Command command = first(line);
        EXPECT_TRUE(command.may_have_body) << line;
        ASSERT_TRUE(command.error) << line;
        EXPECT_TRUE(command.error->text.ends_with(", closing")) << line;
    }
    for (const char* line :
         {"FOO", "MBOX SEARCH /INBOX data", "AS q FOO", "AS a-b NOOP", "AS data NOOP", "NOOP DATA", "AS",
          "MBOX CREATE /data", "DELIVER TO bob@b.example SUBJECT data", "AS a-b DATA x LENGTH 4"})
        EXPECT_FALSE(first(line).may_have_body) << line;
}

TEST(Commands, HttpIsKnownBehindAWrongIdToo) {
    for (const char* line :
         {"GET / HTTP/1.1", "AS q GET / HTTP/1.1", "AS a-b GET / HTTP/1.1", "AS q POST /data HTTP/1.1"})
        EXPECT_EQ(first(line).error->code, 710) << line;
}

TEST(BodyFrames, AreKnownEvenOfRefusedLines) {
    const auto frame = [](std::string_view line) { return body_frame(first(line)); };
    EXPECT_EQ(frame("DATA a LENGTH 5")->length, 5u);
    EXPECT_EQ(frame("DATA a LENGTH \"5\"")->length, 5u);
    EXPECT_EQ(frame("DATA a b c +FOO LENGTH 5 TYPE")->length, 5u);
    EXPECT_EQ(frame("DATA NAME LENGTH LENGTH 5")->length, 5u);
    EXPECT_TRUE(frame("DATA a +BASE64")->base64);
    EXPECT_FALSE(frame("DATA a +BASE64")->length);
    EXPECT_TRUE(frame("AS x DATA a CHUNKED")->chunked);
    EXPECT_EQ(frame("AS x CHUNK 7")->length, 7u);
    EXPECT_EQ(frame("DATA a LENGTH 18446744073709551615")->length, 18446744073709551615u);
    for (const char* bad :
         {"DATA a LENGTH", "DATA a LENGTH x", "DATA a LENGTH -1", "DATA a LENGTH +1", "DATA a LENGTH 05",
          "DATA a LENGTH 1 LENGTH 1", "DATA a LENGTH 18446744073709551616", "DATA a LENGTH 0x5",
          "AS x DATA a CHUNKED LENGTH 5", "AS x CHUNK", "AS x CHUNK x"})
        EXPECT_EQ(frame(bad).error().code, 400) << bad;
    for (const char* none : {"DATA", "DATA a", "DATA a \"+BASE64\"", "DATA a \"LENGTH\" 5", "DATA a CHUNKED",
                             "AS a-b DATA a CHUNKED +BASE64"})
        EXPECT_EQ(frame(none).error().code, 411) << none;
}

}  // namespace
}  // namespace immp::bridge
