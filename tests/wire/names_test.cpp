// tests/vectors/names.txt: names that are hard to prepare get the verdict that the XMPP servers give.
#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "bridge/wire/imid.hpp"
#include "bridge/wire/prep.hpp"
#include "tests/support/folders.hpp"

namespace immp::bridge {
namespace {

std::string utf8(std::uint32_t point) {
    const auto octet = [](std::uint32_t value) { return static_cast<char>(value); };
    const auto tail = [&](unsigned shift) { return octet(0x80U | (point >> shift & 0x3fU)); };
    if (point < 0x80) return {octet(point)};
    if (point < 0x800) return {octet(0xc0U | point >> 6U), tail(0)};
    if (point < 0x10000) return {octet(0xe0U | point >> 12U), tail(6), tail(0)};
    return {octet(0xf0U | point >> 18U), tail(12), tail(6), tail(0)};
}

std::string unescape(const std::string& text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text.compare(at, 3, "\\u{") != 0) {
            plain += text[at];
            continue;
        }
        const std::size_t end = text.find('}', at);
        plain += utf8(static_cast<std::uint32_t>(std::stoul(text.substr(at + 3, end - at - 3), nullptr, 16)));
        at = end;
    }
    return plain;
}

TEST(Names, GetTheVerdictOfTheXmppServers) {
    std::ifstream file(tests::tests_path("vectors/names.txt"));
    std::size_t cases = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with('#')) continue;
        const std::size_t arrow = line.find(" -> ");
        ASSERT_NE(arrow, line.npos) << line;
        const std::string text = unescape(line.substr(5, arrow - 5));
        std::string verdict = line.substr(arrow + 4);
        if (const std::size_t here = verdict.find(" ; here "); here != verdict.npos)
            verdict = verdict.substr(here + 8);
        const auto prepared = line.starts_with("node ") ? nodeprep(text) : parse_domain(text);
        EXPECT_EQ(prepared ? *prepared : "refused", unescape(verdict)) << line;
        ++cases;
    }
    EXPECT_GE(cases, 216u);
}

}  // namespace
}  // namespace immp::bridge
