#include "bridge/wire/line.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace immp::bridge {
namespace {

// "text", or the code of a refused line, with `!` where a body may follow.
std::vector<std::string> read(std::string_view octets, std::size_t piece) {
    LineReader reader;
    std::vector<std::string> lines;
    while (!octets.empty()) {
        const LineReader::Step step = reader.feed(octets.substr(0, piece));
        octets.remove_prefix(step.taken);
        if (!step.line) continue;
        const Line& line = *step.line;
        lines.push_back(line.error ? std::to_string(line.error->code) + (line.may_have_body ? "!" : "")
                                   : line.text);
    }
    return lines;
}

void expect(const std::string& octets, const std::vector<std::string>& lines) {
    for (const std::size_t piece : {octets.size(), std::size_t{1}, std::size_t{2}, std::size_t{3}})
        EXPECT_EQ(read(octets, piece), lines) << "in pieces of " << piece;
    for (std::size_t at = 1; at < std::min<std::size_t>(octets.size(), 200); ++at) {
        LineReader reader;
        std::vector<std::string> cut;
        for (std::string_view rest :
             {std::string_view(octets).substr(0, at), std::string_view(octets).substr(at)})
            while (!rest.empty()) {
                const LineReader::Step step = reader.feed(rest);
                rest.remove_prefix(step.taken);
                if (step.line)
                    cut.push_back(step.line->error ? std::to_string(step.line->error->code) +
                                                         (step.line->may_have_body ? "!" : "")
                                                   : step.line->text);
            }
        EXPECT_EQ(cut, lines) << "cut at " << at;
    }
}

TEST(LineReader, TakesBothLineEnds) {
    expect("a\nb c\r\n\n\r\nd", {"a", "b c", "", ""});
    expect("\xc3\xa4\n", {"\xc3\xa4"});
}

TEST(LineReader, RefusesControlsAndBadText) {
    expect("a\rb\nok\n", {"415", "ok"});
    expect("a\r\r\nok\n", {"415", "ok"});
    expect("\r\r\n", {"415"});
    expect(std::string("a\0b\n", 4), {"415"});
    expect("a\tb\n\x7f\n", {"415", "415"});
    expect("\xc2\x80\n\xc2\xa0\n", {"415", "\xc2\xa0"});
    expect("\xff\n\xc3\n\xed\xa0\x80\n\xc0\xaf\n", {"415", "415", "415", "415"});
}

TEST(LineReader, CountsWithoutTheLineEnd) {
    const std::string full(kMaxLineBytes, 'x');
    expect(full + "\nok\n", {full, "ok"});
    expect(full + "\r\nok\n", {full, "ok"});
    expect(full + "x\nok\n", {"414", "ok"});
    expect(full + "x\r\nok\n", {"414", "ok"});
    expect(full + "\rx\nok\n", {"414", "ok"});
    expect(full + full + "\n" + full + "\n", {"414", full});
}

TEST(LineReader, KeepsWhatCameWhole) {
    LineReader reader;
    EXPECT_EQ(reader.feed("DATA a\tb LENGTH 5\n").line->text, "DATA a\tb LENGTH 5");
    EXPECT_EQ(reader.feed("DATA \xff LENGTH 5\n").line->text, "DATA \xff LENGTH 5");
    EXPECT_EQ(reader.feed("DATA a\rb LENGTH 5\n").line->text, "");
    EXPECT_EQ(reader.feed(std::string_view("DATA a\0b LENGTH 5\n", 18)).line->text, "");
}

TEST(LineReader, SeesThatABodyMayFollow) {
    const std::string longer(kMaxLineBytes, 'x');
    expect("DATA \t\nAS x chunk\t5\ndata\x7f\n", {"415!", "415!", "415!"});
    expect("\tNOOP; as 1 Data x\nNOOP\rDATA x LENGTH 4\n", {"415!", "415!"});
    expect("DATA\xc2\x85x LENGTH 4\nFOO \"q:DATA,x\t\n", {"415!", "415!"});
    expect("DELIVER TO date\t\nDAT\tA\nAS chun\tk\n", {"415", "415", "415"});
    expect("DATA " + longer + "\n" + longer + "DATA\n", {"414!", "414!"});
    expect(longer.substr(2) + "DATA\n" + longer + " DAT\nA\n", {"414!", "414", "A"});
}

}  // namespace
}  // namespace immp::bridge
