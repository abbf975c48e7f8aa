#include "bridge/wire/body.hpp"

#include <gtest/gtest.h>

namespace immp::bridge {
namespace {

struct Outcome {
    std::string octets;
    std::string behind;  ///< what was not taken
    BodyReader::State state = BodyReader::State::reading;
    int code = 0;

    bool operator==(const Outcome&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
    return out << testing::PrintToString(outcome.octets) << " behind "
               << testing::PrintToString(outcome.behind) << " state " << static_cast<int>(outcome.state)
               << " code " << outcome.code;
}

Outcome read(const BodyFrame& frame, std::string_view octets, std::size_t first, std::size_t others) {
    BodyReader reader(frame, 100);
    Outcome outcome;
    std::size_t piece = first;
    while (!octets.empty() && reader.state() == BodyReader::State::reading) {
        const BodyReader::Step step = reader.feed(octets.substr(0, piece));
        outcome.octets += step.octets;
        octets.remove_prefix(step.taken);
        piece = others;
    }
    outcome.behind = octets;
    outcome.state = reader.state();
    outcome.code = reader.error() ? reader.error()->code : 0;
    return outcome;
}

Outcome read_every_way(const BodyFrame& frame, std::string_view octets) {
    const Outcome whole = read(frame, octets, octets.size(), octets.size());
    EXPECT_EQ(read(frame, octets, 1, 1), whole) << "octet by octet";
    for (std::size_t at = 1; at < octets.size(); ++at)
        EXPECT_EQ(read(frame, octets, at, octets.size()), whole) << "cut at " << at;
    return whole;
}

constexpr auto kReading = BodyReader::State::reading;
constexpr auto kEnded = BodyReader::State::ended;
constexpr auto kBroken = BodyReader::State::broken;

TEST(CountedBody, IsNeverSearched) {
    EXPECT_EQ(read_every_way({5, false, false}, "a\n\n\nb\nNOOP\n"),
              (Outcome{"a\n\n\nb", "NOOP\n", kEnded, 0}));
    EXPECT_EQ(read_every_way({0, false, false}, "\nNOOP"), (Outcome{"", "NOOP", kEnded, 0}));
    EXPECT_EQ(read_every_way({3, false, false}, "ab"), (Outcome{"ab", "", kReading, 0}));
    EXPECT_EQ(read_every_way({3, false, false}, "abc"), (Outcome{"abc", "", kReading, 0}));
}

TEST(CountedBody, EndsInExactlyOneLineFeed) {
    EXPECT_EQ(read_every_way({3, false, false}, "abcd\n"), (Outcome{"abc", "d\n", kBroken, 710}));
    EXPECT_EQ(read_every_way({3, false, false}, "abc\r\n"), (Outcome{"abc", "\r\n", kBroken, 710}));
    EXPECT_EQ(read_every_way({4, true, false}, "QUJDX\n"), (Outcome{"ABC", "X\n", kBroken, 710}));
}

TEST(CountedBody, MayBeBase64) {
    EXPECT_EQ(read_every_way({8, true, false}, "QUJDREVG\nx"), (Outcome{"ABCDEF", "x", kEnded, 0}));
    EXPECT_EQ(read_every_way({10, true, false}, "QUJD\nREVG\n\nx"), (Outcome{"ABCDEF", "x", kEnded, 0}));
    EXPECT_EQ(read_every_way({6, true, false}, "QUJDRE\n"), (Outcome{"ABC", "", kEnded, 415}));
    EXPECT_EQ(read_every_way({10, true, false}, "QUJD\n\nREVG\n").code, 415);
}

TEST(OpenBase64, EndsInTwoEmptyLines) {
    const BodyFrame frame{{}, true, false};
    EXPECT_EQ(read_every_way(frame, "QUJD\n\n\nNOOP\n"), (Outcome{"ABC", "NOOP\n", kEnded, 0}));
    EXPECT_EQ(read_every_way(frame, "QU\nJ\r\nD\n\r\n\nNOOP"), (Outcome{"ABC", "NOOP", kEnded, 0}));
    EXPECT_EQ(read_every_way(frame, "\n\nNOOP"), (Outcome{"", "NOOP", kEnded, 0}));
    EXPECT_EQ(read_every_way(frame, "\n\n\nNOOP"), (Outcome{"", "\nNOOP", kEnded, 0}));
    EXPECT_EQ(read_every_way(frame, "QUJD\n\n"), (Outcome{"ABC", "", kReading, 0}));
}

TEST(OpenBase64, HasOneForm) {
    const BodyFrame frame{{}, true, false};
    EXPECT_EQ(read_every_way(frame, "QUJD\n\nREVG\n\n\nx"), (Outcome{"ABCDEF", "x", kEnded, 415}));
    EXPECT_EQ(read_every_way(frame, "\nQUJD\n\n\nx").code, 415);
    for (const char* bad :
         {"QUJ\n\n\n", "QUJ=\nQUJD\n\n\n", "QR==\n\n\n", "Q UJD\n\n\n", "QUJD \n\n\n", "QU-_\n\n\n",
          "====\n\n\n", "QUJD\r\r\n\n\n", "\r\r\n\n\n", "QU\rJD\n\n\n", "QUI\n\n\n", "=\n\n\n"}) {
        const Outcome outcome = read_every_way(frame, bad);
        EXPECT_EQ(outcome.code, 415) << testing::PrintToString(bad);
        EXPECT_EQ(outcome.state, kEnded) << testing::PrintToString(bad);
    }
}

TEST(OpenBase64, IsBounded) {
    const BodyFrame frame{{}, true, false};
    std::string fits;
    for (int at = 0; at < 25; ++at)
        fits += "AAAA\n";
    EXPECT_EQ(read_every_way(frame, fits + "\n\n").code, 0);
    const std::string more = fits + std::string(36, 'A') + "\n\n\n";
    for (std::size_t at = 1; at < more.size(); ++at)  // how much is taken differs, and does not matter
        EXPECT_EQ(read(frame, more, at, 1).code, 413) << "cut at " << at;
    // Nothing decodes any more, yet it does not end.
    std::string endless = "!\n";
    while (endless.size() < 3'000)
        endless += "AAAA\n";
    BodyReader reader(frame, 100);
    (void)reader.feed(endless);
    EXPECT_EQ(reader.state(), kBroken);
    EXPECT_EQ(reader.error()->code, 413);
}

}  // namespace
}  // namespace immp::bridge
